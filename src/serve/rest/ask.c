/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters, one by one. */
#include "serve/rest/ask.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/rest/params.h"

enum { LIMIT_DEFAULT = 100 };

static const char *const formats[] = {[MU_REST_UNIFIED] = "unified",
                                      [MU_REST_RAW] = "raw",
                                      [MU_REST_NORMALIZED] = "normalized",
                                      [MU_REST_STREAM] = "stream",
                                      NULL};

/* One of a NULL-terminated list; its place, or -1 with the list told. */
static int one_of(const struct mu_request *r, const char *param, const char *value,
                  const char *const *known, struct mu_err *err)
{
    size_t count = 0;
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    for (; known[count]; count++) {
        if (mu_streq(known[count], value))
            return (int)count;
        mu_buf_printf(&all, "%s%s", count ? ", " : "", known[count]);
    }
    return mu_fail(err, MU_E_USAGE, "%s: '%s' is not one of %s", param,
                   mu_printable(r->arena, value, strlen(value), 60), all.data);
}

static int read_flag(const struct mu_request *r, const char *param, bool *ret, struct mu_err *err)
{
    static const char *const words[] = {"false", "true", "0", "1", NULL};
    const char *value = mu_rest_param(r, param);
    int place = value ? one_of(r, param, value, words, err) : 0;
    if (value && place >= 0)
        *ret = place & 1;
    return place < 0 ? -1 : 0;
}

static int read_format(const struct mu_request *r, bool one, struct mu_asked *ask,
                       struct mu_err *err)
{
    const char *value = mu_rest_param(r, "format");
    int place = value ? one_of(r, "format", value, formats, err) : MU_REST_UNIFIED;
    if (place < 0)
        return -1;
    if (one && place == MU_REST_STREAM)
        return mu_fail(err, MU_E_USAGE, "format: a single entry doesn't stream; leave it out");
    ask->format = (enum mu_rest_format)place;
    return 0;
}

static int read_limit(const struct mu_request *r, struct mu_asked *ask, struct mu_err *err)
{
    const char *value = mu_rest_param(r, "limit");
    bool stream = ask->format == MU_REST_STREAM;
    long long most = stream ? INT64_MAX : MU_LIMIT_MAX;
    ask->limit = stream ? 0 : LIMIT_DEFAULT;
    if (!value || mu_parse_int(value, 1, most, &ask->limit))
        return 0;
    return stream ? mu_fail(err, MU_E_USAGE, "limit: a number from 1 on")
                  : mu_fail(err, MU_E_USAGE,
                            "limit: a number from 1 to %d; follow next_cursor for more, or ask "
                            "with format=stream",
                            MU_LIMIT_MAX);
}

static int read_max_age(const struct mu_request *r, struct mu_asked *ask, struct mu_err *err)
{
    const char *value = mu_rest_param(r, "max_age");
    ask->max_age = -1;
    if (value && (!mu_duration_parse(value, &ask->max_age) || ask->max_age < 0))
        return mu_fail(err, MU_E_USAGE, "max_age: seconds, or 15m, 2h, 1d");
    return 0;
}

/* ---- fields ---- */

int mu_ask_no_field(const struct mu_request *r, enum mu_kind kind, const char *param,
                    const char *name, struct mu_err *err)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    for (size_t i = 0; i < schema->count; i++)
        mu_buf_printf(&all, "%s%s", i ? ", " : "", schema->attrs[i].name);
    return mu_fail(err, MU_E_USAGE, "%s: a %s has no field '%s'; it has %s", param, schema->name,
                   mu_printable(r->arena, name, strlen(name), 60), all.data);
}

static void looks_at(void *arg, const struct mu_attr *attr, const char *part)
{
    struct mu_asked *ask = arg;
    for (size_t i = 0; i < ask->field_count; i++)
        if (ask->fields[i].attr == attr && mu_streq(ask->fields[i].part, part))
            return;
    if (ask->field_count == MU_ASK_FIELDS_MAX)
        return;
    ask->names[ask->field_count] = attr->name;
    ask->fields[ask->field_count++] = (struct mu_ask_field){attr, part};
}

static bool is_exclude(const char *name)
{
    return strstr(name, "exclude_fields") != NULL;
}

