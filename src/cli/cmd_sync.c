/* SPDX-License-Identifier: Apache-2.0 */
/* muster sync: pull, plan, guard and apply in one go, for cron and timers. */
#include <inttypes.h>
#include <stdio.h>

#include "adapter/preread.h"
#include "base/time.h"
#include "cli/ask.h"
#include "cli/execute.h"
#include "engine/park.h"
#include "engine/pull.h"

struct sync_run {
    struct mu_cli *cli;
    const struct mu_sync *sync;
    bool yes, verify;
    int wait_s;
    int64_t started;
    struct mu_apply_how how;
    struct mu_snapshot snap;
    const struct mu_plan *plan;
    struct mu_account *target;
};

static int finish(struct sync_run *r, struct mu_outcomes *o, const char *result,
                  const struct mu_applied *applied, struct mu_err *err)
{
    struct mu_ending end = {.sync = r->sync->name,
                            .result = result,
                            .applied = applied,
                            .snapshot = &r->snap,
                            .seconds = (double)(mu_mono_us() - r->started) / 1e6};
    return mu_outcomes_end(o, &end, err);
}

/* A pull that wasn't whole, parked records and conflicts are no success, even if every write was
 * one. */
static int status_of(const struct sync_run *r)
{
    bool whole = r->snap.verdict == MU_COMPLETE && mu_show_cost(&r->snap).parked == 0;
    return whole && mu_show_trouble(r->plan) == 0 ? MU_EXIT_DONE : MU_EXIT_PARTIAL;
}

static void warn_of_left(struct sync_run *r)
{
    for (size_t i = 0; i < r->plan->left_count; i++) {
        const struct mu_left *l = &r->plan->left[i];
        if (l->trouble)
            mu_log(r->cli->log, MU_LOG_WARN, "left alone: %s: %s", l->label ? l->label : l->name,
                   l->reason);
    }
}

/* ---- the three ends of a sync ---- */

static int nothing(struct sync_run *r, struct mu_err *err)
{
    struct mu_outcomes o;
    if (mu_parking_prune(r->cli->store, r->plan, err) < 0)
        return -1;
    mu_show_leaving(r->cli, r->plan);
    mu_outcomes_begin(&o, r->cli, r->plan);
    return finish(r, &o, "nothing", NULL, err) < 0 ? -1 : status_of(r);
}

/* Not agreed to: shows what would be done, and how to have it done. */
static int show_only(struct sync_run *r, const char *result, struct mu_err *err)
{
    if (r->cli->format == MU_FORMAT_TEXT)
        return mu_show_plan(r->cli, r->plan, err);
    struct mu_outcomes o;
    mu_outcomes_begin(&o, r->cli, r->plan);
    mu_outcomes_planned(&o, r->plan);
    return finish(r, &o, result, NULL, err);
}

static int execute(struct sync_run *r, struct mu_err *err)
{
    const struct mu_execution x = {.sync = r->sync,
                                   .target = r->target,
                                   .plan = r->plan,
                                   .how = &r->how,
                                   .snapshot = &r->snap,
                                   .started = r->started,
                                   .verify = r->verify};
    if (r->yes)
        mu_show_leaving(r->cli, r->plan);
    int status = mu_execute(r->cli, &x, err);
    return status == MU_EXIT_DONE ? status_of(r) : status;
}

/* ---- pull, plan, guard, apply ---- */

static int pull(struct sync_run *r, struct mu_err *err)
{
    struct mu_cli *cli = r->cli;
    struct mu_pull_how how = {.wait_s = r->wait_s};
    if (mu_pull_run(cli->store, cli->config, r->sync->from, &how, cli->arena, cli->log, &r->snap,
                    err) < 0)
        return -1;
    mu_show_findings(cli, &r->snap);
    if (r->snap.verdict != MU_VOID)
        return 0;
    const char *why = mu_show_main_reason(cli->arena, &r->snap);
    return mu_fail(err, MU_E_REFUSED,
                   "sync %s: the read of %s can't be trusted; nothing was planned or written: "
                   "%s (muster snapshots %" PRId64 " has the evidence)",
                   r->sync->name, r->sync->from->name, why ? why : "it is void", r->snap.id);
}

