/* SPDX-License-Identifier: Apache-2.0 */
/* A supplement's entry laid over the main one, and a record without its secrets. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

static void put_member(struct mu_jw *w, const char *name, const struct mu_doc *value)
{
    if (value != NULL && value->type != MU_DOC_NULL) {
        mu_jw_key(w, name);
        mu_jw_doc(w, value);
    }
}

/* ---- merging ---- */

/* Two items are one thing when their leading parts agree; addresses agree by fold, as everywhere.
 * */
static bool same_item(const struct mu_attr *attr, const struct mu_doc *a, const struct mu_doc *b)
{
    const char *x = mu_doc_str(a, attr->parts[0]), *y = mu_doc_str(b, attr->parts[0]);
    if (x == NULL || y == NULL)
        return false;
    if (strcmp(attr->parts[0], "email") != 0 || strcmp(x, y) == 0)
        return strcmp(x, y) == 0;
    MU_AUTO(buf) struct mu_buf fx = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf fy = MU_BUF_INIT(MU_BUF_MAX);
    mu_fold_into(&fx, x, strlen(x));
    mu_fold_into(&fy, y, strlen(y));
    return fx.len == fy.len && memcmp(fx.data, fy.data, fx.len) == 0;
}

static const struct mu_doc *find_item(const struct mu_attr *attr, const struct mu_doc *list,
                                      const struct mu_doc *item)
{
    const struct mu_doc *other = mu_doc_is(list, MU_DOC_LIST) ? list->first : NULL;
    for (; other != NULL; other = other->next)
        if (same_item(attr, item, other))
            return other;
    return NULL;
}

/* The leading part stays as the main source spells it; the other parts are the supplement's where
 * it has them. */
static void put_item(struct mu_jw *w, const struct mu_attr *attr, const struct mu_doc *item,
                     const struct mu_doc *extra)
{
    mu_jw_object(w);
    for (size_t i = 0; attr->parts[i] != NULL; i++) {
        const struct mu_doc *newer = i > 0 ? mu_doc_member(extra, attr->parts[i]) : NULL;
        put_member(w, attr->parts[i], newer != NULL ? newer : mu_doc_member(item, attr->parts[i]));
    }
    mu_jw_end(w, '}');
}

static void put_list(struct mu_jw *w, const struct mu_attr *attr, const struct mu_doc *main_list,
                     const struct mu_doc *extra_list)
{
    mu_jw_key(w, attr->name);
    mu_jw_array(w);
    for (const struct mu_doc *item = main_list->first; item != NULL; item = item->next) {
        /* One address in two spellings is two items; what is said of it goes to the first. */
        bool first = find_item(attr, main_list, item) == item;
        put_item(w, attr, item, first ? find_item(attr, extra_list, item) : NULL);
    }
    for (const struct mu_doc *item = extra_list->first; item != NULL; item = item->next)
        if (find_item(attr, main_list, item) == NULL)
            put_item(w, attr, item, NULL);
    mu_jw_end(w, ']');
}

static void put_extras(struct mu_jw *w, const char *name, const struct mu_doc *main_extras,
                       const struct mu_doc *extra_extras)
{
    mu_jw_key(w, name);
    mu_jw_object(w);
    for (const struct mu_doc *value = main_extras->first; value != NULL; value = value->next) {
        const struct mu_doc *newer = mu_doc_member(extra_extras, value->name);
        put_member(w, value->name, newer != NULL ? newer : value);
    }
    for (const struct mu_doc *added = extra_extras->first; added != NULL; added = added->next)
        if (mu_doc_member(main_extras, added->name) == NULL)
            put_member(w, added->name, added);
    mu_jw_end(w, '}');
}

static void put_field(struct mu_jw *w, const struct mu_attr *attr, const struct mu_doc *main,
                      const struct mu_doc *extra)
{
    const struct mu_doc *a = mu_doc_member(main, attr->name), *b = mu_doc_member(extra, attr->name);
    if (a != NULL && strcmp(attr->name, "id") == 0) {
        /* joined by e-mail the two ids may differ: the main source's one names the entry */
        b = NULL;
    }
    if (attr->shape == MU_SHAPE_LIST && mu_doc_is(a, MU_DOC_LIST) && mu_doc_is(b, MU_DOC_LIST))
        put_list(w, attr, a, b);
    else if (attr->shape == MU_SHAPE_EXTRAS && mu_doc_is(a, MU_DOC_OBJECT) &&
             mu_doc_is(b, MU_DOC_OBJECT))
        put_extras(w, attr->name, a, b);
    else
        put_member(w, attr->name, b != NULL ? b : a);
}

