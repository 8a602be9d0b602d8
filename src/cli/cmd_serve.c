/* SPDX-License-Identifier: Apache-2.0 */
/* muster serve: answers over HTTP, pulls and syncs by itself, until it is told to end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/session.h"
#include "net/governor.h"
#include "serve/instance.h"
#include "serve/metrics.h"
#include "serve/socket.h"
#include "serve/systemd.h"
#include "store/store.h"

enum { TICK_S = 1, DRAIN_S = 20, RETIRED_MAX = 16 };

struct serving {
    struct mu_cli *cli;
    struct mu_instance_conf conf;
    struct mu_instance *now;
    struct mu_instance *retired[RETIRED_MAX]; /* whose scheduled work hasn't ended yet */
    size_t retired_count;
    int fd; /* the listening socket; each instance has a copy */
    sigset_t signals;
};

/* ---- where ---- */

/* 1: it was passed by systemd. */
static int open_socket(struct mu_cli *cli, const struct mu_args *args, int *ret_fd,
                       struct mu_err *err)
{
    const char *listen = mu_args_get(args, "listen");
    int passed = mu_systemd_socket(ret_fd, err);
    if (passed != 0)
        return passed;
    return mu_socket_listen(listen ? listen : cli->config->serve->listen, ret_fd, err);
}

static int announce(struct serving *s, const char *ready, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf line = MU_BUF_INIT(MU_BUF_MAX);
    const char *url = mu_instance_url(s->now);
    mu_buf_printf(&line, "muster: %s\n", url);
    if (ready && mu_write_file(ready, line.data, line.len, 0600, err) < 0)
        return -1;
    mu_log(s->cli->log, MU_LOG_INFO, "serving on %s", url);
    mu_systemd_notify("READY=1");
    return 0;
}

/* ---- instances ---- */

static int start(struct serving *s, const struct mu_config *config, struct mu_arena *arena,
                 struct mu_instance **ret, struct mu_err *err)
{
    int copy = fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return mu_fail_errno(err, "listening socket");
    return mu_instance_start(&s->conf, config, arena, copy, ret, err);
}

/* Ends those of earlier configurations whose work has ended. */
static void reap(struct serving *s)
{
    size_t left = 0;
    for (size_t i = 0; i < s->retired_count; i++) {
        if (mu_instance_busy(s->retired[i]))
            s->retired[left++] = s->retired[i];
        else
            mu_instance_end(s->retired[i]);
    }
    if (left < s->retired_count)
        mu_heap_trim();
    s->retired_count = left;
}

/* A configuration that can't be used changes nothing. */
static void reload(struct serving *s)
{
    struct mu_arena *arena = mu_arena_new();
    const struct mu_config *config = NULL;
    struct mu_instance *next = NULL;
    struct mu_err err = MU_ERR_INIT;
    mu_systemd_notify("RELOADING=1");
    if (s->retired_count == RETIRED_MAX)
        mu_fail(&err, MU_E_BUSY, "%d earlier ones still have work that goes on", RETIRED_MAX);
    else if (mu_config_load(arena, s->cli->config_path, &config, &err) == 0)
        start(s, config, arena, &next, &err);
    if (err.code != MU_OK) {
        mu_log(s->cli->log, MU_LOG_ERROR, "not reloaded, the old configuration stays: %s",
               err.text);
        mu_arena_free(arena);
    } else {
        mu_instance_quiet(s->now, DRAIN_S, false);
        s->retired[s->retired_count++] = s->now;
        s->now = next;
        mu_assert(config);
        mu_log(s->cli->log, MU_LOG_INFO, "reloaded %s", config->file);
    }
    mu_systemd_notify("READY=1");
}

/* ---- signals ---- */

/* Before any thread is started: all of them keep out of it. */
static void take_signals(struct serving *s)
{
    sigemptyset(&s->signals);
    sigaddset(&s->signals, SIGTERM);
    sigaddset(&s->signals, SIGINT);
    sigaddset(&s->signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &s->signals, NULL);
}

