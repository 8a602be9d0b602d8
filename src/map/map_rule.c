/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles the rule of one value: sources, type, transforms, enum table. Every mistake is named
 * with its place. */
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

/* ---- where the value is taken from ---- */

/* Either all of a list's pointers, or the one a scalar holds. */
static int compile_paths(const struct mu_loader *l, const struct mu_y *from, bool many,
                         struct mu_scalar *s)
{
    size_t count = from->type == MU_Y_SEQ ? from->count : 1;
    if (count == 0 || count > MU_MAP_PATHS_MAX) {
        return mu_y_fail(from, l->err, "%s: between 1 and %d pointers are expected", s->name,
                         (int)MU_MAP_PATHS_MAX);
    }
    struct mu_path *paths = mu_alloc_array(l->arena, count, sizeof(*paths));
    for (size_t i = 0; i < count; i++)
        if (mu_path_compile(l, from->type == MU_Y_SEQ ? from->items[i] : from, many, &paths[i]) < 0)
            return -1;
    s->paths = paths;
    s->path_count = count;
    return 0;
}

static struct mu_text text_of(const char *s)
{
    return (struct mu_text){s, strlen(s)};
}

static int compile_list(const struct mu_loader *l, const struct mu_y *from, struct mu_scalar *s)
{
    return mu_want_type(l, from, MU_Y_SEQ, s->how == MU_JOIN ? "join" : "first") < 0
               ? -1
               : compile_paths(l, from, false, s);
}

static int compile_join(const struct mu_loader *l, const struct mu_y *rule, const struct mu_y *from,
                        struct mu_scalar *s)
{
    const struct mu_y *with = mu_y_get(rule, "with");
    if (with != NULL && mu_want_type(l, with, MU_Y_SCALAR, "with") < 0)
        return -1;
    struct mu_text *glue = mu_alloc(l->arena, sizeof(*glue));
    *glue = text_of(with != NULL ? with->text : " ");
    s->glue = glue;
    return compile_list(l, from, s);
}

/* {name} is short for {/name}; {{ is a brace. */
static int compile_place(const struct mu_loader *l, const struct mu_y *from, const char *text,
                         size_t len, struct mu_path *ret)
{
    struct mu_y place = *from;
    place.text = text[0] == '/' ? mu_strndup(l->arena, text, len)
                                : mu_printf(l->arena, "/%.*s", (int)len, text);
    return mu_path_compile(l, &place, false, ret);
}

static int compile_template(const struct mu_loader *l, const struct mu_y *from, struct mu_scalar *s)
{
    if (mu_want_type(l, from, MU_Y_SCALAR, "template") < 0)
        return -1;
    struct mu_path *paths = mu_alloc_array(l->arena, MU_MAP_PATHS_MAX, sizeof(*paths));
    struct mu_text *glue = mu_alloc_array(l->arena, MU_MAP_PATHS_MAX + 1, sizeof(*glue));
    MU_AUTO(buf) struct mu_buf literal = MU_BUF_INIT(MU_TEXT_MAX);
    size_t count = 0;
    for (const char *p = from->text; *p != '\0'; p++) {
        if (*p != '{' || p[1] == '{') {
            p += *p == '{' || (*p == '}' && p[1] == '}');
            mu_buf_addc(&literal, *p);
            continue;
        }
        size_t len = strcspn(p + 1, "}");
        if (p[1 + len] == '\0' || len == 0 || count == MU_MAP_PATHS_MAX) {
            return mu_y_fail(
                from, l->err,
                "template: each {pointer} needs a name and a closing }, at most %d of them",
                (int)MU_MAP_PATHS_MAX);
        }
        glue[count] =
            (struct mu_text){mu_strndup(l->arena, literal.data, literal.len), literal.len};
        mu_buf_reset(&literal);
        if (compile_place(l, from, p + 1, len, &paths[count++]) < 0)
            return -1;
        p += len + 1;
    }
    if (count == 0)
        return mu_y_fail(from, l->err, "template: no {pointer} in it; use const for a fixed text");
    glue[count] = (struct mu_text){mu_strndup(l->arena, literal.data, literal.len), literal.len};
    s->paths = paths;
    s->path_count = count;
    s->glue = glue;
    return 0;
}

/* A text written in the mapping that will be a value: it must be one its type and the schema allow.
 * */
static int compile_fixed(const struct mu_loader *l, const struct mu_y *at, const char *what,
                         const struct mu_scalar *s, struct mu_text *ret)
{
    const char *why = NULL;
    if (mu_want_type(l, at, MU_Y_SCALAR, what) < 0)
        return -1;
    *ret = text_of(at->text);
    if (ret->len == 0)
        return mu_y_fail(at, l->err, "%s: an empty text is no value; leave the key out", what);
    if (mu_type_check(s->type, l->arena, ret, &why) < 0)
        return mu_y_fail(at, l->err, "%s: %s", what, why);
    size_t count = 0;
    for (; s->choices != NULL && s->choices[count] != NULL; count++)
        if (strcmp(s->choices[count], ret->s) == 0)
            return 0;
    return s->choices == NULL ? 0
                              : mu_unknown(l, at, mu_printf(l->arena, "%s: the word", s->name),
                                           ret->s, s->choices, count);
}

