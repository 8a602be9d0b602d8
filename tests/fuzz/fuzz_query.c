/* SPDX-License-Identifier: Apache-2.0 */
/* The target of a request: path, query, filters, cursor, as far as they go without a store. */
#include "fuzz.h"

#include <string.h>

#include "serve/rest/ask.h"
#include "serve/rest/params.h"
#include "serve/route.h"
#include "serve/serve.h"

static void ask(struct mu_request *r, enum mu_kind kind)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_asked asked = {.kind = kind};
    const struct mu_filter *filter = NULL;
    const char *text = NULL;
    if (mu_params_check(r, kind, false, &err) < 0 || mu_ask_filter(r, &asked, &text, &err) < 0 ||
        (text && mu_filter_parse(r->arena, kind, text, &filter, &err) < 0))
        mu_assert(err.text[0] != '\0');
}

static void cursors(struct mu_request *r)
{
    const uint8_t *bytes = NULL;
    size_t len = 0;
    for (size_t i = 0; i < r->query_count; i++) {
        struct mu_cursor cursor = {.id = NULL};
        if (mu_cursor_unpack(r->arena, r->query[i].value, &cursor, &bytes, &len))
            mu_assert(cursor.id && cursor.key && cursor.snapshot > 0 && len >= MU_HASH_LEN);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT;
    struct mu_target target;
    struct mu_request r = {.arena = arena, .target = mu_strndup(arena, (const char *)data, size)};
    const char *allow = NULL;
    if (mu_target_parse(arena, r.target, &target, &err) < 0) {
        mu_assert(err.text[0] != '\0');
        return 0;
    }
    r.query = target.query;
    r.query_count = target.query_count;
    if (mu_route_find(arena, mu_route_tables, "GET", &target, &r.route, r.args, &allow, &err) < 0)
        mu_assert(err.text[0] != '\0');
    for (int kind = 0; kind < MU_KINDS; kind++)
        ask(&r, (enum mu_kind)kind);
    cursors(&r);
    return 0;
}
