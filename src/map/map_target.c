/* SPDX-License-Identifier: Apache-2.0 */
/* Target mappings at work: an entry in, the attributes it asks for out. */
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

struct values {
    struct mu_value *list;
    size_t count;
};

/* Values are compared and stored composed: a directory takes two spellings of one name for two
 * names. */
static int add(const struct mu_field *f, const struct mu_scope *scope, const struct mu_text *text,
               struct values *v)
{
    struct mu_err why = MU_ERR_INIT;
    const char *nfc = NULL;
    if (mu_nfc(scope->arena, text->s, &nfc, &why) < 0)
        return mu_data_fail(scope->err, "%s: %s", f->name, why.text);
    size_t len = nfc == text->s ? text->len : strlen(nfc);
    for (size_t i = 0; i < v->count; i++)
        if (v->list[i].len == len && memcmp(v->list[i].bytes, nfc, len) == 0)
            return 0;
    v->list[v->count++] = (struct mu_value){mu_strndup(scope->arena, nfc, len), len};
    return 0;
}

static int add_single(const struct mu_field *f, const struct mu_scope *scope, struct values *v)
{
    struct mu_text text;
    int rc = mu_scalar_eval(&f->value, scope, &text);
    if (rc <= 0)
        return rc;
    v->list = mu_alloc(scope->arena, sizeof(*v->list));
    return add(f, scope, &text, v);
}

static int add_each(const struct mu_field *f, const struct mu_scope *scope, struct values *v)
{
    const struct mu_path *path = f->value.paths;
    const struct mu_doc *list = mu_path_get(path, scope);
    size_t count = mu_doc_is(list, MU_DOC_LIST) ? list->len : 0;
    if (count > MU_MAP_ITEMS_MAX) {
        mu_data_fail(scope->err, "%s: %zu values, more than %d", f->name, count,
                     (int)MU_MAP_ITEMS_MAX);
        scope->err->code = MU_E_LIMIT;
        return -1;
    }
    v->list = mu_alloc_array(scope->arena, count + 1, sizeof(*v->list));
    struct mu_text text;
    for (const struct mu_doc *item = count > 0 ? list->first : NULL; item; item = item->next) {
        const struct mu_doc *value = mu_doc_get(&path->rest, item);
        int rc = mu_scalar_value(&f->value, scope, value, &text);
        if (rc < 0 || (rc > 0 && add(f, scope, &text, v) < 0))
            return -1;
    }
    if (v->count > 0)
        return 0;
    int rc = mu_scalar_absent(&f->value, scope, &text);
    return rc > 0 ? add(f, scope, &text, v) : rc;
}

int mu_map_want(const struct mu_resource *r, const struct mu_doc *entry,
                const struct mu_doc *context, struct mu_arena *arena, const struct mu_want **ret,
                size_t *ret_count, struct mu_err *err)
{
    mu_assert(r->info.target);
    const struct mu_scope scope = {entry, context, arena, err};
    struct mu_want *wants = mu_alloc_array(arena, r->field_count, sizeof(*wants));
    for (size_t i = 0; i < r->field_count; i++) {
        const struct mu_field *f = &r->fields[i];
        struct values v = {0};
        bool each = f->value.how == MU_FROM && f->value.paths->many;
        if ((each ? add_each(f, &scope, &v) : add_single(f, &scope, &v)) < 0)
            return -1;
        wants[i] = (struct mu_want){f->name, f->policy, v.list, v.count};
    }
    *ret = wants;
    *ret_count = r->field_count;
    return 0;
}

const char *const *mu_map_attributes(const struct mu_resource *r)
{
    return r->attributes;
}
