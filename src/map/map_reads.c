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
        for (const char *c = p->tokens[i]; *c != '\0'; c++) {
            if (*c == '~') {
                mu_buf_adds(to, "~0");
            } else if (*c == '/') {
                mu_buf_adds(to, "~1");
            } else {
                mu_buf_addc(to, *c);
            }
        }
    }
}

static void put_path(struct mu_buf *to, const struct mu_path *path)
{
    if (path->context) {
        mu_buf_adds(to, "/@");
    }
    put_tokens(to, &path->ptr);
    if (path->many) {
        mu_buf_adds(to, "/?");
        put_tokens(to, &path->rest);
    }
}

/* The values a list's items have behind `rest`, as one JSON list; NULL when there are none. */
static struct json_object *gather(struct json_object *list, const struct mu_ptr *rest)
{
    struct json_object *found = NULL;
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < count && i < MU_MAP_ITEMS_MAX; i++) {
        struct json_object *value = mu_ptr_get(rest, json_object_array_get_idx(list, i));
        if (value == NULL) {
            continue;
        }
        if (found == NULL) {
            found = json_object_new_array();
        }
        json_object_array_add(found, json_object_get(value));
    }
    return found;
}

static const char *json_text(struct mu_arena *arena, struct json_object *value)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    if (value == NULL) {
        return NULL;
    }
    mu_jw_init(&w, &text, false);
    mu_jw_json(&w, value);
    return mu_strndup(arena, text.data, text.len);
}

/* False: nothing is there. `list`: the list whose items the path starts from; NULL: the document. */
static bool look(struct reads *r, const struct mu_path *list, const struct mu_path *path)
{
    MU_AUTO(buf) struct mu_buf pointer = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(json) struct json_object *found = NULL;
    if (list != NULL) {
        put_path(&pointer, list);
        mu_buf_adds(&pointer, "/?");
        found = gather(mu_path_get(list, r->scope), &path->ptr);
    } else if (path->many) {
        found = gather(mu_path_get(path, r->scope), &path->rest);
    } else {
        found = json_object_get(mu_path_get(path, r->scope));
    }
    put_path(&pointer, path);
    for (size_t i = 0; i < r->count; i++) {
        if (mu_streq(r->list[i].pointer, pointer.data)) {
            return found != NULL;
        }
    }
    if (r->count < READS_MAX) {
        r->list[r->count++] =
            (struct mu_read){.pointer = mu_strndup(r->scope->arena, pointer.data, pointer.len),
                             .value = json_text(r->scope->arena, found)};
    }
    return found != NULL;
}

/* Of alternatives those behind the first that is there aren't looked at. */
static void look_scalar(struct reads *r, const struct mu_path *list, const struct mu_scalar *s)
{
    for (size_t i = 0; i < s->path_count; i++) {
        if (look(r, list, &s->paths[i]) && s->how == MU_FIRST) {
            return;
        }
    }
}

static void look_items(struct reads *r, const struct mu_field *f)
{
    for (size_t i = 0; i < f->item_count; i++) {
        const struct mu_template *t = &f->items[i];
        for (size_t p = 0; p < t->part_count; p++) {
            look_scalar(r, t->over ? &t->list : NULL, &t->parts[p].value);
        }
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
    for (size_t i = 0; i < f->extra_count; i++) {
        if (is_extra(f, &f->extras[i], field)) {
            look_scalar(r, NULL, &f->extras[i].value);
        }
    }
    if (mu_streq(f->name, field)) {
        look_items(r, f);
        look_scalar(r, NULL, &f->value);
    }
}

size_t mu_map_reads(const struct mu_resource *r, const char *field, struct json_object *doc,
                    struct json_object *context, struct mu_arena *arena, const struct mu_read **ret)
{
    const struct mu_scope scope = {doc, context, arena, NULL};
    struct reads reads = {.scope = &scope};
    for (size_t i = 0; i < r->field_count; i++) {
        look_field(&reads, &r->fields[i], field);
    }
    struct mu_read *list = mu_alloc_array(arena, reads.count + 1, sizeof *list);
    memcpy(list, reads.list, reads.count * sizeof *list);
    *ret = list;
    return reads.count;
}
