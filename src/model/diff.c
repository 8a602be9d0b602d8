/* SPDX-License-Identifier: Apache-2.0 */
/* Compares two entries in the order of the schema. Values are compared as the text people are
 * shown. */
#include "model/diff.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

struct changes {
    struct mu_arena *arena;
    struct mu_change *list;
    size_t count, room;
};

static struct json_object *member(struct json_object *doc, const char *name)
{
    struct json_object *value = NULL;
    return doc != NULL && json_object_object_get_ex(doc, name, &value) ? value : NULL;
}

static void put_item(struct mu_jw *w, const struct mu_attr *attr, struct json_object *item)
{
    if (!json_object_is_type(item, json_type_object)) {
        mu_jw_json(w, item);
        return;
    }
    mu_jw_object(w);
    for (const char *const *part = attr->parts; *part != NULL; part++) {
        struct json_object *value = member(item, *part);
        if (value != NULL) {
            mu_jw_key(w, *part);
            mu_jw_json(w, value);
        }
    }
    mu_jw_end(w, '}');
}

/* Scalars as they are, the rest as compact JSON; parts of items in schema order, however the source
 * ordered them. */
static const char *shown(struct mu_arena *arena, const struct mu_attr *attr,
                         struct json_object *value)
{
    const char *text = mu_json_text(value);
    if (text != NULL || value == NULL) {
        return mu_strdup(arena, text);
    }
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &to, false);
    if (attr->shape == MU_SHAPE_LIST && json_object_is_type(value, json_type_array)) {
        mu_jw_array(&w);
        for (size_t i = 0; i < json_object_array_length(value); i++) {
            put_item(&w, attr, json_object_array_get_idx(value, i));
        }
        mu_jw_end(&w, ']');
    } else {
        mu_jw_json(&w, value);
    }
    return mu_strndup(arena, to.data, to.len);
}

static void add(struct changes *c, const char *field, const char *before, const char *after)
{
    if (mu_streq(before, after)) {
        return;
    }
    if (c->count == c->room) {
        size_t room = c->room == 0 ? 16 : c->room * 2;
        struct mu_change *list = mu_alloc_array(c->arena, room, sizeof *list);
        if (c->count > 0) {
            memcpy(list, c->list, c->count * sizeof *list);
        }
        c->list = list;
        c->room = room;
    }
    c->list[c->count++] = (struct mu_change){field, before, after};
}

static void add_extra(struct changes *c, const struct mu_attr *attr, const char *name,
                      struct json_object *before, struct json_object *after)
{
    add(c, mu_printf(c->arena, "%s/%s", attr->name, name),
        shown(c->arena, attr, member(before, name)), shown(c->arena, attr, member(after, name)));
}

static void diff_extras(struct changes *c, const struct mu_attr *attr, struct json_object *before,
                        struct json_object *after)
{
    if (json_object_is_type(before, json_type_object)) {
        json_object_object_foreach(before, name, value)
        {
            (void)value;
            add_extra(c, attr, name, before, after);
        }
    }
    if (json_object_is_type(after, json_type_object)) {
        json_object_object_foreach(after, name, value)
        {
            (void)value;
            if (member(before, name) == NULL) {
                add_extra(c, attr, name, before, after);
            }
        }
    }
}

size_t mu_diff(struct mu_arena *arena, enum mu_kind kind, struct json_object *before,
               struct json_object *after, const struct mu_change **ret)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    struct changes c = {.arena = arena};
    for (size_t i = 0; i < schema->count; i++) {
        const struct mu_attr *attr = &schema->attrs[i];
        struct json_object *old = member(before, attr->name), *new = member(after, attr->name);
        if (old == NULL && new == NULL) {
            continue;
        }
        if (attr->shape == MU_SHAPE_EXTRAS) {
            diff_extras(&c, attr, old, new);
        } else {
            add(&c, attr->name, shown(arena, attr, old), shown(arena, attr, new));
        }
    }
    *ret = c.list;
    return c.count;
}
