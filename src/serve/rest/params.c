/* SPDX-License-Identifier: Apache-2.0 */
/* One table of names. */
#include "serve/rest/params.h"

#include <string.h>

#include "base/str.h"
#include "serve/rest/ask.h"

enum { NAMES_MAX = 64 };

/* Names that clients of the well-known unified API send for the same thing. */
static const struct {
    const char *name, *also;
} aliases[] = {
    {"account", "integrated_account_id"},
    {"cursor", "next_cursor"},
    {"cursor", "prev_cursor"},
    {"format", "truto_response_format"},
    {"key_by", "truto_key_by"},
    {"exclude_fields", "exclude_fields[]"},
    {"exclude_fields", "truto_exclude_fields"},
    {"exclude_fields", "truto_exclude_fields[]"},
    {"ignore_remote_data", "truto_ignore_remote_data"},
};

static const char *const formats[] = {"unified", "raw", "normalized", "stream", NULL};
static const char *const formats_of_one[] = {"unified", "raw", "normalized", NULL};
static const char *const orders[] = {"asc", "desc", NULL};

#define ACCOUNT                                                                                 \
    {                                                                                           \
        "account", "query", "string",                                                           \
            .help = "account of muster.yaml to read; may be left out when only one can be read" \
    }
#define REMOTE_DATA                                                                             \
    {                                                                                           \
        "remote_data", "query", "boolean", .help = "add the source's own record as remote_data" \
    }
#define EXCLUDE                                                                 \
    {                                                                           \
        "exclude_fields", "query", "string",                                    \
            .help = "fields to leave out, with commas between; may be repeated" \
    }
#define MAX_AGE                                                                               \
    {                                                                                         \
        "max_age", "query", "string",                                                         \
            .help = "how old what is known may be (seconds, 15m, 2h); when it is older, the " \
                    "account is read again first; 0: in any case"                             \
    }

const struct mu_param mu_list_params[] = {
    ACCOUNT,
    {"limit", "query", "integer", .help = "how many at most: 1 to 1000, 100 unless told"},
    {"cursor", "query", "string", .help = "next_cursor or prev_cursor of an earlier answer"},
    {"format", "query", "string", .choices = formats,
     .help = "unified: entries; raw: the source's records alone; normalized: those in the "
             "envelope; stream: all entries, one JSON object a line"},
    {"filter", "query", "string",
     .help = "an expression, such as: status=active and not groups.id=71"},
    {"sort_by", "query", "string", .help = "field to order by; id unless told"},
    {"sort_order", "query", "string", .choices = orders, .help = "asc unless told"},
    {"key_by", "query", "string", .help = "make result an object with this field's values as keys"},
    EXCLUDE,
    REMOTE_DATA,
    MAX_AGE,
    {.name = NULL}};

const struct mu_param mu_get_params[] = {
    {"id", "path", "string", .required = true, .help = "id of the entry"},
    ACCOUNT,
    {"format", "query", "string", .choices = formats_of_one,
     .help = "unified: the entry; raw, normalized: the source's record"},
    EXCLUDE,
    REMOTE_DATA,
    MAX_AGE,
    {.name = NULL}};

const struct mu_param mu_create_params[] = {
    ACCOUNT,
    {"Idempotency-Key", "header", "string",
     .help = "a text of your own for this request: sent again with it, it gets the same answer and "
             "is not done again"},
    {.name = NULL}};

const char *mu_rest_param(const struct mu_request *r, const char *name)
{
    const char *value = mu_request_param(r, name);
    for (size_t i = 0; !value && i < MU_LEN(aliases) && r->query_count > 0; i++)
        if (mu_streq(aliases[i].name, name))
            value = mu_request_param(r, aliases[i].also);
    return value;
}

bool mu_is_param(const char *name)
{
    for (const struct mu_param *p = mu_list_params; p->name; p++)
        if (mu_streq(p->name, name))
            return true;
    for (size_t i = 0; i < MU_LEN(aliases); i++)
        if (mu_streq(aliases[i].also, name) || mu_streq(aliases[i].name, name))
            return true;
    return false;
}

static bool is_get_param(const char *name)
{
    for (const struct mu_param *p = mu_get_params; p->name; p++) {
        if (mu_streq(p->name, name))
            return true;
        for (size_t i = 0; i < MU_LEN(aliases); i++)
            if (mu_streq(aliases[i].also, name) && mu_streq(aliases[i].name, p->name))
                return true;
    }
    return mu_streq(name, "ignore_remote_data") || mu_streq(name, "truto_ignore_remote_data");
}

/* Parameters of the well-known unified API that have no meaning here, and what does instead. */
static const char *instead(const char *name)
{
    static const struct {
        const char *begins, *instead;
    } known[] = {
        {"remote_query", "parameters of the source's own API go to /proxy/ACCOUNT/PATH"},
        {"truto_body_passthrough", "bodies of the source's own API go to /proxy/ACCOUNT/PATH"},
        {"truto_ignore_limit", "format=stream gives everything at once"},
        {"truto_super_query", "answers come from the store; max_age says how old it may be"},
        {"truto_skip_api_call",
         "answers come from the store, unless max_age asks for fresher ones"},
    };
    for (size_t i = 0; i < MU_LEN(known); i++)
        if (mu_starts(name, known[i].begins))
            return known[i].instead;
    return NULL;
}

static int unknown(const struct mu_request *r, enum mu_kind kind, bool one, const char *name,
                   struct mu_err *err)
{
    const char *known[NAMES_MAX], *other = instead(name);
    size_t count = 0;
    const struct mu_schema *schema = mu_schema_of(kind);
    MU_AUTO(buf) struct mu_buf params = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    if (other)
        return mu_fail(err, MU_E_USAGE, "no parameter '%s' here: %s",
                       mu_printable(r->arena, name, strlen(name), 60), other);
    for (const struct mu_param *p = one ? mu_get_params : mu_list_params; p->name; p++) {
        if (mu_streq(p->in, "path"))
            continue;
        mu_buf_printf(&params, "%s%s", count ? ", " : "", p->name);
        known[count++] = p->name;
    }
    for (size_t i = 0; !one && i < schema->count && count < NAMES_MAX; i++)
        known[count++] = schema->attrs[i].name;
    const char *near = mu_nearest(name, known, count);
    return mu_fail(err, MU_E_USAGE, "no parameter '%s' here%s%s; there is %s%s",
                   mu_printable(r->arena, name, strlen(name), 60), near ? "; did you mean " : "",
                   near ? near : "", params.data,
                   one ? "" : ", and every field of the schema as a filter");
}

int mu_params_check(const struct mu_request *r, enum mu_kind kind, bool one, struct mu_err *err)
{
    for (size_t i = 0; i < r->query_count; i++) {
        const char *name = r->query[i].name;
        bool fits = one ? is_get_param(name)
                        : mu_is_param(name) || mu_is_groups_user(kind, name) ||
                              mu_is_filter(r->arena, kind, name);
        if (!fits)
            return unknown(r, kind, one, name, err);
    }
    return 0;
}
