/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles what a source mapping says about getting its records: fetch, constant, secret. */
#include <string.h>

#include "base/str.h"
#include "map/map_private.h"

static int scalar_key(const struct mu_loader *l, const struct mu_y *map, const char *key,
                      const char **ret)
{
    const struct mu_y *node = mu_y_get(map, key);
    if (node == NULL)
        return 0;
    if (mu_want_type(l, node, MU_Y_SCALAR, key) < 0)
        return -1;
    *ret = node->text;
    return 0;
}

static bool plain_word(const char *s)
{
    return s[0] >= 'a' && s[0] <= 'z' && strlen(s) <= 64 &&
           s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static int word_key(const struct mu_loader *l, const struct mu_y *map, const char *key,
                    const char **ret)
{
    if (scalar_key(l, map, key, ret) < 0)
        return -1;
    return *ret == NULL || plain_word(*ret)
               ? 0
               : mu_y_fail(mu_y_get(map, key), l->err, "%s: a name of a-z, 0-9 and _ is expected",
                           key);
}

/* ---- path and for_each ---- */

/* "groups" -> "group_id": what stands in the path's braces and, with its value, under /@. */
static const char *parent_id(struct mu_arena *arena, const char *for_each)
{
    size_t len = strlen(for_each);
    return mu_printf(arena, "%.*s_id", (int)(mu_ends(for_each, "s") ? len - 1 : len), for_each);
}

static int check_place(const struct mu_loader *l, const struct mu_y *at, const struct mu_fetch *f)
{
    const char *open = strchr(f->path, '{');
    if (f->for_each == NULL) {
        return open == NULL
                   ? 0
                   : mu_y_fail(at, l->err,
                               "path: {...} stands for a parent's id and needs for_each: RESOURCE");
    }
    size_t len = strlen(f->param);
    if (open != NULL && strncmp(open + 1, f->param, len) == 0 && open[len + 1] == '}' &&
        strpbrk(open + len + 2, "{}") == NULL)
        return 0;
    return mu_y_fail(at, l->err, "path: with for_each: %s it must hold {%s} once", f->for_each,
                     f->param);
}

static int compile_path(struct mu_loader *l, const struct mu_y *fetch, struct mu_fetch *f)
{
    const struct mu_y *at = mu_y_get(fetch, "path");
    if (scalar_key(l, fetch, "path", &f->path) < 0 ||
        word_key(l, fetch, "for_each", &f->for_each) < 0)
        return -1;
    if (at == NULL)
        return mu_y_fail(fetch, l->err, "fetch: path is missing, such as path: /api/v3/users");
    if (f->path[0] != '/' || strpbrk(f->path, " \t\r\n#\\") != NULL || strlen(f->path) > 1024) {
        return mu_y_fail(
            at, l->err,
            "path: it starts with / and holds no blanks; the host comes from the account's url");
    }
    if (f->for_each != NULL)
        f->param = l->context = parent_id(l->arena, f->for_each);
    return check_place(l, at, f);
}

/* ---- records and totals ---- */

static int add_pointer(const struct mu_loader *l, const struct mu_y *at, struct mu_ptr *list,
                       int *count)
{
    struct mu_err why = MU_ERR_INIT;
    if (mu_want_type(l, at, MU_Y_SCALAR, "pointer") < 0)
        return -1;
    if (*count == MU_PTR_ALT_MAX)
        return mu_y_fail(at, l->err, "more than %d places", (int)MU_PTR_ALT_MAX);
    if (at->text[0] != '\0' && at->text[0] != '/')
        return mu_y_fail(at, l->err, "%s is no pointer; write /%s", at->text, at->text);
    if (mu_ptr_compile(l->arena, at->text, &list[*count], &why) < 0)
        return mu_y_fail(at, l->err, "%s", why.text);
    ++*count;
    return 0;
}

static int pointers_key(const struct mu_loader *l, const struct mu_y *fetch, const char *key,
                        const char *more, struct mu_ptr *list, int *count)
{
    const struct mu_y *first = mu_y_get(fetch, key), *rest = mu_y_get(fetch, more);
    if (first != NULL && add_pointer(l, first, list, count) < 0)
        return -1;
    if (rest == NULL)
        return 0;
    if (mu_want_type(l, rest, MU_Y_SEQ, more) < 0)
        return -1;
    for (size_t i = 0; i < rest->count; i++)
        if (add_pointer(l, rest->items[i], list, count) < 0)
            return -1;
    return 0;
}

/* ---- pages ---- */

static const struct {
    const char *word, *number, *size;
    enum mu_page_style style;
} styles[] = {
    {"page", "page", "per_page", MU_PAGE_NUMBER},
    {"scim", "startIndex", "count", MU_PAGE_SCIM},
    {"none", NULL, NULL, MU_PAGE_NONE},
};

static int compile_style(const struct mu_loader *l, const struct mu_y *page, struct mu_fetch *f)
{
    const char *word = "page", *words[MU_LEN(styles)];
    if (scalar_key(l, page, "style", &word) < 0)
        return -1;
    for (size_t i = 0; i < MU_LEN(styles); i++) {
        words[i] = styles[i].word;
        if (strcmp(words[i], word) == 0) {
            f->style = styles[i].style;
            f->page_number = styles[i].number;
            f->page_size = styles[i].size;
            return 0;
        }
    }
    return mu_unknown(l, mu_y_get(page, "style"), "page style", word, words, MU_LEN(styles));
}

static int compile_page(const struct mu_loader *l, const struct mu_y *page, struct mu_fetch *f)
{
    static const char *const known[] = {"style", "number", "size", "max"};
    const char *max = "100";
    long long rows = 0;
    if (page == NULL)
        return 0;
    if (mu_want_type(l, page, MU_Y_MAP, "page") < 0 ||
        mu_y_only(page, known, MU_LEN(known), l->err) < 0 || compile_style(l, page, f) < 0 ||
        scalar_key(l, page, "max", &max) < 0)
        return -1;
    if (!mu_parse_int(max, 1, 10000, &rows)) {
        return mu_y_fail(mu_y_get(page, "max"), l->err,
                         "max: the rows asked for on a page, from 1 to 10000");
    }
    f->page_max = (int)rows;
    if (f->style == MU_PAGE_NONE)
        return 0;
    return scalar_key(l, page, "number", &f->page_number) < 0
               ? -1
               : scalar_key(l, page, "size", &f->page_size);
}

/* ---- counting ---- */

static int compile_counted(const struct mu_loader *l, const struct mu_y *counted,
                           struct mu_fetch *f)
{
    static const char *const known[] = {"in", "at"};
    int count = 0;
    if (counted == NULL)
        return 0;
    if (f->for_each == NULL)
        return mu_y_fail(counted, l->err, "counted belongs to for_each: RESOURCE");
    if (mu_want_type(l, counted, MU_Y_MAP, "counted") < 0 ||
        mu_y_only(counted, known, MU_LEN(known), l->err) < 0 ||
        word_key(l, counted, "in", &f->counted_in) < 0)
        return -1;
    if (f->counted_in == NULL || mu_y_get(counted, "at") == NULL) {
        return mu_y_fail(
            counted, l->err,
            "counted: write {in: RESOURCE, at: /POINTER}: whose records name the parent, "
            "and where");
    }
    return add_pointer(l, mu_y_get(counted, "at"), &f->counted_at, &count);
}

/* ---- rows of a file ---- */

/* /Teams -> Teams: a member of the row itself, whose value may be a list. */
static int add_member(const struct mu_loader *l, const struct mu_y *at, struct mu_fetch *f)
{
    struct mu_ptr one[1];
    int count = 0;
    if (f->over_count == MU_PTR_ALT_MAX)
        return mu_y_fail(at, l->err, "over: more than %d places", (int)MU_PTR_ALT_MAX);
    if (add_pointer(l, at, one, &count) < 0)
        return -1;
    if (one[0].count != 1)
        return mu_y_fail(at, l->err, "over: it names a member of the row, such as /Teams");
    f->over[f->over_count++] = one[0].tokens[0];
    return 0;
}

static int compile_over(const struct mu_loader *l, const struct mu_y *fetch, struct mu_fetch *f)
{
    const struct mu_y *over = mu_y_get(fetch, "over"), *split = mu_y_get(fetch, "split");
    if (over != NULL && over->type == MU_Y_SCALAR && add_member(l, over, f) < 0)
        return -1;
    if (over != NULL && over->type != MU_Y_SCALAR && mu_want_type(l, over, MU_Y_SEQ, "over") < 0)
        return -1;
    for (size_t i = 0; over != NULL && i < over->count; i++)
        if (add_member(l, over->items[i], f) < 0)
            return -1;
    if (scalar_key(l, fetch, "split", &f->split) < 0)
        return -1;
    if (split != NULL && (over == NULL || f->split[0] == '\0')) {
        return mu_y_fail(split, l->err,
                         "split: what separates the items of over, such as split: \";\"");
    }
    return 0;
}

static int compile_rows(const struct mu_loader *l, const struct mu_y *fetch, struct mu_fetch *f)
{
    static const char *const known[] = {"rows", "over", "split"};
    static const char *const words[] = {"all", "distinct"};
    const struct mu_y *rows = mu_y_get(fetch, "rows");
    if (mu_y_only(fetch, known, MU_LEN(known), l->err) < 0 ||
        mu_want_type(l, rows, MU_Y_SCALAR, "rows") < 0)
        return -1;
    if (strcmp(rows->text, words[0]) != 0 && strcmp(rows->text, words[1]) != 0)
        return mu_unknown(l, rows, "rows", rows->text, words, MU_LEN(words));
    f->rows = strcmp(rows->text, words[0]) == 0 ? MU_ROWS_ALL : MU_ROWS_DISTINCT;
    return compile_over(l, fetch, f);
}

/* ---- supplements ---- */

static int compile_supplement(const struct mu_loader *l, const struct mu_y *fetch,
                              struct mu_fetch *f)
{
    const struct mu_y *node = mu_y_get(fetch, "supplement"), *join = mu_y_get(fetch, "join");
    if (node == NULL)
        return join == NULL ? 0 : mu_y_fail(join, l->err, "join belongs to supplement");
    if (strcmp(node->text, l->schema->name) != 0) {
        return mu_y_fail(node, l->err,
                         "supplement: it adds to entries of its own kind; write supplement: %s",
                         l->schema->name);
    }
    f->supplement = true;
    if (join == NULL)
        return mu_y_fail(node, l->err, "supplement: join is missing, such as join: [id, emails]");
    if (mu_want_type(l, join, MU_Y_SEQ, "join") < 0)
        return -1;
    if (join->count == 0 || join->count > MU_JOIN_MAX)
        return mu_y_fail(join, l->err, "join: between 1 and %d fields", (int)MU_JOIN_MAX);
    size_t count = 0;
    const char *const *names = mu_schema_names(l, &count);
    for (size_t i = 0; i < join->count; i++) {
        const struct mu_attr *attr = mu_schema_attr(l->schema->kind, join->items[i]->text);
        if (attr == NULL) {
            return mu_unknown(l, join->items[i], mu_printf(l->arena, "%s field", l->schema->name),
                              join->items[i]->text, names, count);
        }
        f->join[f->join_count++] = attr->name;
    }
    return 0;
}

static int compile_fetch(struct mu_loader *l, const struct mu_y *fetch, struct mu_fetch *f)
{
    static const char *const known[] = {"path",       "records",    "records_or", "total",
                                        "total_or",   "page",       "for_each",   "counted",
                                        "credential", "supplement", "join"};
    if (mu_want_type(l, fetch, MU_Y_MAP, "fetch") < 0)
        return -1;
    if (mu_y_get(fetch, "rows") != NULL)
        return compile_rows(l, fetch, f);
    if (mu_y_only(fetch, known, MU_LEN(known), l->err) < 0 || compile_path(l, fetch, f) < 0 ||
        pointers_key(l, fetch, "records", "records_or", f->records, &f->records_count) < 0 ||
        pointers_key(l, fetch, "total", "total_or", f->total, &f->total_count) < 0 ||
        compile_page(l, mu_y_get(fetch, "page"), f) < 0 ||
        compile_counted(l, mu_y_get(fetch, "counted"), f) < 0 ||
        word_key(l, fetch, "credential", &f->credential) < 0)
        return -1;
    if (f->records_count == 0) {
        return mu_y_fail(fetch, l->err,
                         "fetch: records is missing; it points to the list, \"\" when the body is "
                         "the list itself");
    }
    return compile_supplement(l, fetch, f);
}

/* ---- constants and secrets ---- */

static int compile_constants(const struct mu_loader *l, const struct mu_y *list,
                             struct mu_resource *r)
{
    if (mu_want_type(l, list, MU_Y_SEQ, "constant") < 0)
        return -1;
    const char **texts = mu_alloc_array(l->arena, list->count + 1, sizeof(*texts));
    for (size_t i = 0; i < list->count; i++) {
        if (mu_want_type(l, list->items[i], MU_Y_MAP, "constant record") < 0)
            return -1;
        MU_AUTO(json) struct json_object *record = mu_y_json(list->items[i]);
        MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
        struct mu_jw w;
        mu_jw_init(&w, &text, false);
        mu_jw_json(&w, record);
        texts[i] = mu_strndup(l->arena, text.data, text.len);
    }
    r->info.constants = texts;
    return 0;
}

static int compile_secrets(struct mu_loader *l, const struct mu_y *list, struct mu_resource *r)
{
    if (list == NULL)
        return 0;
    if (mu_want_type(l, list, MU_Y_SEQ, "secret") < 0)
        return -1;
    if (list->count > MU_MAP_SECRETS_MAX)
        return mu_y_fail(list, l->err, "secret: more than %d pointers", (int)MU_MAP_SECRETS_MAX);
    struct mu_ptr *secrets = mu_alloc_array(l->arena, list->count + 1, sizeof(*secrets));
    for (size_t i = 0; i < list->count; i++) {
        const struct mu_y *at = list->items[i];
        struct mu_err why = MU_ERR_INIT;
        if (mu_want_type(l, at, MU_Y_SCALAR, "secret") < 0)
            return -1;
        if (at->text[0] != '/') {
            return mu_y_fail(at, l->err, "%s is no pointer to a record's field; write /%s",
                             at->text, at->text);
        }
        if (mu_ptr_compile(l->arena, at->text, &secrets[i], &why) < 0)
            return mu_y_fail(at, l->err, "%s", why.text);
    }
    l->secrets = r->secrets = secrets;
    l->secret_count = r->secret_count = list->count;
    return 0;
}

int mu_fetch_compile(struct mu_loader *l, const struct mu_y *doc, struct mu_resource *r)
{
    const struct mu_y *fetch = mu_y_get(doc, "fetch"), *constant = mu_y_get(doc, "constant");
    if ((fetch == NULL) == (constant == NULL)) {
        return mu_y_fail(fetch != NULL ? fetch : doc, l->err,
                         fetch != NULL
                             ? "fetch and constant exclude each other; drop one (fetch: null)"
                             : "either fetch (records come from the system) or constant (they "
                               "stand here) is missing");
    }
    if (compile_secrets(l, mu_y_get(doc, "secret"), r) < 0)
        return -1;
    if (constant != NULL)
        return compile_constants(l, constant, r);
    r->info.fetch = &r->fetch;
    return compile_fetch(l, fetch, &r->fetch);
}
