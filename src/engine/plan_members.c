/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memberships as differences. What we may take out of a group is what we put there: names of users
 * the ledger or the snapshot knows, and the placeholder. Members others added stay. A group is
 * never without a member on the way: additions go first.
 */
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

/* A growing list of values in the row arena's lifetime. */
struct values {
    struct mu_value *items;
    size_t count, cap;
};

static void push(struct values *v, const char *bytes)
{
    if (v->count == v->cap) {
        v->cap = v->cap ? v->cap * 2 : 64;
        v->items = mu_xrealloc(v->items, v->cap * sizeof(*v->items));
    }
    v->items[v->count++] = (struct mu_value){.bytes = bytes, .len = strlen(bytes)};
}

/* One group at work: memberships come in group order. */
struct group_work {
    struct who *who;
    const char *attr;
    struct values add, remove;
    struct mu_map *wanted; /* keys of desired members */
    int64_t before;
};

/* The key of a member value; borrowed from the fold buffer. */
static void member_key(struct planner *p, const struct mu_value *v)
{
    mu_buf_reset(&p->fold_a);
    p->ops_of->fold(p->target, NULL, v, &p->fold_a);
}

static const struct mu_attrval *members_of(const struct mu_object *o, const char *attr)
{
    for (size_t i = 0; o && i < o->attr_count; i++)
        if (mu_strieq(o->attrs[i].name, attr))
            return &o->attrs[i];
    return NULL;
}

static bool is_placeholder(struct planner *p, const struct mu_value *v)
{
    const char *placeholder = p->ops_of->placeholder(p->target);
    if (!placeholder)
        return false;
    return plan_same(p, NULL, v,
                     &(struct mu_value){.bytes = placeholder, .len = strlen(placeholder)});
}

/* Compares the group's present members with the wanted keys: fills remove, and tells which wanted
 * are there already. */
static void compare_members(struct planner *p, struct group_work *g, struct mu_map *there,
                            bool *ret_other)
{
    const struct mu_attrval *have = members_of(g->who->object, g->attr);
    for (size_t i = 0; have && i < have->count; i++) {
        const struct mu_value *v = &have->values[i];
        member_key(p, v);
        const char *key = p->fold_a.data;
        size_t len = p->fold_a.len;
        if (mu_map_get(g->wanted, key, len)) {
            const char *own = mu_strndup(p->row, key, len);
            mu_map_put(there, own, len, g);
            continue;
        }
        bool ours = mu_map_get(p->owned_by_key, key, len) || mu_map_get(p->who_by_key, key, len);
        if (is_placeholder(p, v))
            push(&g->remove, v->bytes);
        else if (ours && p->may_remove)
            push(&g->remove, v->bytes);
        else
            *ret_other = true;
    }
}

static struct mu_value *copy_values(struct planner *p, const struct mu_value *items, size_t count)
{
    struct mu_value *copy = mu_alloc_array(p->arena, count, sizeof(*copy));
    for (size_t i = 0; i < count; i++)
        copy[i] = (struct mu_value){.bytes = mu_strndup(p->arena, items[i].bytes, items[i].len),
                                    .len = items[i].len};
    return copy;
}

/* At most MU_MEMBERS_PER_OP values an operation, additions first. */
static void emit_modifies(struct planner *p, struct group_work *g, size_t added)
{
    size_t removed = 0;
    while (added < g->add.count || removed < g->remove.count) {
        size_t adds =
            g->add.count - added < MU_MEMBERS_PER_OP ? g->add.count - added : MU_MEMBERS_PER_OP;
        size_t room = MU_MEMBERS_PER_OP - adds;
        size_t removes = g->remove.count - removed < room ? g->remove.count - removed : room;
        struct mu_opchange *change = mu_alloc(p->arena, sizeof(*change));
        *change = (struct mu_opchange){.attr = g->attr, .add_count = adds, .remove_count = removes};
        if (adds > 0)
            change->add = copy_values(p, g->add.items + added, adds);
        if (removes > 0)
            change->remove = copy_values(p, g->remove.items + removed, removes);
        struct mu_op *op = plan_add_op(p, MU_OP_MODIFY, MU_WHY_MEMBERS, g->who);
        op->changes = change;
        op->change_count = 1;
        added += adds;
        removed += removes;
    }
}

/* A new group is created with its first members: schema wants one, and it saves a write. */
static size_t put_into_create(struct planner *p, struct group_work *g)
{
    for (size_t i = g->who->first_op; i < g->who->op_end; i++) {
        struct mu_op *op = &p->ops[i];
        if (op->verb != MU_OP_CREATE)
            continue;
        size_t count = g->add.count < MU_MEMBERS_PER_OP ? g->add.count : MU_MEMBERS_PER_OP;
        struct mu_opchange *changes =
            mu_alloc_array(p->arena, op->change_count + 1, sizeof(*changes));
        memcpy(changes, op->changes, op->change_count * sizeof(*changes));
        changes[op->change_count] = (struct mu_opchange){
            .attr = g->attr, .add = copy_values(p, g->add.items, count), .add_count = count};
        op->changes = changes;
        op->change_count++;
        return count;
    }
    return 0;
}

