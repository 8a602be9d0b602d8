/* SPDX-License-Identifier: Apache-2.0 */
/* A supplement's entry laid over the main one, and a record without its secrets. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

static struct json_object *member(struct json_object *doc, const char *name)
{
    struct json_object *value = NULL;
    return json_object_object_get_ex(doc, name, &value) ? value : NULL;
}

static void put_member(struct mu_jw *w, const char *name, struct json_object *value)
{
    if (value != NULL) {
        mu_jw_key(w, name);
        mu_jw_json(w, value);
    }
}

/* ---- merging ---- */

/* Two items are one thing when their leading parts agree; addresses agree by fold, as everywhere.
 * */
static bool same_item(const struct mu_attr *attr, struct json_object *a, struct json_object *b)
{
    const char *x = mu_json_str(a, attr->parts[0]), *y = mu_json_str(b, attr->parts[0]);
    if (x == NULL || y == NULL) {
        return false;
    }
    if (strcmp(attr->parts[0], "email") != 0 || strcmp(x, y) == 0) {
        return strcmp(x, y) == 0;
    }
    MU_AUTO(buf) struct mu_buf fx = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf fy = MU_BUF_INIT(MU_BUF_MAX);
    mu_fold_into(&fx, x, strlen(x));
    mu_fold_into(&fy, y, strlen(y));
    return fx.len == fy.len && memcmp(fx.data, fy.data, fx.len) == 0;
}

static struct json_object *find_item(const struct mu_attr *attr, struct json_object *list,
                                     struct json_object *item)
{
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < count; i++) {
        struct json_object *other = json_object_array_get_idx(list, i);
        if (same_item(attr, item, other)) {
            return other;
        }
    }
    return NULL;
}

/* The leading part stays as the main source spells it; the other parts are the supplement's where
 * it has them. */
static void put_item(struct mu_jw *w, const struct mu_attr *attr, struct json_object *item,
                     struct json_object *extra)
{
    mu_jw_object(w);
    for (size_t i = 0; attr->parts[i] != NULL; i++) {
        struct json_object *newer = i > 0 ? member(extra, attr->parts[i]) : NULL;
        put_member(w, attr->parts[i], newer != NULL ? newer : member(item, attr->parts[i]));
    }
    mu_jw_end(w, '}');
}

static void put_list(struct mu_jw *w, const struct mu_attr *attr, struct json_object *main_list,
                     struct json_object *extra_list)
{
    mu_jw_key(w, attr->name);
    mu_jw_array(w);
    for (size_t i = 0; i < json_object_array_length(main_list); i++) {
        struct json_object *item = json_object_array_get_idx(main_list, i);
        put_item(w, attr, item, find_item(attr, extra_list, item));
    }
    for (size_t i = 0; i < json_object_array_length(extra_list); i++) {
        struct json_object *item = json_object_array_get_idx(extra_list, i);
        if (find_item(attr, main_list, item) == NULL) {
            put_item(w, attr, item, NULL);
        }
    }
    mu_jw_end(w, ']');
}

static void put_extras(struct mu_jw *w, const char *name, struct json_object *main_extras,
                       struct json_object *extra_extras)
{
    mu_jw_key(w, name);
    mu_jw_object(w);
    json_object_object_foreach(main_extras, key, value)
    {
        struct json_object *newer = member(extra_extras, key);
        put_member(w, key, newer != NULL ? newer : value);
    }
    json_object_object_foreach(extra_extras, more, added)
    {
        if (member(main_extras, more) == NULL) {
            put_member(w, more, added);
        }
    }
    mu_jw_end(w, '}');
}

static void put_field(struct mu_jw *w, const struct mu_attr *attr, struct json_object *main,
                      struct json_object *extra)
{
    struct json_object *a = member(main, attr->name), *b = member(extra, attr->name);
    if (a != NULL && strcmp(attr->name, "id") == 0) {
        /* joined by e-mail the two ids may differ: the main source's one names the entry */
        b = NULL;
    }
    if (attr->shape == MU_SHAPE_LIST && json_object_is_type(a, json_type_array) &&
        json_object_is_type(b, json_type_array)) {
        put_list(w, attr, a, b);
    } else if (attr->shape == MU_SHAPE_EXTRAS && json_object_is_type(a, json_type_object) &&
               json_object_is_type(b, json_type_object)) {
        put_extras(w, attr->name, a, b);
    } else {
        put_member(w, attr->name, b != NULL ? b : a);
    }
}

void mu_map_merge(enum mu_kind kind, struct json_object *main, struct json_object *extra,
                  struct mu_buf *to)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    for (size_t i = 0; i < schema->count; i++) {
        put_field(&w, &schema->attrs[i], main, extra);
    }
    mu_jw_end(&w, '}');
}

/* ---- raw records ---- */

/* Which secrets are still possible below this place: bit i, with `depth` tokens of each walked. */
static uint32_t descend(const struct mu_resource *r, uint32_t alive, int depth, const char *token,
                        bool *ret_secret)
{
    uint32_t below = 0;
    *ret_secret = false;
    for (size_t i = 0; i < r->secret_count; i++) {
        const struct mu_ptr *p = &r->secrets[i];
        if ((alive & (1u << i)) == 0 || depth >= p->count ||
            (strcmp(p->tokens[depth], token) != 0 && strcmp(p->tokens[depth], "?") != 0)) {
            continue;
        }
        *ret_secret |= p->count == depth + 1;
        below |= 1u << i;
    }
    return below;
}

static void put_open(const struct mu_resource *r, struct mu_jw *w, struct json_object *value,
                     uint32_t alive, int depth);

static void put_open_list(const struct mu_resource *r, struct mu_jw *w, struct json_object *list,
                          uint32_t alive, int depth)
{
    mu_jw_array(w);
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        char token[24];
        bool secret;
        snprintf(token, sizeof token, "%zu", i);
        uint32_t below = descend(r, alive, depth, token, &secret);
        /* A secret item leaves a null, so that the others keep their places. */
        if (secret) {
            mu_jw_null(w);
        } else {
            put_open(r, w, json_object_array_get_idx(list, i), below, depth + 1);
        }
    }
    mu_jw_end(w, ']');
}

static void put_open(const struct mu_resource *r, struct mu_jw *w, struct json_object *value,
                     uint32_t alive, int depth)
{
    if (alive != 0 && json_object_is_type(value, json_type_array)) {
        put_open_list(r, w, value, alive, depth);
        return;
    }
    if (alive == 0 || !json_object_is_type(value, json_type_object)) {
        mu_jw_json(w, value);
        return;
    }
    mu_jw_object(w);
    json_object_object_foreach(value, key, child)
    {
        bool secret;
        uint32_t below = descend(r, alive, depth, key, &secret);
        if (!secret) {
            mu_jw_key(w, key);
            put_open(r, w, child, below, depth + 1);
        }
    }
    mu_jw_end(w, '}');
}

void mu_map_raw(const struct mu_resource *r, struct json_object *record, struct mu_buf *to)
{
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    put_open(r, &w, record, r->secret_count == 0 ? 0 : UINT32_MAX >> (32 - r->secret_count), 0);
}
