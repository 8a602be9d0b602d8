/* SPDX-License-Identifier: Apache-2.0 */
/* Entries as they are asked for, and which fields there are at all. */
#include "serve/rest/shape.h"

#include <string.h>

#include "base/str.h"

static bool excluded(const struct mu_asked *ask, const char *name)
{
    for (const char *const *one = ask->exclude; one && *one; one++)
        if (strcmp(*one, name) == 0)
            return true;
    return false;
}

static int put_some(const struct mu_asked *ask, const struct mu_entry *entry,
                    struct mu_arena *scratch, struct mu_buf *to, struct mu_err *err)
{
    const struct mu_doc *doc;
    struct mu_jw w;
    if (mu_entry_doc(entry, scratch, &doc, err) < 0)
        return -1;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    for (const struct mu_doc *m = doc->first; m; m = m->next) {
        if (excluded(ask, m->name))
            continue;
        mu_jw_key(&w, m->name);
        mu_jw_doc(&w, m);
    }
    mu_jw_end(&w, '}');
    return 0;
}

static void put_remote(const struct mu_entry *entry, struct mu_buf *to)
{
    mu_buf_cut(to, to->len - 1); /* the entry's closing brace; it has an id, so a comma fits */
    mu_buf_adds(to, ",\"remote_data\":");
    if (entry->raw)
        mu_buf_add(to, entry->raw, entry->raw_len);
    else
        mu_buf_adds(to, "null");
    mu_buf_addc(to, '}');
}

int mu_shape_entry(const struct mu_asked *ask, const struct mu_entry *entry,
                   struct mu_arena *scratch, struct mu_buf *to, struct mu_err *err)
{
    if (ask->format == MU_REST_RAW || ask->format == MU_REST_NORMALIZED) {
        if (entry->raw)
            mu_buf_add(to, entry->raw, entry->raw_len);
        else
            mu_buf_adds(to, "null");
        return 0;
    }
    if (ask->exclude) {
        if (put_some(ask, entry, scratch, to, err) < 0)
            return -1;
    } else {
        mu_buf_add(to, entry->body, entry->body_len);
    }
    if (ask->remote_data)
        put_remote(entry, to);
    return 0;
}

/* ---- fields that are there ---- */

enum { NAMES_MAX = 64 };

/* Names that any entry has, in the order they were first met: of its members, or within one of them. */
struct census {
    const struct mu_attr *within;
    const char *names[NAMES_MAX];
    size_t count;
    struct mu_arena *keep, *scratch;
};

static void count_names(struct census *c, const struct mu_doc *object)
{
    for (const struct mu_doc *m = mu_doc_is(object, MU_DOC_OBJECT) ? object->first : NULL; m;
         m = m->next) {
        size_t i = 0;
        while (i < c->count && strcmp(c->names[i], m->name) != 0)
            i++;
        if (i == c->count && i < NAMES_MAX)
            c->names[c->count++] = mu_strdup(c->keep, m->name);
    }
}

static int look(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct census *c = arg;
    const struct mu_doc *doc;
    mu_arena_reset(c->scratch);
    if (mu_entry_doc(entry, c->scratch, &doc, err) < 0)
        return -1;
    const struct mu_doc *in = c->within ? mu_doc_member(doc, c->within->name) : doc;
    if (!mu_doc_is(in, MU_DOC_LIST))
        count_names(c, in);
    else
        for (const struct mu_doc *item = in->first; item; item = item->next)
            count_names(c, item);
    return 1;
}

int mu_shape_no_data(struct mu_store *store, const struct mu_view *view, enum mu_kind kind,
                     const struct mu_ask_field *field, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *scratch = mu_arena_new(), *keep = mu_arena_new();
    MU_AUTO(buf) struct mu_buf names = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    struct census c = {
        .within = field->part ? field->attr : NULL, .keep = keep, .scratch = scratch};
    const char *one = mu_schema_of(kind)->name, *name = field->attr->name;
    const struct mu_ask_field whole = {field->attr, NULL};
    if (mu_reading_walk(store, &view->at, &(struct mu_walk){.kind = kind}, look, &c, err) < 0)
        return -1;
    for (size_t i = 0; i < c.count; i++)
        mu_buf_printf(&names, "%s%s", i ? ", " : "", c.names[i]);
    if (field->part && c.count == 0)
        return mu_shape_no_data(store, view, kind, &whole, err);
    if (field->part)
        return mu_fail(err, MU_E_USAGE,
                       "%s.%s: no %s of %s has that part, so it can't be asked about; %s have %s",
                       name, field->part, one, view->account->name, name, names.data);
    return mu_fail(err, MU_E_USAGE,
                   "%s: no %s of %s has that field, so it can't be asked about; they have %s", name,
                   one, view->account->name, names.data);
}
