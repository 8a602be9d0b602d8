/* SPDX-License-Identifier: Apache-2.0 */
/* muster plan: what would be written, and why not. Writes nothing but the plan file. */
#include <stdio.h>

#include "base/io.h"
#include "base/str.h"
#include "cli/show.h"

/* A plan names people and says what they are to become: nobody else's business. */
enum { PLAN_MODE = 0600 };

static int save(struct mu_cli *cli, const struct mu_plan *plan, const char *path,
                struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    mu_plan_json(plan, &json);
    mu_buf_addc(&json, '\n');
    if (mu_write_file(path, json.data, json.len, PLAN_MODE, err) < 0)
        return -1;
    mu_log(cli->log, MU_LOG_INFO, "plan written to %s; muster apply %s does exactly that", path,
           path);
    return 0;
}

static int show(struct mu_cli *cli, const struct mu_plan *plan, const char *path,
                struct mu_err *err)
{
    if (mu_streq(path, "-")) {
        cli->format = MU_FORMAT_JSON;
        path = NULL;
    }
    if ((path && save(cli, plan, path, err) < 0) || mu_show_plan(cli, plan, err) < 0 ||
        mu_plan_guard(plan, path, NULL, err) < 0)
        return -1;
    if (plan->op_count)
        return MU_EXIT_CHANGES;
    return mu_show_trouble(plan) ? MU_EXIT_PARTIAL : MU_EXIT_DONE;
}

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
        mu_plan_make(cli->store, sync, target, &selection, cli->arena, cli->log, &plan, err) < 0)
        return -1;
    return show(cli, plan, mu_args_get(args, "output"), err);
}

static const struct mu_cmd_opt opts[] = {
    {"output", 'o', "FILE", "write the plan there, for muster apply; - is standard output"},
    {"only", 0, "WHO", "only about these people and groups: id, name, e-mail or glob; repeatable"},
    {"except", 0, "WHO", "about everybody but these; repeatable"},
    {"wait", 0, "SECONDS", "wait so long for another run of this sync (default: 0)"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_plan = {
    .name = "plan",
    .summary =
        "show what a sync would write: the diff, the cost, what can't be undone; writes nothing",
    .usage = "[SYNC] [-o FILE] [--only WHO] [--except WHO] [--wait SECONDS]",
    .about = "Compares the newest snapshot of the sync's source with its target and prints what "
             "would make them agree.\n"
             "Exit 0: nothing to do. 2: there are changes. 3: a guard refuses them. 4: nothing to "
             "do, but somebody is\n"
             "left alone because of a conflict. SYNC may be left out when there is only one. The "
             "source is not read\n"
             "again: that is muster pull.",
    .opts = opts,
    .words_max = 1,
    .example = "muster plan teams-to-ldap -o plan.json",
    .run = run,
};
