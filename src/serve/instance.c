/* SPDX-License-Identifier: Apache-2.0 */
/* Listener, scheduler and what they share, started and ended together. */
#include "serve/instance.h"

#include <unistd.h>

#include "net/governor.h"
#include "serve/accounts.h"
#include "serve/listener.h"
#include "serve/mcp/mcp.h"
#include "serve/pulls.h"
#include "serve/rest/index.h"
#include "serve/scheduler.h"
#include "serve/single.h"
#include "serve/socket.h"

struct mu_instance {
    struct mu_serve serve;
    struct mu_config config; /* with the process's governors */
    struct mu_arena *arena;
    struct mu_listener *listener;
    struct mu_scheduler *scheduler;
};

/* Who may reach it, and what keeps others from listening in or from asking. */
static int check_exposure(const struct mu_serve *serve, const char *name, struct mu_err *err)
{
    const struct mu_serve_conf *conf = serve->config->serve;
    if (serve->insecure_local && !serve->loopback)
        return mu_fail(
            err, MU_E_USAGE,
            "--insecure-local: %s can be reached from other machines; without tokens only "
            "127.0.0.1 or [::1] may be listened on",
            name);
    if (!serve->loopback && !conf->tls_cert && conf->proxy != MU_PROXY_TRUSTED)
        return mu_fail(err, MU_E_CONFIG,
                       "serve: %s can be reached from other machines, and nothing encrypts; set "
                       "tls_cert and tls_key, or proxy: trusted when a proxy in front does TLS, or "
                       "listen on 127.0.0.1",
                       name);
    return 0;
}

static int start(struct mu_instance *in, int fd, struct mu_err *err)
{
    char name[MU_SOCKET_NAME];
    if (mu_socket_name(fd, name, &in->serve.loopback, err) < 0 ||
        check_exposure(&in->serve, name, err) < 0) {
        close(fd);
        return -1;
    }
    if (mu_listener_start(&in->serve, fd, &in->listener, err) < 0)
        return -1;
    return mu_scheduler_start(&in->config, in->serve.log, in->serve.metrics, &in->scheduler, err);
}

int mu_instance_start(const struct mu_instance_conf *conf, const struct mu_config *config,
                      struct mu_arena *arena, int fd, struct mu_instance **ret, struct mu_err *err)
{
    struct mu_instance *in = mu_xcalloc(1, sizeof(*in));
    in->config = *config;
    in->config.governors = conf->governors;
    in->serve = (struct mu_serve){.config = &in->config,
                                  .log = conf->log,
                                  .insecure_local = conf->insecure_local,
                                  .socket_passed = conf->socket_passed,
                                  .token_rates = conf->token_rates,
                                  .metrics = conf->metrics,
                                  .indexes = mu_indexes_new(),
                                  .pulls = mu_pulls_new(&in->config, conf->log),
                                  .accounts = mu_accounts_new(&in->config, conf->log)};
    const struct mu_mcp_conf mcp = {.config = &in->config,
                                    .log = conf->log,
                                    .accounts = in->serve.accounts,
                                    .search = conf->search,
                                    .fixtures = conf->fixtures};
    mu_single_settle_all(&in->config, conf->log);
    int rc = mu_mcp_new(&mcp, &in->serve.mcp, err);
    if (rc < 0)
        close(fd);
    if (rc < 0 || start(in, fd, err) < 0) {
        mu_instance_quiet(in, 0, false);
        mu_instance_end(in);
        return -1;
    }
    in->arena = arena;
    *ret = in;
    return 0;
}

const char *mu_instance_url(const struct mu_instance *in)
{
    return mu_listener_url(in->listener);
}

void mu_instance_quiet(struct mu_instance *in, unsigned drain_s, bool ending)
{
    mu_scheduler_quiet(in->scheduler);
    mu_listener_stop(in->listener, drain_s, ending);
    in->listener = NULL;
}

bool mu_instance_busy(struct mu_instance *in)
{
    return in->scheduler && mu_scheduler_running(in->scheduler) > 0;
}

void mu_instance_end(struct mu_instance *in)
{
    if (!in)
        return;
    mu_scheduler_end(in->scheduler);
    mu_pulls_free(in->serve.pulls);
    mu_indexes_free(in->serve.indexes);
    mu_mcp_free(in->serve.mcp);
    mu_accounts_free(in->serve.accounts);
    mu_arena_free(in->arena);
    free(in);
}