static int compile_how(const struct mu_loader *l, const struct mu_y *rule, bool many,
                       struct mu_scalar *s)
{
    static const char *const hows[] = {[MU_FROM] = "from",
                                       [MU_CONST] = "const",
                                       [MU_JOIN] = "join",
                                       [MU_FIRST] = "first",
                                       [MU_TEMPLATE] = "template"};
    const struct mu_y *from = NULL;
    size_t given = 0;
    for (size_t i = 0; i < MU_LEN(hows); i++) {
        const struct mu_y *node = mu_y_get(rule, hows[i]);
        if (node != NULL) {
            from = node;
            s->how = (enum mu_how)i;
            given++;
        }
    }
    if (given != 1) {
        return mu_y_fail(rule, l->err,
                         "%s: exactly one of from, const, join, first, template is expected",
                         s->name);
    }
    if (s->how != MU_JOIN && mu_y_get(rule, "with") != NULL)
        return mu_y_fail(mu_y_get(rule, "with"), l->err, "%s: with belongs to join", s->name);
    switch (s->how) {
    case MU_FROM:
        return mu_want_type(l, from, MU_Y_SCALAR, "from") < 0 ? -1
                                                              : compile_paths(l, from, many, s);
    case MU_JOIN:
        return compile_join(l, rule, from, s);
    case MU_FIRST:
        return compile_list(l, from, s);
    case MU_TEMPLATE:
        return compile_template(l, from, s);
    default:
        return compile_fixed(l, from, "const", s, &s->constant);
    }
}

/* ---- what is done to it ---- */

static const char *default_type(const struct mu_attr *attr, bool is_bool)
{
    if (is_bool)
        return "bool";
    switch (attr != NULL ? attr->shape : MU_SHAPE_TEXT) {
    case MU_SHAPE_BOOL:
        return "bool";
    case MU_SHAPE_TIME:
        return "time";
    case MU_SHAPE_ENUM:
        return "enum";
    default:
        return "text";
    }
}

static int compile_type(const struct mu_loader *l, const struct mu_y *rule, const char *standard,
                        struct mu_scalar *s)
{
    const struct mu_y *node = mu_y_get(rule, "type");
    if (node != NULL && mu_want_type(l, node, MU_Y_SCALAR, "type") < 0)
        return -1;
    s->type = mu_type_find(node != NULL ? node->text : standard);
    if (s->type == NULL && node != NULL) {
        size_t count = 0;
        const char *const *names = mu_type_names(&count);
        return mu_unknown(l, node, "type", node->text, names, count);
    }
    if (node != NULL && mu_streq(standard, "time") && strcmp(node->text, "time") != 0)
        return mu_y_fail(node, l->err, "%s: this field is of type time", s->name);
    if (node != NULL && mu_streq(node->text, "enum") && s->choices == NULL &&
        mu_y_get(rule, "enum") == NULL) {
        return mu_y_fail(node, l->err, "%s: type enum needs an enum table: enum: {theirs: ours}",
                         s->name);
    }
    return 0;
}

/* A time is checked before transforms run; one of them could make it anything. */
static int check_time(const struct mu_loader *l, const struct mu_y *rule,
                      const struct mu_attr *attr, const char *name)
{
    const struct mu_y *node = mu_y_get(rule, "transform");
    node = node != NULL ? node : mu_y_get(rule, "enum");
    if (attr == NULL || attr->shape != MU_SHAPE_TIME || node == NULL)
        return 0;
    return mu_y_fail(node, l->err, "%s: a time takes neither transform nor enum", name);
}

static int compile_transforms(const struct mu_loader *l, const struct mu_y *node,
                              struct mu_scalar *s)
{
    if (node == NULL)
        return 0;
    if (node->type != MU_Y_SCALAR && mu_want_type(l, node, MU_Y_SEQ, "transform") < 0)
        return -1;
    size_t count = node->type == MU_Y_SEQ ? node->count : 1;
    struct mu_transform *list = mu_alloc_array(l->arena, count + 1, sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        const struct mu_y *at = node->type == MU_Y_SEQ ? node->items[i] : node;
        if (mu_want_type(l, at, MU_Y_SCALAR, "transform") < 0 ||
            mu_transform_compile(l->arena, at, &list[i], l->err) < 0)
            return -1;
    }
    s->transforms = list;
    s->transform_count = count;
    return 0;
}

/* null on the right: the value counts as absent. */
static int compile_row(const struct mu_loader *l, const struct mu_y *to, const struct mu_scalar *s,
                       struct mu_text *ret)
{
    if (to->type == MU_Y_NULL) {
        *ret = text_of("");
        return 0;
    }
    struct mu_scalar result = *s;
    result.type =
        mu_type_text(); /* the type describes the word that is looked up, not what it becomes */
    return compile_fixed(l, to, "enum", &result, ret);
}

