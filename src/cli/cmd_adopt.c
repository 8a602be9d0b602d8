/* SPDX-License-Identifier: Apache-2.0 */
/* muster adopt: a plan to take over entries that exist on a target and aren't ours. */
#include "cli/show.h"

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const struct mu_sync *sync;
    const struct mu_plan *plan;
    struct mu_snapshot snap;
    const struct mu_selection selection = {.only = mu_args_list(cli->arena, args, "only"),
                                           .except = mu_args_list(cli->arena, args, "except")};
    int wait_s;
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    MU_AUTO(account)
    struct mu_account *target = NULL; /* outlives the plan, which borrows names from its mappings */
    if (mu_args_wait(args, &wait_s, err) < 0 || mu_cli_config(cli, err) < 0 ||
        mu_config_sync(cli->config, args->words[0], &sync, err) < 0 ||
        mu_cli_store(cli, MU_STORE_WRITE, err) < 0 ||
        mu_cli_snapshot(cli, sync->from->name, NULL, &snap, err) < 0 ||
        mu_cli_lock_sync(cli, sync, wait_s, &lock, err) < 0 ||
        mu_cli_open(cli, sync->to, &target, err) < 0 ||
        mu_plan_adopt(cli->store, sync, target, &selection, cli->arena, cli->log, &plan, err) < 0)
        return -1;
    return mu_show_planned(cli, plan, mu_args_get(args, "output"), err);
}

static const struct mu_cmd_opt opts[] = {
    {"output", 'o', "FILE", "write the plan there, for muster apply; - is standard output"},
    {"only", 0, "WHO", "only these people and groups: id, name, e-mail or glob; repeatable"},
    {"except", 0, "WHO", "everybody but these; repeatable"},
    {"wait", 0, "SECONDS", "wait so long for another run of this sync (default: 0)"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_adopt = {
    .name = "adopt",
    .summary = "plan to take over entries that exist on the target and aren't ours",
    .usage = "[SYNC] [-o FILE] [--only WHO] [--except WHO] [--wait SECONDS]",
    .about = "Looks for people and groups of the source that somebody else has made on the target: "
             "by the source's id, else\n"
             "by e-mail address, else by name. The plan says which, and why. Applying it writes "
             "nothing to the target; the\n"
             "entries are ours from then on, and the next plan shows what differs. Exit statuses "
             "are those of muster plan.",
    .opts = opts,
    .words_max = 1,
    .example = "muster adopt teams-to-ldap -o adopt.json && muster apply adopt.json",
    .run = run,
};
