/* SPDX-License-Identifier: Apache-2.0 */
/* Host, origin, token. */
#include "serve/gate.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/exposed.h"
#include "serve/rate.h"
#include "serve/serve.h"

static bool listed(const char *const *list, const char *text)
{
    for (; list && *list; list++)
        if (mu_strieq(*list, text) || mu_streq(*list, "*"))
            return true;
    return false;
}

/* "localhost:8470", "[::1]:8470" without the port. */
static const char *host_name(struct mu_arena *arena, const char *host)
{
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    return mu_strndup(arena, host, len < strlen(host) ? len : strlen(host));
}

/*
 * On loopback only names of this machine are answered: a page from elsewhere can make its own name
 * point here (DNS rebinding), and would then be read as ours.
 */
static int check_host(struct mu_request *r, struct mu_err *err)
{
    static const char *const loopback[] = {"localhost", "127.0.0.1", "[::1]", NULL};
    const struct mu_serve_conf *conf = r->serve->config->serve;
    const char *host = mu_request_header(r, "Host");
    if (!host || (!r->serve->loopback && !conf->hosts))
        return 0;
    const char *name = host_name(r->arena, host);
    if (listed(conf->hosts, name) || (r->serve->loopback && listed(loopback, name)))
        return 0;
    return mu_fail(err, MU_E_DENIED,
                   "host '%s' is not one of ours; call it by its address, or list the name under "
                   "serve: hosts: in muster.yaml",
                   mu_printable(r->arena, name, strlen(name), 100));
}

/* A page of our own (/docs) says the host it came from as its origin. */
static bool own_page(const struct mu_request *r, const char *origin)
{
    const char *scheme_end = strstr(origin, "://");
    return scheme_end && mu_streq(scheme_end + 3, mu_request_header(r, "Host"));
}

static int check_origin(struct mu_request *r, struct mu_err *err)
{
    const char *origin = mu_request_header(r, "Origin");
    if (!origin || own_page(r, origin) || listed(r->serve->config->serve->origins, origin))
        return 0;
    return mu_fail(err, MU_E_DENIED,
                   "pages of origin '%s' may not call this; list it under serve: origins: in "
                   "muster.yaml if they should",
                   mu_printable(r->arena, origin, strlen(origin), 100));
}

void mu_gate_cors(const struct mu_request *r, struct mu_reply *reply)
{
    const char *origin = mu_request_header(r, "Origin");
    if (!origin || !listed(r->serve->config->serve->origins, origin))
        return;
    mu_reply_header(reply, "Access-Control-Allow-Origin", mu_strdup(r->arena, origin));
    mu_reply_header(reply, "Vary", "Origin");
    mu_reply_header(reply, "Access-Control-Allow-Headers",
                    "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, "
                    "MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id");
    mu_reply_header(reply, "Access-Control-Expose-Headers",
                    "ETag, Idempotent-Replayed, Link, Location, WWW-Authenticate, X-Request-Id, "
                    "Retry-After, RateLimit-Limit, "
                    "RateLimit-Remaining, RateLimit-Reset, MCP-Protocol-Version, Mcp-Session-Id");
}

/* ---- tokens ---- */

/* The part of the address that a pattern calls {token}; NULL: it has none. */
static const char *token_in_path(const struct mu_request *r)
{
    size_t arg = 0;
    for (const char *at = r->route->pattern; (at = strchr(at, '{')); at++, arg++) {
        if (mu_starts(at, "{token}"))
            return r->args[arg];
    }
    return NULL;
}

/* Noting a token's last use needs the store to be written; being let in doesn't. */
static int token_store(struct mu_request *r, struct mu_store **ret, struct mu_err *err)
{
    struct mu_err ignored = MU_ERR_INIT;
    return mu_request_writable(r, ret, &ignored) == 0 ? 0 : mu_request_store(r, ret, err);
}

/* Somebody at a browser, who can be asked for a password. */
static bool at_browser(const struct mu_request *r)
{
    const char *accept = mu_request_header(r, "Accept");
    return r->route->page && accept && strstr(accept, "text/html");
}

static int challenge(struct mu_request *r, struct mu_reply *reply, const char *scope,
                     struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    reply->status = err->code == MU_E_USAGE ? 400 : err->code == MU_E_DENIED ? 403 : 401;
    if (reply->status == 401 && at_browser(r))
        mu_buf_adds(&text, "Basic realm=\"muster: any user, a token as password\"");
    else
        mu_auth_challenge(err, scope, &text);
    mu_reply_header(reply, "WWW-Authenticate", mu_strdup(r->arena, text.data));
    return -1;
}

static int check_token(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const struct mu_route *route = r->route;
    const char *shown = mu_request_header(r, "Authorization");
    struct mu_store *store;
    if (token_store(r, &store, err) < 0)
        return -1;
    if (route->page)
        shown = mu_auth_password(r->arena, shown);
    if (mu_auth(store, r->arena, shown, token_in_path(r), &r->grant, err) < 0) {
        bool token = err->code == MU_E_AUTH || err->code == MU_E_USAGE;
        return token ? challenge(r, reply, NULL, err) : -1;
    }
    if (mu_streq(route->need, "token") || mu_grant_allows(r->grant, route->need, route->resource,
                                                          NULL, mu_exposed_tags(route->resource)))
        return 0;
    mu_grant_refuse(r->grant, route->need, route->resource, NULL, err);
    return challenge(r, reply, route->need, err);
}

/* NULL: it may ask as often as it likes. */
static struct mu_governor *rate_of(const struct mu_request *r)
{
    double rate = r->serve->config->serve->token_rate;
    if (rate <= 0 || !r->grant || !r->grant->hash || !r->serve->token_rates)
        return NULL;
    return mu_governors_get(r->serve->token_rates, r->grant->name, rate, rate < 1 ? 1 : (int)rate);
}

void mu_gate_charge(const struct mu_request *r, size_t more)
{
    struct mu_governor *g = rate_of(r);
    if (g && more > 0)
        mu_governor_charge(g, more, mu_mono_us());
}

/* One token can't take what others need. */
static int check_rate(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    struct mu_governor *g = rate_of(r);
    if (!g)
        return 0;
    int64_t wait_us = mu_governor_take(g, mu_mono_us());
    if (wait_us == 0)
        return 0;
    struct mu_rate_state is;
    mu_governor_state(g, mu_mono_us(), &is);
    mu_reply_rate(r, reply, &is);
    mu_fail(err, MU_E_THROTTLED, "token %s asks too often; serve: token_rate: allows %.4g a second",
            r->grant->name, r->serve->config->serve->token_rate);
    err->retry_after_s = (unsigned)((wait_us + 999999) / 1000000);
    return -1;
}

int mu_gate(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    if (check_host(r, err) < 0 || check_origin(r, err) < 0)
        return -1;
    if (!r->route || !r->route->need)
        return 0;
    if (r->serve->insecure_local) {
        r->grant = &mu_grant_local;
        return 0;
    }
    return check_token(r, reply, err) < 0 ? -1 : check_rate(r, reply, err);
}