static int compile_table(const struct mu_loader *l, const struct mu_y *node, struct mu_scalar *s)
{
    if (node == NULL)
        return 0;
    if (mu_want_type(l, node, MU_Y_MAP, "enum") < 0)
        return -1;
    if (node->count == 0) {
        return mu_y_fail(node, l->err, "%s: an empty enum table; write {theirs: ours, ...}",
                         s->name);
    }
    struct mu_pair *table = mu_alloc_array(l->arena, node->count, sizeof(*table));
    for (size_t i = 0; i < node->count; i++) {
        struct mu_text to;
        if (compile_row(l, node->items[i], s, &to) < 0)
            return -1;
        if (strcmp(node->keys[i]->text, "*") == 0) {
            struct mu_text *otherwise = mu_alloc(l->arena, sizeof(*otherwise));
            *otherwise = to;
            s->otherwise = otherwise;
        } else {
            table[s->table_count++] = (struct mu_pair){node->keys[i]->text, to};
        }
    }
    s->table = table;
    return 0;
}

static int compile_default(const struct mu_loader *l, const struct mu_y *node, struct mu_scalar *s)
{
    if (node == NULL)
        return 0;
    struct mu_scalar result = *s;
    if (s->table != NULL || s->otherwise != NULL)
        result.type = mu_type_text();
    return compile_fixed(l, node, "default", &result, &s->fallback);
}

static int compile_flag(const struct mu_loader *l, const struct mu_y *node, const char *what,
                        bool *ret)
{
    if (node == NULL)
        return 0;
    *ret = strcmp(node->text, "true") == 0;
    return *ret || strcmp(node->text, "false") == 0
               ? 0
               : mu_y_fail(node, l->err, "%s: write true or false", what);
}

static int check_keys(const struct mu_loader *l, const struct mu_y *rule, const char *const *also,
                      const char *name)
{
    static const char *const plain[] = {"from",    "const",    "join",    "with",
                                        "first",   "template", "type",    "transform",
                                        "default", "enum",     "required"};
    const char *known[MU_LEN(plain) + 4];
    size_t count = MU_LEN(plain);
    memcpy(known, plain, sizeof(plain));
    for (; also != NULL && *also != NULL; also++)
        known[count++] = *also;
    if (rule->type == MU_Y_SCALAR) {
        return mu_y_fail(rule, l->err, "%s: a rule is expected, such as {from: %s}", name,
                         rule->text[0] == '/'
                             ? mu_printable(l->arena, rule->text, strlen(rule->text), 64)
                             : "/x");
    }
    return mu_want_type(l, rule, MU_Y_MAP, name) < 0 ? -1 : mu_y_only(rule, known, count, l->err);
}

static int check_constant(const struct mu_loader *l, const struct mu_y *rule, const char *name)
{
    static const char *const alien[] = {"transform", "default", "enum", "required", "raw"};
    for (size_t i = 0; i < MU_LEN(alien); i++) {
        const struct mu_y *node = mu_y_get(rule, alien[i]);
        if (node != NULL)
            return mu_y_fail(node, l->err, "%s: a constant takes no %s", name, alien[i]);
    }
    return 0;
}

/* The one part of list items that isn't text. */
static bool is_flag(const struct mu_attr *attr, const char *name)
{
    return attr != NULL && (attr->shape == MU_SHAPE_BOOL ||
                            (attr->shape == MU_SHAPE_LIST && mu_ends(name, "/is_primary")));
}

int mu_scalar_compile(const struct mu_loader *l, const struct mu_y *rule, const char *name,
                      const struct mu_attr *attr, bool many, const char *const *also,
                      struct mu_scalar *ret)
{
    static const char *const truths[] = {"true", "false", NULL};
    struct mu_scalar s = {.name = name};
    bool is_bool = is_flag(attr, name);
    if (check_keys(l, rule, also, name) < 0)
        return -1;
    if (is_bool)
        s.choices = truths;
    else if (attr != NULL && attr->shape == MU_SHAPE_ENUM)
        s.choices = attr->choices;
    if (compile_type(l, rule, default_type(attr, is_bool), &s) < 0 ||
        compile_how(l, rule, many, &s) < 0 || check_time(l, rule, attr, name) < 0)
        return -1;
    if (s.how == MU_CONST && check_constant(l, rule, name) < 0)
        return -1;
    if (compile_transforms(l, mu_y_get(rule, "transform"), &s) < 0 ||
        compile_table(l, mu_y_get(rule, "enum"), &s) < 0 ||
        compile_default(l, mu_y_get(rule, "default"), &s) < 0 ||
        compile_flag(l, mu_y_get(rule, "required"), "required", &s.required) < 0)
        return -1;
    *ret = s;
    return 0;
}
