/* SPDX-License-Identifier: Apache-2.0 */
/* Source mappings at work: a record in, the entry's JSON out, without building a document in
 * between. */
#include <string.h>

#include "map/map_private.h"

/* ---- values ---- */

/* A key made ready at load. */
static void put_key(struct mu_jw *w, const struct mu_text *key)
{
    mu_jw_raw(w, key->s, key->len);
    w->after_key = true;
}

static void put_value(struct mu_jw *w, bool is_bool, const struct mu_text *text)
{
    if (is_bool)
        mu_jw_bool(w, text->s[0] == 't');
    else
        mu_jw_strn(w, text->s, text->len);
}

static int put_scalar(const struct mu_field *f, const struct mu_scope *scope, struct mu_jw *w)
{
    struct mu_text text;
    int rc = mu_scalar_eval(&f->value, scope, &text);
    if (rc > 0) {
        put_key(w, &f->key);
        put_value(w, f->shape == MU_SHAPE_BOOL, &text);
    }
    return rc < 0 ? -1 : 0;
}

/* The key is written with the first value, so that an empty list or object leaves no trace. */
struct opened {
    struct mu_jw *w;
    const struct mu_text *key;
    char bracket; /* what closes it */
    bool open;
    size_t count, room;
    struct mu_text *seen; /* values already in the list: `few`, until they are more */
    struct mu_text few[4];
};

static void open_once(struct opened *o)
{
    if (o->open)
        return;
    put_key(o->w, o->key);
    if (o->bracket == ']')
        mu_jw_array(o->w);
    else
        mu_jw_object(o->w);
    o->open = true;
}

static void close_if_open(struct opened *o)
{
    if (o->open)
        mu_jw_end(o->w, o->bracket);
}

/* Remembers a list's value; false when it is there already. */
static bool is_new(struct opened *o, struct mu_arena *arena, const struct mu_text *text)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->seen[i].len == text->len && memcmp(o->seen[i].s, text->s, text->len) == 0)
            return false;
    if (o->room == 0) {
        o->seen = o->few;
        o->room = MU_LEN(o->few);
    } else if (o->count == o->room) {
        o->room *= 4;
        struct mu_text *seen = mu_alloc_array(arena, o->room, sizeof(*seen));
        memcpy(seen, o->seen, o->count * sizeof(*seen));
        o->seen = seen;
    }
    o->seen[o->count++] = *text;
    return true;
}

static int check_list(const char *name, const struct mu_scope *scope, const struct mu_doc *list)
{
    if (list->type != MU_DOC_LIST) {
        return mu_data_fail(scope->err, "%s: expected a list, got %s", name,
                            mu_doc_type_word(list));
    }
    if (list->len > MU_MAP_ITEMS_MAX) {
        mu_data_fail(scope->err, "%s: a list of %u, more than %d", name, list->len,
                     (int)MU_MAP_ITEMS_MAX);
        scope->err->code = MU_E_LIMIT;
        return -1;
    }
    return 0;
}

/* ---- lists of texts ---- */

static void put_text(struct opened *o, struct mu_arena *arena, const struct mu_text *text)
{
    if (is_new(o, arena, text)) {
        open_once(o);
        mu_jw_strn(o->w, text->s, text->len);
    }
}

static int put_each_text(const struct mu_field *f, const struct mu_scope *scope, struct opened *o)
{
    const struct mu_path *path = f->value.paths;
    const struct mu_doc *list = mu_path_get(path, scope);
    if (list == NULL)
        return 0;
    if (check_list(f->name, scope, list) < 0)
        return -1;
    for (const struct mu_doc *item = list->first; item != NULL; item = item->next) {
        struct mu_text text;
        const struct mu_doc *value = mu_doc_get(&path->rest, item);
        int rc = mu_scalar_value(&f->value, scope, value, &text);
        if (rc < 0)
            return -1;
        if (rc > 0)
            put_text(o, scope->arena, &text);
    }
    return 0;
}

static int put_texts(const struct mu_field *f, const struct mu_scope *scope, struct mu_jw *w)
{
    struct opened o = {.w = w, .key = &f->key, .bracket = ']'};
    struct mu_text text;
    int rc = 0;
    if (f->value.how != MU_FROM || !f->value.paths->many)
        rc = mu_scalar_eval(&f->value, scope, &text);
    else if (put_each_text(f, scope, &o) < 0)
        return -1;
    else if (!o.open)
        rc = mu_scalar_absent(&f->value, scope, &text);
    if (rc > 0)
        put_text(&o, scope->arena, &text);
    close_if_open(&o);
    return rc < 0 ? -1 : 0;
}

/* ---- lists of objects ---- */

