/* SPDX-License-Identifier: Apache-2.0 */
/* Filters in a query, as one expression: field, field[part], field[op], field[part][op]. */
#include "serve/rest/ask.h"

#include <string.h>

#include "base/str.h"
#include "serve/rest/params.h"

enum { TEXT_MAX = 4096, PIECES_MAX = 3 };

static const char many[] = "[]";

static const struct {
    const char *name, *op; /* op NULL: any of a list */
} ops[] = {{"eq", "="}, {"ne", "!="},  {"gt", ">"},   {"gte", ">="},
           {"lt", "<"}, {"lte", "<="}, {"like", "~"}, {"in", NULL}};

/* What people call a field of a list for short. */
static const struct {
    enum mu_kind kind;
    const char *name, *field;
} shorts[] = {{MU_USER, "email", "emails.email"},
              {MU_USER, "group_id", "groups.id"},
              {MU_USER, "role_id", "roles.id"},
              {MU_USER, "organization_id", "organizations.id"}};

static int find_op(const char *name)
{
    for (size_t i = 0; i < MU_LEN(ops); i++)
        if (mu_streq(ops[i].name, name))
            return (int)i;
    return -1;
}

/* `emails[email][eq]` into its pieces; 0: not of that form. */
static size_t take_apart(struct mu_arena *arena, const char *name, const char *pieces[PIECES_MAX])
{
    size_t len = strcspn(name, "["), count = 0;
    pieces[count++] = mu_strndup(arena, name, len);
    for (const char *at = name + len; *at;) {
        size_t inner = *at == '[' ? strcspn(at + 1, "[]") : 0;
        if (inner == 0 || at[1 + inner] != ']' || count == PIECES_MAX)
            return 0;
        pieces[count++] = mu_strndup(arena, at + 1, inner);
        at += inner + 2;
    }
    return count;
}

static const char *full_name(enum mu_kind kind, const char *name)
{
    for (size_t i = 0; i < MU_LEN(shorts); i++)
        if (shorts[i].kind == kind && mu_streq(shorts[i].name, name))
            return shorts[i].field;
    return name;
}

/* `status[]`, sent once for each value that will do: the name without its end. */
static const char *without_end(struct mu_arena *arena, const char *name)
{
    return mu_ends(name, many) ? mu_strndup(arena, name, strlen(name) - strlen(many)) : name;
}

bool mu_is_filter(struct mu_arena *arena, enum mu_kind kind, const char *name)
{
    const char *pieces[PIECES_MAX];
    if (take_apart(arena, without_end(arena, name), pieces) == 0)
        return false;
    const char *field = full_name(kind, pieces[0]);
    return mu_schema_attr(kind, mu_strndup(arena, field, strcspn(field, "."))) != NULL;
}

static void put_test(struct mu_buf *to, const char *field, const char *op, const char *value,
                     size_t len)
{
    mu_buf_printf(to, "%s%s\"", field, op);
    for (size_t i = 0; i < len; i++) {
        if (value[i] == '"' || value[i] == '\\')
            mu_buf_addc(to, '\\');
        mu_buf_addc(to, value[i]);
    }
    mu_buf_addc(to, '"');
}

static void put_any(struct mu_buf *to, const char *field, const char *list)
{
    mu_buf_addc(to, '(');
    for (const char *at = list;; at++) {
        size_t len = strcspn(at, ",");
        put_test(to, field, "=", at, len);
        at += len;
        if (!*at)
            break;
        mu_buf_adds(to, " or ");
    }
    mu_buf_addc(to, ')');
}

/* All that were sent under the name. */
static void put_sent(const struct mu_request *r, struct mu_buf *to, const char *field,
                     const char *name)
{
    const char *between = "(";
    for (size_t i = 0; i < r->query_count; i++) {
        if (strcmp(r->query[i].name, name) != 0)
            continue;
        mu_buf_adds(to, between);
        put_test(to, field, "=", r->query[i].value, strlen(r->query[i].value));
        between = " or ";
    }
    mu_buf_addc(to, ')');
}

/* The first of those sent under its name puts the others, too. */
static bool is_put(const struct mu_request *r, size_t nth)
{
    size_t i = 0;
    while (strcmp(r->query[i].name, r->query[nth].name) != 0)
        i++;
    return i < nth && mu_ends(r->query[nth].name, many);
}

static int put_filter(const struct mu_request *r, const struct mu_asked *ask,
                      const struct mu_pair *p, struct mu_buf *to, struct mu_err *err)
{
    const char *pieces[PIECES_MAX];
    size_t count = take_apart(r->arena, without_end(r->arena, p->name), pieces);
    bool list = mu_ends(p->name, many);
    int op = count > 1 ? find_op(pieces[count - 1]) : 0;
    count -= count > 1 && op >= 0;
    op = op < 0 ? 0 : op;
    const char *field = full_name(ask->kind, pieces[0]);
    bool any = !ops[op].op || strcmp(ops[op].op, "=") == 0;
    if (count > 2 || (count == 2 && strchr(field, '.')) || (list && !any))
        return mu_fail(err, MU_E_USAGE,
                       "%s: filters are FIELD, FIELD[OP], FIELD[PART] or FIELD[PART][OP], with "
                       "eq, ne, in, gt, gte, lt, lte or like as OP; behind eq and in, [] repeats",
                       mu_printable(r->arena, p->name, strlen(p->name), 60));
    if (count == 2)
        field = mu_printf(r->arena, "%s.%s", field, pieces[1]);
    if (to->len > 0)
        mu_buf_adds(to, " and ");
    if (list)
        put_sent(r, to, field, p->name);
    else if (ops[op].op)
        put_test(to, field, ops[op].op, p->value, strlen(p->value));
    else
        put_any(to, field, p->value);
    return 0;
}

int mu_ask_filter(const struct mu_request *r, const struct mu_asked *ask, const char **ret,
                  struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(TEXT_MAX);
    const char *expression = mu_rest_param(r, "filter");
    for (size_t i = 0; i < r->query_count; i++)
        if (!mu_is_param(r->query[i].name) && !mu_is_groups_user(ask->kind, r->query[i].name) &&
            !is_put(r, i) && put_filter(r, ask, &r->query[i], &text, err) < 0)
            return -1;
    if (expression)
        mu_buf_printf(&text, text.len ? " and (%s)" : "%s", expression);
    if (text.full)
        return mu_fail(err, MU_E_LIMIT, "filters: longer than %d bytes together", TEXT_MAX);
    *ret = text.len ? mu_strdup(r->arena, text.data) : NULL;
    return 0;
}
