/* SPDX-License-Identifier: Apache-2.0 */
/* Host, origin, token. */
#include "serve/gate.h"

#include <string.h>

#include "base/str.h"
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
static int check_host(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    static const char *const loopback[] = {"localhost", "127.0.0.1", "[::1]", NULL};
    const struct mu_serve_conf *conf = r->serve->config->serve;
    const char *host = mu_request_header(r, "Host");
    if (!host || (!r->serve->loopback && !conf->hosts))
        return 0;
    const char *name = host_name(r->arena, host);
    if (listed(conf->hosts, name) || (r->serve->loopback && listed(loopback, name)))
        return 0;
    reply->status = 421;
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
                    "Authorization, Content-Type, If-None-Match");
    mu_reply_header(reply, "Access-Control-Expose-Headers",
                    "ETag, Link, X-Request-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, "
                    "RateLimit-Reset");
}

int mu_gate(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    if (check_host(r, reply, err) < 0 || check_origin(r, err) < 0)
        return -1;
    if (!r->route || !r->route->need || r->serve->insecure_local)
        return 0;
    reply->status = 401;
    mu_reply_header(reply, "WWW-Authenticate", "Bearer realm=\"muster\"");
    return mu_fail(err, MU_E_AUTH,
                   "a token is needed; make one with muster token create, and send it as "
                   "Authorization: Bearer TOKEN");
}