static void finish_group(struct planner *p, struct group_work *g)
{
    size_t wanted = mu_map_count(g->wanted);
    struct mu_map *there = mu_map_new(wanted);
    bool others = false, placeholder_stays = false;
    compare_members(p, g, there, &others);
    for (size_t i = 0; i < wanted; i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(g->wanted, i, &key, &len, &value);
        if (!mu_map_get(there, key, len))
            push(&g->add, ((struct who *)value)->name);
    }
    const char *placeholder = p->ops_of->placeholder(p->target);
    if (placeholder && wanted == 0 && !others) {
        for (size_t i = 0; i < g->remove.count && !placeholder_stays; i++)
            if (is_placeholder(p, &g->remove.items[i])) {
                g->remove.items[i] = g->remove.items[--g->remove.count];
                placeholder_stays = true;
            }
        if (!placeholder_stays)
            push(&g->add, placeholder);
    }
    const char *parked = g->add.count + g->remove.count > 0 ? plan_parked(p, g->who) : NULL;
    if (parked) {
        plan_leave(p, g->who, g->who->name, true, "%s", parked);
        mu_map_free(there);
        return;
    }
    const struct mu_attrval *have = members_of(g->who->object, g->attr);
    if (have)
        plan_read_members_guard(p, g->who, (int64_t)g->remove.count, (int64_t)have->count);
    size_t ops_before = p->op_count;
    emit_modifies(p, g, put_into_create(p, g));
    /* So that a conflict found later drops these with the group's other operations. */
    if (p->op_count > ops_before && g->who->first_op == g->who->op_end)
        g->who->first_op = ops_before;
    if (p->op_count > ops_before && g->who->op_end >= ops_before)
        g->who->op_end = p->op_count;
    mu_map_free(there);
}

static void group_begin(struct planner *p, struct group_work *g, struct who *who)
{
    g->who = who;
    g->add.count = g->remove.count = 0;
    g->wanted = mu_map_new(0);
    mu_arena_reset(p->row);
}

static void group_end(struct planner *p, struct group_work *g)
{
    if (g->who && !g->who->excluded)
        finish_group(p, g);
    mu_map_free(g->wanted);
    g->wanted = NULL;
    g->who = NULL;
}

static void want_member(struct planner *p, struct group_work *g, const char *user_id)
{
    struct who *user = mu_map_get(p->who[MU_USER], user_id, strlen(user_id));
    if (!user || user->aside || !user->name)
        return;
    if (user->excluded && !user->object)
        return;
    const char *key = user->excluded ? user->object->key : user->key;
    mu_map_put(g->wanted, key, strlen(key), user);
}

/* Groups without a membership row need their placeholder, or their members taken out. */
static void finish_empty_groups(struct planner *p, struct group_work *g, const struct mu_map *done)
{
    for (size_t i = 0; i < mu_map_count(p->who[MU_GROUP]); i++) {
        const char *id;
        size_t len;
        void *value;
        mu_map_at(p->who[MU_GROUP], i, &id, &len, &value);
        if (mu_map_get(done, id, len))
            continue;
        group_begin(p, g, value);
        group_end(p, g);
    }
}

int plan_members(struct planner *p, struct mu_err *err)
{
    const struct mu_resource *mapping = p->ops_of->mapping(p->target, MU_GROUP);
    struct group_work g = {.attr = NULL};
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    if (!mu_map_info(mapping)->member_attr)
        return 0;
    g.attr = plan_intern(p, mu_map_info(mapping)->member_attr);
    if (mu_rows_open(p->store, p->sync->from->name, p->snapshot.id, MU_MEMBERSHIP, &rows, err) < 0)
        return -1;
    struct mu_map *done = mu_map_new(0);
    struct mu_arena *ids = mu_arena_new(); /* of the row at hand */
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        const char *group_id, *user_id;
        mu_arena_reset(ids);
        if (!mu_membership_split(ids, entry.id, &group_id, &user_id)) {
            rc = mu_fail(err, MU_E_IO, "the store is damaged: a membership is called %.100s",
                         entry.id);
            break;
        }
        struct who *group = mu_map_get(p->who[MU_GROUP], group_id, strlen(group_id));
        if (!group)
            continue;
        if (group != g.who) {
            group_end(p, &g);
            group_begin(p, &g, group);
            mu_map_put(done, group->id, strlen(group->id), group);
        }
        want_member(p, &g, user_id);
    }
    group_end(p, &g);
    mu_rows_close(rows);
    if (rc == 0)
        finish_empty_groups(p, &g, done);
    mu_map_free(done);
    mu_arena_free(ids);
    free(g.add.items);
    free(g.remove.items);
    return rc;
}
