/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes ours with an object that is taken over: of the values that others may write too,
 * those that are there and that the source asks for. The others stay others'. */
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

static bool holds(struct planner *p, const struct mu_object *o, const char *attr,
                  const struct mu_value *v)
{
    for (size_t i = 0; i < o->attr_count; i++)
        for (size_t j = 0; mu_strieq(o->attrs[i].name, attr) && j < o->attrs[i].count; j++)
            if (plan_same(p, attr, &o->attrs[i].values[j], v))
                return true;
    return false;
}

void plan_adopt_values(struct planner *p, const struct who *w, const struct mu_want *wants,
                       size_t count)
{
    struct mu_op *op = &p->ops[w->first_op];
    struct mu_opchange *changes = mu_alloc_array(p->arena, count + 1, sizeof(*changes));
    for (size_t i = 0; i < count; i++) {
        if (wants[i].policy != MU_POLICY_MERGE)
            continue;
        struct mu_value *add = mu_alloc_array(p->arena, wants[i].count + 1, sizeof(*add));
        size_t n = 0;
        for (size_t j = 0; j < wants[i].count; j++) {
            const struct mu_value *v = &wants[i].values[j];
            if (holds(p, w->object, wants[i].name, v))
                add[n++] = (struct mu_value){mu_strndup(p->arena, v->bytes, v->len), v->len};
        }
        if (n > 0)
            changes[op->change_count++] = (struct mu_opchange){
                .attr = plan_intern(p, wants[i].name), .add = add, .add_count = n, .shared = true};
    }
    op->changes = changes;
}

/* ---- members ---- */

/* A group that is being taken over: memberships come in group order. */
struct group_work {
    const struct who *who;
    const char *attr;
    struct mu_map *present; /* keys of the members there -> their values */
    struct mu_value *add;
    const char **who_ids;
    size_t count, cap;
};

static void begin(struct planner *p, struct group_work *g, const struct who *group)
{
    g->who = group;
    g->count = 0;
    g->present = mu_map_new(0);
    for (size_t i = 0; i < group->object->attr_count; i++) {
        const struct mu_attrval *have = &group->object->attrs[i];
        for (size_t j = 0; mu_strieq(have->name, g->attr) && j < have->count; j++) {
            mu_buf_reset(&p->fold_a);
            p->ops_of->fold(p->target, NULL, &have->values[j], &p->fold_a);
            mu_map_put(g->present, mu_strndup(p->arena, p->fold_a.data, p->fold_a.len),
                       p->fold_a.len, (void *)(uintptr_t)&have->values[j]);
        }
    }
}

static void add_member(struct planner *p, struct group_work *g, const char *user_id)
{
    const struct who *user = mu_map_get(p->who[MU_USER], user_id, strlen(user_id));
    const struct mu_object *o = user ? user->object : NULL;
    const struct mu_value *v = o ? mu_map_get(g->present, o->key, strlen(o->key)) : NULL;
    if (!v)
        return;
    if (g->count == g->cap) {
        g->cap = g->cap ? g->cap * 2 : 64;
        g->add = mu_xrealloc(g->add, g->cap * sizeof(*g->add));
        g->who_ids = mu_xrealloc(g->who_ids, g->cap * sizeof(*g->who_ids));
    }
    g->add[g->count] = *v;
    g->who_ids[g->count++] = user->id;
}

static void end(struct planner *p, struct group_work *g)
{
    if (g->who && g->count > 0) {
        struct mu_op *op = &p->ops[g->who->first_op];
        struct mu_opchange *changes =
            mu_alloc_array(p->arena, op->change_count + 1, sizeof(*changes));
        if (op->change_count > 0)
            memcpy(changes, op->changes, op->change_count * sizeof(*changes));
        struct mu_opchange *c = &changes[op->change_count++];
        struct mu_value *add = mu_alloc_array(p->arena, g->count, sizeof(*add));
        const char **ids = mu_alloc_array(p->arena, g->count, sizeof(*ids));
        memcpy(add, g->add, g->count * sizeof(*add));
        memcpy(ids, g->who_ids, g->count * sizeof(*ids));
        *c = (struct mu_opchange){
            .attr = g->attr, .add = add, .add_count = g->count, .add_who = ids, .shared = true};
        op->changes = changes;
    }
    mu_map_free(g->present);
    g->present = NULL;
    g->who = NULL;
}

static int take_row(struct planner *p, struct group_work *g, const struct mu_entry *entry,
                    struct mu_err *err)
{
    const char *group_id, *user_id;
    mu_arena_reset(p->row);
    if (!mu_membership_split(p->row, entry->id, &group_id, &user_id))
        return mu_fail(err, MU_E_IO, "the store is damaged: a membership is called %.100s",
                       entry->id);
    const struct who *group = mu_map_get(p->who[MU_GROUP], group_id, strlen(group_id));
    if (!group || group->owned || group->first_op == group->op_end)
        return 0;
    if (group != g->who) {
        end(p, g);
        begin(p, g, group);
    }
    add_member(p, g, user_id);
    return 0;
}

int plan_adopt_members(struct planner *p, struct mu_err *err)
{
    const char *attr = mu_target_member_attr(p->target);
    struct group_work g = {.attr = attr ? plan_intern(p, attr) : NULL};
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    if (!attr)
        return 0;
    if (mu_rows_open(p->store, p->sync->from->name, p->snapshot.id, MU_MEMBERSHIP, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &entry, err)) == 1)
        if (take_row(p, &g, &entry, err) < 0) {
            rc = -1;
            break;
        }
    mu_rows_close(rows);
    end(p, &g);
    free(g.add);
    free(g.who_ids);
    return rc;
}
