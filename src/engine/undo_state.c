/* SPDX-License-Identifier: Apache-2.0 */
/* The target as the undo will have left it so far. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/undoer.h"

enum { SHOWN = 3, SHOWN_BYTES = 80 };

/* A value of a bag; `in` false: it was taken out. */
struct held {
    struct mu_value value;
    bool in;
};

const char *undo_form(struct undoer *u, const char *attr, const struct mu_value *value)
{
    mu_buf_reset(&u->fold);
    u->p.ops_of->fold(u->p.target, attr, value, &u->fold);
    return u->fold.data;
}

/* ---- things ---- */

struct thing *undo_thing(struct undoer *u, const struct mu_object *object)
{
    struct thing *t = mu_map_get(u->things, object->key, strlen(object->key));
    if (!t) {
        t = mu_alloc(u->p.arena, sizeof(*t));
        t->object = *object;
        t->was = object->name;
        mu_map_put(u->things, object->key, strlen(object->key), t);
    }
    return t;
}

static struct thing *at_key(struct undoer *u, const char *key)
{
    struct thing *t = mu_map_get(u->names, key, strlen(key));
    if (t)
        return t == &u->nobody ? NULL : t;
    const struct mu_object *o = mu_map_get(u->p.by_key, key, strlen(key));
    return o ? undo_thing(u, o) : NULL;
}

struct thing *undo_at(struct undoer *u, const char *name)
{
    struct mu_value value = {.bytes = name, .len = strlen(name)};
    return at_key(u, undo_form(u, NULL, &value));
}

static void set_name(struct undoer *u, const char *key, struct thing *t)
{
    mu_map_put(u->names, key, strlen(key), t);
}

static struct thing *by_native(struct undoer *u, const char *native)
{
    const struct mu_object *o = native ? mu_map_get(u->p.by_native, native, strlen(native)) : NULL;
    struct thing *t = o ? undo_thing(u, o) : NULL;
    return t && !t->gone ? t : NULL;
}

/* What lies above the places is not among the objects read. */
static struct thing *container_at(struct undoer *u, const char *name)
{
    struct thing *t = undo_at(u, name);
    struct mu_object *object = mu_alloc(u->p.arena, sizeof(*object));
    if (!t && u->p.ops_of->get(u->p.target, u->p.arena, name, object, &u->lost) == 1)
        set_name(u, object->key, t = undo_thing(u, object));
    return t;
}

struct thing *undo_thing_of(struct undoer *u, const struct mu_op *op)
{
    struct thing *t = by_native(u, op->native);
    if (t || op->kind == MU_KINDS || !op->id)
        return t ? t : container_at(u, op->name);
    const struct mu_owned *owned = mu_map_get(u->p.owned_by_id[op->kind], op->id, strlen(op->id));
    if (owned && owned->native)
        return by_native(u, owned->native);
    if (owned)
        return at_key(u, owned->key);
    t = undo_at(u, op->name);
    return t && !t->was ? t : NULL;
}

struct thing *undo_make_thing(struct undoer *u, const struct mu_op *create)
{
    struct thing *t = mu_alloc(u->p.arena, sizeof(*t));
    struct mu_attrval *attrs = mu_alloc_array(u->p.arena, create->change_count + 1, sizeof(*attrs));
    struct mu_value name = {.bytes = create->name, .len = strlen(create->name)};
    for (size_t i = 0; i < create->change_count; i++)
        attrs[i] = (struct mu_attrval){.name = create->changes[i].attr,
                                       .values = create->changes[i].add,
                                       .count = create->changes[i].add_count};
    *t = (struct thing){.object = {.kind = create->kind,
                                   .name = create->name,
                                   .key = mu_strdup(u->p.arena, undo_form(u, NULL, &name)),
                                   .attrs = attrs,
                                   .attr_count = create->change_count},
                        .touched = true};
    set_name(u, t->object.key, t);
    mu_map_put(u->things, t->object.key, strlen(t->object.key), t);
    return t;
}

void undo_rename_thing(struct undoer *u, struct thing *t, const char *name)
{
    struct mu_value value = {.bytes = name, .len = strlen(name)};
    set_name(u, t->object.key, &u->nobody);
    t->object.name = name;
    t->object.key = mu_strdup(u->p.arena, undo_form(u, NULL, &value));
    t->touched = true;
    set_name(u, t->object.key, t);
}

void undo_remove_thing(struct undoer *u, struct thing *t, bool gone)
{
    t->gone = gone;
    set_name(u, t->object.key, gone ? &u->nobody : t);
}

/* ---- bags ---- */

