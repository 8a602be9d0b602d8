/* SPDX-License-Identifier: Apache-2.0 */
/* One step taken back, as far as it still stands; the rest is listed with the values seen. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/undoer.h"

enum { VALUE_SHOWN = 80 };

static struct undone *emit(struct undoer *u, const struct mu_op *op, struct thing *t, size_t rank)
{
    u->list = plan_grow(u->list, u->count, &u->cap, sizeof(*u->list));
    u->list[u->count] = (struct undone){.op = *op, .thing = t, .rank = rank};
    return &u->list[u->count++];
}

static const char *quoted(struct undoer *u, const struct mu_value *v)
{
    return mu_printf(u->p.arena, "\"%s\"", mu_printable(u->p.arena, v->bytes, v->len, VALUE_SHOWN));
}

static const char *safe(struct undoer *u, const char *text)
{
    return mu_printable(u->p.arena, text, strlen(text), (size_t)4 * VALUE_SHOWN);
}

/* ---- changes ---- */

/* Values that are picked of a list, with whom they name. */
struct picked {
    struct mu_value *values;
    const char **who;
    size_t count;
};

static struct picked pick_of(struct undoer *u, size_t room, const char *const *who)
{
    return (struct picked){.values = mu_alloc_array(u->p.arena, room + 1, sizeof(struct mu_value)),
                           .who = who ? mu_alloc_array(u->p.arena, room + 1, sizeof(const char *))
                                      : NULL};
}

static void pick(struct picked *p, const struct mu_value *values, const char *const *who, size_t i)
{
    if (p->who)
        p->who[p->count] = who[i];
    p->values[p->count++] = values[i];
}

/* What the run put there and is still there, goes. */
static struct picked pick_removes(struct undoer *u, const struct mu_op *op, struct bag *bag,
                                  const struct mu_opchange *c)
{
    struct picked p = pick_of(u, c->remove_count, c->remove_who);
    for (size_t i = 0; i < c->remove_count; i++) {
        if (undo_has(u, bag, c->attr, &c->remove[i]))
            pick(&p, c->remove, c->remove_who, i);
        else
            undo_leave(u, op, false, "%s: %s, which the run wrote, is no longer there; there: %s",
                       c->attr, quoted(u, &c->remove[i]), undo_shown(u, bag));
    }
    return p;
}

/* What the run took away and isn't there again, comes back. */
static struct picked pick_adds(struct undoer *u, struct bag *bag, const struct mu_opchange *c,
                               bool members)
{
    struct picked p = pick_of(u, c->add_count, c->add_who);
    for (size_t i = 0; i < c->add_count; i++) {
        bool idle = members && bag->live > 0 && undo_is_placeholder(u, &c->add[i]);
        if (!idle && !undo_has(u, bag, c->attr, &c->add[i]))
            pick(&p, c->add, c->add_who, i);
    }
    return p;
}

/* A value that replaced ours is the one that counts now: the older one would stand beside it. */
static bool replaced(struct undoer *u, const struct mu_op *op, struct bag *bag,
                     const struct mu_opchange *c, const struct picked *adds)
{
    if (c->remove_count == 0 || adds->count == 0 || bag->live == 0)
        return false;
    undo_leave(u, op, true,
               "%s: %s was written by the run, and now %s is there; %s is not put back", c->attr,
               quoted(u, &c->remove[0]), undo_shown(u, bag), quoted(u, &adds->values[0]));
    return true;
}

/* False: nothing of it can or need be done. */
static bool reverse_change(struct undoer *u, const struct mu_op *op, struct thing *t,
                           const struct mu_opchange *c, struct mu_opchange *ret)
{
    struct bag *bag = undo_bag(u, t, c->attr);
    bool members = undo_is_members(u, op, c->attr), none = bag->live == 0;
    struct picked removes = pick_removes(u, op, bag, c);
    for (size_t i = 0; i < removes.count; i++)
        undo_take(u, bag, c->attr, &removes.values[i]);
    struct picked adds = pick_adds(u, bag, c, members);
    if (!members && removes.count == 0 && replaced(u, op, bag, c, &adds))
        return false;
    for (size_t i = 0; i < adds.count; i++)
        undo_put(u, bag, c->attr, &adds.values[i]);
    *ret = (struct mu_opchange){.attr = c->attr,
                                .remove = removes.values,
                                .remove_count = removes.count,
                                .remove_who = removes.who,
                                .add = adds.values,
                                .add_count = adds.count,
                                .add_who = adds.who,
                                .shared = c->shared,
                                .absent = none && adds.count > 0 && !c->shared};
    return removes.count + adds.count > 0;
}

