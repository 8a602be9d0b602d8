/* SPDX-License-Identifier: Apache-2.0 */
/* What only the end shows: who would be a member without being there, which group would be without
 * a member, what stands in a container. */
#include <string.h>

#include "base/str.h"
#include "engine/undoer.h"

/* ---- who is a member of what, in the end ---- */

static void note_values(struct undoer *u, struct mu_map *members, const struct mu_attrval *attr,
                        struct thing *group)
{
    struct bag *bag = undo_bag_known(u, group, attr->name);
    for (size_t i = 0; i < attr->count; i++) {
        if (bag && !undo_has(u, bag, attr->name, &attr->values[i]))
            continue;
        const char *key = mu_strdup(u->p.arena, undo_form(u, NULL, &attr->values[i]));
        mu_map_put(members, key, strlen(key), group);
    }
}

static void note_group(struct undoer *u, struct mu_map *members, struct thing *group)
{
    const struct mu_op about = {.kind = MU_GROUP};
    for (size_t i = 0; !group->gone && i < group->object.attr_count; i++)
        if (undo_is_members(u, &about, group->object.attrs[i].name))
            note_values(u, members, &group->object.attrs[i], group);
}

/* Key of a member -> a group that stays as it is, of those that were read. Whom the undo itself
 * makes a member is seen to elsewhere. */
static struct mu_map *members_left(struct undoer *u)
{
    struct mu_map *members = mu_map_new(0);
    for (size_t i = 0; i < u->p.object_count; i++)
        if (u->p.objects[i].kind == MU_GROUP)
            note_group(u, members, undo_thing(u, &u->p.objects[i]));
    return members;
}

static void drop(struct undoer *u, struct undone *d)
{
    d->dropped = true;
    undo_remove_thing(u, d->thing, false);
}

static void check_deletes(struct undoer *u)
{
    struct mu_map *members = NULL;
    for (size_t i = 0; i < u->count; i++) {
        struct undone *d = &u->list[i];
        if (d->op.verb != MU_OP_DELETE || d->op.kind != MU_USER)
            continue;
        if (!members)
            members = members_left(u);
        const struct thing *group =
            mu_map_get(members, d->thing->object.key, strlen(d->thing->object.key));
        if (!group)
            continue;
        undo_leave(u, &d->op, true, "it is a member of %s", group->object.name);
        drop(u, d);
    }
    mu_map_free(members);
}

/* ---- members who aren't there ---- */

static bool is_there(struct undoer *u, const struct mu_value *name)
{
    return undo_is_placeholder(u, name) || undo_at(u, name->bytes);
}

/* Whether the change takes that person out under another name: not that either, then. */
static bool stays(struct undoer *u, struct bag *bag, struct mu_opchange *c, const char *who)
{
    struct mu_value *remove = mu_alloc_array(u->p.arena, c->remove_count + 1, sizeof(*remove));
    const char **remove_who = mu_alloc_array(u->p.arena, c->remove_count + 1, sizeof(*remove_who));
    size_t count = 0;
    for (size_t i = 0; who && c->remove_who && i < c->remove_count; i++) {
        if (mu_streq(c->remove_who[i], who)) {
            undo_put(u, bag, c->attr, &c->remove[i]);
            continue;
        }
        remove_who[count] = c->remove_who[i];
        remove[count++] = c->remove[i];
    }
    if (!who || !c->remove_who || count == c->remove_count)
        return false;
    c->remove = remove;
    c->remove_who = remove_who;
    c->remove_count = count;
    return true;
}