void mu_map_merge(enum mu_kind kind, const struct mu_doc *main, const struct mu_doc *extra,
                  struct mu_buf *to)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    for (size_t i = 0; i < schema->count; i++)
        put_field(&w, &schema->attrs[i], main, extra);
    mu_jw_end(&w, '}');
}

/* Which address is the primary one is the main source's word, so a former one goes. */
static void put_kept_list(struct mu_jw *w, const struct mu_attr *attr, const struct mu_doc *now,
                          const struct mu_doc *before)
{
    mu_jw_key(w, attr->name);
    mu_jw_array(w);
    for (const struct mu_doc *item = now->first; item != NULL; item = item->next)
        mu_jw_doc(w, item);
    for (const struct mu_doc *item = before->first; item != NULL; item = item->next)
        if (find_item(attr, now, item) == NULL && !mu_doc_bool(item, "is_primary", false))
            mu_jw_doc(w, item);
    mu_jw_end(w, ']');
}

void mu_map_keep(enum mu_kind kind, const struct mu_doc *now, const struct mu_doc *before,
                 struct mu_buf *to)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    for (size_t i = 0; i < schema->count; i++) {
        const struct mu_attr *attr = &schema->attrs[i];
        const struct mu_doc *a = mu_doc_member(now, attr->name);
        const struct mu_doc *b = mu_doc_member(before, attr->name);
        if (attr->shape == MU_SHAPE_EXTRAS && mu_doc_is(a, MU_DOC_OBJECT) &&
            mu_doc_is(b, MU_DOC_OBJECT))
            put_extras(&w, attr->name, b, a);
        else if (attr->shape == MU_SHAPE_LIST && mu_doc_is(a, MU_DOC_LIST) &&
                 mu_doc_is(b, MU_DOC_LIST))
            put_kept_list(&w, attr, a, b);
        else
            put_member(&w, attr->name, a != NULL ? a : b);
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
            (strcmp(p->tokens[depth], token) != 0 && strcmp(p->tokens[depth], "?") != 0))
            continue;
        *ret_secret |= p->count == depth + 1;
        below |= 1u << i;
    }
    return below;
}

static void put_open(const struct mu_resource *r, struct mu_jw *w, const struct mu_doc *value,
                     uint32_t alive, int depth);

static void put_open_list(const struct mu_resource *r, struct mu_jw *w, const struct mu_doc *list,
                          uint32_t alive, int depth)
{
    mu_jw_array(w);
    size_t i = 0;
    for (const struct mu_doc *item = list->first; item != NULL; item = item->next) {
        char token[24];
        bool secret;
        snprintf(token, sizeof(token), "%zu", i++);
        uint32_t below = descend(r, alive, depth, token, &secret);
        /* A secret item leaves a null, so that the others keep their places. */
        if (secret)
            mu_jw_null(w);
        else
            put_open(r, w, item, below, depth + 1);
    }
    mu_jw_end(w, ']');
}

static void put_open(const struct mu_resource *r, struct mu_jw *w, const struct mu_doc *value,
                     uint32_t alive, int depth)
{
    if (alive != 0 && value->type == MU_DOC_LIST) {
        put_open_list(r, w, value, alive, depth);
        return;
    }
    if (alive == 0 || value->type != MU_DOC_OBJECT) {
        mu_jw_doc(w, value);
        return;
    }
    mu_jw_object(w);
    for (const struct mu_doc *child = value->first; child != NULL; child = child->next) {
        bool secret;
        uint32_t below = descend(r, alive, depth, child->name, &secret);
        if (!secret) {
            mu_jw_key(w, child->name);
            put_open(r, w, child, below, depth + 1);
        }
    }
    mu_jw_end(w, '}');
}

void mu_map_raw(const struct mu_resource *r, const struct mu_doc *record, struct mu_buf *to)
{
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    put_open(r, &w, record, r->secret_count == 0 ? 0 : UINT32_MAX >> (32 - r->secret_count), 0);
}
