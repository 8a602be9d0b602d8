/* SPDX-License-Identifier: Apache-2.0 */
/* Loads a mapping: layers merged, checked from top to bottom, compiled. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

/* ---- the rule as text ---- */

static void put_flow(struct mu_buf *to, const struct mu_y *node);

static void put_scalar(struct mu_buf *to, const char *text, bool quoted)
{
    if (!quoted) {
        mu_buf_adds(to, text);
        return;
    }
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_str(&w, text);
}

static void put_flow_items(struct mu_buf *to, const struct mu_y *node)
{
    for (size_t i = 0; i < node->count; i++) {
        mu_buf_adds(to, i > 0 ? ", " : "");
        if (node->type == MU_Y_MAP) {
            put_scalar(to, node->keys[i]->text, node->keys[i]->quoted);
            mu_buf_adds(to, ": ");
        }
        put_flow(to, node->items[i]);
    }
}

static void put_flow(struct mu_buf *to, const struct mu_y *node)
{
    switch (node->type) {
    case MU_Y_NULL:
        mu_buf_adds(to, "null");
        break;
    case MU_Y_SCALAR:
        put_scalar(to, node->text, node->quoted);
        break;
    default:
        mu_buf_addc(to, node->type == MU_Y_MAP ? '{' : '[');
        put_flow_items(to, node);
        mu_buf_addc(to, node->type == MU_Y_MAP ? '}' : ']');
        break;
    }
}

const char *mu_y_flow(struct mu_arena *arena, const struct mu_y *node)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    put_flow(&to, node);
    return mu_strndup(arena, to.data, to.len);
}

/* ---- the file ---- */

static const char *name_of(struct mu_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    size_t len = strlen(base);
    return mu_strndup(arena, base, mu_ends(base, ".yaml") ? len - 5 : len);
}

static int read_kind(const struct mu_y *doc, struct mu_loader *l)
{
    static const char *const kinds[] = {"user", "group", "role", "membership"};
    const struct mu_y *node = mu_y_get(doc, "kind");
    enum mu_kind kind;
    if (node == NULL) {
        return mu_y_fail(
            doc, l->err,
            "kind is missing (user, group, role or membership); a layer that only changes a "
            "shipped mapping can't stand alone, check it with the layers below it");
    }
    if (!mu_kind_parse(node->text, &kind))
        return mu_unknown(l, node, "kind", node->text, kinds, MU_LEN(kinds));
    l->schema = mu_schema_of(kind);
    return 0;
}

static int check_keys(struct mu_loader *l, const struct mu_y *doc)
{
    static const char *const source[] = {"kind",   "fetch",  "constant",
                                         "secret", "fields", "examples"};
    static const char *const target[] = {"kind",   "target",  "object_classes", "rdn",
                                         "fields", "members", "examples"};
    const struct mu_y *node = mu_y_get(doc, "target");
    l->side = node != NULL ? MU_SIDE_TARGET : MU_SIDE_SOURCE;
    l->directory = node != NULL && mu_streq(node->text, "ldap");
    if (node != NULL && (node->type != MU_Y_SCALAR || node->text[0] == '\0')) {
        return mu_y_fail(node, l->err,
                         "target: the name of the adapter is expected, such as target: ldap");
    }
    return node != NULL ? mu_y_only(doc, target, MU_LEN(target), l->err)
                        : mu_y_only(doc, source, MU_LEN(source), l->err);
}

/* Rules: one for each field, raw field and extra. */
static size_t rules_room(const struct mu_loader *l, const struct mu_y *fields)
{
    const struct mu_y *extras = mu_y_get(mu_y_get(fields, "attributes"), "extras");
    return 2 * l->schema->count + fields->count + (extras != NULL ? extras->count : 0);
}

static int compile(struct mu_loader *l, const struct mu_y *doc, struct mu_resource *r)
{
    if (read_kind(doc, l) < 0 || check_keys(l, doc) < 0)
        return -1;
    mu_assert(l->schema != NULL);
    const struct mu_y *fields = mu_y_get(doc, "fields");
    if (fields == NULL)
        return mu_y_fail(doc, l->err, "fields is missing");
    if (mu_want_type(l, fields, MU_Y_MAP, "fields") < 0)
        return -1;
    r->info.kind = l->schema->kind;
    r->rules = mu_alloc_array(l->arena, rules_room(l, fields), sizeof(*r->rules));
    if (l->side == MU_SIDE_TARGET) {
        return mu_target_compile(l, doc, r) < 0
                   ? -1
                   : mu_examples_compile(l, mu_y_get(doc, "examples"), r);
    }
    return mu_fetch_compile(l, doc, r) < 0 || mu_source_fields(l, fields, r) < 0
               ? -1
               : mu_examples_compile(l, mu_y_get(doc, "examples"), r);
}

