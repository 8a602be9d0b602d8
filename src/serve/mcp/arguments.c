/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of a tool against its record. Models send "5" for 5 and a list as text; what can be read
 * without loss is. Everything that is wrong is told at once, so that one more try is enough.
 */
#include "serve/mcp/mcp_private.h"

#include <string.h>

#include "base/str.h"

enum {
    STRING_MAX = 2000, /* characters of a text, unless the record says otherwise */
    LIST_MAX = 100,    /* items of a list */
    EXACT_DIGITS = 15, /* an integer of so many digits is the same in every client */
    PROBLEMS_MAX = MU_ERR_TEXT_MAX - 64
};

struct reading {
    const struct mu_tool *record;
    struct mu_arena *arena;
    struct mu_buf problems;
};

static struct json_object *wrong(struct reading *r, const struct mu_tool_arg *a, const char *what)
{
    mu_buf_printf(&r->problems, "%s%s: %s", r->problems.len ? "; " : "", a->name, what);
    return NULL;
}

/* ---- one value ---- */

static size_t characters(const char *s, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += (s[i] & 0xC0) != 0x80;
    return n;
}

static bool is_email(const char *s)
{
    const char *at = strchr(s, '@');
    return at && at != s && at[1] && !strchr(at + 1, '@') && strchr(at + 1, '.') &&
           !s[strcspn(s, " \t\r\n,;<>\"()")];
}

static const char *choices_text(struct reading *r, const struct mu_tool_arg *a)
{
    const char *text = "";
    for (const char *const *p = a->choices; *p; p++)
        text = mu_printf(r->arena, "%s%s%s", text, *text ? ", " : "", *p);
    return text;
}

static struct json_object *check_text(struct reading *r, const struct mu_tool_arg *a, const char *s,
                                      size_t len)
{
    int64_t longest = a->longest && a->type != MU_T_ARRAY ? a->longest : STRING_MAX;
    bool chosen = !a->choices;
    for (const char *const *p = a->choices; p && *p; p++)
        chosen |= mu_streq(*p, s);
    if (strlen(s) != len || !mu_utf8_ok(s, len))
        return wrong(r, a, "holds a character that text can't hold");
    if (!chosen)
        return wrong(r, a, mu_printf(r->arena, "must be one of: %s", choices_text(r, a)));
    if ((int64_t)characters(s, len) > longest)
        return wrong(r, a, mu_printf(r->arena, "has over %lld characters", (long long)longest));
    if (a->email && !is_email(s))
        return wrong(r, a, "must be one e-mail address, such as ada@example.com");
    if (a->required && len == 0)
        return wrong(r, a, "must not be empty");
    return json_object_new_string_len(s, (int)len);
}

static struct json_object *read_text(struct reading *r, const struct mu_tool_arg *a,
                                     const struct mu_doc *v)
{
    if (v->type == MU_DOC_TEXT)
        return check_text(r, a, v->text, v->len);
    if (v->type == MU_DOC_INT && strlen(v->text) <= EXACT_DIGITS)
        return check_text(r, a, v->text, strlen(v->text));
    return wrong(r, a, "must be a string");
}

/* "5" and 5.0 are 5. */
static bool as_integer(const struct mu_doc *v, long long *ret)
{
    const char *text = mu_doc_text(v);
    size_t whole = text ? strcspn(text, ".") : 0;
    char digits[32];
    if (!text || v->type == MU_DOC_BOOL || whole == 0 || whole >= sizeof(digits) ||
        (text[whole] == '.' && text[whole + 1 + strspn(text + whole + 1, "0")]))
        return false;
    memcpy(digits, text, whole);
    digits[whole] = '\0';
    return mu_parse_int(digits, INT64_MIN, INT64_MAX, ret);
}

static struct json_object *read_integer(struct reading *r, const struct mu_tool_arg *a,
                                        const struct mu_doc *v)
{
    long long n;
    if (!as_integer(v, &n))
        return wrong(r, a, "must be an integer, such as 5");
    if (a->maximum > a->minimum && (n < a->minimum || n > a->maximum))
        return wrong(r, a,
                     mu_printf(r->arena, "must be from %lld to %lld", (long long)a->minimum,
                               (long long)a->maximum));
    return json_object_new_int64(n);
}

