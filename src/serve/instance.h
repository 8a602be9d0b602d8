/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One configuration at work: the listener, the scheduler, and what their threads share. A reload
 * starts another one on the same socket, then lets this one go: nobody is turned away, and what is
 * being done ends under the configuration it began with.
 */
#ifndef MU_SERVE_INSTANCE_H
#define MU_SERVE_INSTANCE_H

#include "serve/serve.h"

struct mu_instance;

/* What outlives a reload. */
struct mu_instance_conf {
    struct mu_log *log;
    bool insecure_local, socket_passed; /* as in struct mu_serve */
    struct mu_governors *governors, *token_rates;
    struct mu_metrics *metrics;
    bool search;          /* of struct mu_mcp_conf */
    const char *fixtures; /* of struct mu_mcp_conf */
};

/*
 * arena: of the configuration; the instance's from now on when it starts, the caller's after -1;
 * NULL: the caller keeps it. fd is taken over, also on failure. MU_E_CONFIG, MU_E_USAGE: it would
 * listen in clear, or let in everybody, beyond this machine.
 */
int mu_instance_start(const struct mu_instance_conf *conf, const struct mu_config *config,
                      struct mu_arena *arena, int fd, struct mu_instance **ret, struct mu_err *err);
const char *mu_instance_url(const struct mu_instance *in);

/* Nothing new is taken; what is being answered gets drain_s seconds. ending: then it is cut short
 * (mu_cancel). Scheduled work that goes on goes on. */
void mu_instance_quiet(struct mu_instance *in, unsigned drain_s, bool ending);
/* Whether scheduled work goes on. */
bool mu_instance_busy(struct mu_instance *in);
/* Waits for it, and frees. NULL is fine. */
void mu_instance_end(struct mu_instance *in);

#endif
