/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions from text: a bounded recursive-descent parser that makes the tree. */
#include "model/filter_tree.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"
#include "model/number.h"

/* Two-character operators stand first, so that the longest one wins. */
static const struct {
    const char *text;
    enum filter_op op;
} operators[] = {
    {"!=", OP_NE},  {"<=", OP_LE}, {">=", OP_GE}, {"=", OP_EQ},
    {"~", OP_LIKE}, {"<", OP_LT},  {">", OP_GT},  {"?", OP_PRESENT},
};

struct parser {
    struct mu_arena *arena;
    const struct mu_schema *schema;
    const char *const *facts; /* NULL: none */
    const char *text, *at;
    int conditions, depth;
    struct mu_err *err;
};

static int parse_or(struct parser *p, const struct mu_filter **ret);

static int position(const struct parser *p, const char *at)
{
    return (int)(at - p->text) + 1;
}

static void skip_blanks(struct parser *p)
{
    p->at += strspn(p->at, " \t\r\n");
}

static size_t word_len(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
}

/* Takes `word` if it stands here as a whole word that isn't a field (no operator follows it
 * directly). */
static bool take_word(struct parser *p, const char *word)
{
    skip_blanks(p);
    size_t len = word_len(p->at);
    if (len != strlen(word) || strncasecmp(p->at, word, len) != 0 ||
        (p->at[len] != '\0' && strchr(" \t\r\n(", p->at[len]) == NULL))
        return false;
    p->at += len;
    return true;
}

static struct mu_filter *node(struct parser *p, enum filter_node type, const struct mu_filter *left,
                              const struct mu_filter *right)
{
    struct mu_filter *n = mu_alloc(p->arena, sizeof(*n));
    n->type = type;
    n->left = left;
    n->right = right;
    return n;
}

/* A field of the schema, or a fact; NULL: neither. */
static const struct mu_attr *find_field(struct parser *p, const char *name)
{
    for (const char *const *f = p->facts; f != NULL && *f != NULL; f++) {
        if (strcmp(*f, name) == 0) {
            struct mu_attr *fact = mu_alloc(p->arena, sizeof(*fact));
            *fact = (struct mu_attr){.name = *f, .help = "a fact"};
            return fact;
        }
    }
    return mu_schema_attr(p->schema->kind, name);
}

static int unknown_field(struct parser *p, const char *start, const char *name)
{
    const char *known[48];
    size_t count = 0;
    for (; count < p->schema->count && count < MU_LEN(known); count++)
        known[count] = p->schema->attrs[count].name;
    for (const char *const *f = p->facts; f != NULL && *f != NULL && count < MU_LEN(known); f++)
        known[count++] = *f;
    const char *near = mu_nearest(name, known, count);
    return mu_fail(p->err, MU_E_USAGE, "filter, position %d: a %s has no field %s%s%s%s",
                   position(p, start), p->schema->name,
                   mu_printable(p->arena, name, strlen(name), 64), near ? "; did you mean " : "",
                   near ? near : "", near ? "?" : "");
}

static int unknown_part(struct parser *p, const char *start, const struct mu_attr *attr,
                        const char *part)
{
    size_t count = 0;
    while (attr->parts[count] != NULL)
        count++;
    const char *near = mu_nearest(part, attr->parts, count);
    return mu_fail(p->err, MU_E_USAGE, "filter, position %d: %s has no part %s; %s %s",
                   position(p, start), attr->name, part, near ? "did you mean" : "it has",
                   near ? near : attr->parts[0]);
}

static int check_part(struct parser *p, const char *start, struct mu_filter *n, const char *part)
{
    if (n->attr->shape == MU_SHAPE_EXTRAS) {
        n->part = part;
        return 0;
    }
    if (n->attr->shape != MU_SHAPE_LIST) {
        return mu_fail(p->err, MU_E_USAGE,
                       "filter, position %d: %s is a single value and has no parts",
                       position(p, start), n->attr->name);
    }
    for (size_t i = 0; n->attr->parts[i] != NULL; i++) {
        if (strcmp(n->attr->parts[i], part) == 0) {
            n->part = n->attr->parts[i];
            return 0;
        }
    }
    return unknown_part(p, start, n->attr, part);
}