/* The parameter may be repeated, and each may be a list. */
static int read_exclude(const struct mu_request *r, struct mu_asked *ask, struct mu_err *err)
{
    size_t room = mu_schema_of(ask->kind)->count + 2, count = 0;
    const char **names = mu_alloc_array(r->arena, room, sizeof(*names));
    for (size_t i = 0; i < r->query_count; i++) {
        if (!is_exclude(r->query[i].name))
            continue;
        char *save = NULL, *list = mu_strdup(r->arena, r->query[i].value);
        for (char *one = strtok_r(list, ", ", &save); one; one = strtok_r(NULL, ", ", &save)) {
            if (!mu_schema_attr(ask->kind, one) && !mu_streq(one, "remote_data"))
                return mu_ask_no_field(r, ask->kind, "exclude_fields", one, err);
            if (mu_streq(one, "id"))
                return mu_fail(err, MU_E_USAGE, "exclude_fields: every entry has its id");
            if (count < room - 1)
                names[count++] = one;
        }
    }
    ask->exclude = count ? names : NULL;
    if (count && (ask->format == MU_REST_RAW || ask->format == MU_REST_NORMALIZED))
        return mu_fail(err, MU_E_USAGE,
                       "exclude_fields: the source's own records go out as they came; only formats "
                       "unified and stream leave fields out");
    return 0;
}

static int read_key_by(const struct mu_request *r, struct mu_asked *ask, struct mu_err *err)
{
    ask->key_by = mu_rest_param(r, "key_by");
    if (!ask->key_by)
        return 0;
    const struct mu_attr *attr = mu_schema_attr(ask->kind, ask->key_by);
    if (!attr)
        return mu_ask_no_field(r, ask->kind, "key_by", ask->key_by, err);
    if (attr->shape == MU_SHAPE_LIST || attr->shape == MU_SHAPE_TEXTS ||
        attr->shape == MU_SHAPE_EXTRAS)
        return mu_fail(err, MU_E_USAGE,
                       "key_by: %s is a list; name a field with one value, id for "
                       "instance",
                       ask->key_by);
    if (ask->format == MU_REST_STREAM || ask->format == MU_REST_RAW)
        return mu_fail(err, MU_E_USAGE, "key_by: only formats unified and normalized have keys");
    return 0;
}

static int read_sort(const struct mu_request *r, struct mu_asked *ask, struct mu_err *err)
{
    static const char *const orders[] = {"asc", "desc", NULL};
    const char *by = mu_rest_param(r, "sort_by"), *order = mu_rest_param(r, "sort_order");
    int place = order ? one_of(r, "sort_order", order, orders, err) : 0;
    if (place < 0)
        return -1;
    ask->descending = place == 1;
    if (!by)
        return 0;
    ask->sort = mu_schema_attr(ask->kind, by);
    if (!ask->sort || ask->sort->shape == MU_SHAPE_EXTRAS)
        return mu_ask_no_field(r, ask->kind, "sort_by", by, err);
    if (mu_streq(by, "id"))
        ask->sort = NULL; /* the order there is */
    else
        looks_at(ask, ask->sort, NULL);
    return 0;
}

/* ---- together ---- */

static int read_list(struct mu_request *r, struct mu_asked *ask, struct mu_err *err)
{
    const char *text = NULL, *expression = mu_rest_param(r, "filter");
    /* by itself first: it is put into parentheses, which it must not close */
    if (expression && mu_filter_parse(r->arena, ask->kind, expression, &ask->filter, err) < 0)
        return -1;
    if (read_limit(r, ask, err) < 0 || read_key_by(r, ask, err) < 0 || read_sort(r, ask, err) < 0 ||
        mu_ask_filter(r, ask, &text, err) < 0)
        return -1;
    if (text && mu_filter_parse(r->arena, ask->kind, text, &ask->filter, err) < 0)
        return -1;
    mu_filter_fields(ask->filter, looks_at, ask);
    ask->cursor = mu_rest_param(r, "cursor");
    if (ask->cursor && !*ask->cursor)
        ask->cursor = NULL;
    if (ask->format == MU_REST_STREAM && (ask->cursor || ask->sort || ask->descending))
        return mu_fail(err, MU_E_USAGE,
                       "format=stream gives everything in order of id: leave cursor, sort_by and "
                       "sort_order out");
    ask->what = mu_printf(r->arena, "%s/%d/%s/%d/%s", ask->account->name, (int)ask->kind,
                          ask->sort ? ask->sort->name : "", ask->descending, text ? text : "");
    return 0;
}

int mu_ask_read(struct mu_request *r, enum mu_kind kind, bool one, struct mu_asked *ret,
                struct mu_err *err)
{
    struct mu_asked ask = {.kind = kind};
    bool ignored = false;
    if (mu_params_check(r, kind, one, err) < 0 || mu_view_account(r, &ask.account, err) < 0 ||
        read_format(r, one, &ask, err) < 0 || read_max_age(r, &ask, err) < 0 ||
        read_flag(r, "remote_data", &ask.remote_data, err) < 0 ||
        read_flag(r, "ignore_remote_data", &ignored, err) < 0 || read_exclude(r, &ask, err) < 0)
        return -1;
    ask.remote_data = ask.remote_data && !ignored;
    for (const char *const *name = ask.exclude; name && *name; name++)
        ask.remote_data = ask.remote_data && !mu_streq(*name, "remote_data");
    if (!one && read_list(r, &ask, err) < 0)
        return -1;
    *ret = ask;
    return 0;
}
