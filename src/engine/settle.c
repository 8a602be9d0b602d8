/* SPDX-License-Identifier: Apache-2.0 */
/* Doubt settled by looking. */
#include "engine/settle.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/owning.h"

enum verdict { DONE, PARTLY, NOT_DONE, UNKNOWN };

static const struct {
    enum mu_done done;
    const char *words;
} findings[] = {[DONE] = {MU_DONE_OK, "settled: the target shows that it was done"},
                [PARTLY] = {MU_DONE_STALE, "settled: the target shows that a part of it was done"},
                [NOT_DONE] = {MU_DONE_SKIPPED, "settled: the target shows that it was not done"},
                [UNKNOWN] = {MU_DONE_DOUBT, "in doubt: the target can't show whether it was done"}};

/* What was found of one operation. */
struct found {
    enum verdict verdict;
    const struct mu_object *object; /* NULL: none */
    struct mu_op took;              /* the operation, with those of its values that took place */
};

/* A step as it stands in the iterator, kept for after the reading. */
struct doubt {
    int64_t run;
    struct mu_op op;
};

/* One run of mu_settle. */
struct settler {
    const struct mu_settling *s;
    const struct mu_target_ops *ops;
    struct mu_arena *step; /* reset for each */
    struct mu_owning owning;
    struct mu_buf fold;
    int64_t counts[MU_LEN(findings)];
    const struct doubt *doubts; /* all of them, and the one at hand */
    size_t doubt_count, at;
};

static const char *folded(struct settler *t, const char *attr, const struct mu_value *v)
{
    mu_buf_reset(&t->fold);
    t->ops->fold(t->s->target, attr, v, &t->fold);
    return t->fold.data;
}

static const struct mu_object *at_name(struct settler *t, const char *name)
{
    struct mu_value v = {.bytes = name, .len = strlen(name)};
    folded(t, NULL, &v);
    return mu_map_get(t->s->by_key, t->fold.data, t->fold.len);
}

static const struct mu_object *object_of(struct settler *t, const struct mu_op *op)
{
    if (op->native)
        return mu_map_get(t->s->by_native, op->native, strlen(op->native));
    return at_name(t, op->name);
}

/* The values an object has of an attribute, as the target compares them. */
static struct mu_map *values_of(struct settler *t, const struct mu_object *o, const char *attr)
{
    struct mu_map *set = mu_map_new(0);
    for (size_t i = 0; i < o->attr_count; i++) {
        const struct mu_attrval *have = &o->attrs[i];
        for (size_t j = 0; mu_strieq(have->name, attr) && j < have->count; j++) {
            folded(t, attr, &have->values[j]);
            mu_map_put(set, mu_strndup(t->step, t->fold.data, t->fold.len), t->fold.len, set);
        }
    }
    return set;
}

/* Those of the values that are there (or are not), with whom they name. */
static size_t pick(struct settler *t, const struct mu_map *set, const struct mu_opchange *c,
                   bool adds, struct mu_opchange *to)
{
    const struct mu_value *from = adds ? c->add : c->remove;
    const char *const *from_who = adds ? c->add_who : c->remove_who;
    size_t count = adds ? c->add_count : c->remove_count, n = 0;
    struct mu_value *values = mu_alloc_array(t->step, count + 1, sizeof(*values));
    const char **who = from_who ? mu_alloc_array(t->step, count + 1, sizeof(*who)) : NULL;
    for (size_t i = 0; i < count; i++) {
        folded(t, c->attr, &from[i]);
        bool there = mu_map_get(set, t->fold.data, t->fold.len) != NULL;
        if (there != adds)
            continue;
        if (who)
            who[n] = from_who[i];
        values[n++] = from[i];
    }
    *(adds ? &to->add : &to->remove) = values;
    *(adds ? &to->add_count : &to->remove_count) = n;
    *(adds ? &to->add_who : &to->remove_who) = who;
    return n;
}

/* Fills took.changes; tells how many values of how many took place. Of a create, values others may
 * write don't count: they come in pieces. */
static void compare(struct settler *t, const struct mu_op *op, struct found *f, size_t *ret_took,
                    size_t *ret_of)
{
    struct mu_opchange *took = mu_alloc_array(t->step, op->change_count + 1, sizeof(*took));
    *ret_took = *ret_of = 0;
    for (size_t i = 0; i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        struct mu_map *set = values_of(t, f->object, c->attr);
        took[i] = (struct mu_opchange){.attr = c->attr, .shared = c->shared};
        size_t n = pick(t, set, c, false, &took[i]) + pick(t, set, c, true, &took[i]);
        mu_map_free(set);
        if (op->verb == MU_OP_CREATE && c->shared)
            continue;
        *ret_took += n;
        *ret_of += c->remove_count + c->add_count;
    }
    f->took.changes = took;
}

static enum verdict look_create(struct settler *t, const struct mu_op *op, struct found *f)
{
    size_t took, of;
    f->object = at_name(t, op->name);
    if (!f->object)
        return NOT_DONE;
    if (op->kind == MU_KINDS)
        return DONE;
    if (f->object->held)
        return UNKNOWN; /* if it was done, it is ours */
    compare(t, op, f, &took, &of);
    return took == of ? DONE : NOT_DONE; /* else it is somebody else's */
}