static void reverse_modify(struct undoer *u, const struct mu_op *back, struct thing *t, size_t rank)
{
    struct mu_opchange *changes =
        mu_alloc_array(u->p.arena, back->change_count + 1, sizeof(*changes));
    struct mu_op op = *back;
    op.name = t->object.name;
    op.native = t->object.native;
    op.changes = changes;
    op.change_count = 0;
    for (size_t i = 0; i < back->change_count; i++)
        op.change_count += reverse_change(u, &op, t, &back->changes[i], &changes[op.change_count]);
    if (op.change_count == 0)
        return;
    t->touched = true;
    emit(u, &op, t, rank);
}

/* ---- names ---- */

static void reverse_rename(struct undoer *u, const struct mu_op *back, struct thing *t, size_t rank)
{
    const struct thing *other = undo_at(u, back->new_name);
    struct thing *there = undo_at(u, back->name);
    struct mu_op op = *back;
    if (there != t) {
        undo_leave(u, back, true, "it was renamed since, and is now %s", safe(u, t->object.name));
        return;
    }
    if (other && other != t) {
        undo_leave(u, back, true, "its former name %s is taken", safe(u, back->new_name));
        return;
    }
    op.name = t->object.name;
    op.native = t->object.native;
    emit(u, &op, t, rank);
    undo_rename_thing(u, t, op.new_name);
}

/* ---- what the run created ---- */

/* The object as it will be, with what the undo did to it before. */
static void as_it_will_be(struct undoer *u, struct thing *t, struct mu_object *whole)
{
    struct mu_attrval *attrs = mu_alloc_array(u->p.arena, whole->attr_count + 1, sizeof(*attrs));
    for (size_t i = 0; i < whole->attr_count; i++) {
        struct bag *bag = undo_bag_known(u, t, whole->attrs[i].name);
        attrs[i] = whole->attrs[i];
        if (!bag)
            continue;
        struct picked left = pick_of(u, attrs[i].count, NULL);
        for (size_t j = 0; j < attrs[i].count; j++)
            if (undo_has(u, bag, attrs[i].name, &attrs[i].values[j]))
                pick(&left, attrs[i].values, NULL, j);
        attrs[i].values = left.values;
        attrs[i].count = left.count;
    }
    whole->attrs = attrs;
}

/* The first value that is there and wasn't created; NULL: none. */
static const struct mu_value *added_since(struct undoer *u, const struct mu_op *back,
                                          const struct mu_attrval *attr)
{
    struct bag *bag = undo_new_bag(u);
    const struct mu_value *found = NULL;
    for (size_t i = 0; i < back->change_count; i++)
        for (size_t j = 0;
             mu_strieq(back->changes[i].attr, attr->name) && j < back->changes[i].remove_count; j++)
            undo_put(u, bag, attr->name, &back->changes[i].remove[j]);
    for (size_t i = 0; i < attr->count && !found; i++)
        if (!undo_has(u, bag, attr->name, &attr->values[i]))
            found = &attr->values[i];
    mu_map_free(bag->map);
    return found;
}

static bool unchanged(struct undoer *u, const struct mu_op *back, struct thing *t,
                      const struct mu_object *read, const struct mu_object *whole)
{
    for (size_t i = 0; i < whole->attr_count; i++) {
        const struct mu_attrval *attr = &whole->attrs[i];
        if (read->attrs[i].count == 0) {
            undo_leave(u, back, true,
                       "%s was set since, and can't be kept: deleting it could not be taken back",
                       attr->name);
            return false;
        }
        const struct mu_value *more = added_since(u, back, attr);
        if (more) {
            undo_leave(u, back, true, "%s: %s was added since it was created", attr->name,
                       quoted(u, more));
            return false;
        }
    }
    if (undo_at(u, back->name) == t)
        return true;
    undo_leave(u, back, true, "it was renamed since, and is now %s", safe(u, t->object.name));
    return false;
}

