/* SPDX-License-Identifier: Apache-2.0 */
/* muster snapshots: which reads there are, and the evidence of one. */
#include "base/str.h"
#include "cli/show.h"

static int list(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct mu_snapshot *snaps;
    size_t count;
    long long limit;
    const char *account = mu_args_get(args, "account");
    const struct mu_account_def *def;
    if (account && mu_config_account(cli->config, account, &def, err) < 0)
        return -1;
    if (mu_args_int(args, "limit", 1, 1000000, 20, &limit, err) < 0 ||
        mu_snapshot_list(cli->store, cli->arena, account, (int)limit, &snaps, &count, err) < 0)
        return -1;
    return mu_show_snapshot_rows(cli, snaps, count, err);
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    long long id;
    struct mu_snapshot snap;
    if (mu_cli_store(cli, MU_STORE_READ, err) < 0)
        return -1;
    if (args->word_count == 0)
        return list(cli, args, err);
    if (!mu_parse_int(args->words[0], 1, INT64_MAX, &id))
        return mu_fail(err, MU_E_USAGE, "snapshots: ID is a number; see muster snapshots");
    int found = mu_snapshot_get(cli->store, cli->arena, NULL, id, &snap, err);
    if (found == 0)
        return mu_fail(err, MU_E_MISSING, "there is no snapshot %lld; see muster snapshots", id);
    return found < 0 ? -1 : mu_show_snapshot(cli, &snap, err);
}

static const struct mu_cmd_opt opts[] = {
    {"account", 0, "ACCOUNT", "only snapshots of this account"},
    {"limit", 0, "N", "at most so many, newest first (default: 20)"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_snapshots = {
    .name = "snapshots",
    .summary = "what was read when, and the evidence of one read",
    .usage = "[ID] [--account ACCOUNT] [--limit N]",
    .about = "Lists snapshots, newest first, with verdict, main reason and counts; with an ID, the "
             "evidence of that one.",
    .opts = opts,
    .words_max = 1,
    .example = "muster snapshots --account sendoso --limit 5",
    .run = run,
};
