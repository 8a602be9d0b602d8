/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memberships as differences, group by group. A group is never without a member on the way:
 * additions go first.
 */
#include <string.h>

#include "base/str.h"
#include "engine/members.h"

/* Up to `max` members from *at on, as the values of a change; moves *at. */
static size_t take(struct planner *p, const struct members *from, size_t *at, size_t max,
                   const struct mu_value **ret, const char *const **ret_who)
{
    size_t count = from->count - *at < max ? from->count - *at : max;
    struct mu_value *values = mu_alloc_array(p->arena, count + 1, sizeof(*values));
    const char **who = mu_alloc_array(p->arena, count + 1, sizeof(*who));
    for (size_t i = 0; i < count; i++) {
        const struct member *m = &from->items[*at + i];
        values[i].len = strlen(m->name);
        values[i].bytes = mu_strndup(p->arena, m->name, values[i].len);
        who[i] = m->id ? plan_intern(p, m->id) : NULL;
    }
    *at += count;
    *ret = count ? values : NULL;
    *ret_who = count ? who : NULL;
    return count;
}

/* How much of a group's work has gone into operations. */
struct done {
    size_t added, again, removed;
};

static bool all_done(const struct group_work *g, const struct done *d)
{
    return d->added == g->add.count && d->again == g->again.count && d->removed == g->remove.count;
}

/* At most MU_MEMBERS_PER_OP values an operation, additions first. */
static void emit_modifies(struct planner *p, struct group_work *g, struct done *d)
{
    while (!all_done(g, d)) {
        struct mu_opchange *c = mu_alloc_array(p->arena, 2, sizeof(*c));
        size_t room = MU_MEMBERS_PER_OP;
        c[0] = c[1] = (struct mu_opchange){.attr = g->attr, .shared = true};
        room -= c[0].add_count = take(p, &g->add, &d->added, room, &c[0].add, &c[0].add_who);
        room -= c[1].add_count = take(p, &g->again, &d->again, room, &c[1].add, &c[1].add_who);
        c[0].remove_count = take(p, &g->remove, &d->removed, room, &c[0].remove, &c[0].remove_who);
        c[1].drift = true;
        bool plain = c[0].add_count + c[0].remove_count > 0;
        struct mu_op *op = plan_add_op(p, MU_OP_MODIFY, MU_WHY_MEMBERS, g->who);
        op->changes = plain ? c : c + 1;
        op->change_count = plain && c[1].add_count ? 2 : 1;
    }
}

/* A new group is created with its first members: schema wants one, and it saves a write. */
static void put_into_create(struct planner *p, struct group_work *g, struct done *d)
{
    for (size_t i = g->who->first_op; i < g->who->op_end; i++) {
        struct mu_op *op = &p->ops[i];
        if (op->verb != MU_OP_CREATE)
            continue;
        struct mu_opchange *changes =
            mu_alloc_array(p->arena, op->change_count + 1, sizeof(*changes));
        memcpy(changes, op->changes, op->change_count * sizeof(*changes));
        struct mu_opchange *c = &changes[op->change_count];
        *c = (struct mu_opchange){.attr = g->attr, .shared = true};
        c->add_count = take(p, &g->add, &d->added, MU_MEMBERS_PER_OP, &c->add, &c->add_who);
        op->changes = changes;
        op->change_count++;
        return;
    }
}

static void emit(struct planner *p, struct group_work *g)
{
    struct done d = {0};
    size_t ops_before = p->op_count;
    put_into_create(p, g, &d);
    emit_modifies(p, g, &d);
    /* So that a conflict found later drops these with the group's other operations. */
    if (p->op_count > ops_before && g->who->first_op == g->who->op_end)
        g->who->first_op = ops_before;
    if (p->op_count > ops_before && g->who->op_end >= ops_before)
        g->who->op_end = p->op_count;
}

static int finish_group(struct planner *p, struct group_work *g, struct mu_err *err)
{
    if (plan_members_compare(p, g, err) < 0)
        return -1;
    bool differs = g->add.count + g->again.count + g->remove.count > 0;
    const char *parked = differs ? plan_parked(p, g->who) : NULL;
    if (parked) {
        plan_leave(p, g->who, g->who->name, true, "%s", parked);
        return 0;
    }
    const struct mu_attrval *have = mu_object_attr(g->who->object, g->attr);
    if (have)
        plan_read_members_guard(p, g->who, g->lost, (int64_t)have->count);
    emit(p, g);
    return 0;
}

