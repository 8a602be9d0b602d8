/* SPDX-License-Identifier: Apache-2.0 */
/* The line of a request, written when its answer has left: what came, what went, how long it took,
 * and whose token it was. Never a query or a token. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/auth.h"
#include "serve/exchange.h"

enum { PATH_SHOWN = 200 };

/* NULL: none could be read. */
static const char *path_of(const struct exchange *x)
{
    const struct mu_route *route = x->r.route;
    MU_AUTO(buf) struct mu_buf path = MU_BUF_INIT((size_t)MU_TARGET_MAX * 2);
    if (route && strstr(route->pattern, "{token}"))
        return route->pattern;
    for (size_t i = 0; i < x->target.segment_count; i++)
        mu_buf_printf(&path, "/%s", x->target.segments[i]);
    const char *hidden = mu_bearer_hide(x->r.arena, path.len ? path.data : "/");
    return x->target.parsed ? mu_printable(x->r.arena, hidden, strlen(hidden), PATH_SHOWN) : NULL;
}

/* A request that failed here is told of in any case. */
static enum mu_level level_of(const struct exchange *x)
{
    if (x->reply.status >= 500)
        return MU_LOG_WARN;
    return x->r.serve->config->serve->access_log ? MU_LOG_INFO : MU_LOG_TRACE;
}

void exchange_log(const struct exchange *x)
{
    struct mu_arena *arena = x->r.arena;
    enum mu_level level = level_of(x);
    if (!x->r.method || !mu_log_on(x->r.log, level))
        return;
    const char *path = path_of(x), *why = x->refused ? mu_bearer_hide(arena, x->err.text) : NULL;
    const char *status = mu_printf(arena, "%u", x->reply.status);
    const char *ms = mu_printf(arena, "%.3f", (double)(mu_mono_us() - x->began_us) / 1e3);
    const char *bytes = mu_printf(arena, "%" PRIu64, x->bytes);
    const char *token = x->r.grant ? x->r.grant->name : NULL;
    const char *method = x->head ? "HEAD" : x->r.method;
    const struct mu_log_fact facts[] = {{"method", method, false},
                                        {"path", path, false},
                                        {"route", x->r.route ? x->r.route->pattern : NULL, false},
                                        {"status", status, true},
                                        {"ms", ms, true},
                                        {"bytes", bytes, true},
                                        {"token", token, false},
                                        {"error", why, false},
                                        {.name = NULL}};
    mu_log_facts(x->r.log, level, facts,
                 mu_printf(arena, "%s %.20s %s -> %s, %s bytes, %s ms, token %s%s%s", x->r.id,
                           method, path ? path : "(no path)", status, bytes, ms,
                           token ? token : "-", why ? ": " : "", why ? why : ""));
}
