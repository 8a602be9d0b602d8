/* SPDX-License-Identifier: Apache-2.0 */
/* muster pull: reads an account into a snapshot. */
#include <string.h>

#include "base/str.h"
#include "cli/show.h"
#include "engine/pull.h"

enum { RESOURCES_SHOWN = 64 };

/* A misspelt resource would be read as nothing at all. */
static int check_only(struct mu_cli *cli, const struct mu_account_def *def, const char *const *only,
                      struct mu_err *err)
{
    const char *known[RESOURCES_SHOWN];
    size_t count = 0;
    MU_AUTO(account) struct mu_account *account = NULL;
    const char *why;
    if (!only || !mu_account_reads(cli->arena, def->adapter, def->settings, &why))
        return 0;
    if (mu_cli_open(cli, def, &account, err) < 0)
        return -1;
    const struct mu_resource *const *resources = def->adapter->source->resources(account);
    for (; *resources && count < RESOURCES_SHOWN; resources++)
        known[count++] = mu_map_info(*resources)->name;
    for (; *only; only++) {
        size_t i = 0;
        while (i < count && !mu_streq(known[i], *only))
            i++;
        if (i < count)
            continue;
        const char *nearest = mu_nearest(*only, known, count);
        return mu_fail(err, MU_E_USAGE, "--only: %s has no resource '%s'%s%s", def->name,
                       mu_printable(cli->arena, *only, strlen(*only), 60),
                       nearest ? "; did you mean " : "", nearest ? nearest : "");
    }
    return 0;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const struct mu_account_def *def;
    struct mu_snapshot snap;
    struct mu_pull_how how = {.only = mu_args_list(cli->arena, args, "only"),
                              .accept = mu_args_has(args, "accept")};
    if (mu_args_wait(args, &how.wait_s, err) < 0 || mu_cli_config(cli, err) < 0 ||
        mu_config_account(cli->config, args->words[0], &def, err) < 0 ||
        check_only(cli, def, how.only, err) < 0 || mu_cli_store(cli, MU_STORE_WRITE, err) < 0 ||
        mu_pull_run(cli->store, cli->config, def, &how, cli->arena, cli->log, &snap, err) < 0)
        return -1;
    bool whole = snap.verdict == MU_COMPLETE && mu_show_cost(&snap).parked == 0;
    bool silent = whole && cli->quiet && cli->format == MU_FORMAT_TEXT;
    if (!silent && mu_show_snapshot(cli, &snap, err) < 0)
        return -1;
    if (snap.verdict == MU_VOID)
        return mu_fail(err, MU_E_REFUSED,
                       "pull %s: nothing of this read can be trusted, and nothing was kept",
                       def->name);
    return whole ? MU_EXIT_DONE : MU_EXIT_PARTIAL;
}

static const struct mu_cmd_opt opts[] = {
    {"only", 0, "RESOURCE", "read this resource alone (users, groups, ...); may be repeated"},
    {"accept", 0, NULL,
     "don't compare with the last complete read: who we are, what came, how many"},
    {"wait", 0, "SECONDS", "wait so long for another pull of this account (default: 0)"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_pull = {
    .name = "pull",
    .summary = "read an account into a snapshot; prints the verdict and its evidence",
    .usage = "ACCOUNT [--only RESOURCE]... [--accept] [--wait SECONDS]",
    .about =
        "Reads users, groups, roles and memberships of an account into a snapshot, and judges the "
        "read: complete (plans may add, change and remove), additive (plans may add and change; "
        "exit 4), or void (no plan may be made from it; exit 3). With -q a complete read is not "
        "reported. While people are added or removed under its hands, the account is read again, "
        "twice at most (`rereads:`). A read is compared with the last complete one; --accept lets "
        "it stand by itself once, for when a new token, a removed credential or many leavers are "
        "as they should be.",
    .opts = opts,
    .words_min = 1,
    .words_max = 1,
    .example = "muster pull sendoso",
    .run = run,
};