/* From now on a second one ends the process as it would any other. */
static void give_signals_back(const struct serving *s)
{
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    pthread_sigmask(SIG_UNBLOCK, &s->signals, NULL);
}

static void wait_for_the_end(struct serving *s)
{
    const struct timespec tick = {.tv_sec = TICK_S};
    int64_t watchdog_us = mu_systemd_watchdog_us(), told_us = 0;
    for (;;) {
        int number = sigtimedwait(&s->signals, NULL, &tick);
        if (number == SIGTERM || number == SIGINT)
            return;
        if (number == SIGHUP)
            reload(s);
        reap(s);
        if (watchdog_us && mu_mono_us() - told_us > watchdog_us / 3) {
            told_us = mu_mono_us();
            mu_systemd_notify("WATCHDOG=1");
        }
    }
}

/* ---- the end ---- */

static bool busy(struct serving *s)
{
    reap(s);
    return s->retired_count > 0 || mu_instance_busy(s->now);
}

static void end(struct serving *s)
{
    const struct timespec nap = {.tv_nsec = 50 * 1000000L};
    int64_t until = mu_mono_us() + DRAIN_S * 1000000LL;
    mu_systemd_notify("STOPPING=1");
    mu_log(s->cli->log, MU_LOG_INFO, "ending: what is being answered gets %d s", DRAIN_S);
    give_signals_back(s);
    close(s->fd);
    mu_instance_quiet(s->now, DRAIN_S, true);
    while (busy(s) && mu_mono_us() < until)
        nanosleep(&nap, NULL);
    mu_cancel();
    for (size_t i = 0; i < s->retired_count; i++)
        mu_instance_end(s->retired[i]);
    mu_instance_end(s->now);
}

static int serve(struct serving *s, const struct mu_args *args, struct mu_err *err)
{
    if (start(s, s->cli->config, NULL, &s->now, err) < 0) {
        close(s->fd);
        return -1;
    }
    int rc = announce(s, mu_args_get(args, "ready-file"), err);
    if (rc == 0)
        wait_for_the_end(s);
    end(s);
    return rc < 0 ? -1 : MU_EXIT_DONE;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct serving s = {.cli = cli};
    int passed = mu_cli_config(cli, err) < 0 ? -1 : open_socket(cli, args, &s.fd, err);
    if (passed < 0)
        return -1;
    mu_store_share_memory();
    take_signals(&s);
    s.conf = (struct mu_instance_conf){.log = cli->log,
                                       .insecure_local = mu_args_has(args, "insecure-local"),
                                       .socket_passed = passed == 1,
                                       .governors = mu_governors_new(),
                                       .token_rates = mu_governors_new(),
                                       .metrics = mu_metrics_new(mu_route_tables),
                                       .search = mu_args_has(args, "search"),
                                       .fixtures = mu_args_get(args, "conformance-fixtures")};
    mu_governors_watch(s.conf.governors, mu_metrics_called, s.conf.metrics);
    int rc = serve(&s, args, err);
    mu_metrics_free(s.conf.metrics);
    mu_governors_free(s.conf.token_rates);
    mu_governors_free(s.conf.governors);
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
    .summary = "answer over HTTP and MCP, pull and sync by itself",
    .usage = "[--listen ADDRESS:PORT] [--ready-file FILE] [--insecure-local] [--search]",
    .about =
        "Serves what the store holds under /unified/user-directory/: users, groups, roles and role "
        "assignments; tools for language models at /mcp (Model Context Protocol); each account's "
        "own API under /proxy/ACCOUNT/; /metrics for Prometheus. Accounts and syncs with every: or "
        "cron: are pulled and run.\n"
        "Without a token nothing but /healthz is answered, unless --insecure-local is said.\n"
        "It runs in the foreground until SIGTERM or SIGINT, and ends when what it is answering has "
        "left. SIGHUP reads the configuration again; one that can't be used changes nothing.",
    .opts = opts,
    .example = "muster serve --listen 127.0.0.1:8470 --insecure-local",
    .run = run,
};
