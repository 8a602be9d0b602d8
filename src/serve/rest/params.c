/* SPDX-License-Identifier: Apache-2.0 */
/* One table of names. */
#include "serve/rest/params.h"

#include "base/str.h"

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

#define ACCOUNT                                                                                 \
    {                                                                                           \
        "account", "query", "string",                                                           \
            .help = "account of muster.yaml to read; may be left out when only one can be read" \
    }

const struct mu_param mu_list_params[] = {
    ACCOUNT,
    {"limit", "query", "integer", .help = "how many at most; 100 unless told"},
    {.name = NULL}};

const struct mu_param mu_get_params[] = {ACCOUNT, {.name = NULL}};

const char *mu_rest_param(const struct mu_request *r, const char *name)
{
    const char *value = mu_request_param(r, name);
    for (size_t i = 0; !value && i < MU_LEN(aliases); i++)
        if (mu_streq(aliases[i].name, name))
            value = mu_request_param(r, aliases[i].also);
    return value;
}
