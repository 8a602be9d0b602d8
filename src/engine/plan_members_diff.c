/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is to be added to a group and taken out. What we may take out is what we put there, which the
 * ledger of values knows, and the placeholder; members others added stay. Who is renamed is renamed
 * in every group we manage, whoever put them in.
 */
#include <string.h>

#include "base/str.h"
#include "engine/members.h"
#include "engine/plan_grace.h"

static void push(struct members *m, const char *name, const char *id)
{
    if (m->count == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 64;
        m->items = mu_xrealloc(m->items, m->cap * sizeof(*m->items));
    }
    m->items[m->count++] = (struct member){.name = name, .id = id};
}

/* The key of a member value; borrowed from the fold buffer. */
static void member_key(struct planner *p, const struct mu_value *v)
{
    mu_buf_reset(&p->fold_a);
    p->ops_of->fold(p->target, NULL, v, &p->fold_a);
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
static int put_by_us(struct planner *p, const struct who *group, const char *attr,
                     const char *user_id, struct mu_err *err)
{
    const struct mu_owned_value v = {.kind = MU_GROUP,
                                     .id = group->id,
                                     .attr = attr,
                                     .value = {.bytes = user_id, .len = strlen(user_id)}};
    return mu_value_owned(p->store, p->sync->name, &v, err);
}

/* Whom a present member's key means: somebody of the snapshot, or somebody who was ours and is gone
 * from it. */
struct person {
    const struct who *who;
    const struct mu_owned *owned;
    const char *id;     /* NULL: somebody else */
    bool renamed;       /* is called otherwise now, or will be */
    const char *former; /* who else may be meant */
};

static struct person person_of(struct planner *p, const char *id, const char *key)
{
    if (!id)
        return (struct person){.id = NULL};
    const struct who *w = mu_map_get(p->who[MU_USER], id, strlen(id));
    return (struct person){.id = id,
                           .who = w,
                           .owned = mu_map_get(p->owned_by_id[MU_USER], id, strlen(id)),
                           .renamed = w && w->key && !w->aside && !mu_streq(w->key, key)};
}

/* Who bears that name now, or is to. */
static const char *bearer(struct planner *p, const char *key, size_t len)
{
    const struct mu_owned *owned = mu_map_get(p->owned_by_key, key, len);
    const struct who *who = mu_map_get(p->who_by_key, key, len);
    if (owned)
        return owned->kind == MU_USER ? owned->id : NULL;
    return who && who->kind == MU_USER ? who->id : NULL;
}

/* A run that was cut may have renamed people and not put this group right: whoever had the name
 * before is meant, if the group is to have them. Else who bears it, and who had it. */
static struct person person_at(struct planner *p, const struct group_work *g, const char *key,
                               size_t len)
{
    const char *now = bearer(p, key, len), *former = mu_map_get(p->former, key, len);
    struct person was = person_of(p, former, key);
    if (!now || (was.renamed && mu_map_get(g->wanted, was.who->key, strlen(was.who->key))))
        return was;
    struct person is = person_of(p, now, key);
    is.former = former;
    return is;
}

static bool selects_person(struct planner *p, const struct group_work *g, const struct person *is)
{
    struct who gone = {.id = is->id, .owned = is->owned};
    if (is->who)
        return plan_members_select(g->who, is->who);
    plan_select(p, &gone, NULL);
    return plan_members_select(g->who, &gone);
}

/* A present member that isn't wanted under this name. */
static int judge_member(struct planner *p, struct group_work *g, const struct mu_value *v,
                        const struct person *is, struct mu_err *err)
{
    const struct who *w = is->who;
    if (!is->id || !selects_person(p, g, is) || plan_grace_keeps(p, is->id)) {
        g->others = true;
        return 0;
    }
    if (is->renamed && mu_map_get(g->wanted, w->key, strlen(w->key))) {
        push(&g->remove, v->bytes, is->id);
        if (!mu_map_get(g->there, w->key, strlen(w->key)))
            mu_map_put(g->there, w->key, strlen(w->key), (void *)(uintptr_t)w);
        return 0;
    }
    const char *id = is->id;
    int ours = put_by_us(p, g->who, g->attr, id, err);
    if (ours == 0 && is->former)
        ours = put_by_us(p, g->who, g->attr, id = is->former, err);
    if (ours < 0)
        return -1;
    if (ours && p->may_remove) {
        push(&g->remove, v->bytes, id);
        g->lost++;
        return 0;
    }
    g->others = true;
    if (is->renamed) {
        push(&g->remove, v->bytes, ours ? id : NULL);
        push(&g->add, w->name, ours ? id : NULL);
    }
    return 0;
}

/* Whether that name still stands for another one than w, who is about to get it. */
static bool passed_on(struct planner *p, const struct who *w, const char *key, size_t len)
{
    if (p->waiting_count == 0)
        return false;
    const char *id = bearer(p, key, len);
    return id && !mu_streq(id, w->id);
}

/* Compares the group's present members with the wanted keys: fills remove, and tells which wanted
 * are there already. */
static int compare_members(struct planner *p, struct group_work *g, struct mu_err *err)
{
    const struct mu_attrval *have = mu_object_attr(g->who->object, g->attr);
    for (size_t i = 0; have && i < have->count; i++) {
        const struct mu_value *v = &have->values[i];
        member_key(p, v);
        const struct who *w = mu_map_get(g->wanted, p->fold_a.data, p->fold_a.len);
        if (w && !passed_on(p, w, p->fold_a.data, p->fold_a.len)) {
            const char *own = mu_strndup(p->row, p->fold_a.data, p->fold_a.len);
            mu_map_put(g->there, own, p->fold_a.len, g);
            continue;
        }
        const struct person is = person_at(p, g, p->fold_a.data, p->fold_a.len);
        if (is_placeholder(p, v))
            push(&g->remove, v->bytes, NULL);
        else if (judge_member(p, g, v, &is, err) < 0)
            return -1;
    }
    return 0;
}

/* Who is wanted and isn't there: new, or taken out by somebody else since we put them in. */
static int add_missing(struct planner *p, struct group_work *g, struct mu_err *err)
{
    for (size_t i = 0; i < mu_map_count(g->wanted); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(g->wanted, i, &key, &len, &value);
        const struct who *w = value;
        const void *there = mu_map_get(g->there, key, len);
        if (there == g)
            continue;
        bool stays = !there && w->object && mu_streq(w->object->key, key); /* else it is a rename */
        int ours = g->who->object && stays ? put_by_us(p, g->who, g->attr, w->id, err) : 0;
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

int plan_members_compare(struct planner *p, struct group_work *g, struct mu_err *err)
{
    g->there = mu_map_new(mu_map_count(g->wanted));
    int rc = compare_members(p, g, err);
    if (rc == 0)
        rc = add_missing(p, g, err);
    mu_map_free(g->there);
    if (rc == 0)
        settle_placeholder(p, g);
    return rc;
}

static int mark_members(struct planner *p, const struct who *group, struct mu_opchange *c,
                        struct mu_err *err)
{
    const char **who = mu_alloc_array(p->arena, c->remove_count, sizeof(*who));
    for (size_t i = 0; i < c->remove_count; i++) {
        member_key(p, &c->remove[i]);
        const char *id = bearer(p, p->fold_a.data, p->fold_a.len);
        if (!id)
            id = mu_map_get(p->former, p->fold_a.data, p->fold_a.len);
        int ours = id ? put_by_us(p, group, c->attr, id, err) : 0;
        if (ours < 0)
            return -1;
        who[i] = ours ? id : NULL;
    }
    c->remove_who = who;
    c->shared = true;
    return 0;
}

int plan_mark_members(struct planner *p, const struct who *group, struct mu_opchange *changes,
                      size_t count, struct mu_err *err)
{
    const char *attr = mu_target_member_attr(p->target);
    for (size_t i = 0; attr && i < count; i++)
        if (mu_strieq(changes[i].attr, attr) && mark_members(p, group, &changes[i], err) < 0)
            return -1;
    return 0;
}
