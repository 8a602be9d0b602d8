/* SPDX-License-Identifier: Apache-2.0 */
/* The plan that takes a run back. */
#include "engine/undo.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/undoer.h"

/* ---- what the run did ---- */

struct done {
    struct mu_op op;
    size_t phase; /* from 0: operations that didn't depend on each other */
    const char *state, *detail;
};

struct journal {
    struct done *list;
    size_t count, cap;
};

static int keep_step(struct undoer *u, const struct mu_step *step, struct journal *j,
                     struct mu_err *err)
{
    const struct mu_doc *doc;
    j->list = plan_grow(j->list, j->count, &j->cap, sizeof(*j->list));
    struct done *d = &j->list[j->count];
    *d = (struct done){.state = mu_strdup(u->p.arena, step->done),
                       .detail = mu_strdup(u->p.arena, step->detail)};
    mu_arena_reset(u->p.row);
    if (mu_doc_parse(u->p.row, step->op, strlen(step->op), &doc, err) < 0 ||
        mu_op_parse(u->p.arena, doc, &d->op, err) < 0)
        return mu_wrap(err, "operation %d", step->seq);
    const struct done *before = j->count > 0 ? d - 1 : NULL;
    if (before)
        d->phase = before->phase + (mu_plan_phase(&before->op) != mu_plan_phase(&d->op));
    j->count++;
    return 0;
}

static int load(struct undoer *u, struct journal *j, struct mu_err *err)
{
    struct mu_steps *steps;
    struct mu_step step;
    int rc;
    if (mu_steps_open(u->p.store, u->run.id, &steps, err) < 0)
        return -1;
    while ((rc = mu_steps_next(steps, &step, err)) == 1)
        if (keep_step(u, &step, j, err) < 0) {
            rc = -1;
            break;
        }
    mu_steps_close(steps);
    return rc;
}

/* A detail on success means that nothing was written, but when doubt was settled so. */
static bool was_done(const struct done *d)
{
    return mu_streq(d->state, "ok") && (!d->detail || mu_starts(d->detail, "settled: "));
}

static bool was_done_in_part(const struct done *d)
{
    return mu_streq(d->state, "stale") && d->detail && mu_starts(d->detail, "settled: ");
}

