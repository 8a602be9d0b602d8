/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles a target mapping: attributes, what names an entry, what stands for members. */
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char letters_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-;";

/* RFC 4512, 2.5: a short name, options behind semicolons. Beyond directories names have underscores.
 */
static bool is_attribute(const struct mu_loader *l, const char *s)
{
    size_t len = 0;
    while (s[len] != '\0' &&
           (strchr(letters_digits, s[len]) != NULL || (!l->directory && s[len] == '_')))
        len++;
    return s[0] != '\0' && strchr(letters, s[0]) != NULL && s[len] == '\0' && len <= 128;
}

static int check_attribute(const struct mu_loader *l, const struct mu_y *at,
                           const struct mu_y *fields, size_t index)
{
    if (!is_attribute(l, at->text)) {
        return mu_y_fail(at, l->err, "%s is no attribute name: letters, digits and - are expected",
                         mu_printable(l->arena, at->text, strlen(at->text), 64));
    }
    if (mu_strieq(at->text, "objectClass"))
        return mu_y_fail(at, l->err, "object classes are listed under object_classes");
    for (size_t i = 0; i < index; i++) {
        if (mu_strieq(fields->keys[i]->text, at->text)) {
            return mu_y_fail(at, l->err,
                             "%s is mapped already in %s:%d; letter case makes no other attribute",
                             at->text, fields->keys[i]->file, fields->keys[i]->line);
        }
    }
    return 0;
}

static const char *const policies[] = {
    [MU_POLICY_FORCE] = "force", [MU_POLICY_KEEP] = "keep", [MU_POLICY_MERGE] = "merge"};

const char *mu_value_policy_name(enum mu_value_policy policy)
{
    return policies[policy];
}

static int compile_policy(const struct mu_loader *l, const struct mu_y *rule,
                          enum mu_value_policy *ret)
{
    const struct mu_y *node = mu_y_get(rule, "policy");
    if (node == NULL)
        return 0;
    for (size_t i = 0; i < MU_LEN(policies); i++) {
        if (strcmp(policies[i], node->text) == 0) {
            *ret = (enum mu_value_policy)i;
            return 0;
        }
    }
    return mu_unknown(l, node, "policy", node->text, policies, MU_LEN(policies));
}

static int compile_fields(const struct mu_loader *l, const struct mu_y *fields,
                          struct mu_resource *r)
{
    static const char *const also[] = {"policy", NULL};
    struct mu_field *list = mu_alloc_array(l->arena, fields->count, sizeof(*list));
    const char **names = mu_alloc_array(l->arena, fields->count + 1, sizeof(*names));
    for (size_t i = 0; i < fields->count; i++) {
        struct mu_field *f = &list[i];
        f->name = names[i] = fields->keys[i]->text;
        f->shape = MU_SHAPE_TEXT;
        if (check_attribute(l, fields->keys[i], fields, i) < 0 ||
            mu_scalar_compile(l, fields->items[i], f->name, NULL, true, also, &f->value) < 0 ||
            compile_policy(l, fields->items[i], &f->policy) < 0)
            return -1;
        mu_rule_add(l, r, f->name, fields->items[i]);
    }
    r->fields = list;
    r->field_count = fields->count;
    r->attributes = names;
    return 0;
}

static int compile_classes(const struct mu_loader *l, const struct mu_y *doc, struct mu_resource *r)
{
    static const char *const none[] = {NULL};
    const struct mu_y *list = mu_y_get(doc, "object_classes");
    if (list == NULL && !l->directory) {
        r->info.object_classes = none;
        return 0;
    }
    if (list == NULL)
        return mu_y_fail(doc, l->err, "object_classes is missing, such as [top, person]");
    if (mu_want_type(l, list, MU_Y_SEQ, "object_classes") < 0)
        return -1;
    if (list->count == 0)
        return mu_y_fail(list, l->err, "object_classes: at least one is needed");
    const char **classes = mu_alloc_array(l->arena, list->count + 1, sizeof(*classes));
    for (size_t i = 0; i < list->count; i++) {
        if (!is_attribute(l, list->items[i]->text)) {
            return mu_y_fail(list->items[i], l->err,
                             "object_classes: a name such as inetOrgPerson is expected");
        }
        classes[i] = list->items[i]->text;
    }
    r->info.object_classes = classes;
    return 0;
}

static int compile_rdn(const struct mu_loader *l, const struct mu_y *doc, struct mu_resource *r)
{
    const struct mu_y *node = mu_y_get(doc, "rdn");
    if (node == NULL) {
        return mu_y_fail(doc, l->err,
                         "rdn is missing: the attribute that names an entry, such as rdn: uid");
    }
    for (size_t i = 0; i < r->field_count; i++) {
        const struct mu_field *f = &r->fields[i];
        if (!mu_strieq(f->name, node->text))
            continue;
        if (!f->value.required || (f->value.how == MU_FROM && f->value.paths->many)) {
            return mu_y_fail(
                node, l->err,
                "rdn: %s needs `required: true` and a single value, for every entry has one name",
                f->name);
        }
        r->info.rdn = f->name;
        return 0;
    }
    return mu_unknown(l, node, "rdn: attribute", node->text, r->attributes, r->field_count);
}

/* "cn=nobody": it is parsed for good by the target; here a slip of the pen is caught with its line.
 * */
static bool is_relative_dn(const char *s)
{
    size_t name = strspn(s, letters_digits);
    return name > 0 && s[name] == '=' && s[name + 1] != '\0' && strlen(s) <= 256;
}

static int compile_members(const struct mu_loader *l, const struct mu_y *members,
                           struct mu_resource *r)
{
    static const char *const known[] = {"attribute", "placeholder"};
    if (members == NULL)
        return 0;
    if (l->schema->kind != MU_GROUP)
        return mu_y_fail(members, l->err, "members belongs to mappings of kind group");
    if (mu_want_type(l, members, MU_Y_MAP, "members") < 0 ||
        mu_y_only(members, known, MU_LEN(known), l->err) < 0)
        return -1;
    r->info.member_attr = mu_y_str(members, "attribute");
    r->info.placeholder = mu_y_str(members, "placeholder");
    if (r->info.member_attr == NULL || !is_attribute(l, r->info.member_attr)) {
        return mu_y_fail(members, l->err,
                         "members: attribute is missing, such as attribute: member");
    }
    for (size_t i = 0; i < r->field_count; i++) {
        if (mu_strieq(r->fields[i].name, r->info.member_attr)) {
            return mu_y_fail(members, l->err, "members: %s is mapped as a field too; drop one",
                             r->info.member_attr);
        }
    }
    if (r->info.placeholder != NULL && !is_relative_dn(r->info.placeholder)) {
        return mu_y_fail(
            mu_y_get(members, "placeholder"), l->err,
            "placeholder: a name relative to the target's base is expected, such as cn=nobody");
    }
    return 0;
}

int mu_target_compile(const struct mu_loader *l, const struct mu_y *doc, struct mu_resource *r)
{
    const struct mu_y *fields = mu_y_get(doc, "fields");
    r->info.target = true;
    return compile_fields(l, fields, r) < 0 || compile_classes(l, doc, r) < 0 ||
                   compile_rdn(l, doc, r) < 0
               ? -1
               : compile_members(l, mu_y_get(doc, "members"), r);
}
