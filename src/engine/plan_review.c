/* SPDX-License-Identifier: Apache-2.0 */
/* The plan that does what a review decided. */
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"
#include "engine/review.h"

/* What becomes of one group's members. */
struct seats {
    struct mu_object *object;
    const char *id, *label; /* id: in the sync's source; NULL: unknown there */
    struct mu_value *out, *in;
    const char **out_who, **in_who;
    size_t out_count, in_count;
};

struct reviewer {
    struct planner p;
    const struct mu_ruling *rulings;
    size_t count;
    const char *member_attr; /* NULL: groups aren't lists of people */
    struct mu_map *natives;  /* immutable id -> struct mu_owned */
    struct mu_map *seats;    /* key of a group -> struct seats */
    struct mu_map *aside;    /* key of a person -> themselves */
};

static struct mu_value value_of(const char *text)
{
    return (struct mu_value){.bytes = text, .len = strlen(text)};
}

/* Borrowed from the fold buffer. */
static const char *key_of(struct planner *p, const char *name)
{
    const struct mu_value v = value_of(name);
    mu_buf_reset(&p->fold_a);
    p->ops_of->fold(p->target, NULL, &v, &p->fold_a);
    return p->fold_a.data;
}

static struct mu_object *find(struct planner *p, enum mu_kind kind, const char *id,
                              const char *name)
{
    struct mu_object *o = mu_map_get(p->by_native, id, strlen(id));
    const char *const names[] = {id, name};
    for (size_t i = 0; i < MU_LEN(names) && !o; i++) {
        const char *key = names[i] ? key_of(p, names[i]) : "";
        o = mu_map_get(p->by_key, key, strlen(key));
    }
    return o && o->kind == kind ? o : NULL;
}

/* The id that the sync's source has for an object of ours. */
static const char *source_id(struct reviewer *v, const struct mu_object *o)
{
    const struct mu_owned *owned =
        o->native ? mu_map_get(v->natives, o->native, strlen(o->native)) : NULL;
    if (!owned)
        owned = mu_map_get(v->p.owned_by_key, o->key, strlen(o->key));
    return owned ? owned->id : NULL;
}

static struct who who_is(struct reviewer *v, const struct mu_object *o, const char *label)
{
    return (struct who){.kind = o->kind,
                        .id = source_id(v, o),
                        .label = label,
                        .name = o->name,
                        .key = o->key,
                        .object = o};
}

static void by_hand(struct reviewer *v, const struct who *w, enum mu_reason why, const char *note)
{
    struct mu_op *op = plan_add_op(&v->p, MU_OP_MANUAL, why, w);
    op->note = note;
}

/* ---- groups that are lists of people ---- */

static struct seats *seats_of(struct reviewer *v, struct mu_object *group, const char *label)
{
    struct seats *s = mu_map_get(v->seats, group->key, strlen(group->key));
    if (s)
        return s;
    s = mu_alloc(v->p.arena, sizeof(*s));
    *s = (struct seats){.object = group, .id = source_id(v, group), .label = label};
    s->out = mu_alloc_array(v->p.arena, v->count, sizeof(*s->out));
    s->in = mu_alloc_array(v->p.arena, v->count + 1, sizeof(*s->in));
    s->out_who = mu_alloc_array(v->p.arena, v->count, sizeof(*s->out_who));
    s->in_who = mu_alloc_array(v->p.arena, v->count + 1, sizeof(*s->in_who));
    mu_map_put(v->seats, group->key, strlen(group->key), s);
    return s;
}

static const struct mu_value *seat_in(struct planner *p, const struct mu_object *group,
                                      const char *attr, const struct mu_object *user)
{
    const struct mu_attrval *members = mu_object_attr(group, attr);
    for (size_t i = 0; members && i < members->count; i++) {
        const char *key = key_of(p, members->values[i].bytes);
        if (mu_streq(key, user->key))
            return &members->values[i];
    }
    return NULL;
}

static void leave_seat(struct reviewer *v, struct who *w, struct mu_object *group,
                       const struct mu_value *seat, const char *label)
{
    struct seats *s = seats_of(v, group, label);
    s->out[s->out_count] = *seat;
    s->out_who[s->out_count++] = w->id;
}

static void take_seat(struct reviewer *v, struct who *w, struct mu_object *group, const char *label)
{
    if (seat_in(&v->p, group, v->member_attr, w->object))
        return;
    struct seats *s = seats_of(v, group, label);
    s->in[s->in_count] = value_of(w->object->name);
    s->in_who[s->in_count++] = w->id;
}