static void group_begin(struct planner *p, struct group_work *g, struct who *who)
{
    g->who = who;
    g->add.count = g->again.count = g->remove.count = 0;
    g->others = false;
    g->lost = 0;
    g->wanted = mu_map_new(0);
    mu_arena_reset(p->row);
}

/* A group that is left alone, or not there and not to be made, has no members to settle. */
static int group_end(struct planner *p, struct group_work *g, struct mu_err *err)
{
    int rc = 0;
    if (g->who && !g->who->excluded && (g->who->object || g->who->selected))
        rc = finish_group(p, g, err);
    mu_map_free(g->wanted);
    g->wanted = NULL;
    g->who = NULL;
    return rc;
}

static void want_member(struct planner *p, struct group_work *g, const char *user_id)
{
    struct who *user = mu_map_get(p->who[MU_USER], user_id, strlen(user_id));
    if (!user || user->aside || !user->name)
        return;
    if (user->excluded && !user->object)
        return;
    if (!plan_members_select(g->who, user))
        return; /* as a present member it stays, as an absent one it stays away */
    const char *key = user->excluded ? user->object->key : user->key;
    mu_map_put(g->wanted, key, strlen(key), user);
}

/* Groups without a membership row need their placeholder, or their members taken out. */
static int finish_empty_groups(struct planner *p, struct group_work *g, const struct mu_map *done,
                               struct mu_err *err)
{
    for (size_t i = 0; i < mu_map_count(p->who[MU_GROUP]); i++) {
        const char *id;
        size_t len;
        void *value;
        mu_map_at(p->who[MU_GROUP], i, &id, &len, &value);
        if (mu_map_get(done, id, len))
            continue;
        group_begin(p, g, value);
        if (group_end(p, g, err) < 0)
            return -1;
    }
    return 0;
}

/* One membership of the snapshot; a new group ends the one before. */
static int take_row(struct planner *p, struct group_work *g, struct mu_map *done,
                    struct mu_arena *ids, const struct mu_entry *entry, struct mu_err *err)
{
    const char *group_id, *user_id;
    if (!mu_membership_split(ids, entry->id, &group_id, &user_id))
        return mu_fail(err, MU_E_IO, "the store is damaged: a membership is called %.100s",
                       entry->id);
    struct who *group = mu_map_get(p->who[MU_GROUP], group_id, strlen(group_id));
    if (!group)
        return 0;
    if (group != g->who) {
        if (group_end(p, g, err) < 0)
            return -1;
        group_begin(p, g, group);
        mu_map_put(done, group->id, strlen(group->id), group);
    }
    want_member(p, g, user_id);
    return 0;
}

static int take_rows(struct planner *p, struct group_work *g, struct mu_map *done,
                     struct mu_err *err)
{
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    if (mu_rows_open(p->store, p->sync->from->name, p->snapshot.id, MU_MEMBERSHIP, &rows, err) < 0)
        return -1;
    struct mu_arena *ids = mu_arena_new(); /* of the row at hand */
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        mu_arena_reset(ids);
        if (take_row(p, g, done, ids, &entry, err) < 0) {
            rc = -1;
            break;
        }
    }
    mu_rows_close(rows);
    mu_arena_free(ids);
    return rc;
}

int plan_members(struct planner *p, struct mu_err *err)
{
    const char *attr = mu_target_member_attr(p->target);
    struct group_work g = {.attr = NULL};
    if (!attr)
        return 0;
    g.attr = plan_intern(p, attr);
    struct mu_map *done = mu_map_new(0);
    int rc = take_rows(p, &g, done, err);
    if (rc == 0)
        rc = group_end(p, &g, err);
    if (rc == 0)
        rc = finish_empty_groups(p, &g, done, err);
    mu_map_free(g.wanted);
    mu_map_free(done);
    free(g.add.items);
    free(g.again.items);
    free(g.remove.items);
    return rc;
}
