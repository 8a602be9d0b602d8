/* SPDX-License-Identifier: Apache-2.0 */
/* muster apply: does exactly what a plan file says, or refuses. */
#include "base/time.h"
#include "cli/execute.h"

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    const struct mu_plan *plan;
    const struct mu_sync *sync;
    struct mu_apply_how how = {.command = "apply"};
    int wait_s;
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    MU_AUTO(account) struct mu_account *target = NULL;
    if (mu_args_wait(args, &wait_s, err) < 0 || mu_outcomes_drill(args, &how, err) < 0 ||
        mu_cli_config(cli, err) < 0 || mu_plan_load(cli->arena, args->words[0], &plan, err) < 0 ||
        mu_config_sync(cli->config, plan->sync, &sync, err) < 0 ||
        mu_plan_guard(plan, args->words[0], mu_args_get(args, "allow"), err) < 0 ||
        mu_cli_store(cli, MU_STORE_WRITE, err) < 0 ||
        mu_cli_lock_sync(cli, sync, wait_s, &lock, err) < 0 ||
        mu_cli_open(cli, sync->to, &target, err) < 0)
        return -1;
    const struct mu_execution x = {.sync = sync,
                                   .target = target,
                                   .plan = plan,
                                   .how = &how,
                                   .started = mu_mono_us(),
                                   .verify = mu_args_has(args, "verify")};
    return mu_execute(cli, &x, err);
}

static const struct mu_cmd_opt opts[] = {
    {"allow", 0, "HASH", "apply the plan of this hash although a guard refuses it"},
    {"verify", 0, NULL, "when all was done, look whether nothing is left to do; else exit 4"},
    {"wait", 0, "SECONDS", "wait so long for another run of this sync (default: 0)"},
    {"stop-after", 0, "N", NULL},
    {"kill-at", 0, "N", NULL},
    {.name = NULL}};

const struct mu_cmd mu_cmd_apply = {
    .name = "apply",
    .summary = "do exactly what a plan file says, or refuse",
    .usage = "FILE [--allow HASH] [--verify] [--wait SECONDS]",
    .about =
        "Does the operations of a plan made by muster plan -o, and no other. Refuses (exit 3) a "
        "plan that was altered, has expired, was made from a snapshot that is no longer the "
        "newest, or that a guard refuses. An operation that no longer fits what is on the target "
        "is not done (stale): exit 4, or 3 when none fits.",
    .opts = opts,
    .words_min = 1,
    .words_max = 1,
    .example = "muster apply plan.json",
    .run = run,
};
