/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memberships as differences. What we may take out of a group is what we put there, which the
 * ledger of values knows, and the placeholder; members others added stay. Who is renamed is renamed
 * in every group we manage, whoever put them in. A group is never without a member on the way:
 * additions go first.
 */
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

/* A value, and the id of whom it names for the ledger; NULL: nobody's that we answer for. */
struct member {
    const char *name, *id;
};

struct members {
    struct member *items;
    size_t count, cap;
};

static void push(struct members *m, const char *name, const char *id)
{
    if (m->count == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 64;
        m->items = mu_xrealloc(m->items, m->cap * sizeof(*m->items));
    }
    m->items[m->count++] = (struct member){.name = name, .id = id};
}

/* One group at work: memberships come in group order. */
struct group_work {
    struct who *who;
    const char *attr;
    /* again: ours, and somebody took them out */
    struct members add, again, remove;
    struct mu_map *wanted; /* keys of desired members -> who */
    bool others;           /* members that stay, whatever we do */
    int64_t lost;          /* members it loses, not counting who only gets another name */
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

/* Whether we put that person in. 1, 0, -1. */
static int put_by_us(struct planner *p, const struct group_work *g, const char *user_id,
                     struct mu_err *err)
{
    const struct mu_owned_value v = {.kind = MU_GROUP,
                                     .id = g->who->id,
                                     .attr = g->attr,
                                     .value = {.bytes = user_id, .len = strlen(user_id)}};
    return mu_value_owned(p->store, p->sync->name, &v, err);
}

/* Whom a present member's key means: somebody of the snapshot, or somebody who was ours and is gone
 * from it. */
struct person {
    const struct who *who;
    const struct mu_owned *owned;
    const char *id; /* NULL: somebody else */
};

static struct person person_at(struct planner *p, const char *key, size_t len)
{
    struct person is = {.owned = mu_map_get(p->owned_by_key, key, len)};
    if (is.owned && is.owned->kind != MU_USER)
        return (struct person){.id = NULL};
    is.who = is.owned ? mu_map_get(p->who[MU_USER], is.owned->id, strlen(is.owned->id))
                      : mu_map_get(p->who_by_key, key, len);
    is.id = is.owned ? is.owned->id : is.who && is.who->kind == MU_USER ? is.who->id : NULL;
    return is;
}

/* Whether the plan may speak of that membership. */
static bool selects(const struct who *group, const struct who *user)
{
    return (group->selected || user->selected) && !group->excepted && !user->excepted;
}

static bool selects_person(struct planner *p, const struct group_work *g, const struct person *is)
{
    struct who gone = {.id = is->id, .owned = is->owned};
    if (is->who)
        return selects(g->who, is->who);
    plan_select(p, &gone, NULL);
    return selects(g->who, &gone);
}

/* A present member that isn't wanted under this name. */
static int judge_member(struct planner *p, struct group_work *g, const struct mu_value *v,
                        const struct person *is, struct mu_err *err)
{
    const struct who *w = is->who;
    bool renamed = is->owned && w && w->key && !w->aside && !mu_streq(w->key, is->owned->key);
    if (!is->id || !selects_person(p, g, is)) {
        g->others = true;
        return 0;
    }
    if (renamed && mu_map_get(g->wanted, w->key, strlen(w->key))) {
        push(&g->remove, v->bytes, is->id);
        return 0;
    }
    int ours = put_by_us(p, g, is->id, err);
    if (ours < 0)
        return -1;
    if (ours && p->may_remove) {
        push(&g->remove, v->bytes, is->id);
        g->lost++;
        return 0;
    }
    g->others = true;
    if (renamed && !ours) {
        push(&g->remove, v->bytes, NULL);
        push(&g->add, w->name, NULL);
    }
    return 0;
}

/* Compares the group's present members with the wanted keys: fills remove, and tells which wanted
 * are there already. */
static int compare_members(struct planner *p, struct group_work *g, struct mu_map *there,
                           struct mu_err *err)
{
    const struct mu_attrval *have = members_of(g->who->object, g->attr);
    for (size_t i = 0; have && i < have->count; i++) {
        const struct mu_value *v = &have->values[i];
        member_key(p, v);
        if (mu_map_get(g->wanted, p->fold_a.data, p->fold_a.len)) {
            const char *own = mu_strndup(p->row, p->fold_a.data, p->fold_a.len);
            mu_map_put(there, own, p->fold_a.len, g);
            continue;
        }
        const struct person is = person_at(p, p->fold_a.data, p->fold_a.len);
        if (is_placeholder(p, v))
            push(&g->remove, v->bytes, NULL);
        else if (judge_member(p, g, v, &is, err) < 0)
            return -1;
    }
    return 0;
}

/* Who is wanted and isn't there: new, or taken out by somebody else since we put them in. */
static int add_missing(struct planner *p, struct group_work *g, const struct mu_map *there,
                       struct mu_err *err)
{
    for (size_t i = 0; i < mu_map_count(g->wanted); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(g->wanted, i, &key, &len, &value);
        const struct who *w = value;
        if (mu_map_get(there, key, len))
            continue;
        bool stays = w->object && mu_streq(w->object->key, key); /* else it is a rename */
        int ours = g->who->object && stays ? put_by_us(p, g, w->id, err) : 0;
        if (ours < 0)
            return -1;
        push(ours ? &g->again : &g->add, w->name, w->id);
    }
    return 0;
}

static void settle_placeholder(struct planner *p, struct group_work *g)
{
    const char *placeholder = p->ops_of->placeholder(p->target);
    if (!placeholder || mu_map_count(g->wanted) > 0 || g->others)
        return;
    for (size_t i = 0; i < g->remove.count; i++) {
        const char *name = g->remove.items[i].name;
        if (is_placeholder(p, &(struct mu_value){.bytes = name, .len = strlen(name)})) {
            g->remove.items[i] = g->remove.items[--g->remove.count];
            return;
        }
    }
    push(&g->add, placeholder, NULL);
}

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
    struct mu_map *there = mu_map_new(mu_map_count(g->wanted));
    int rc = compare_members(p, g, there, err);
    if (rc == 0)
        rc = add_missing(p, g, there, err);
    mu_map_free(there);
    if (rc < 0)
        return -1;
    settle_placeholder(p, g);
    bool differs = g->add.count + g->again.count + g->remove.count > 0;
    const char *parked = differs ? plan_parked(p, g->who) : NULL;
    if (parked) {
        plan_leave(p, g->who, g->who->name, true, "%s", parked);
        return 0;
    }
    const struct mu_attrval *have = members_of(g->who->object, g->attr);
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
    if (!selects(g->who, user))
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
    const char *attr = mu_map_info(p->ops_of->mapping(p->target, MU_GROUP))->member_attr;
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
