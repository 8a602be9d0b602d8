/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that pass from one entry of ours to another within one plan: chains (a takes b's name, b a
 * free one) and swaps. Whoever leaves a name does so before the next one takes it; where everybody
 * waits for another one, they leave by a name of their own on the way.
 */
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

void plan_wait_for_name(struct planner *p, struct who *w, const struct mu_owned *holder)
{
    p->waiting = plan_grow(p->waiting, p->waiting_count, &p->waiting_cap, sizeof(*p->waiting));
    p->waiting[p->waiting_count++] = (struct waiting){.who = w, .holder = holder};
}

/* The operation that gives w its name; NULL: none. */
static const struct mu_op *naming_op(const struct planner *p, const struct who *w)
{
    for (size_t i = w->first_op; w && i < w->op_end; i++)
        if (p->ops[i].verb == MU_OP_RENAME || p->ops[i].verb == MU_OP_CREATE)
            return &p->ops[i];
    return NULL;
}

/* Whether the holder of the name is renamed in the same phase as w gets it, or before. */
static bool leaves_in_time(const struct planner *p, const struct waiting *waiting)
{
    const struct mu_owned *holder = waiting->holder;
    const struct who *other = mu_map_get(p->who[holder->kind], holder->id, strlen(holder->id));
    if (!other || other->excluded)
        return false;
    const struct mu_op *leave = naming_op(p, other), *take = naming_op(p, waiting->who);
    return leave && leave->verb == MU_OP_RENAME &&
           (!take || mu_plan_phase(leave) <= mu_plan_phase(take));
}

/* Who can't have the name stays where it is, so that others may have to wait for it in turn. */
void plan_settle_names(struct planner *p)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < p->waiting_count; i++) {
            struct waiting *waiting = &p->waiting[i];
            if (waiting->who->excluded || leaves_in_time(p, waiting))
                continue;
            plan_exclude(p, waiting->who,
                         mu_printf(p->arena, "the name is still held by %s, which is ours too",
                                   waiting->holder->id));
            again = true;
        }
    }
}

/* ---- the order of renames ---- */

/* A rename of the first phase, and whom it waits for. */
struct rename {
    bool waits, waited_for;
};

static const char *key_of(struct planner *p, const char *name)
{
    struct mu_value value = {.bytes = name, .len = strlen(name)};
    mu_buf_reset(&p->fold_a);
    p->ops_of->fold(p->target, NULL, &value, &p->fold_a);
    return mu_strndup(p->row, p->fold_a.data, p->fold_a.len);
}

static bool is_rename(const struct mu_op *op)
{
    return op->verb == MU_OP_RENAME && (op->why == MU_WHY_RENAME || op->why == MU_WHY_ENABLE);
}

static void find_waits(struct planner *p, struct rename *renames)
{
    struct mu_map *leaving = mu_map_new(p->op_count);
    for (size_t i = 0; i < p->op_count; i++) {
        if (!is_rename(&p->ops[i]))
            continue;
        const char *key = key_of(p, p->ops[i].name);
        mu_map_put(leaving, key, strlen(key), &renames[i]);
    }
    for (size_t i = 0; i < p->op_count; i++) {
        if (!is_rename(&p->ops[i]))
            continue;
        const char *key = key_of(p, p->ops[i].new_name);
        struct rename *before = mu_map_get(leaving, key, strlen(key));
        if (!before || before == &renames[i])
            continue;
        renames[i].waits = true;
        before->waited_for = true;
    }
    mu_map_free(leaving);
}

/* A name nobody else asks for, in the place the entry is on its way to. */
static int name_on_the_way(struct planner *p, const struct mu_op *op, const char **ret,
                           struct mu_err *err)
{
    const char *rdn = mu_map_info(p->ops_of->mapping(p->target, op->kind))->rdn, *key;
    enum mu_place place = p->ops_of->place_of(p->target, key_of(p, op->new_name));
    return p->ops_of->place(p->target, p->arena, place, rdn,
                            mu_printf(p->arena, "muster-renames-%s", op->id), ret, &key, err);
}

/* Who waits goes last; who waits and is waited for leaves first, and takes the name last. */
int plan_order_renames(struct planner *p, struct mu_err *err)
{
    if (p->waiting_count == 0)
        return 0;
    size_t count = p->op_count;
    mu_arena_reset(p->row);
    struct rename *renames = mu_alloc_array(p->row, count, sizeof(*renames));
    find_waits(p, renames);
    for (size_t i = 0; i < count; i++) {
        if (!renames[i].waits)
            continue;
        struct mu_op last = p->ops[i];
        if (renames[i].waited_for) {
            if (name_on_the_way(p, &p->ops[i], &last.name, err) < 0)
                return -1;
            p->ops[i].new_name = last.name;
            p->ops[i].note = "on the way: names are passed on among several";
        } else {
            p->ops[i].verb = MU_OP_VERBS; /* dropped here, done at the end */
        }
        *plan_add_op(p, last.verb, last.why, NULL) = last;
    }
    return 0;
}