static struct json_object *read_boolean(struct reading *r, const struct mu_tool_arg *a,
                                        const struct mu_doc *v)
{
    const char *text = mu_doc_text(v);
    if (mu_streq(text, "true") || mu_streq(text, "false"))
        return json_object_new_boolean(mu_streq(text, "true"));
    return wrong(r, a, "must be true or false");
}

static struct json_object *read_scalar(struct reading *r, const struct mu_tool_arg *a, int type,
                                       const struct mu_doc *v)
{
    switch (type) {
    case MU_T_INTEGER:
        return read_integer(r, a, v);
    case MU_T_BOOLEAN:
        return read_boolean(r, a, v);
    default:
        return read_text(r, a, v);
    }
}

static struct json_object *read_list(struct reading *r, const struct mu_tool_arg *a,
                                     const struct mu_doc *v)
{
    struct mu_err err = MU_ERR_INIT;
    if (v->type == MU_DOC_TEXT && v->len && v->text[0] == '[' &&
        mu_doc_parse(r->arena, v->text, v->len, &v, &err) < 0)
        return wrong(r, a, "must be a list");
    if (v->type != MU_DOC_LIST)
        return wrong(r, a, "must be a list, such as [\"a\", \"b\"]");
    int64_t longest = a->longest ? a->longest : LIST_MAX;
    if (v->len == 0 || v->len > longest)
        return wrong(r, a, mu_printf(r->arena, "must have 1 to %lld items", (long long)longest));
    struct json_object *list = json_object_new_array();
    for (const struct mu_doc *item = v->first; item; item = item->next) {
        struct json_object *one = read_scalar(r, a, a->items, item);
        if (!one) {
            json_object_put(list);
            return NULL;
        }
        json_object_array_add(list, one);
    }
    return list;
}

/* ---- all of them ---- */

static void read_one(struct reading *r, const struct mu_tool_arg *a, const struct mu_doc *given,
                     struct json_object *to)
{
    const struct mu_doc *v = mu_doc_member(given, a->name);
    struct json_object *value = NULL;
    struct mu_err err = MU_ERR_INIT;
    if (v && v->type != MU_DOC_NULL)
        value = a->type == MU_T_ARRAY ? read_list(r, a, v) : read_scalar(r, a, a->type, v);
    else if (a->required)
        wrong(r, a, mu_printf(r->arena, "is missing (%s)", a->description));
    else if (a->fallback)
        (void)mu_json_parse(a->fallback, strlen(a->fallback), &value, &err);
    if (value)
        json_object_object_add(to, a->name, value);
}

static void refuse_unknown(struct reading *r, const struct mu_doc *given)
{
    const char *names[MU_TOOL_ARGS_MAX];
    const char *known = "none";
    size_t count = 0;
    for (; count < r->record->arg_count; count++) {
        names[count] = r->record->args[count].name;
        known = count ? mu_printf(r->arena, "%s, %s", known, names[count]) : names[count];
    }
    for (const struct mu_doc *m = given ? given->first : NULL; m; m = m->next) {
        if (mu_tool_arg(r->record, m->name))
            continue;
        const char *nearest = mu_nearest(m->name, names, count);
        mu_buf_printf(&r->problems, "%sthere is no argument '%s'%s%s; known: %s",
                      r->problems.len ? "; " : "", mu_printable(r->arena, m->name, m->name_len, 60),
                      nearest ? ", did you mean " : "", nearest ? nearest : "", known);
    }
}

int mcp_arguments(const struct mu_tool *record, const struct mu_doc *given, struct mu_arena *arena,
                  struct json_object **ret, struct mu_err *err)
{
    struct reading r = {.record = record, .arena = arena, .problems = MU_BUF_INIT(PROBLEMS_MAX)};
    MU_AUTO(json) struct json_object *to = json_object_new_object();
    for (size_t i = 0; i < record->arg_count; i++)
        read_one(&r, &record->args[i], given, to);
    refuse_unknown(&r, given);
    int rc =
        r.problems.len || r.problems.full
            ? mu_fail(err, MU_E_USAGE, "%s", r.problems.len ? r.problems.data : "too much is wrong")
            : 0;
    mu_buf_done(&r.problems);
    if (rc == 0) {
        *ret = to;
        to = NULL;
    }
    return rc;
}