static void keep_present(struct undoer *u, struct undone *d, struct mu_opchange *c)
{
    struct bag *bag = undo_bag(u, d->thing, c->attr);
    struct mu_value *add = mu_alloc_array(u->p.arena, c->add_count + 1, sizeof(*add));
    const char **who =
        c->add_who ? mu_alloc_array(u->p.arena, c->add_count + 1, sizeof(*who)) : NULL;
    size_t count = 0;
    for (size_t i = 0; i < c->add_count; i++) {
        if (!is_there(u, &c->add[i])) {
            bool renamed = stays(u, bag, c, c->add_who ? c->add_who[i] : NULL);
            undo_leave(u, &d->op, !renamed, "%s: %s isn't there any more%s", c->attr,
                       c->add[i].bytes, renamed ? ", who was called so stays a member" : "");
            undo_take(u, bag, c->attr, &c->add[i]);
            continue;
        }
        if (who)
            who[count] = c->add_who[i];
        add[count++] = c->add[i];
    }
    c->add = add;
    c->add_who = who;
    c->add_count = count;
}

/* A class that demands a member has one in every moment, and in the end. */
static void keep_member(struct undoer *u, struct undone *d, struct mu_opchange *c)
{
    const char *placeholder = u->p.ops_of->placeholder(u->p.target);
    struct bag *bag = undo_bag(u, d->thing, c->attr);
    if (bag->live > 0 || !placeholder)
        return;
    struct mu_value *add = mu_alloc_array(u->p.arena, c->add_count + 1, sizeof(*add));
    const char **who = mu_alloc_array(u->p.arena, c->add_count + 1, sizeof(*who));
    for (size_t i = 0; i < c->add_count; i++) {
        add[i] = c->add[i];
        who[i] = c->add_who ? c->add_who[i] : NULL;
    }
    add[c->add_count] = (struct mu_value){.bytes = placeholder, .len = strlen(placeholder)};
    undo_put(u, bag, c->attr, &add[c->add_count]);
    c->add = add;
    c->add_who = who;
    c->add_count++;
}

static bool has_values(const struct mu_op *op)
{
    size_t count = 0;
    for (size_t i = 0; i < op->change_count; i++)
        count += op->changes[i].add_count + op->changes[i].remove_count;
    return count > 0;
}

static void check_members(struct undoer *u, struct undone *d)
{
    struct mu_opchange *changes =
        mu_alloc_array(u->p.arena, d->op.change_count + 1, sizeof(*changes));
    if (d->op.change_count > 0)
        memcpy(changes, d->op.changes, d->op.change_count * sizeof(*changes));
    d->op.changes = changes;
    for (size_t i = 0; i < d->op.change_count; i++) {
        if (!undo_is_members(u, &d->op, changes[i].attr))
            continue;
        keep_present(u, d, &changes[i]);
        keep_member(u, d, &changes[i]);
    }
    d->dropped = d->op.verb == MU_OP_MODIFY && !has_values(&d->op);
}

/* ---- containers ---- */

static bool lies_in(const struct thing *t, const char *key)
{
    size_t len = strlen(key);
    return !t->gone && strlen(t->object.key) > len && mu_ends(t->object.key, key);
}

static const struct thing *anything_in(struct undoer *u, const struct thing *container)
{
    for (size_t i = 0; i < u->p.object_count; i++) {
        const struct thing *t = undo_thing(u, &u->p.objects[i]);
        if (t != container && lies_in(t, container->object.key))
            return t;
    }
    for (size_t i = 0; i < u->count; i++)
        if (u->list[i].op.verb == MU_OP_CREATE && lies_in(u->list[i].thing, container->object.key))
            return u->list[i].thing;
    return NULL;
}

/* The list has children before their parents, as they were made after them. */
static void check_containers(struct undoer *u)
{
    for (size_t i = 0; i < u->count; i++) {
        struct undone *d = &u->list[i];
        if (d->op.verb != MU_OP_DELETE || d->op.kind != MU_KINDS)
            continue;
        const struct thing *in = anything_in(u, d->thing);
        if (!in)
            continue;
        undo_leave(u, &d->op, true, "it isn't empty: %s is in it", in->object.name);
        drop(u, d);
    }
}

void undo_check(struct undoer *u)
{
    check_deletes(u);
    for (size_t i = 0; i < u->count; i++)
        if (u->list[i].op.kind == MU_GROUP &&
            (u->list[i].op.verb == MU_OP_MODIFY || u->list[i].op.verb == MU_OP_CREATE))
            check_members(u, &u->list[i]);
    check_containers(u);
}
