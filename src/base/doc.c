/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into a parsed JSON document, and writing parts of it. Parsing is in doc_parse.c. */
#include "base/doc.h"

#include <string.h>

#include "base/str.h"

static const struct mu_doc *unless_null(const struct mu_doc *doc)
{
    return mu_doc_is(doc, MU_DOC_NULL) ? NULL : doc;
}

const struct mu_doc *mu_doc_member(const struct mu_doc *object, const char *name)
{
    const struct mu_doc *found = NULL;
    size_t len = strlen(name);
    if (!mu_doc_is(object, MU_DOC_OBJECT))
        return NULL;
    for (const struct mu_doc *m = object->first; m; m = m->next)
        if (m->name_len == len && m->name[0] == name[0] && memcmp(m->name, name, len) == 0)
            found = m;
    return unless_null(found);
}

static bool stands_before(const struct mu_doc *object, const struct mu_doc *member)
{
    for (const struct mu_doc *m = object->first; m != member; m = m->next) {
        if (m->name_len == member->name_len && memcmp(m->name, member->name, m->name_len) == 0) {
            return true;
        }
    }
    return false;
}

const struct mu_doc *mu_doc_twice(const struct mu_doc *object)
{
    size_t seen = 0;
    if (!mu_doc_is(object, MU_DOC_OBJECT)) {
        return NULL;
    }
    for (const struct mu_doc *m = object->first; m && seen < MU_DOC_TWICE_MAX;
         m = m->next, seen++) {
        if (stands_before(object, m)) {
            return m;
        }
    }
    return NULL;
}

static const struct mu_doc *element(const struct mu_doc *list, const char *token)
{
    size_t index;
    if (!mu_ptr_index(token, &index))
        return NULL;
    const struct mu_doc *item = list->first;
    while (item && index-- > 0)
        item = item->next;
    return unless_null(item);
}

const struct mu_doc *mu_doc_get(const struct mu_ptr *p, const struct mu_doc *doc)
{
    for (int i = 0; i < p->count && doc; i++) {
        doc = doc->type == MU_DOC_LIST ? element(doc, p->tokens[i])
                                       : mu_doc_member(doc, p->tokens[i]);
    }
    return unless_null(doc);
}

const struct mu_doc *mu_doc_at(const struct mu_doc *doc, const char *pointer)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    struct mu_ptr p = {NULL, 0};
    return mu_ptr_compile(arena, pointer, &p, &err) < 0 ? NULL : mu_doc_get(&p, doc);
}

const char *mu_doc_text(const struct mu_doc *value)
{
    return value ? value->text : NULL;
}

const char *mu_doc_str(const struct mu_doc *object, const char *name)
{
    const struct mu_doc *value = mu_doc_member(object, name);
    return mu_doc_is(value, MU_DOC_TEXT) && strlen(value->text) == value->len ? value->text : NULL;
}

bool mu_doc_int(const struct mu_doc *object, const char *name, int64_t *ret)
{
    const struct mu_doc *value = mu_doc_member(object, name);
    long long n;
    if (!mu_doc_is(value, MU_DOC_INT) || !mu_parse_int(value->text, INT64_MIN, INT64_MAX, &n))
        return false;
    *ret = n;
    return true;
}

bool mu_doc_bool(const struct mu_doc *object, const char *name, bool fallback)
{
    const struct mu_doc *value = mu_doc_member(object, name);
    return mu_doc_is(value, MU_DOC_BOOL) ? value->text[0] == 't' : fallback;
}

const struct mu_doc *mu_doc_single(struct mu_arena *arena, const char *name, const char *text)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    mu_jw_object(&w);
    mu_jw_key(&w, name);
    mu_jw_str(&w, text);
    mu_jw_end(&w, '}');
    mu_assert(mu_doc_parse(arena, mu_strndup(arena, json.data, json.len), json.len, &doc, &err) ==
              0);
    return doc;
}

/* ---- writing ---- */

/* Blanks inside of strings are text; those between tokens are left out. */
static void add_compact(struct mu_buf *to, const char *s, size_t len)
{
    bool in_string = false;
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '"') {
            in_string = !in_string;
        } else if (s[i] == '\\') {
            i++;
        } else if (!in_string && strchr(" \t\r\n", s[i])) {
            mu_buf_add(to, s + from, i - from);
            from = i + 1;
        }
    }
    mu_buf_add(to, s + from, len - from);
}

void mu_jw_doc(struct mu_jw *w, const struct mu_doc *doc)
{
    if (!doc) {
        mu_jw_null(w);
    } else if (!doc->blanks) {
        mu_jw_raw(w, doc->source, doc->source_len);
    } else {
        MU_AUTO(buf) struct mu_buf compact = MU_BUF_INIT(MU_BUF_MAX);
        add_compact(&compact, doc->source, doc->source_len);
        mu_jw_raw(w, compact.data, compact.len);
    }
}

/* ---- as json-c sees it ---- */

static struct json_object *scalar_json(const struct mu_doc *doc)
{
    switch (doc->type) {
    case MU_DOC_BOOL:
        return json_object_new_boolean(doc->text[0] == 't');
    case MU_DOC_TEXT:
        return json_object_new_string_len(doc->text, (int)doc->len);
    default:
        return mu_json_number(doc->text, doc->len);
    }
}

static struct json_object *nested_json(const struct mu_doc *doc)
{
    bool object = doc->type == MU_DOC_OBJECT;
    struct json_object *to = object ? json_object_new_object() : json_object_new_array();
    for (const struct mu_doc *item = doc->first; to && item; item = item->next) {
        int rc = object ? json_object_object_add(to, item->name, mu_doc_json(item))
                        : json_object_array_add(to, mu_doc_json(item));
        if (rc < 0)
            mu_oom();
    }
    return to;
}

struct json_object *mu_doc_json(const struct mu_doc *doc)
{
    if (!doc || doc->type == MU_DOC_NULL)
        return NULL;
    bool nested = doc->type == MU_DOC_LIST || doc->type == MU_DOC_OBJECT;
    struct json_object *json = nested ? nested_json(doc) : scalar_json(doc);
    if (!json)
        mu_oom();
    return json;
}