static void rule_seat(struct reviewer *v, struct who *w, const struct mu_ruling *r)
{
    struct planner *p = &v->p;
    struct mu_object *group = find(p, MU_GROUP, r->group, NULL);
    struct mu_object *to = r->to ? find(p, MU_GROUP, r->to, NULL) : NULL;
    const struct mu_value *seat = group ? seat_in(p, group, v->member_attr, w->object) : NULL;
    if (!seat)
        plan_leave(p, w, w->name, true, "is not in %s on the target any more", r->group_label);
    else if (r->to && !to)
        plan_leave(p, w, w->name, true, "group %s is not on the target", r->to_label);
    else
        leave_seat(v, w, group, seat, r->group_label);
    if (seat && to)
        take_seat(v, w, to, r->to_label);
}

/* A group that must have a member gets the placeholder back with its last one. */
static void keep_inhabited(struct reviewer *v, struct seats *s, size_t have)
{
    const struct planner *p = &v->p;
    const char *placeholder = p->ops_of->placeholder(p->target);
    if (placeholder && have + s->in_count == s->out_count)
        s->in[s->in_count++] = value_of(placeholder);
}

static void change_seats(struct reviewer *v, struct seats *s)
{
    struct planner *p = &v->p;
    const struct mu_attrval *members = mu_object_attr(s->object, v->member_attr);
    size_t have = members ? members->count : 0;
    int64_t removed = (int64_t)s->out_count;
    const struct who w = {.kind = MU_GROUP,
                          .id = s->id,
                          .label = s->label,
                          .name = s->object->name,
                          .object = s->object};
    keep_inhabited(v, s, have);
    struct mu_opchange *change = mu_alloc(p->arena, sizeof(*change));
    *change = (struct mu_opchange){.attr = plan_intern(p, v->member_attr),
                                   .remove = s->out,
                                   .remove_count = s->out_count,
                                   .add = s->in,
                                   .add_count = s->in_count,
                                   .remove_who = s->out_who,
                                   .add_who = s->in_who,
                                   .shared = true};
    struct mu_op *op = plan_add_op(p, MU_OP_MODIFY, MU_WHY_MEMBERS, &w);
    op->changes = change;
    op->change_count = 1;
    plan_read_members_guard(p, &w, removed, (int64_t)have);
}

static void change_groups(struct reviewer *v)
{
    for (size_t i = 0; i < mu_map_count(v->seats); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(v->seats, i, &key, &len, &value);
        change_seats(v, value);
    }
}

/* ---- what a person has as a value ---- */

static void set_value(struct reviewer *v, const struct who *w, const struct mu_attrval *have,
                      const struct mu_value *to)
{
    struct planner *p = &v->p;
    struct mu_opchange *change = mu_alloc(p->arena, sizeof(*change));
    struct mu_value *add = mu_alloc(p->arena, sizeof(*add));
    *add = *to;
    *change = (struct mu_opchange){.attr = plan_intern(p, have->name),
                                   .remove = have->values,
                                   .remove_count = have->count,
                                   .add = add,
                                   .add_count = 1};
    struct mu_op *op = plan_add_op(p, MU_OP_MODIFY, MU_WHY_CHANGE, w);
    op->changes = change;
    op->change_count = 1;
}

static int resolve(struct reviewer *v, const char *attr, const char *text, struct mu_value *ret,
                   struct mu_err *err)
{
    struct planner *p = &v->p;
    *ret = value_of(text);
    return p->ops_of->resolve ? p->ops_of->resolve(p->target, p->arena, attr, ret, err) : 0;
}

static const struct mu_attrval *role_of(struct planner *p, const struct mu_object *o)
{
    for (size_t i = 0; p->ops_of->rank && i < o->attr_count; i++)
        if (o->attrs[i].count == 1 &&
            p->ops_of->rank(p->target, o->attrs[i].name, o->attrs[i].values) >= 0)
            return &o->attrs[i];
    return NULL;
}

static int rule_role(struct reviewer *v, const struct who *w, const struct mu_ruling *r,
                     struct mu_err *err)
{
    struct planner *p = &v->p;
    const struct mu_attrval *have = role_of(p, w->object);
    struct mu_value to;
    if (!have) {
        by_hand(v, w, MU_WHY_CHANGE,
                mu_printf(p->arena, "give %s the role %s; the target shows no roles", r->label,
                          r->to_label));
        return 0;
    }
    if (resolve(v, have->name, r->to, &to, err) < 0)
        return mu_wrap(err, "%s", r->label);
    if (!plan_same(p, have->name, have->values, &to))
        set_value(v, w, have, &to);
    return 0;
}

/* The value that says in which group the person is: the one that means the group reviewed. */
static const struct mu_attrval *group_of(struct reviewer *v, const struct mu_object *o,
                                         const char *group)
{
    struct planner *p = &v->p;
    for (size_t i = 0; i < o->attr_count; i++) {
        struct mu_err none = MU_ERR_INIT;
        struct mu_value is;
        const char *text = p->ops_of->resolve ? mu_printf(p->arena, "id:%s", group) : group;
        if (o->attrs[i].count == 1 && resolve(v, o->attrs[i].name, text, &is, &none) == 0 &&
            plan_same(p, o->attrs[i].name, o->attrs[i].values, &is))
            return &o->attrs[i];
    }
    return NULL;
}

