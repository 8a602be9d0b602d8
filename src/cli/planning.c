/* SPDX-License-Identifier: Apache-2.0 */
/* What muster plan and muster adopt have in common: their options, and the way from the command line
 * to a plan that is shown. */
#include "cli/planning.h"

#include "cli/show.h"

const struct mu_cmd_opt mu_planning_opts[] = {
    {"output", 'o', "FILE", "write the plan there, for muster apply; - is standard output"},
    {"only", 0, "WHO", "only about these people and groups: id, name, e-mail or glob; repeatable"},
    {"except", 0, "WHO", "about everybody but these; repeatable"},
    {"wait", 0, "SECONDS", "wait so long for another run of this sync (default: 0)"},
    {.name = NULL}};

int mu_planning_run(struct mu_cli *cli, const struct mu_args *args, mu_planner *make,
                    struct mu_err *err)
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
        make(cli->store, sync, target, &selection, cli->arena, cli->log, &plan, err) < 0)
        return -1;
    return mu_show_planned(cli, plan, mu_args_get(args, "output"), err);
}