static int parse_field(struct parser *p, struct mu_filter *n)
{
    const char *start = p->at;
    size_t len = word_len(start);
    if (len == 0) {
        return mu_fail(p->err, MU_E_USAGE,
                       "filter, position %d: a field name is expected, such as status=active",
                       position(p, start));
    }
    p->at += len;
    char *name = mu_strndup(p->arena, start, len), *part = strchr(name, '.');
    if (part != NULL)
        *part++ = '\0';
    n->attr = find_field(p, name);
    if (n->attr == NULL)
        return unknown_field(p, start, name);
    if (part != NULL)
        return check_part(p, start, n, part);
    /* A list named without a part is tested by its leading one: groups=71, emails~*@example.test.
     * */
    n->part = n->attr->shape == MU_SHAPE_LIST ? n->attr->parts[0] : NULL;
    return 0;
}

static int parse_operator(struct parser *p, struct mu_filter *n)
{
    skip_blanks(p);
    for (size_t i = 0; i < MU_LEN(operators); i++) {
        if (mu_starts(p->at, operators[i].text)) {
            p->at += strlen(operators[i].text);
            n->op = operators[i].op;
            return 0;
        }
    }
    return mu_fail(p->err, MU_E_USAGE,
                   "filter, position %d: after %s one of = != ~ < > <= >= ? is expected",
                   position(p, p->at), n->attr->name);
}

static int parse_quoted(struct parser *p, const char **ret)
{
    const char *start = p->at++;
    MU_AUTO(buf) struct mu_buf value = MU_BUF_INIT(FILTER_TEXT_MAX);
    for (; *p->at != '"'; p->at++) {
        if (*p->at == '\\' && (p->at[1] == '"' || p->at[1] == '\\')) {
            p->at++;
        } else if (*p->at == '\0') {
            return mu_fail(p->err, MU_E_USAGE,
                           "filter, position %d: the quoted value has no closing \"",
                           position(p, start));
        }
        mu_buf_addc(&value, *p->at);
    }
    p->at++;
    *ret = mu_strndup(p->arena, value.data, value.len);
    return 0;
}

static int parse_value(struct parser *p, struct mu_filter *n)
{
    skip_blanks(p);
    if (*p->at == '"')
        return parse_quoted(p, &n->value);
    size_t len = strcspn(p->at, " \t\r\n()\"");
    if (len == 0) {
        return mu_fail(p->err, MU_E_USAGE, "filter, position %d: a value is expected after %s",
                       position(p, p->at), n->attr->name);
    }
    n->value = mu_strndup(p->arena, p->at, len);
    p->at += len;
    return 0;
}

static int check_choice(struct parser *p, const char *start, const struct mu_filter *n)
{
    if (n->attr->shape != MU_SHAPE_ENUM || (n->op != OP_EQ && n->op != OP_NE))
        return 0;
    size_t count = 0;
    for (; n->attr->choices[count] != NULL; count++)
        if (strcmp(n->attr->choices[count], n->folded) == 0)
            return 0;
    const char *near = mu_nearest(n->folded, n->attr->choices, count);
    return mu_fail(
        p->err, MU_E_USAGE, "filter, position %d: %s is never %s; %s%s%s", position(p, start),
        n->attr->name, mu_printable(p->arena, n->value, strlen(n->value), 64),
        near ? "did you mean " : "it is one of ", near ? near : n->attr->help, near ? "?" : "");
}

static int check_order(struct parser *p, const char *start, struct mu_filter *n)
{
    if (n->op < OP_LT)
        return 0;
    char text[MU_TIME_TEXT];
    bool time = mu_time_parse(n->value, text, &n->when), number = mu_number_ok(n->value);
    if (n->attr->shape == MU_SHAPE_TIME && !time) {
        return mu_fail(
            p->err, MU_E_USAGE,
            "filter, position %d: %s is a time; write 2026-11-21 or 2026-11-21T08:15:00Z",
            position(p, start), n->attr->name);
    }
    if (!time && !number) {
        return mu_fail(p->err, MU_E_USAGE,
                       "filter, position %d: < and > compare times and numbers only",
                       position(p, start));
    }
    n->by = time ? BY_TIME : BY_NUMBER;
    return 0;
}

