/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of checks: their values, and where they are put in. */
#include "audit/checks.h"

#include <string.h>

#include "base/str.h"

enum { NAME_MAX_LEN = 40, CONDITION_MAX = 4096 };

/* ---- values ---- */

static int read_values(struct mu_arena *arena, const struct mu_y *node, struct mu_param *ret,
                       struct mu_err *err)
{
    size_t count = node->type == MU_Y_SEQ ? node->count : node->type == MU_Y_SCALAR;
    const char **values = mu_alloc_array(arena, count + 1, sizeof(*values));
    if (node->type == MU_Y_MAP)
        return mu_y_fail(node, err, "%s: expected a value or a list of values", ret->name);
    for (size_t i = 0; i < count; i++) {
        const struct mu_y *item = node->type == MU_Y_SEQ ? node->items[i] : node;
        if (item->type != MU_Y_SCALAR)
            return mu_y_fail(item, err, "%s: expected texts or numbers in the list", ret->name);
        values[i] = item->text;
    }
    ret->values = values;
    ret->count = count;
    ret->list = ret->list || node->type == MU_Y_SEQ;
    return 0;
}

static struct mu_param *find(const struct mu_check *check, const char *name)
{
    for (size_t i = 0; i < check->param_count; i++)
        if (mu_streq(check->params[i].name, name))
            return &check->params[i];
    return NULL;
}

static int unknown(const struct mu_check *check, const struct mu_y *key, struct mu_err *err)
{
    const char *names[MU_CHECK_PARAMS_MAX + 1] = {"severity"};
    MU_AUTO(buf) struct mu_buf known = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    mu_buf_adds(&known, "severity");
    for (size_t i = 0; i < check->param_count; i++) {
        names[i + 1] = check->params[i].name;
        mu_buf_printf(&known, ", %s", check->params[i].name);
    }
    const char *nearest = mu_nearest(key->text, names, check->param_count + 1);
    if (nearest)
        return mu_y_fail(key, err, "check %s has no parameter '%.60s'; did you mean %s?",
                         check->name, key->text, nearest);
    return mu_y_fail(key, err, "check %s has no parameter '%.60s'; it has: %s", check->name,
                     key->text, known.data);
}

static int read_settings(struct mu_arena *arena, const struct mu_y *settings,
                         struct mu_check *check, struct mu_err *err)
{
    for (size_t i = 0; settings && i < settings->count; i++) {
        if (mu_streq(settings->keys[i]->text, "severity"))
            continue;
        struct mu_param *param = find(check, settings->keys[i]->text);
        if (!param)
            return unknown(check, settings->keys[i], err);
        if (settings->items[i]->type == MU_Y_SEQ && !param->list && param->count > 0)
            return mu_y_fail(settings->items[i], err, "%s: expected one value, not a list",
                             param->name);
        if (read_values(arena, settings->items[i], param, err) < 0)
            return -1;
    }
    return 0;
}

int mu_params_read(struct mu_arena *arena, const struct mu_y *node, const struct mu_y *settings,
                   struct mu_check *check, struct mu_err *err)
{
    size_t count = node ? node->count : 0;
    if (node && node->type != MU_Y_MAP)
        return mu_y_fail(node, err, "params: expected a mapping of names to values");
    if (count > MU_CHECK_PARAMS_MAX)
        return mu_y_fail(node, err, "params: more than %d", (int)MU_CHECK_PARAMS_MAX);
    check->params = mu_alloc_array(arena, count + 1, sizeof(*check->params));
    for (size_t i = 0; i < count; i++) {
        check->params[i].name = node->keys[i]->text;
        if (read_values(arena, node->items[i], &check->params[i], err) < 0)
            return -1;
    }
    check->param_count = count;
    return read_settings(arena, settings, check, err);
}

const struct mu_param *mu_check_param(const struct mu_check *check, const char *name)
{
    return find(check, name);
}

const char *mu_check_value(const struct mu_check *check, const char *name)
{
    const struct mu_param *param = find(check, name);
    return param && param->count > 0 ? param->values[0] : NULL;
}

const char *mu_param_text(struct mu_arena *arena, const struct mu_param *param)
{
    const char *text = param->count > 0 ? param->values[0] : "";
    for (size_t i = 1; i < param->count; i++)
        text = mu_printf(arena, "%s, %s", text, param->values[i]);
    return text;
}

/* ---- conditions ---- */

static void quote(struct mu_buf *to, const char *value)
{
    mu_buf_addc(to, '"');
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            mu_buf_addc(to, '\\');
        mu_buf_addc(to, *value);
    }
    mu_buf_addc(to, '"');
}

/* Where the test that ends here begins: `FIELD OP ` before a parameter. */
static size_t test_start(const struct mu_buf *text)
{
    static const char field[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t at = text->len;
    while (at > 0 && strchr(" =!~<>", text->data[at - 1]))
        at--;
    while (at > 0 && strchr(field, text->data[at - 1]))
        at--;
    return at;
}

/* `FIELD OP ` and the values become (FIELD OP "a" or FIELD OP "b"). */
static void put_in(struct mu_arena *arena, const struct mu_param *param, struct mu_buf *to)
{
    size_t start = test_start(to);
    const char *test = mu_strdup(arena, to->data + start);
    mu_buf_cut(to, start);
    mu_buf_addc(to, '(');
    for (size_t i = 0; i < param->count; i++) {
        mu_buf_printf(to, "%s%s", i > 0 ? " or " : "", test);
        quote(to, param->values[i]);
    }
    mu_buf_addc(to, ')');
}

int mu_params_into(struct mu_arena *arena, struct mu_check *check, const struct mu_y *at,
                   const char **ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(CONDITION_MAX);
    const char *s = at->text;
    *ret = NULL;
    while (*s) {
        size_t plain = strcspn(s, "{");
        mu_buf_add(&text, s, plain);
        s += plain;
        if (!*s)
            break;
        size_t len = strcspn(s, "}");
        const char *name = mu_strndup(arena, s + 1, len - 1);
        const struct mu_param *param = s[len] ? find(check, name) : NULL;
        if (!param)
            return mu_y_fail(at, err, "when: {%.*s} is no parameter of this check",
                             (int)(len < NAME_MAX_LEN ? len - 1 : NAME_MAX_LEN), name);
        if (param->count == 0) {
            check->lacks = param;
            return 0;
        }
        put_in(arena, param, &text);
        s += len + 1;
    }
    if (text.full)
        return mu_y_fail(at, err, "when: longer than %d bytes with its parameters put in",
                         (int)CONDITION_MAX);
    *ret = mu_strndup(arena, text.data, text.len);
    return 0;
}

/* ---- texts ---- */

const char *mu_text_fill(struct mu_arena *arena, const char *text, mu_text_lookup *lookup,
                         void *arg, const char **ret_unknown)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    while (*text) {
        size_t plain = strcspn(text, "{");
        mu_buf_add(&to, text, plain);
        text += plain;
        size_t len = strcspn(text, "}");
        if (!*text)
            break;
        char name[NAME_MAX_LEN + 1] = "";
        if (text[len] && len <= NAME_MAX_LEN)
            memcpy(name, text + 1, len - 1);
        const char *value = lookup(arg, name);
        if (!value && ret_unknown)
            *ret_unknown = mu_strdup(arena, name);
        mu_buf_adds(&to, value ? value : "");
        text += len + (text[len] != '\0');
    }
    return mu_strndup(arena, to.data, to.len);
}
