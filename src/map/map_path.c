/* SPDX-License-Identifier: Apache-2.0 */
/* What all compiling shares: node types, unknown names, and pointers checked against what they lead
 * into. */
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

/* ---- what all compiling files share ---- */

static const char *type_word(enum mu_y_type type)
{
    static const char *const words[] = {[MU_Y_NULL] = "nothing",
                                        [MU_Y_SCALAR] = "a single value",
                                        [MU_Y_SEQ] = "a list",
                                        [MU_Y_MAP] = "a mapping"};
    return words[type];
}

int mu_want_type(const struct mu_loader *l, const struct mu_y *node, enum mu_y_type type,
                 const char *what)
{
    if (node->type != type) {
        return mu_y_fail(node, l->err, "%s: expected %s, got %s", what, type_word(type),
                         type_word(node->type));
    }
    if (node->count > MU_MAP_FIELDS_MAX && strcmp(what, "examples") != 0) {
        return mu_y_fail(node, l->err, "%s: %zu entries, more than %d", what, node->count,
                         (int)MU_MAP_FIELDS_MAX);
    }
    return 0;
}

int mu_unknown(const struct mu_loader *l, const struct mu_y *at, const char *what, const char *name,
               const char *const *known, size_t count)
{
    const char *shown = mu_printable(l->arena, name, strlen(name), 64);
    const char *near = mu_nearest(name, known, count);
    if (near != NULL)
        return mu_y_fail(at, l->err, "%s %s is unknown; did you mean %s?", what, shown, near);
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(400);
    for (size_t i = 0; i < count && !all.full; i++)
        mu_buf_printf(&all, " %s", known[i]);
    return mu_y_fail(at, l->err, "%s %s is unknown; there are%s", what, shown, all.data);
}

const char *const *mu_schema_names(const struct mu_loader *l, size_t *ret_count)
{
    const char **names = mu_alloc_array(l->arena, l->schema->count, sizeof(*names));
    for (size_t i = 0; i < l->schema->count; i++)
        names[i] = l->schema->attrs[i].name;
    *ret_count = l->schema->count;
    return names;
}

const char *const *mu_attr_parts(const struct mu_attr *attr, size_t *ret_count)
{
    size_t count = 0;
    while (attr->parts[count] != NULL)
        count++;
    *ret_count = count;
    return attr->parts;
}

/* ---- pointers ---- */

/* What the sync's policy decided of a user. */
static int check_decision(const struct mu_loader *l, const struct mu_y *at, const struct mu_ptr *p)
{
    static const char *const known[] = {"group", "role", "rule"};
    bool policy = l->schema->kind == MU_USER && p->count == 3 && mu_streq(p->tokens[1], "policy");
    for (size_t i = 0; policy && i < MU_LEN(known); i++)
        if (mu_streq(p->tokens[2], known[i]))
            return 0;
    return mu_y_fail(at, l->err,
                     "%s: of users a target mapping knows /@/policy/group, /@/policy/role and "
                     "/@/policy/rule, and nothing else under /@",
                     at->text);
}

static int check_context(const struct mu_loader *l, const struct mu_y *at, const struct mu_ptr *p)
{
    if (l->side == MU_SIDE_TARGET)
        return check_decision(l, at, p);
    if (l->context == NULL) {
        return mu_y_fail(at, l->err, "%s: /@ is known only in a source mapping with for_each",
                         at->text);
    }
    if (p->count != 2 || strcmp(p->tokens[1], l->context) != 0)
        return mu_y_fail(at, l->err, "%s: the context knows only /@/%s", at->text, l->context);
    return 0;
}

static bool is_index(const char *token)
{
    return strcmp(token, "?") == 0 ||
           (token[0] != '\0' && token[strspn(token, "0123456789")] == '\0');
}

static int check_list_pointer(const struct mu_loader *l, const struct mu_y *at,
                              const struct mu_attr *attr, const struct mu_ptr *p)
{
    bool objects = attr->shape == MU_SHAPE_LIST;
    const char *leaf = objects ? attr->parts[0] : "";
    if (p->count != (objects ? 3 : 2) || !is_index(p->tokens[1])) {
        return mu_y_fail(at, l->err,
                         "%s: %s is a list; write /%s/0%s%s for its first item, /%s/?%s%s for each",
                         at->text, attr->name, attr->name, objects ? "/" : "", leaf, attr->name,
                         objects ? "/" : "", leaf);
    }
    if (!objects)
        return 0;
    size_t count = 0;
    const char *const *parts = mu_attr_parts(attr, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(parts[i], p->tokens[2]) == 0)
            return 0;
    return mu_unknown(l, at, mu_printf(l->arena, "%s: part", attr->name), p->tokens[2], parts,
                      count);
}