static int rule_move(struct reviewer *v, const struct who *w, const struct mu_ruling *r,
                     struct mu_err *err)
{
    struct planner *p = &v->p;
    const struct mu_attrval *have = r->group ? group_of(v, w->object, r->group) : NULL;
    struct mu_value to;
    if (!have && r->group) {
        plan_leave(p, w, w->name, true, "is not in %s on the target any more", r->group_label);
        return 0;
    }
    if (!have) {
        by_hand(v, w, MU_WHY_CHANGE, mu_printf(p->arena, "put %s into %s", r->label, r->to_label));
        return 0;
    }
    const char *text = p->ops_of->resolve ? mu_printf(p->arena, "id:%s", r->to) : r->to;
    if (resolve(v, have->name, text, &to, err) < 0)
        return mu_wrap(err, "%s", r->label);
    set_value(v, w, have, &to);
    return 0;
}

/* Once a person, however many of their rows say so. */
static void set_aside(struct reviewer *v, struct who *w, const struct mu_ruling *r)
{
    struct planner *p = &v->p;
    if (mu_map_put(v->aside, w->key, strlen(w->key), (void *)(uintptr_t)w->key))
        return;
    if (plan_lies_aside(p, w->object))
        return;
    if (p->ops_of->aside)
        plan_aside(p, w, true);
    else
        by_hand(
            v, w, MU_WHY_DISABLE,
            mu_printf(p->arena, "set %s aside: there is no group to take them out of", r->label));
}

/* ---- one by one ---- */

static int rule(struct reviewer *v, const struct mu_ruling *r, struct mu_err *err)
{
    struct planner *p = &v->p;
    struct mu_object *o = find(p, MU_USER, r->user, r->email);
    const struct who gone = {.kind = MU_USER, .label = r->label};
    if (!o) {
        plan_leave(p, &gone, r->email, true, "is not on the target any more");
        return 0;
    }
    struct who w = who_is(v, o, r->label);
    if (o->held) {
        plan_leave(p, &w, w.name, true, "%s", o->held);
        return 0;
    }
    if (r->what == MU_RULED_ROLE)
        return rule_role(v, &w, r, err);
    if (v->member_attr && r->group)
        rule_seat(v, &w, r);
    else if (r->what == MU_RULED_MOVE)
        return rule_move(v, &w, r, err);
    else
        set_aside(v, &w, r);
    return 0;
}

static void index_owned(struct reviewer *v)
{
    const struct planner *p = &v->p;
    v->natives = mu_map_new(p->owned_count);
    for (size_t i = 0; i < p->owned_count; i++)
        if (p->owned[i].native)
            mu_map_put(v->natives, p->owned[i].native, strlen(p->owned[i].native), &p->owned[i]);
}

/* The snapshot is that of the sync's source, which goes stale with it as every plan does. */
static int read_sides(struct reviewer *v, struct mu_err *err)
{
    struct planner *p = &v->p;
    int found = mu_snapshot_get(p->store, p->arena, p->sync->from->name, 0, &p->snapshot, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING,
                       "no usable snapshot of %s yet, whose sync writes to %s; run `muster pull "
                       "%s` first",
                       p->sync->from->name, p->sync->to->name, p->sync->from->name);
    for (int k = 0; k < MU_KINDS; k++)
        p->who[k] = mu_map_new(0); /* nobody: what the source says doesn't matter here */
    if (plan_read_target(p, err) < 0)
        return -1;
    index_owned(v);
    v->member_attr = mu_target_member_attr(p->target);
    return 0;
}

static int make(struct reviewer *v, const struct mu_plan **ret, struct mu_err *err)
{
    struct planner *p = &v->p;
    if (read_sides(v, err) < 0)
        return -1;
    for (size_t i = 0; i < v->count; i++) {
        mu_arena_reset(p->row);
        if (rule(v, &v->rulings[i], err) < 0)
            return -1;
    }
    change_groups(v);
    plan_fit(p);
    plan_order(p);
    plan_read_guards(p);
    plan_read_highest(p);
    p->users = p->ours[MU_USER];
    p->groups = p->ours[MU_GROUP];
    *ret = plan_finish(p);
    return 0;
}

int mu_plan_review(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                   const struct mu_ruling *rulings, size_t count, struct mu_arena *arena,
                   struct mu_log *log, const struct mu_plan **ret, struct mu_err *err)
{
    struct reviewer v = {
        .rulings = rulings, .count = count, .seats = mu_map_new(0), .aside = mu_map_new(0)};
    plan_init(&v.p, store, sync, target, arena, log);
    int rc = make(&v, ret, err);
    mu_map_free(v.seats);
    mu_map_free(v.aside);
    mu_map_free(v.natives);
    plan_done(&v.p);
    return rc < 0 ? mu_wrap(err, "review of %s", sync->to->name) : 0;
}
