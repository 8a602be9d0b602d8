/* SPDX-License-Identifier: Apache-2.0 */
/* muster doctor: proves configuration, store and accounts by harmless calls; every failure says the
 * fix. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/show.h"

static const struct {
    const char *word, *color;
} marks[] = {[MU_PROBE_OK] = {"ok", "\033[32m"},
             [MU_PROBE_WARN] = {"warn", "\033[33m"},
             [MU_PROBE_FAIL] = {"fail", "\033[31m"}};

struct doctor {
    struct mu_cli *cli;
    struct mu_writer *writer; /* json, csv; NULL: text */
    const char *subject;
    int count[MU_LEN(marks)];
};

static void tell(void *arg, enum mu_probe_mark mark, const char *what, const char *fix)
{
    struct doctor *d = arg;
    struct mu_arena *a = d->cli->arena;
    d->count[mark]++;
    if (d->writer) {
        const char *const values[] = {marks[mark].word, d->subject, what, fix};
        mu_writer_row(d->writer, values, NULL);
        return;
    }
    bool color = d->cli->color;
    printf("%s%-4s%s  %-12s %s\n", color ? marks[mark].color : "", marks[mark].word,
           color ? "\033[0m" : "", d->subject, mu_show_safe(a, what));
    if (fix)
        printf("      %-12s fix: %s\n", "", mu_show_safe(a, fix));
    fflush(stdout);
}

static void examine_config(struct doctor *d)
{
    const struct mu_config *c = d->cli->config;
    struct stat st;
    d->subject = "config";
    tell(d, MU_PROBE_OK,
         mu_printf(d->cli->arena, "%s: %s, %s", c->file,
                   mu_show_some(d->cli->arena, (int64_t)c->account_count, "account", "accounts"),
                   mu_show_some(d->cli->arena, (int64_t)c->sync_count, "sync", "syncs")),
         NULL);
    if (stat(c->file, &st) == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)))
        tell(d, MU_PROBE_WARN,
             "others may change the configuration, and with it what muster runs and whom it trusts",
             mu_printf(d->cli->arena, "chmod go-w %s", c->file));
}

static void examine_store(struct doctor *d)
{
    struct mu_cli *cli = d->cli;
    struct mu_err failed = MU_ERR_INIT;
    d->subject = "store";
    if (mu_cli_store_absent(cli)) {
        const char *path = cli->config->store;
        const char *slash = strrchr(path, '/');
        const char *dir =
            slash && slash > path ? mu_strndup(cli->arena, path, (size_t)(slash - path)) : "/";
        if (access(dir, W_OK | X_OK) == 0)
            tell(d, MU_PROBE_OK,
                 mu_printf(cli->arena, "%s: not there yet, the first pull makes it", path), NULL);
        else
            tell(d, MU_PROBE_FAIL,
                 mu_printf(cli->arena, "%s: its directory can't be written", path),
                 "make the directory, or set store: to another path");
        return;
    }
    if (mu_cli_store(cli, MU_STORE_WRITE, &failed) < 0)
        tell(d, MU_PROBE_FAIL, failed.text,
             "free the disk, correct its rights, or set store: to another path");
    else
        tell(d, MU_PROBE_OK,
             mu_printf(cli->arena, "%s: %s", cli->config->store,
                       mu_show_bytes(cli->arena, mu_store_bytes(cli->store))),
             NULL);
}

static const char *fix_of(enum mu_code code)
{
    switch (code) {
    case MU_E_CONFIG:
        return "correct the configuration where the message points to; see muster.yaml(5)";
    case MU_E_AUTH:
        return "renew the credential the account names";
    case MU_E_NET:
        return "check the address and that the server is up";
    default:
        return "see the message";
    }
}

static int examine_account(struct doctor *d, const struct mu_account_def *def, struct mu_err *err)
{
    MU_AUTO(account) struct mu_account *account = NULL;
    struct mu_err failed = MU_ERR_INIT;
    d->subject = def->name;
    if (mu_cli_open(d->cli, def, &account, &failed) < 0) {
        tell(d, MU_PROBE_FAIL, failed.text, fix_of(failed.code));
        return 0;
    }
    return def->adapter->probe(account, tell, d, err);
}

static int examine(struct doctor *d, const char *name, struct mu_err *err)
{
    const struct mu_config *c = d->cli->config;
    const struct mu_account_def *only = NULL;
    if (name && mu_config_account(c, name, &only, err) < 0)
        return -1;
    examine_config(d);
    examine_store(d);
    for (size_t i = 0; i < c->account_count; i++) {
        if ((!only || only == &c->accounts[i]) && examine_account(d, &c->accounts[i], err) < 0)
            return -1;
    }
    return 0;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    static const char *const columns[] = {"mark", "subject", "what", "fix"};
    struct doctor d = {.cli = cli};
    if (mu_cli_config(cli, err) < 0)
        return -1;
    if (cli->format != MU_FORMAT_TEXT)
        d.writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    int rc = examine(&d, args->word_count ? args->words[0] : NULL, err);
    struct mu_err lost = MU_ERR_INIT;
    if (d.writer && mu_writer_close(d.writer, rc < 0 ? &lost : err) < 0)
        rc = -1;
    if (rc < 0)
        return -1;
    if (!d.writer)
        printf("%d ok, %d to look at, %d to fix\n", d.count[MU_PROBE_OK], d.count[MU_PROBE_WARN],
               d.count[MU_PROBE_FAIL]);
    return d.count[MU_PROBE_FAIL] ? MU_EXIT_FAILED : MU_EXIT_DONE;
}

const struct mu_cmd mu_cmd_doctor = {
    .name = "doctor",
    .summary =
        "prove addresses, credentials, rights, TLS, schema and clock; each failure says the fix",
    .usage = "[ACCOUNT]",
    .about = "Examines configuration, store and every account (or one) by harmless calls. Exit 1 "
             "when something must be fixed.",
    .words_max = 1,
    .example = "muster doctor corp",
    .run = run,
};