static int parse_test(struct parser *p, const struct mu_filter **ret)
{
    if (++p->conditions > FILTER_CONDITIONS_MAX) {
        return mu_fail(p->err, MU_E_USAGE, "filter: more than %d conditions",
                       (int)FILTER_CONDITIONS_MAX);
    }
    struct mu_filter *n = node(p, NODE_TEST, NULL, NULL);
    if (parse_field(p, n) < 0 || parse_operator(p, n) < 0)
        return -1;
    *ret = n;
    if (n->op == OP_PRESENT)
        return 0;
    skip_blanks(p);
    const char *start = p->at;
    if (parse_value(p, n) < 0)
        return -1;
    n->folded = mu_fold(p->arena, n->value);
    return check_choice(p, start, n) < 0 ? -1 : check_order(p, start, n);
}

static int parse_group(struct parser *p, const struct mu_filter **ret)
{
    const char *start = p->at++;
    if (parse_or(p, ret) < 0)
        return -1;
    skip_blanks(p);
    if (*p->at != ')') {
        return mu_fail(
            p->err, MU_E_USAGE,
            "filter, position %d: this ( is never closed; before position %d a ) is expected",
            position(p, start), position(p, p->at));
    }
    p->at++;
    return 0;
}

static int parse_unary(struct parser *p, const struct mu_filter **ret)
{
    if (++p->depth > FILTER_DEPTH_MAX) {
        return mu_fail(p->err, MU_E_USAGE, "filter, position %d: nested deeper than %d",
                       position(p, p->at), (int)FILTER_DEPTH_MAX);
    }
    int rc;
    const struct mu_filter *inner = NULL;
    if (take_word(p, "not")) {
        rc = parse_unary(p, &inner);
        inner = node(p, NODE_NOT, inner, NULL);
    } else {
        skip_blanks(p);
        rc = *p->at == '(' ? parse_group(p, &inner) : parse_test(p, &inner);
    }
    p->depth--;
    *ret = inner;
    return rc;
}

static int parse_and(struct parser *p, const struct mu_filter **ret)
{
    if (parse_unary(p, ret) < 0)
        return -1;
    while (take_word(p, "and")) {
        const struct mu_filter *right = NULL;
        if (parse_unary(p, &right) < 0)
            return -1;
        *ret = node(p, NODE_AND, *ret, right);
    }
    return 0;
}

/* Alternatives of one field are one test: the field is looked up once for all of them. */
static const struct mu_filter *either(struct parser *p, const struct mu_filter *a,
                                      const struct mu_filter *b)
{
    bool same = a->type == NODE_TEST && b->type == NODE_TEST && a->op == b->op &&
                (a->op == OP_EQ || a->op == OP_LIKE) && mu_streq(a->attr->name, b->attr->name) &&
                mu_streq(a->part, b->part) && !b->also;
    if (!same)
        return node(p, NODE_OR, a, b);
    struct mu_filter *both = node(p, NODE_TEST, NULL, NULL);
    *both = *b;
    both->also = a;
    return both;
}

static int parse_or(struct parser *p, const struct mu_filter **ret)
{
    if (parse_and(p, ret) < 0)
        return -1;
    while (take_word(p, "or")) {
        const struct mu_filter *right = NULL;
        if (parse_and(p, &right) < 0)
            return -1;
        *ret = either(p, *ret, right);
    }
    return 0;
}

int mu_filter_parse(struct mu_arena *arena, enum mu_kind kind, const char *text,
                    const struct mu_filter **ret, struct mu_err *err)
{
    return mu_filter_parse_facts(arena, kind, NULL, text, ret, err);
}

int mu_filter_parse_facts(struct mu_arena *arena, enum mu_kind kind, const char *const *facts,
                          const char *text, const struct mu_filter **ret, struct mu_err *err)
{
    size_t len = strlen(text);
    if (len > FILTER_TEXT_MAX)
        return mu_fail(err, MU_E_USAGE, "filter: longer than %d bytes", (int)FILTER_TEXT_MAX);
    if (!mu_utf8_ok(text, len))
        return mu_fail(err, MU_E_USAGE, "filter: not UTF-8");
    struct parser p = {.arena = arena,
                       .schema = mu_schema_of(kind),
                       .facts = facts,
                       .text = text,
                       .at = text,
                       .err = err};
    const struct mu_filter *filter = NULL;
    if (parse_or(&p, &filter) < 0)
        return -1;
    skip_blanks(&p);
    if (*p.at != '\0') {
        return mu_fail(err, MU_E_USAGE,
                       "filter, position %d: `and` or `or` is expected; a value with spaces is "
                       "written in \"quotes\"",
                       position(&p, p.at));
    }
    *ret = filter;
    return 0;
}