/* In a target mapping the document is an entry, so that every pointer can be checked against the
 * schema. */
static int check_entry_pointer(const struct mu_loader *l, const struct mu_y *at,
                               const struct mu_ptr *p)
{
    size_t count = 0;
    const char *const *names = mu_schema_names(l, &count);
    if (p->count == 0) {
        return mu_y_fail(at, l->err, "an entry as a whole is no value; name a field, such as /%s",
                         names[1]);
    }
    const struct mu_attr *attr = mu_schema_attr(l->schema->kind, p->tokens[0]);
    if (attr == NULL) {
        return mu_unknown(l, at, mu_printf(l->arena, "%s field", l->schema->name), p->tokens[0],
                          names, count);
    }
    if (attr->shape == MU_SHAPE_LIST || attr->shape == MU_SHAPE_TEXTS)
        return check_list_pointer(l, at, attr, p);
    bool extras = attr->shape == MU_SHAPE_EXTRAS;
    if (p->count != (extras ? 2 : 1)) {
        return mu_y_fail(at, l->err,
                         extras ? "%s: name one extra, such as /attributes/budget"
                                : "%s: this field is a single value",
                         at->text);
    }
    return 0;
}

static int check_secret(const struct mu_loader *l, const struct mu_y *at, const struct mu_ptr *p)
{
    for (size_t i = 0; i < l->secret_count; i++) {
        const struct mu_ptr *secret = &l->secrets[i];
        int same = 0;
        while (same < secret->count && same < p->count &&
               strcmp(secret->tokens[same], p->tokens[same]) == 0)
            same++;
        if (same == secret->count) {
            return mu_y_fail(
                at, l->err,
                "%s is declared secret; a secret is never stored, so it can't be mapped", at->text);
        }
    }
    return 0;
}

static int check_document_pointer(const struct mu_loader *l, const struct mu_y *at,
                                  const struct mu_ptr *p)
{
    return l->side == MU_SIDE_TARGET ? check_entry_pointer(l, at, p) : check_secret(l, at, p);
}

static int split_many(const struct mu_loader *l, const struct mu_y *at, bool many,
                      struct mu_path *path)
{
    struct mu_ptr all = path->ptr;
    for (int i = 0; i < all.count; i++) {
        if (strcmp(all.tokens[i], "?") != 0)
            continue;
        if (!many) {
            return mu_y_fail(at, l->err,
                             "%s: ? stands for every item of a list, and here only one value fits",
                             at->text);
        }
        if (path->many)
            return mu_y_fail(at, l->err, "%s: only one ? is possible", at->text);
        path->many = true;
        path->ptr = (struct mu_ptr){all.tokens, i};
        path->rest = (struct mu_ptr){all.tokens + i + 1, all.count - i - 1};
    }
    return 0;
}

int mu_path_compile(const struct mu_loader *l, const struct mu_y *at, bool many,
                    struct mu_path *ret)
{
    struct mu_path path = {.many = false};
    struct mu_err why = MU_ERR_INIT;
    if (mu_want_type(l, at, MU_Y_SCALAR, "pointer") < 0)
        return -1;
    if (at->text[0] != '\0' && at->text[0] != '/') {
        return mu_y_fail(at, l->err, "%s is no pointer; write /%s",
                         mu_printable(l->arena, at->text, strlen(at->text), 64),
                         mu_printable(l->arena, at->text, strlen(at->text), 64));
    }
    if (mu_ptr_compile(l->arena, at->text, &path.ptr, &why) < 0)
        return mu_y_fail(at, l->err, "%s", why.text);
    path.context = path.ptr.count > 0 && strcmp(path.ptr.tokens[0], "@") == 0;
    if (path.context) {
        if (check_context(l, at, &path.ptr) < 0)
            return -1;
        path.ptr.tokens++;
        path.ptr.count--;
    } else if (check_document_pointer(l, at, &path.ptr) < 0) {
        return -1;
    }
    if (split_many(l, at, many, &path) < 0)
        return -1;
    *ret = path;
    return 0;
}