static int agreed(struct sync_run *r, struct mu_err *err)
{
    if (r->yes)
        return 1;
    if (show_only(r, "planned", err) < 0)
        return -1;
    fflush(stdout);
    if (r->cli->format != MU_FORMAT_TEXT || !mu_ask_possible()) {
        mu_log(r->cli->log, MU_LOG_WARN, "nothing was written: --yes does what is shown");
        return 0;
    }
    if (mu_ask_yes("do this?"))
        return 1;
    mu_log(r->cli->log, MU_LOG_INFO, "nothing was written");
    return 0;
}

static int plan_and_apply(struct sync_run *r, struct mu_err *err)
{
    struct mu_cli *cli = r->cli;
    struct mu_err lost = MU_ERR_INIT;
    if (mu_plan_make(cli->store, r->sync, r->target, NULL, cli->arena, cli->log, &r->plan, err) < 0)
        return -1;
    warn_of_left(r);
    if (r->plan->op_count == 0)
        return nothing(r, err);
    if (mu_plan_guard(r->plan, NULL, NULL, err) < 0) {
        show_only(r, "refused", &lost);
        return -1;
    }
    int go_on = agreed(r, err);
    if (go_on <= 0)
        return go_on < 0 ? -1 : MU_EXIT_CHANGES;
    return execute(r, err);
}

/* Source and target are read at the same time. */
static int read_and_go_on(struct sync_run *r, struct mu_err *err)
{
    MU_AUTO(preread) struct mu_preread *ahead = NULL;
    if (mu_preread_begin(r->target, &ahead, err) < 0)
        return -1;
    int rc = pull(r, err);
    mu_preread_join(ahead);
    return rc < 0 ? -1 : plan_and_apply(r, err);
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    struct sync_run r = {.cli = cli,
                         .yes = mu_args_has(args, "yes"),
                         .verify = mu_args_has(args, "verify"),
                         .started = mu_mono_us(),
                         .how = {.command = "sync"}};
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    if (mu_args_wait(args, &r.wait_s, err) < 0 || mu_outcomes_drill(args, &r.how, err) < 0 ||
        mu_cli_config(cli, err) < 0 ||
        mu_config_sync(cli->config, args->words[0], &r.sync, err) < 0 ||
        mu_cli_store(cli, MU_STORE_WRITE, err) < 0 ||
        mu_cli_lock_sync(cli, r.sync, r.wait_s, &lock, err) < 0 ||
        mu_cli_open(cli, r.sync->to, &r.target, err) < 0)
        return -1;
    int status = read_and_go_on(&r, err);
    mu_account_close(r.target);
    return status;
}

static const struct mu_cmd_opt opts[] = {
    {"yes", 'y', NULL, "write without asking"},
    {"verify", 0, NULL, "when all was done, look whether nothing is left to do; else exit 4"},
    {"wait", 0, "SECONDS", "wait so long for another run of this sync (default: 0)"},
    {"stop-after", 0, "N", NULL},
    {"kill-at", 0, "N", NULL},
    {.name = NULL}};

const struct mu_cmd mu_cmd_sync = {
    .name = "sync",
    .summary = "pull, plan, guard and apply in one go, for cron and timers",
    .usage = "[SYNC] [--yes] [--verify] [--wait SECONDS]",
    .about =
        "Reads the source, plans, and writes when no guard refuses. Without --yes it asks on "
        "a terminal, and only shows what it would do elsewhere (exit 2). When a guard refuses "
        "(exit 3): save the plan with muster plan -o, read it, and apply it with --allow. With -q "
        "the summary and what did not succeed are printed, with who begins to leave, and nothing "
        "when there was nothing to do. SYNC may be left out when there is only one.",
    .opts = opts,
    .words_max = 1,
    .example = "muster sync teams-to-ldap --yes -q",
    .run = run,
};
