/* SPDX-License-Identifier: Apache-2.0 */
/* Compares two entries in the order of the schema. Values are compared as the text people are
 * shown. */
#include "model/diff.h"

#include <string.h>

#include "base/doc.h"
#include "base/str.h"

struct changes {
    struct mu_arena *arena;
    struct mu_change *list;
    size_t count, room;
};

static void put_item(struct mu_jw *w, const struct mu_attr *attr, const struct mu_doc *item)
{
    if (item->type != MU_DOC_OBJECT) {
        mu_jw_doc(w, item);
        return;
    }
    mu_jw_object(w);
    for (const char *const *part = attr->parts; *part != NULL; part++) {
        const struct mu_doc *value = mu_doc_member(item, *part);
        if (value != NULL) {
            mu_jw_key(w, *part);
            mu_jw_doc(w, value);
        }
    }
    mu_jw_end(w, '}');
}

/* Scalars as they are, the rest as compact JSON; parts of items in schema order, however the source
 * ordered them. */
static const char *shown(struct mu_arena *arena, const struct mu_attr *attr,
                         const struct mu_doc *value)
{
    const char *text = mu_doc_text(value);
    if (text != NULL || value == NULL)
        return mu_strdup(arena, text);
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &to, false);
    if (attr->shape == MU_SHAPE_LIST && value->type == MU_DOC_LIST) {
        mu_jw_array(&w);
        for (const struct mu_doc *item = value->first; item != NULL; item = item->next)
            put_item(&w, attr, item);
        mu_jw_end(&w, ']');
    } else {
        mu_jw_doc(&w, value);
    }
    return mu_strndup(arena, to.data, to.len);
}

static void add(struct changes *c, const char *field, const char *before, const char *after)
{
    if (mu_streq(before, after))
        return;
    if (c->count == c->room) {
        size_t room = c->room == 0 ? 16 : c->room * 2;
        struct mu_change *list = mu_alloc_array(c->arena, room, sizeof(*list));
        if (c->count > 0)
            memcpy(list, c->list, c->count * sizeof(*list));
        c->list = list;
        c->room = room;
    }
    c->list[c->count++] = (struct mu_change){field, before, after};
}

static void add_extra(struct changes *c, const struct mu_attr *attr, const char *name,
                      const struct mu_doc *before, const struct mu_doc *after)
{
    add(c, mu_printf(c->arena, "%s/%s", attr->name, name),
        shown(c->arena, attr, mu_doc_member(before, name)),
        shown(c->arena, attr, mu_doc_member(after, name)));
}

static void diff_extras(struct changes *c, const struct mu_attr *attr, const struct mu_doc *before,
                        const struct mu_doc *after)
{
    const struct mu_doc *had = mu_doc_is(before, MU_DOC_OBJECT) ? before->first : NULL;
    const struct mu_doc *has = mu_doc_is(after, MU_DOC_OBJECT) ? after->first : NULL;
    for (; had != NULL; had = had->next)
        add_extra(c, attr, had->name, before, after);
    for (; has != NULL; has = has->next)
        if (mu_doc_member(before, has->name) == NULL)
            add_extra(c, attr, has->name, before, after);
}

size_t mu_diff(struct mu_arena *arena, enum mu_kind kind, const struct mu_doc *before,
               const struct mu_doc *after, const struct mu_change **ret)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    struct changes c = {.arena = arena};
    for (size_t i = 0; i < schema->count; i++) {
        const struct mu_attr *attr = &schema->attrs[i];
        const struct mu_doc *old = mu_doc_member(before, attr->name),
                            *new = mu_doc_member(after, attr->name);
        if (old == NULL && new == NULL)
            continue;
        if (attr->shape == MU_SHAPE_EXTRAS)
            diff_extras(&c, attr, old, new);
        else
            add(&c, attr->name, shown(arena, attr, old), shown(arena, attr, new));
    }
    *ret = c.list;
    return c.count;
}
