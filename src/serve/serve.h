/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `muster serve` as a whole: what all of its threads share. The configuration is only read; whatever
 * else is shared has a lock of its own. One of it for a configuration, made and ended by serve/instance.c.
 */
#ifndef MU_SERVE_SERVE_H
#define MU_SERVE_SERVE_H

#include "base/log.h"
#include "engine/config.h"
#include "serve/http.h"

struct mu_mcp;
struct mu_pulls;
struct mu_indexes;
struct mu_accounts;
struct mu_metrics;

struct mu_serve {
    const struct mu_config *config; /* config->serve is never NULL */
    struct mu_log *log;
    bool loopback;      /* nobody beyond this machine can connect */
    bool socket_passed; /* the socket is systemd's, which listens when we have ended */
    struct mu_governors *token_rates; /* a token each, by name */
    bool insecure_local;              /* no token is asked for: bound to loopback, and said aloud */
    struct mu_mcp *mcp;               /* serve/mcp/mcp.h */
    struct mu_pulls *pulls;           /* serve/pulls.h */
    struct mu_accounts *accounts;     /* serve/accounts.h */
    struct mu_indexes *indexes;       /* serve/rest/index.h */
    struct mu_metrics *metrics;       /* serve/metrics.h */
};

/* All tables of routes, in the order they are tried; ends with NULL. */
extern const struct mu_route *const mu_route_tables[];

#endif