static enum verdict look_modify(struct settler *t, const struct mu_op *op, struct found *f)
{
    size_t took, of;
    f->object = object_of(t, op);
    if (!f->object)
        return NOT_DONE;
    compare(t, op, f, &took, &of);
    return took == of ? DONE : took == 0 ? NOT_DONE : PARTLY;
}

/* Done is also what a later step has renamed once more. */
static enum verdict look_rename(struct settler *t, const struct mu_op *op, struct found *f)
{
    if (!op->native) {
        f->object = at_name(t, op->new_name);
        return f->object && !at_name(t, op->name) ? DONE : NOT_DONE;
    }
    f->object = object_of(t, op);
    for (size_t i = t->at; f->object && i < t->doubt_count; i++) {
        const struct mu_op *later = &t->doubts[i].op;
        if (later->verb == MU_OP_RENAME && mu_streq(later->native, op->native) &&
            at_name(t, later->new_name) == f->object)
            return DONE;
    }
    return NOT_DONE;
}

static void look(struct settler *t, const struct mu_op *op, struct found *f)
{
    *f = (struct found){.verdict = NOT_DONE, .took = *op};
    switch (op->verb) {
    case MU_OP_CREATE:
        f->verdict = look_create(t, op, f);
        break;
    case MU_OP_MODIFY:
        f->verdict = look_modify(t, op, f);
        break;
    case MU_OP_RENAME:
        f->verdict = look_rename(t, op, f);
        break;
    case MU_OP_DELETE:
        f->verdict = object_of(t, op) ? NOT_DONE : DONE;
        break;
    case MU_OP_ADOPT: /* known to have been done only when the journal says so */
    case MU_OP_RELEASE:
    case MU_OP_MANUAL:
    case MU_OP_VERBS:
        break;
    }
}

static int load(struct settler *t, struct mu_arena *arena, struct doubt **ret, size_t *ret_count,
                struct mu_err *err)
{
    struct mu_steps *steps;
    struct mu_step step;
    size_t count = 0, cap = 0;
    struct doubt *list = NULL;
    int rc;
    if (mu_steps_doubtful(t->s->store, t->s->sync, &steps, err) < 0)
        return -1;
    while ((rc = mu_steps_next(steps, &step, err)) == 1) {
        if (count == cap) {
            cap = cap ? cap * 2 : 64;
            list = mu_xrealloc(list, cap * sizeof(*list));
        }
        list[count].run = step.run;
        if (mu_op_read(arena, step.op, strlen(step.op), &list[count].op, err) < 0) {
            rc = mu_wrap(err, "journal of run %" PRId64 ", operation %d", step.run, step.seq);
            break;
        }
        count++;
    }
    mu_steps_close(steps);
    *ret = list;
    *ret_count = count;
    return rc;
}

static int settle_one(struct settler *t, const struct doubt *d, struct mu_err *err)
{
    struct found f;
    mu_arena_reset(t->step);
    look(t, &d->op, &f);
    t->counts[f.verdict]++;
    if (mu_journal_outcome(t->s->store, d->run, d->op.seq, findings[f.verdict].done,
                           findings[f.verdict].words, err) < 0)
        return -1;
    if (f.verdict == NOT_DONE)
        return 0;
    return mu_owning_done(&t->owning, &f.took, f.object ? f.object->native : NULL,
                          f.verdict == DONE ? d->run : 0, err);
}

static int settle_all(struct settler *t, struct mu_err *err)
{
    struct mu_arena *arena = mu_arena_new();
    struct doubt *doubts = NULL;
    size_t count = 0;
    int rc = load(t, arena, &doubts, &count, err);
    if (rc == 0)
        rc = mu_journal_begin(t->s->store, err);
    t->doubts = doubts;
    t->doubt_count = count;
    for (t->at = 0; rc == 0 && t->at < count; t->at++)
        rc = settle_one(t, &doubts[t->at], err);
    if (rc == 0)
        rc = mu_run_settled(t->s->store, t->s->sync, err);
    if (rc == 0)
        rc = mu_journal_commit(t->s->store, err);
    if (rc < 0)
        mu_journal_abort(t->s->store);
    free(doubts);
    mu_arena_free(arena);
    return rc;
}

int mu_settle(const struct mu_settling *s, struct mu_err *err)
{
    int64_t runs = 0;
    if (mu_run_doubtful(s->store, s->sync, &runs, err) < 0)
        return -1;
    if (runs == 0)
        return 0;
    struct settler t = {
        .s = s,
        .ops = s->target->adapter->target,
        .step = mu_arena_new(),
        .owning = {.store = s->store,
                   .sync = s->sync,
                   .target = s->target,
                   .fold = MU_BUF_INIT(MU_BUF_MAX)},
        .fold = MU_BUF_INIT(MU_BUF_MAX),
    };
    int rc = settle_all(&t, err);
    if (rc == 0)
        mu_log(s->log, MU_LOG_INFO,
               "%s: %" PRId64 " earlier run%s had been cut; of the operations without a known end "
               "%" PRId64 " were done, %" PRId64 " in part, %" PRId64 " not, %" PRId64
               " can't be told; going on from there",
               s->sync, runs, runs == 1 ? "" : "s", t.counts[DONE], t.counts[PARTLY],
               t.counts[NOT_DONE], t.counts[UNKNOWN]);
    mu_buf_done(&t.fold);
    mu_buf_done(&t.owning.fold);
    mu_arena_free(t.step);
    return rc < 0 ? mu_wrap(err, "settling the run that was cut") : 1;
}
