/* SPDX-License-Identifier: Apache-2.0 */
/* muster serve: answers over HTTP until it is told to end. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/session.h"
#include "serve/listener.h"
#include "serve/mcp/mcp.h"
#include "serve/pulls.h"
#include "serve/socket.h"

enum { NAP_MS = 100, DRAIN_S = 20 };

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

static int announce(struct mu_cli *cli, const char *ready, const char *url, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf line = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&line, "muster: %s\n", url);
    if (ready && mu_write_file(ready, line.data, line.len, 0600, err) < 0)
        return -1;
    mu_log(cli->log, MU_LOG_INFO, "serving on %s", url);
    return 0;
}

static void wait_for_the_end(void)
{
    while (!mu_cancelled())
        nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000L}, NULL);
}

static int serve_on(struct mu_cli *cli, struct mu_serve *serve, const struct mu_args *args, int fd,
                    struct mu_err *err)
{
    struct mu_listener *listener;
    char name[MU_SOCKET_NAME];
    if (mu_socket_name(fd, name, &serve->loopback, err) < 0 ||
        check_exposure(serve, name, err) < 0) {
        close(fd);
        return -1;
    }
    if (mu_listener_start(serve, fd, &listener, err) < 0)
        return -1;
    int rc = announce(cli, mu_args_get(args, "ready-file"), mu_listener_url(listener), err);
    if (rc == 0)
        wait_for_the_end();
    mu_listener_stop(listener, DRAIN_S);
    return rc < 0 ? -1 : MU_EXIT_DONE;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const char *listen = mu_args_get(args, "listen");
    int fd = -1;
    if (mu_cli_config(cli, err) < 0 ||
        mu_socket_listen(listen ? listen : cli->config->serve->listen, &fd, err) < 0)
        return -1;
    struct mu_serve serve = {.config = cli->config,
                             .log = cli->log,
                             .pulls = mu_pulls_new(cli->config, cli->log),
                             .token_rates = mu_governors_new(),
                             .insecure_local = mu_args_has(args, "insecure-local")};
    const struct mu_mcp_conf mcp = {.config = cli->config,
                                    .log = cli->log,
                                    .search = mu_args_has(args, "search"),
                                    .fixtures = mu_args_get(args, "conformance-fixtures")};
    int rc = mu_mcp_new(&mcp, &serve.mcp, err);
    if (rc == 0)
        rc = serve_on(cli, &serve, args, fd, err);
    else
        close(fd);
    mu_mcp_free(serve.mcp);
    mu_governors_free(serve.token_rates);
    mu_pulls_free(serve.pulls);
    return rc;
}

static const struct mu_cmd_opt opts[] = {
    {"listen", 0, "ADDRESS:PORT", "where (default: serve: listen: of muster.yaml, 127.0.0.1:8470)"},
    {"ready-file", 0, "FILE", "write where to find it to FILE, once it answers"},
    {"insecure-local", 0, NULL, "ask nobody for a token; on 127.0.0.1 or [::1] only"},
    {"search", 0, NULL, "also the search and fetch tools of MCP that some clients ask for"},
    {"conformance-fixtures", 0, "FILE", NULL},
    {.name = NULL}};

const struct mu_cmd mu_cmd_serve = {
    .name = "serve",
    .summary = "answer over HTTP: the unified directory as REST",
    .usage = "[--listen ADDRESS:PORT] [--ready-file FILE] [--insecure-local] [--search]",
    .about =
        "Serves what the store holds under /unified/user-directory/: users, groups, roles and role "
        "assignments;\n"
        "and tools for language models at /mcp (Model Context Protocol).\n"
        "Without a token nothing but /healthz is answered, unless --insecure-local is said.\n"
        "It runs in the foreground until SIGTERM or SIGINT, and ends when what it is answering has "
        "left.",
    .opts = opts,
    .example = "muster serve --listen 127.0.0.1:8470 --insecure-local",
    .run = run,
};
