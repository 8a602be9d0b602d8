/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles the fields of a source mapping, in the order of the unified schema. */
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

static const char name_bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

void mu_rule_add(const struct mu_loader *l, struct mu_resource *r, const char *field,
                 const struct mu_y *at)
{
    r->rules[r->rule_count++] = (struct mu_rule){
        .field = field, .file = at->file, .text = mu_y_flow(l->arena, at), .line = at->line};
}

/* Names are words of the schema or checked below: nothing in them needs an escape. */
static struct mu_text key_of(const struct mu_loader *l, const char *name)
{
    const char *key = mu_printf(l->arena, "\"%s\":", name);
    return (struct mu_text){key, strlen(key)};
}

/* ---- lists ---- */

static int check_parts(const struct mu_loader *l, const struct mu_y *item,
                       const struct mu_attr *attr)
{
    size_t count = 0;
    const char *const *parts = mu_attr_parts(attr, &count);
    for (size_t i = 0; i < item->count; i++) {
        const char *key = item->keys[i]->text;
        bool known = strcmp(key, "over") == 0;
        for (size_t p = 0; p < count && !known; p++)
            known = strcmp(parts[p], key) == 0;
        if (!known) {
            return mu_unknown(l, item->keys[i], mu_printf(l->arena, "%s: part", attr->name), key,
                              parts, count);
        }
    }
    if (mu_y_get(item, parts[0]) == NULL) {
        return mu_y_fail(item, l->err, "%s: an item needs %s; without it there is none", attr->name,
                         parts[0]);
    }
    return 0;
}

static int compile_parts(const struct mu_loader *l, const struct mu_y *item,
                         const struct mu_attr *attr, struct mu_template *t)
{
    struct mu_part *parts = mu_alloc_array(l->arena, item->count, sizeof(*parts));
    for (const char *const *name = attr->parts; *name != NULL; name++) {
        const struct mu_y *rule = mu_y_get(item, *name);
        if (rule == NULL)
            continue;
        struct mu_part *part = &parts[t->part_count++];
        part->name = *name;
        part->key = key_of(l, *name);
        part->is_bool = strcmp(*name, "is_primary") == 0;
        if (mu_scalar_compile(l, rule, mu_printf(l->arena, "%s/%s", attr->name, *name), attr, false,
                              NULL, &part->value) < 0)
            return -1;
    }
    t->parts = parts;
    return 0;
}

static int compile_item(const struct mu_loader *l, const struct mu_y *item,
                        const struct mu_attr *attr, struct mu_template *t)
{
    struct mu_loader inner = *l;
    if (mu_want_type(l, item, MU_Y_MAP, attr->name) < 0 || check_parts(l, item, attr) < 0)
        return -1;
    const struct mu_y *over = mu_y_get(item, "over");
    if (over != NULL) {
        t->over = true;
        /* Pointers of the parts start at the list's item now, where secrets of the record mean
         * nothing. */
        inner.secret_count = 0;
        if (mu_path_compile(l, over, false, &t->list) < 0)
            return -1;
    }
    return compile_parts(&inner, item, attr, t);
}

static int compile_list(const struct mu_loader *l, const struct mu_y *rule,
                        const struct mu_attr *attr, struct mu_field *f)
{
    static const char *const known[] = {"each"};
    const struct mu_y *each = mu_y_get(rule, "each");
    if (each == NULL) {
        return mu_y_fail(rule, l->err, "%s is a list; write {each: [{%s: {from: /x}}]}", attr->name,
                         attr->parts[0]);
    }
    if (mu_y_only(rule, known, MU_LEN(known), l->err) < 0 ||
        mu_want_type(l, each, MU_Y_SEQ, "each") < 0)
        return -1;
    struct mu_template *items = mu_alloc_array(l->arena, each->count, sizeof(*items));
    for (size_t i = 0; i < each->count; i++)
        if (compile_item(l, each->items[i], attr, &items[i]) < 0)
            return -1;
    f->items = items;
    f->item_count = each->count;
    return 0;
}

/* ---- extras ---- */

static int compile_extras(const struct mu_loader *l, const struct mu_y *rule,
                          const struct mu_attr *attr, struct mu_field *f, struct mu_resource *r)
{
    static const char *const known[] = {"extras"};
    const struct mu_y *extras = mu_y_get(rule, "extras");
    if (extras == NULL) {
        return mu_y_fail(rule, l->err,
                         "%s holds declared extras; write {extras: {name: {from: /x}}}",
                         attr->name);
    }
    if (mu_y_only(rule, known, MU_LEN(known), l->err) < 0 ||
        mu_want_type(l, extras, MU_Y_MAP, "extras") < 0)
        return -1;
    struct mu_part *parts = mu_alloc_array(l->arena, extras->count, sizeof(*parts));
    for (size_t i = 0; i < extras->count; i++) {
        const char *name = extras->keys[i]->text;
        if (name[0] == '\0' || name[strspn(name, name_bytes)] != '\0' || strlen(name) > 64) {
            return mu_y_fail(extras->keys[i], l->err,
                             "extras: a name of letters, digits, _ and - is expected");
        }
        const char *whole = mu_printf(l->arena, "%s/%s", attr->name, name);
        parts[i].name = name;
        parts[i].key = key_of(l, name);
        if (mu_scalar_compile(l, extras->items[i], whole, NULL, false, NULL, &parts[i].value) < 0)
            return -1;
        mu_rule_add(l, r, whole, extras->items[i]);
    }
    f->extras = parts;
    f->extra_count = extras->count;
    return 0;
}

/* ---- fields ---- */