static int take_back(struct undoer *u, const struct journal *j, struct mu_err *err)
{
    for (size_t i = j->count; i-- > 0;) {
        const struct done *d = &j->list[i];
        mu_arena_reset(u->p.row);
        if (was_done_in_part(d))
            undo_leave(u, &d->op, true, "only a part of it was done when the run was cut");
        if (was_done(d) && undo_step(u, &d->op, j->list[j->count - 1].phase - d->phase, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- its operations in order ---- */

struct ordered {
    const struct undone *undone;
    size_t at;
};

static int by_rank(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    if (x->undone->rank != y->undone->rank)
        return x->undone->rank < y->undone->rank ? -1 : 1;
    int d = mu_plan_phase(&x->undone->op) - mu_plan_phase(&y->undone->op);
    return d ? d : x->at < y->at ? -1 : 1;
}

/* The last phase of the run is taken back first; inside of one nothing depends on anything else. */
static void order(struct undoer *u)
{
    struct planner *p = &u->p;
    struct ordered *list = mu_xcalloc(u->count + 1, sizeof(*list));
    for (size_t i = 0; i < u->count; i++)
        list[i] = (struct ordered){.undone = &u->list[i], .at = i};
    if (u->count > 1)
        qsort(list, u->count, sizeof(*list), by_rank);
    for (size_t i = 0; i < u->count; i++) {
        if (list[i].undone->dropped)
            continue;
        p->ops = plan_grow(p->ops, p->op_count, &p->op_cap, sizeof(*p->ops));
        p->ops[p->op_count++] = list[i].undone->op;
    }
    free(list);
}

/* ---- guards ---- */

static size_t members_read(struct undoer *u, const struct mu_op *op, size_t *ret_removed)
{
    const struct mu_value name = {.bytes = op->name, .len = strlen(op->name)};
    const char *key = undo_form(u, NULL, &name);
    const struct mu_object *o = mu_map_get(u->p.by_key, key, strlen(key));
    size_t count = 0;
    for (size_t i = 0; i < op->change_count; i++)
        if (undo_is_members(u, op, op->changes[i].attr))
            *ret_removed += op->changes[i].remove_count;
    for (size_t i = 0; o && i < o->attr_count; i++)
        if (undo_is_members(u, op, o->attrs[i].name))
            count = o->attrs[i].count;
    return count;
}

/* Operations on one group's members stand together. */
static void guard_members(struct undoer *u)
{
    const struct planner *p = &u->p;
    for (size_t i = 0, next; i < p->op_count; i = next) {
        const struct mu_op *op = &p->ops[i];
        size_t removed = 0, of = 0;
        next = i + 1;
        if (op->why != MU_WHY_MEMBERS)
            continue;
        of = members_read(u, op, &removed);
        for (; next < p->op_count && p->ops[next].why == MU_WHY_MEMBERS &&
               mu_streq(p->ops[next].id, op->id);
             next++)
            members_read(u, &p->ops[next], &removed);
        const struct who group = {.kind = MU_GROUP, .id = op->id, .label = op->label};
        plan_read_members_guard(&u->p, &group, (int64_t)removed, (int64_t)of);
    }
}

/* ---- all of it ---- */

static int find_run(struct undoer *u, int64_t id, struct mu_err *err)
{
    struct planner *p = &u->p;
    int found = mu_run_get(p->store, p->arena, id, &u->run, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING, "there is no run %" PRId64 "; see muster runs", id);
    if (!mu_streq(u->run.sync, p->sync->name))
        return mu_fail(err, MU_E_USAGE, "run %" PRId64 " is one of %s, not of %s", id, u->run.sync,
                       p->sync->name);
    found = mu_snapshot_get(p->store, p->arena, p->sync->from->name, u->run.snapshot, &p->snapshot,
                            err);
    if (found == 0)
        p->snapshot = (struct mu_snapshot){.id = u->run.snapshot, .verdict = MU_COMPLETE};
    return found < 0 ? -1 : 0;
}

static int make(struct undoer *u, int64_t run, const struct mu_plan **ret, struct mu_err *err)
{
    struct journal journal = {.list = NULL};
    u->things = mu_map_new(0);
    u->names = mu_map_new(0);
    u->bags = mu_map_new(0);
    for (int k = 0; k < MU_KINDS; k++)
        u->p.who[k] = mu_map_new(0); /* nobody: what the source says doesn't matter here */
    if (find_run(u, run, err) < 0 || plan_read_target(&u->p, err) < 0)
        return -1;
    int rc = load(u, &journal, err);
    if (rc == 0)
        rc = take_back(u, &journal, err);
    free(journal.list);
    if (rc < 0)
        return -1;
    undo_check(u);
    order(u);
    plan_fit(&u->p);
    for (size_t i = 0; i < u->p.op_count; i++)
        u->p.ops[i].seq = (int)i + 1;
    guard_members(u);
    plan_read_guards(&u->p);
    u->p.users = u->p.ours[MU_USER];
    u->p.groups = u->p.ours[MU_GROUP];
    u->p.undoes = run;
    *ret = plan_finish(&u->p);
    return 0;
}

static void done(struct undoer *u)
{
    for (size_t i = 0; u->bags && i < mu_map_count(u->bags); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(u->bags, i, &key, &len, &value);
        mu_map_free(((struct bag *)value)->map);
    }
    mu_map_free(u->things);
    mu_map_free(u->names);
    mu_map_free(u->bags);
    mu_buf_done(&u->fold);
    free(u->list);
    plan_done(&u->p);
}

int mu_undo_make(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                 int64_t run, struct mu_arena *arena, struct mu_log *log,
                 const struct mu_plan **ret, struct mu_err *err)
{
    struct undoer u = {.fold = MU_BUF_INIT(MU_BUF_MAX)};
    plan_init(&u.p, store, sync, target, arena, log);
    int rc = make(&u, run, ret, err);
    done(&u);
    return rc < 0 ? mu_wrap(err, "undo of run %" PRId64, run) : 0;
}
