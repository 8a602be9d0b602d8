/* SPDX-License-Identifier: Apache-2.0 */
/* Making a plan: read both sides, match, compare, order, and read the guards. */
#include "engine/plan.h"

#include <inttypes.h>
#include <string.h>

#include "engine/plan_grace.h"
#include "engine/plan_policy.h"

static void add_container(void *arg, const struct mu_op *op)
{
    struct planner *p = arg;
    struct mu_op *own = plan_add_op(p, op->verb, MU_WHY_CONTAINER, NULL);
    *own = *op;
    own->why = MU_WHY_CONTAINER;
    own->name = mu_strdup(p->arena, op->name);
}

static int match_kind(struct planner *p, enum mu_kind kind, struct mu_err *err)
{
    struct plan_ahead *rows;
    const struct plan_row *row;
    int rc;
    p->who[kind] = mu_map_new((size_t)p->snapshot.counts[kind]);
    if (plan_ahead_begin(p, kind, &rows, err) < 0)
        return -1;
    while ((rc = plan_ahead_next(rows, &row, err)) == 1) {
        mu_arena_reset(p->row);
        if (plan_match_row(p, kind, row, err) < 0) {
            rc = -1;
            break;
        }
    }
    plan_ahead_end(rows);
    return rc;
}

static struct mu_map *our_natives(const struct planner *p)
{
    struct mu_map *natives = mu_map_new(p->owned_count);
    for (size_t i = 0; i < p->owned_count; i++) {
        struct mu_owned *o = &p->owned[i];
        if (o->native)
            mu_map_put(natives, o->native, strlen(o->native), o);
    }
    return natives;
}

/* Objects in our containers that no entry asks for and that aren't ours, whatever they are called
 * by now: counted for the reader, not touched. */
static void note_strangers(struct planner *p)
{
    int64_t strangers = 0;
    const char *example = NULL;
    struct mu_map *natives = NULL;
    for (size_t i = 0; i < p->object_count; i++) {
        const struct mu_object *o = &p->objects[i];
        size_t len = strlen(o->key);
        if (o->kind == MU_KINDS || mu_map_get(p->owned_by_key, o->key, len) ||
            mu_map_get(p->who_by_key, o->key, len))
            continue;
        if (!natives)
            natives = our_natives(p);
        if (o->native && mu_map_get(natives, o->native, strlen(o->native)))
            continue;
        if (!example)
            example = o->name;
        strangers++;
    }
    mu_map_free(natives);
    if (strangers > 0)
        plan_leave(p, NULL, example, false,
                   "%" PRId64 " entr%s of others, not touched (this is the first)", strangers,
                   strangers == 1 ? "y" : "ies");
}

/* The operations that make the target agree. */
static int agree(struct planner *p, struct mu_err *err)
{
    if (p->ops_of->prepare(p->target, p->arena, add_container, p, err) < 0 ||
        match_kind(p, MU_USER, err) < 0 ||
        (p->ops_of->mapping(p->target, MU_GROUP) && match_kind(p, MU_GROUP, err) < 0))
        return -1;
    plan_settle_names(p);
    /* Who stays for now is known only then. */
    if (plan_match_gone(p, err) < 0 || plan_members(p, err) < 0)
        return -1;
    plan_policy_note(p);
    if (plan_grace_save(p, err) < 0)
        return -1;
    note_strangers(p);
    return plan_label_gone(p, err);
}

static int make(struct planner *p, const struct mu_selection *selection,
                int (*operations)(struct planner *p, struct mu_err *err),
                const struct mu_plan **ret, struct mu_err *err)
{
    p->selection = selection ? selection : p->selection;
    int rc = plan_read_sides(p, err);
    if (rc == 0)
        rc = operations(p, err);
    if (rc == 0) {
        plan_drop_excluded(p);
        rc = plan_order_renames(p, err);
    }
    if (rc == 0) {
        plan_fit(p);
        plan_order(p);
        plan_read_guards(p);
        *ret = plan_finish(p);
    }
    plan_done(p);
    return rc < 0 ? mu_wrap(err, "plan %s", p->sync->name) : 0;
}

int mu_plan_make(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                 const struct mu_selection *selection, struct mu_arena *arena, struct mu_log *log,
                 const struct mu_plan **ret, struct mu_err *err)
{
    struct planner p;
    plan_init(&p, store, sync, target, arena, log);
    return make(&p, selection, agree, ret, err);
}

int mu_plan_adopt(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                  const struct mu_selection *selection, struct mu_arena *arena, struct mu_log *log,
                  const struct mu_plan **ret, struct mu_err *err)
{
    struct planner p;
    plan_init(&p, store, sync, target, arena, log);
    return make(&p, selection, plan_adopt, ret, err);
}