static int reverse_create(struct undoer *u, const struct mu_op *back, struct thing *t, size_t rank,
                          struct mu_err *err)
{
    struct mu_object read, whole;
    struct mu_op op = *back;
    size_t secrets;
    int rc = t->was ? u->p.ops_of->get(u->p.target, u->p.arena, t->was, &read, err) : 0;
    if (rc <= 0 || !mu_streq(read.native, t->object.native)) {
        undo_leave(u, back, true, "it changed while this plan was made");
        return rc < 0 ? -1 : 0;
    }
    whole = read;
    as_it_will_be(u, t, &whole);
    if (!unchanged(u, back, t, &read, &whole))
        return 0;
    op.name = t->object.name;
    op.native = t->object.native;
    op.version = t->touched ? NULL : read.version;
    const struct who who = {.kind = op.kind, .id = op.id};
    if (plan_whole(&u->p, &who, &whole, &op, &secrets, err) < 0)
        return -1;
    emit(u, &op, t, rank);
    undo_remove_thing(u, t, true);
    return 0;
}

/* ---- what the run deleted ---- */

static void reverse_delete(struct undoer *u, const struct mu_op *back, size_t rank)
{
    struct mu_op op = *back;
    if (undo_at(u, back->name)) {
        undo_leave(u, back, true, "it was deleted, and its name is taken");
        return;
    }
    if (back->note)
        undo_leave(u, back, true, "%s", back->note);
    op.note = NULL;
    emit(u, &op, undo_make_thing(u, &op), rank);
}

/* ---- what the ledger alone knows of ---- */

static const struct mu_owned *owned_of(const struct undoer *u, const struct mu_op *op)
{
    return mu_map_get(u->p.owned_by_id[op->kind], op->id, strlen(op->id));
}

static void reverse_adopt(struct undoer *u, const struct mu_op *back, size_t rank)
{
    struct thing *t = undo_thing_of(u, back);
    if (owned_of(u, back))
        emit(u, back, t, rank);
    else
        undo_leave(u, back, false, "it isn't ours any more");
}

static void reverse_release(struct undoer *u, const struct mu_op *back, size_t rank)
{
    struct thing *t = undo_at(u, back->name);
    if (!t || !mu_streq(t->object.native, back->native))
        undo_leave(u, back, true, "it is no longer there");
    else if (owned_of(u, back))
        undo_leave(u, back, false, "it is ours already");
    else
        emit(u, back, t, rank);
}

/* ---- all of them ---- */

int undo_step(struct undoer *u, const struct mu_op *op, size_t rank, struct mu_err *err)
{
    struct mu_op back;
    if (!mu_op_inverse(u->p.arena, op, NULL, &back)) {
        undo_leave(u, op, true, "%s: can't be taken back%s", mu_verb_name(op->verb),
                   op->one_way                ? ": it went out to the person; on the target's own "
                                                "pages it may be withdrawn"
                   : op->verb == MU_OP_DELETE ? ": the run didn't keep what it deleted"
                                              : "");
        return 0;
    }
    if (back.verb == MU_OP_CREATE) {
        reverse_delete(u, &back, rank);
        return 0;
    }
    if (back.verb == MU_OP_RELEASE || back.verb == MU_OP_ADOPT) {
        back.verb == MU_OP_RELEASE ? reverse_adopt(u, &back, rank)
                                   : reverse_release(u, &back, rank);
        return 0;
    }
    struct thing *t = undo_thing_of(u, op);
    if (!t) {
        undo_leave(u, op, back.verb != MU_OP_DELETE, "it is no longer there, or isn't ours");
        return 0;
    }
    if (back.verb == MU_OP_DELETE)
        return reverse_create(u, &back, t, rank, err);
    if (back.verb == MU_OP_RENAME)
        reverse_rename(u, &back, t, rank);
    else
        reverse_modify(u, &back, t, rank);
    if (u->lost.code == MU_OK)
        return 0;
    *err = u->lost;
    return -1;
}