static int put_item(const struct mu_template *t, const struct mu_scope *scope, struct opened *o)
{
    struct mu_text text;
    int rc = mu_scalar_eval(&t->parts[0].value, scope, &text);
    if (rc <= 0)
        return rc;
    if (!is_new(o, scope->arena, &text))
        return 0;
    open_once(o);
    mu_jw_object(o->w);
    put_key(o->w, &t->parts[0].key);
    put_value(o->w, t->parts[0].is_bool, &text);
    for (size_t i = 1; i < t->part_count; i++) {
        rc = mu_scalar_eval(&t->parts[i].value, scope, &text);
        if (rc < 0)
            return -1;
        if (rc > 0) {
            put_key(o->w, &t->parts[i].key);
            put_value(o->w, t->parts[i].is_bool, &text);
        }
    }
    mu_jw_end(o->w, '}');
    return 0;
}

static int put_template(const struct mu_field *f, const struct mu_template *t,
                        const struct mu_scope *scope, struct opened *o)
{
    if (!t->over)
        return put_item(t, scope, o);
    const struct mu_doc *list = mu_path_get(&t->list, scope);
    if (list == NULL)
        return 0;
    if (check_list(f->name, scope, list) < 0)
        return -1;
    for (const struct mu_doc *item = list->first; item != NULL; item = item->next) {
        struct mu_scope inner = *scope;
        inner.record = item;
        if (put_item(t, &inner, o) < 0)
            return -1;
    }
    return 0;
}

static int put_list(const struct mu_field *f, const struct mu_scope *scope, struct mu_jw *w)
{
    struct opened o = {.w = w, .key = &f->key, .bracket = ']'};
    for (size_t i = 0; i < f->item_count; i++)
        if (put_template(f, &f->items[i], scope, &o) < 0)
            return -1;
    close_if_open(&o);
    return 0;
}

static int put_extras(const struct mu_field *f, const struct mu_scope *scope, struct mu_jw *w)
{
    struct opened o = {.w = w, .key = &f->key, .bracket = '}'};
    for (size_t i = 0; i < f->extra_count; i++) {
        struct mu_text text;
        int rc = mu_scalar_eval(&f->extras[i].value, scope, &text);
        if (rc < 0)
            return -1;
        if (rc > 0) {
            open_once(&o);
            put_key(w, &f->extras[i].key);
            mu_jw_strn(w, text.s, text.len);
        }
    }
    close_if_open(&o);
    return 0;
}

/* ---- the entry ---- */

static int put_field(const struct mu_field *f, const struct mu_scope *scope, struct mu_jw *w)
{
    switch (f->shape) {
    case MU_SHAPE_LIST:
        return put_list(f, scope, w);
    case MU_SHAPE_TEXTS:
        return put_texts(f, scope, w);
    case MU_SHAPE_EXTRAS:
        return put_extras(f, scope, w);
    default:
        return put_scalar(f, scope, w);
    }
}

/* The entry's id: field 0 of all kinds but memberships, whose first two fields make it. */
static int entry_id(const struct mu_resource *r, const struct mu_scope *scope, const char **ret)
{
    struct mu_text a, b;
    if (mu_scalar_eval(&r->fields[0].value, scope, &a) < 0)
        return -1;
    if (r->info.kind == MU_MEMBERSHIP) {
        if (mu_scalar_eval(&r->fields[1].value, scope, &b) < 0)
            return -1;
        *ret = mu_membership_id(scope->arena, b.s, a.s);
    } else {
        *ret = mu_strndup(scope->arena, a.s, a.len);
    }
    return strlen(*ret) <= MU_ID_MAX
               ? 0
               : mu_data_fail(scope->err, "id: longer than %d bytes", (int)MU_ID_MAX);
}

static int put_entry(const struct mu_resource *r, const struct mu_scope *scope, struct mu_buf *to,
                     const char **ret_id)
{
    struct mu_jw w;
    const char *id = NULL;
    if (entry_id(r, scope, &id) < 0)
        return -1;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "id", id);
    for (size_t i = r->info.kind == MU_MEMBERSHIP ? 0 : 1; i < r->field_count; i++)
        if (put_field(&r->fields[i], scope, &w) < 0)
            return -1;
    mu_jw_end(&w, '}');
    if (to->full) {
        mu_data_fail(scope->err, "%s %s: doesn't fit into the %zu bytes left for it",
                     mu_schema_of(r->info.kind)->name, id, to->max);
        scope->err->code = MU_E_LIMIT;
        return -1;
    }
    *ret_id = id;
    return 0;
}

int mu_map_entry(const struct mu_resource *r, const struct mu_doc *record,
                 const struct mu_doc *context, struct mu_arena *arena, struct mu_buf *to,
                 const char **ret_id, struct mu_err *err)
{
    mu_assert(!r->info.target);
    if (!mu_doc_is(record, MU_DOC_OBJECT))
        return mu_data_fail(err, "record: expected an object, got %s", mu_doc_type_word(record));
    const struct mu_scope scope = {record, context, arena, err};
    size_t start = to->len;
    if (put_entry(r, &scope, to, ret_id) < 0) {
        mu_buf_cut(to, start);
        return -1;
    }
    return 0;
}