/* Over what decides results only: comments, order of keys and examples change nothing. */
static void digest(const struct mu_y *doc, char ret[MU_DIGEST_HEX])
{
    MU_AUTO(json) struct json_object *json = mu_y_json(doc);
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    json_object_object_del(json, "examples");
    mu_json_canonical(json, &text);
    mu_digest(text.data, text.len, ret);
}

static int load(struct mu_arena *arena, const char *const *paths, const struct mu_resource **ret,
                struct mu_err *err)
{
    const struct mu_y *doc = NULL;
    struct mu_resource *r = mu_alloc(arena, sizeof(*r));
    struct mu_loader l = {.arena = arena, .err = err};
    if (mu_layers_merge(arena, paths, &doc, &r->info.file, err) < 0 || compile(&l, doc, r) < 0)
        return -1;
    r->info.name = name_of(arena, r->info.file);
    digest(doc, r->info.digest);
    *ret = r;
    return 0;
}

int mu_map_load(struct mu_arena *arena, const struct mu_layers *layers, const char *system,
                const char *name, const struct mu_resource **ret, struct mu_err *err)
{
    const char *paths[MU_LAYERS_MAX + 2];
    if (mu_layers_paths(arena, layers, system, name, paths, err) < 0)
        return -1;
    if (paths[0] == NULL) {
        return mu_fail(err, MU_E_CONFIG, "there is no mapping %s/%s.yaml in %s%s", system, name,
                       layers->dirs[0] != NULL ? layers->dirs[0] : "any directory",
                       layers->dirs[0] != NULL && layers->dirs[1] != NULL ? " or the layers over it"
                                                                          : "");
    }
    return load(arena, paths, ret, err);
}

int mu_map_load_file(struct mu_arena *arena, const char *path, const struct mu_resource **ret,
                     struct mu_err *err)
{
    return load(arena, (const char *const[]){path, NULL}, ret, err);
}

/* The layers that hold SYSTEM/NAME.yaml for a path that ends so; none when the path isn't of that
 * form. */
static void layers_below(struct mu_arena *arena, const struct mu_layers *layers, const char *path,
                         const char *ret_paths[MU_LAYERS_MAX + 2])
{
    struct mu_err ignored = MU_ERR_INIT;
    MU_AUTO(free) char *whole = realpath(path, NULL);
    const char *slash = whole != NULL ? strrchr(whole, '/') : NULL;
    ret_paths[0] = NULL;
    if (slash == NULL || slash == whole)
        return;
    const char *system = name_of(arena, mu_strndup(arena, whole, (size_t)(slash - whole)));
    if (mu_layers_paths(arena, layers, system, name_of(arena, whole), ret_paths, &ignored) < 0)
        ret_paths[0] = NULL;
    for (size_t i = 0; ret_paths[i] != NULL; i++) {
        MU_AUTO(free) char *other = realpath(ret_paths[i], NULL);
        if (mu_streq(other, whole)) {
            ret_paths[i] = NULL; /* it is a layer itself: those above it don't count */
            return;
        }
    }
}

int mu_map_load_over(struct mu_arena *arena, const struct mu_layers *layers, const char *path,
                     const struct mu_resource **ret, struct mu_err *err)
{
    const char *paths[MU_LAYERS_MAX + 2] = {NULL};
    const struct mu_y *doc = NULL;
    size_t count = 0;
    if (mu_y_load(arena, path, &doc, err) < 0)
        return -1;
    if (mu_y_get(doc, "kind") == NULL)
        layers_below(arena, layers, path, paths);
    while (paths[count] != NULL)
        count++;
    paths[count] = path;
    paths[count + 1] = NULL;
    return load(arena, paths, ret, err);
}

const struct mu_resource_info *mu_map_info(const struct mu_resource *r)
{
    return &r->info;
}

const struct mu_rule *mu_map_rule(const struct mu_resource *r, const char *field)
{
    for (size_t i = 0; i < r->rule_count; i++)
        if (strcmp(r->rules[i].field, field) == 0)
            return &r->rules[i];
    return NULL;
}