static int compile_field(const struct mu_loader *l, const struct mu_y *rule,
                         const struct mu_attr *attr, struct mu_field *f, struct mu_resource *r)
{
    static const char *const also[] = {"raw", NULL};
    f->name = attr->name;
    f->key = key_of(l, attr->name);
    f->shape = attr->shape;
    if (attr->shape != MU_SHAPE_LIST && mu_y_get(rule, "each") != NULL) {
        return mu_y_fail(rule, l->err, "%s: each makes lists of objects, and this field is none",
                         attr->name);
    }
    mu_rule_add(l, r, attr->name, rule);
    switch (attr->shape) {
    case MU_SHAPE_LIST:
        return compile_list(l, rule, attr, f);
    case MU_SHAPE_EXTRAS:
        return compile_extras(l, rule, attr, f, r);
    case MU_SHAPE_TEXTS:
        return mu_scalar_compile(l, rule, attr->name, attr, true, NULL, &f->value);
    default:
        return mu_scalar_compile(l, rule, attr->name, attr, false, also, &f->value);
    }
}

/* The rule whose `raw` names this field; NULL: none. */
static const struct mu_y *raw_owner(const struct mu_y *fields, const char *name,
                                    const char **ret_owner)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (mu_streq(mu_y_str(fields->items[i], "raw"), name)) {
            *ret_owner = fields->keys[i]->text;
            return fields->items[i];
        }
    }
    return NULL;
}

/* The owner's value before its transforms and its table. */
static int compile_raw(const struct mu_loader *l, const struct mu_y *owner, const char *owner_name,
                       const struct mu_attr *attr, struct mu_field *f, struct mu_resource *r)
{
    const struct mu_attr *owned_by = mu_schema_attr(l->schema->kind, owner_name);
    if (compile_field(l, owner, owned_by, f, r) < 0)
        return -1;
    r->rules[r->rule_count - 1].field = attr->name;
    struct mu_scalar raw = {.name = attr->name,
                            .how = f->value.how,
                            .paths = f->value.paths,
                            .path_count = f->value.path_count,
                            .glue = f->value.glue,
                            .type = mu_type_text()};
    *f = (struct mu_field){
        .name = attr->name, .key = key_of(l, attr->name), .shape = attr->shape, .value = raw};
    return 0;
}

static int check_raw(const struct mu_loader *l, const struct mu_y *fields, const struct mu_y *rule)
{
    const struct mu_y *raw = mu_y_get(rule, "raw");
    if (raw == NULL)
        return 0;
    const struct mu_attr *attr = mu_schema_attr(l->schema->kind, raw->text);
    if (attr == NULL || attr->shape != MU_SHAPE_TEXT || strcmp(attr->name, "id") == 0) {
        return mu_y_fail(raw, l->err, "raw: it names a text field of the %s, such as status_raw",
                         l->schema->name);
    }
    if (mu_y_get(fields, raw->text) != NULL)
        return mu_y_fail(raw, l->err, "raw: %s has a rule of its own", raw->text);
    return 0;
}

static int check_names(const struct mu_loader *l, const struct mu_y *fields)
{
    size_t count = 0;
    const char *const *names = mu_schema_names(l, &count);
    for (size_t i = 0; i < fields->count; i++) {
        const char *name = fields->keys[i]->text;
        if (mu_schema_attr(l->schema->kind, name) == NULL) {
            return mu_unknown(l, fields->keys[i], mu_printf(l->arena, "%s field", l->schema->name),
                              name, names, count);
        }
        if (check_raw(l, fields, fields->items[i]) < 0)
            return -1;
    }
    return 0;
}

/* What makes the id must be mapped, and is required whether the rule says so or not. */
static int check_identity(const struct mu_loader *l, const struct mu_y *fields,
                          struct mu_field *compiled, size_t count)
{
    static const char *const plain[] = {"id", NULL}, *const pair[] = {"user_id", "group_id", NULL};
    bool membership = l->schema->kind == MU_MEMBERSHIP;
    size_t i = 0;
    for (const char *const *name = membership ? pair : plain; *name != NULL; name++, i++) {
        if (i >= count || strcmp(compiled[i].name, *name) != 0) {
            return mu_y_fail(fields, l->err,
                             "%s is missing, such as %s: {from: /id, type: id, required: true}",
                             *name, *name);
        }
        const struct mu_y *required = mu_y_get(mu_y_get(fields, *name), "required");
        if (required != NULL && strcmp(required->text, "true") != 0)
            return mu_y_fail(required, l->err, "%s is always required", *name);
        compiled[i].value.required = true;
    }
    return 0;
}

int mu_source_fields(const struct mu_loader *l, const struct mu_y *fields, struct mu_resource *r)
{
    const struct mu_y *id = mu_y_get(fields, "id");
    if (l->schema->kind == MU_MEMBERSHIP && id != NULL) {
        return mu_y_fail(id, l->err,
                         "id: a membership's id is made from group_id and user_id; leave it out");
    }
    if (check_names(l, fields) < 0)
        return -1;
    struct mu_field *list = mu_alloc_array(l->arena, l->schema->count, sizeof(*list));
    for (size_t i = 0; i < l->schema->count; i++) {
        const struct mu_attr *attr = &l->schema->attrs[i];
        const struct mu_y *rule = mu_y_get(fields, attr->name);
        const char *owner_name = NULL;
        const struct mu_y *owner = rule == NULL ? raw_owner(fields, attr->name, &owner_name) : NULL;
        if (rule == NULL && owner == NULL)
            continue;
        struct mu_field *f = &list[r->field_count++];
        if ((rule != NULL ? compile_field(l, rule, attr, f, r)
                          : compile_raw(l, owner, owner_name, attr, f, r)) < 0)
            return -1;
    }
    r->fields = list;
    return check_identity(l, fields, list, r->field_count);
}
