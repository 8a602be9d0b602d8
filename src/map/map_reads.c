/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule looks at in a document: for explaining, not for running. */
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

enum { READS_MAX = 64 };

struct reads {
    const struct mu_scope *scope;
    struct mu_read list[READS_MAX];
    size_t count;
};

static void put_tokens(struct mu_buf *to, const struct mu_ptr *p)
{
    for (int i = 0; i < p->count; i++) {
        mu_buf_addc(to, '/');
        for (const char *c = p->tokens[i]; *c != '\0'; c++)
            if (*c == '~')
                mu_buf_adds(to, "~0");
            else if (*c == '/')
                mu_buf_adds(to, "~1");
            else
                mu_buf_addc(to, *c);
    }
}

static void put_path(struct mu_buf *to, const struct mu_path *path)
{
    if (path->context)
        mu_buf_adds(to, "/@");
    put_tokens(to, &path->ptr);
    if (path->many) {
        mu_buf_adds(to, "/?");
        put_tokens(to, &path->rest);
    }
}

/* What one pointer leads to, as compact JSON on its way. */
struct found {
    struct mu_buf text;
    struct mu_jw w;
    bool any;
};

static void put_value(struct found *f, const struct mu_doc *value)
{
    if (value != NULL) {
        f->any = true;
        mu_jw_doc(&f->w, value);
    }
}

/* The values a list's items have behind `rest`, as one JSON list. */
static void put_items(struct found *f, const struct mu_doc *list, const struct mu_ptr *rest)
{
    size_t count = 0;
    mu_jw_array(&f->w);
    if (mu_doc_is(list, MU_DOC_LIST))
        for (const struct mu_doc *item = list->first; item && count < MU_MAP_ITEMS_MAX;
             item = item->next, count++)
            put_value(f, mu_doc_get(rest, item));
    mu_jw_end(&f->w, ']');
}

static void keep(struct reads *r, const char *pointer, size_t len, const struct found *f)
{
    for (size_t i = 0; i < r->count; i++)
        if (mu_streq(r->list[i].pointer, pointer))
            return;
    if (r->count < READS_MAX) {
        struct mu_arena *arena = r->scope->arena;
        r->list[r->count++] =
            (struct mu_read){.pointer = mu_strndup(arena, pointer, len),
                             .value = f->any ? mu_strndup(arena, f->text.data, f->text.len) : NULL};
    }
}

/* False: nothing is there. `list`: the list whose items the path starts from; NULL: the document. */
static bool look(struct reads *r, const struct mu_path *list, const struct mu_path *path)
{
    MU_AUTO(buf) struct mu_buf pointer = MU_BUF_INIT(MU_BUF_MAX);
    struct found f = {.text = MU_BUF_INIT(MU_BUF_MAX)};
    mu_jw_init(&f.w, &f.text, false);
    if (list != NULL) {
        put_path(&pointer, list);
        mu_buf_adds(&pointer, "/?");
        put_items(&f, mu_path_get(list, r->scope), &path->ptr);
    } else if (path->many) {
        put_items(&f, mu_path_get(path, r->scope), &path->rest);
    } else {
        put_value(&f, mu_path_get(path, r->scope));
    }
    put_path(&pointer, path);
    keep(r, pointer.data, pointer.len, &f);
    mu_buf_done(&f.text);
    return f.any;
}

/* Of alternatives those behind the first that is there aren't looked at. */
static void look_scalar(struct reads *r, const struct mu_path *list, const struct mu_scalar *s)
{
    for (size_t i = 0; i < s->path_count; i++)
        if (look(r, list, &s->paths[i]) && s->how == MU_FIRST)
            return;
}

static void look_items(struct reads *r, const struct mu_field *f)
{
    for (size_t i = 0; i < f->item_count; i++) {
        const struct mu_template *t = &f->items[i];
        for (size_t p = 0; p < t->part_count; p++)
            look_scalar(r, t->over ? &t->list : NULL, &t->parts[p].value);
    }
}

/* "attributes/NAME" is one extra of the field that holds them. */
static bool is_extra(const struct mu_field *f, const struct mu_part *extra, const char *field)
{
    size_t len = strlen(f->name);
    return strncmp(field, f->name, len) == 0 &&
           (field[len] == '\0' || (field[len] == '/' && mu_streq(field + len + 1, extra->name)));
}

static void look_field(struct reads *r, const struct mu_field *f, const char *field)
{
    for (size_t i = 0; i < f->extra_count; i++)
        if (is_extra(f, &f->extras[i], field))
            look_scalar(r, NULL, &f->extras[i].value);
    if (mu_streq(f->name, field)) {
        look_items(r, f);
        look_scalar(r, NULL, &f->value);
    }
}

size_t mu_map_reads(const struct mu_resource *r, const char *field, const struct mu_doc *doc,
                    const struct mu_doc *context, struct mu_arena *arena,
                    const struct mu_read **ret)
{
    const struct mu_scope scope = {doc, context, arena, NULL};
    struct reads reads = {.scope = &scope};
    for (size_t i = 0; i < r->field_count; i++)
        look_field(&reads, &r->fields[i], field);
    struct mu_read *list = mu_alloc_array(arena, reads.count + 1, sizeof(*list));
    memcpy(list, reads.list, reads.count * sizeof(*list));
    *ret = list;
    return reads.count;
}
