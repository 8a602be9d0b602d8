/* SPDX-License-Identifier: Apache-2.0 */
/* Common options, and opening configuration, store and accounts when first asked for. */
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "engine/apply.h"

static int read_format(const struct mu_args *args, enum mu_format *ret, struct mu_err *err)
{
    static const char *const names[] = {
        [MU_FORMAT_TEXT] = "text", [MU_FORMAT_JSON] = "json", [MU_FORMAT_CSV] = "csv"};
    const char *text = mu_args_get(args, "format");
    *ret = MU_FORMAT_TEXT;
    if (!text)
        return 0;
    for (size_t i = 0; i < MU_LEN(names); i++) {
        if (mu_streq(text, names[i])) {
            *ret = (enum mu_format)i;
            return 0;
        }
    }
    /* A command with forms of its own (export) reads them itself. */
    if (mu_cmd_option(args->cmd, "format", 0) != mu_cmd_option(NULL, "format", 0))
        return 0;
    return mu_fail(err, MU_E_USAGE, "--format must be text, json or csv");
}

static bool color_wanted(const struct mu_args *args, int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return !mu_args_has(args, "no-color") && !(no_color && *no_color) && isatty(fd) &&
           !mu_streq(term, "dumb");
}

static enum mu_level level(const struct mu_args *args)
{
    if (mu_args_has(args, "verbose"))
        return MU_LOG_TRACE;
    return mu_args_has(args, "quiet") ? MU_LOG_ERROR : MU_LOG_INFO;
}

int mu_cli_init(struct mu_cli *cli, struct mu_arena *arena, const struct mu_args *args,
                struct mu_err *err)
{
    const char *log_format = mu_args_get(args, "log-format");
    if (log_format && !mu_streq(log_format, "text") && !mu_streq(log_format, "json"))
        return mu_fail(err, MU_E_USAGE, "--log-format must be text or json");
    enum mu_format format;
    if (read_format(args, &format, err) < 0)
        return -1;
    *cli = (struct mu_cli){
        .arena = arena,
        .format = format,
        .quiet = mu_args_has(args, "quiet"),
        .color = color_wanted(args, STDOUT_FILENO),
        .config_path = mu_args_get(args, "config"),
        .log = mu_log_new(level(args), mu_streq(log_format, "json"),
                          color_wanted(args, STDERR_FILENO)),
    };
    return 0;
}

void mu_cli_done(struct mu_cli *cli)
{
    mu_store_close(cli->store);
    mu_log_free(cli->log);
    *cli = (struct mu_cli){.arena = NULL};
}

int mu_cli_config(struct mu_cli *cli, struct mu_err *err)
{
    return cli->config ? 0 : mu_config_load(cli->arena, cli->config_path, &cli->config, err);
}

int mu_cli_maybe_config(struct mu_cli *cli, struct mu_err *err)
{
    if (!cli->config_path && access("muster.yaml", F_OK) < 0 &&
        access("/etc/muster/muster.yaml", F_OK) < 0)
        return 0;
    return mu_cli_config(cli, err);
}

bool mu_cli_store_absent(const struct mu_cli *cli)
{
    return !strstr(cli->config->store, "://") && access(cli->config->store, F_OK) < 0;
}

int mu_cli_store(struct mu_cli *cli, enum mu_store_mode mode, struct mu_err *err)
{
    if (mu_cli_config(cli, err) < 0)
        return -1;
    if (cli->store)
        return 0;
    if (mode == MU_STORE_READ && mu_cli_store_absent(cli))
        return mu_fail(err, MU_E_MISSING, "%s: nothing was read yet; run muster pull ACCOUNT first",
                       cli->config->store);
    return mu_store_open(cli->config->store, mode, &cli->store, err);
}

int mu_cli_source(struct mu_cli *cli, const char *name, const struct mu_account_def **ret,
                  struct mu_err *err)
{
    if (mu_cli_config(cli, err) < 0)
        return -1;
    const struct mu_config *c = cli->config;
    if (name)
        return mu_config_account(c, name, ret, err);
    const struct mu_account_def *only = NULL;
    struct mu_buf names = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    for (size_t i = 0; i < c->account_count; i++) {
        const char *why;
        if (!mu_account_reads(cli->arena, c->accounts[i].adapter, c->accounts[i].settings, &why))
            continue;
        mu_buf_printf(&names, "%s%s", names.len ? ", " : "", c->accounts[i].name);
        only = only ? only : &c->accounts[i];
    }
    int rc = 0;
    if (!only)
        rc = mu_fail(err, MU_E_CONFIG, "%s: no account that can be read", c->file);
    else if (strcmp(names.data, only->name) != 0)
        rc = mu_fail(err, MU_E_USAGE, "name an account, one of: %s", names.data);
    else
        *ret = only;
    mu_buf_done(&names);
    return rc;
}

int mu_cli_open(struct mu_cli *cli, const struct mu_account_def *def, struct mu_account **ret,
                struct mu_err *err)
{
    return mu_config_open(cli->arena, cli->config, def, cli->log, ret, err);
}

int mu_cli_lock_sync(struct mu_cli *cli, const struct mu_sync *sync, int wait_s,
                     struct mu_lock **ret, struct mu_err *err)
{
    struct mu_err busy = MU_ERR_INIT;
    if (mu_sync_lock(cli->store, sync, 0, ret, &busy) == 0)
        return 0;
    if (busy.code != MU_E_BUSY || wait_s == 0) {
        *err = busy;
        return -1;
    }
    mu_log(cli->log, MU_LOG_INFO, "waiting up to %d s for the other run of sync %s", wait_s,
           sync->name);
    return mu_sync_lock(cli->store, sync, wait_s, ret, err);
}

int mu_cli_snapshot(struct mu_cli *cli, const char *account, const char *as_of,
                    struct mu_snapshot *ret, struct mu_err *err)
{
    long long id = 0;
    if (as_of && !mu_parse_int(as_of, 1, INT64_MAX, &id))
        return mu_fail(err, MU_E_USAGE,
                       "'%s': a snapshot is named by its number; see muster snapshots",
                       mu_printable(cli->arena, as_of, strlen(as_of), 100));
    int found = mu_snapshot_get(cli->store, cli->arena, account, id, ret, err);
    if (found < 0)
        return -1;
    if (!found && id)
        return mu_fail(err, MU_E_MISSING, "%s has no snapshot %lld; see muster snapshots", account,
                       id);
    if (!found)
        return mu_fail(err, MU_E_MISSING, "%s was not read yet; run muster pull %s first", account,
                       account);
    if (!ret->finished || ret->verdict == MU_VOID)
        return mu_fail(err, MU_E_REFUSED,
                       "snapshot %lld of %s is void: it holds nothing that could be trusted", id,
                       account);
    return 0;
}
