/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the command line, runs one command, says what failed, and ends with the status the contract
 * names. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/help.h"
#include "cli/session.h"

static bool nobody_reads(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

/* A full disk or a reader that went away must not look like success. */
static int flush_output(struct mu_err *err)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    if (errno == 0 && nobody_reads())
        errno = EPIPE;
    if (errno)
        return mu_fail_errno(err, "standard output");
    return mu_fail(err, MU_E_IO, "standard output can't be written; is the disk full?");
}

/* `muster users | head` ends because head had enough: the status tells that, words would be noise. */
static bool worth_telling(const struct mu_err *err)
{
    return err->code != MU_E_IO || err->native != EPIPE;
}

/* --version and --help win over whatever else the line says. */
static bool answered(const struct mu_args *args)
{
    for (size_t i = 0; i < args->set_count; i++) {
        const char *name = args->set[i].opt->name;
        if (mu_streq(name, "version")) {
            printf("muster %s\n", PACKAGE_VERSION);
            return true;
        }
        if (mu_streq(name, "help")) {
            if (args->cmd)
                mu_help_command(stdout, args->cmd);
            else
                mu_help(stdout);
            return true;
        }
    }
    return false;
}

static int run(struct mu_arena *arena, const struct mu_args *args, struct mu_log **ret_log,
               struct mu_err *err)
{
    struct mu_cli cli;
    if (answered(args))
        return MU_EXIT_DONE;
    if (!args->cmd)
        return mu_fail(err, MU_E_USAGE, "no command; see muster --help");
    if (mu_args_check_words(args, err) < 0 || mu_cli_init(&cli, arena, args, err) < 0)
        return -1;
    mu_cancel_install();
    int status = args->cmd->run(&cli, args, err);
    *ret_log = cli.log;
    cli.log = NULL;
    mu_cli_done(&cli);
    return status;
}

/* Writing to a closed pipe or socket, or beyond a limit on file sizes, is an error to report, not a
 * reason to die without a word. */
static void survive_writes(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

/* Tokens and passwords pass through memory that libraries own; a core file would keep them. */
static void leave_no_core(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

int main(int argc, char **argv)
{
    mu_heap_share();
    struct mu_arena *arena = mu_arena_new();
    struct mu_err err = MU_ERR_INIT, output = MU_ERR_INIT;
    struct mu_args args;
    struct mu_log *log = NULL;
    survive_writes();
    leave_no_core();
    int status = mu_args_parse(arena, argc, argv, &args, &err);
    if (status == 0)
        status = run(arena, &args, &log, &err);
    if (flush_output(&output) < 0 && status >= 0) {
        status = -1;
        err = output;
    }
    if (!log)
        log = mu_log_new(MU_LOG_ERROR, false, false);
    if (status < 0) {
        if (worth_telling(&err))
            mu_log(log, MU_LOG_ERROR, "%s", err.text);
        status = mu_err_exit(err.code);
    }
    mu_log_free(log);
    mu_arena_free(arena);
    return status;
}