static const char *bag_name(struct undoer *u, const struct thing *t, const char *attr)
{
    /* Things don't move in memory, and two of them never share a place. */
    return mu_printf(u->p.row, "%p\n%s", (const void *)t, mu_fold(u->p.row, attr));
}

struct bag *undo_bag_known(struct undoer *u, const struct thing *t, const char *attr)
{
    const char *name = bag_name(u, t, attr);
    return mu_map_get(u->bags, name, strlen(name));
}

struct bag *undo_new_bag(struct undoer *u)
{
    struct bag *bag = mu_alloc(u->p.arena, sizeof(*bag));
    bag->map = mu_map_new(0);
    return bag;
}

/* The read knows managed attributes only; what was managed when the run was may not be now. */
static const struct mu_attrval *values_of(struct undoer *u, const struct thing *t, const char *attr)
{
    const struct mu_attrval *found = mu_object_attr(&t->object, attr);
    struct mu_object whole;
    if (found || !t->was)
        return found;
    int rc = u->p.ops_of->get(u->p.target, u->p.arena, t->was, &whole, &u->lost);
    return rc == 1 ? mu_object_attr(&whole, attr) : NULL;
}

struct bag *undo_bag(struct undoer *u, struct thing *t, const char *attr)
{
    const char *name = bag_name(u, t, attr);
    struct bag *bag = mu_map_get(u->bags, name, strlen(name));
    if (bag)
        return bag;
    const struct mu_attrval *values = values_of(u, t, attr);
    bag = undo_new_bag(u);
    name = mu_strdup(u->p.arena, name);
    mu_map_put(u->bags, name, strlen(name), bag);
    for (size_t i = 0; values && i < values->count; i++)
        undo_put(u, bag, attr, &values->values[i]);
    return bag;
}

static struct held *find(struct undoer *u, struct bag *bag, const char *attr,
                         const struct mu_value *value)
{
    undo_form(u, attr, value);
    return mu_map_get(bag->map, u->fold.data, u->fold.len);
}

bool undo_has(struct undoer *u, struct bag *bag, const char *attr, const struct mu_value *value)
{
    const struct held *h = find(u, bag, attr, value);
    return h && h->in;
}

void undo_put(struct undoer *u, struct bag *bag, const char *attr, const struct mu_value *value)
{
    struct held *h = find(u, bag, attr, value);
    if (!h) {
        const char *form = mu_strndup(u->p.arena, u->fold.data, u->fold.len);
        h = mu_alloc(u->p.arena, sizeof(*h));
        h->value = *value;
        mu_map_put(bag->map, form, u->fold.len, h);
    }
    bag->live += !h->in;
    h->in = true;
}

void undo_take(struct undoer *u, struct bag *bag, const char *attr, const struct mu_value *value)
{
    struct held *h = find(u, bag, attr, value);
    if (h && h->in) {
        h->in = false;
        bag->live--;
    }
}

const char *undo_shown(struct undoer *u, const struct bag *bag)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    size_t shown = 0;
    for (size_t i = 0; i < mu_map_count(bag->map) && shown < SHOWN; i++) {
        const char *form;
        size_t len;
        void *value;
        mu_map_at(bag->map, i, &form, &len, &value);
        const struct held *h = value;
        if (!h->in)
            continue;
        mu_buf_adds(&to, shown++ ? ", \"" : "\"");
        mu_printable_into(&to, h->value.bytes, h->value.len, SHOWN_BYTES);
        mu_buf_addc(&to, '"');
    }
    if (bag->live > shown)
        mu_buf_printf(&to, " and %zu more", bag->live - shown);
    return bag->live ? mu_strndup(u->p.arena, to.data, to.len) : "nothing";
}

/* ---- shared by the steps ---- */

void undo_leave(struct undoer *u, const struct mu_op *op, bool trouble, const char *fmt, ...)
{
    char text[1000];
    va_list args;
    const struct who who = {.kind = op->kind, .id = op->id, .label = op->label};
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    plan_leave(&u->p, &who, op->name, trouble, "%s", text);
}

bool undo_is_members(struct undoer *u, const struct mu_op *op, const char *attr)
{
    return op->kind == MU_GROUP && mu_strieq(attr, mu_target_member_attr(u->p.target));
}

bool undo_is_placeholder(struct undoer *u, const struct mu_value *value)
{
    const char *placeholder = u->p.ops_of->placeholder(u->p.target);
    struct mu_value other = {.bytes = placeholder, .len = placeholder ? strlen(placeholder) : 0};
    return placeholder && mu_target_same(u->p.target, NULL, value, &other);
}
