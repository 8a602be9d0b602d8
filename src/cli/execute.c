/* SPDX-License-Identifier: Apache-2.0 */
/* Applying a plan, and looking whether that was all. */
#include "cli/execute.h"

#include <inttypes.h>

#include "base/time.h"

/* The target as it is now, against the same snapshot. */
static int verify(struct mu_cli *cli, const struct mu_execution *x, struct mu_err *err)
{
    const struct mu_plan *left;
    if (mu_plan_make(cli->store, x->sync, x->target, &x->plan->selection, cli->arena, cli->log,
                     &left, err) < 0)
        return mu_wrap(err, "all was written, but could not be verified");
    if (left->op_count == 0) {
        mu_log(cli->log, MU_LOG_INFO, "verified: nothing is left to do");
        return MU_EXIT_DONE;
    }
    mu_log(cli->log, MU_LOG_WARN,
           "all was written, and still the target differs: %zu operation%s would be planned; see "
           "muster plan %s",
           left->op_count, left->op_count == 1 ? "" : "s", x->sync->name);
    return MU_EXIT_PARTIAL;
}

static int status_of(const struct mu_applied *applied)
{
    if (!applied->partial)
        return MU_EXIT_DONE;
    int64_t unsent = applied->skipped - applied->manual;
    if (applied->ok > 0 || applied->failed + applied->stale + unsent == 0)
        return MU_EXIT_PARTIAL;
    /* Nothing was done, and all because the target has moved: that is a stale plan. */
    return applied->failed + unsent == 0 ? MU_EXIT_REFUSED : MU_EXIT_FAILED;
}

int mu_execute(struct mu_cli *cli, const struct mu_execution *x, struct mu_err *err)
{
    struct mu_applied applied;
    struct mu_outcomes outcomes;
    struct mu_err lost = MU_ERR_INIT;
    mu_outcomes_begin(&outcomes, cli, x->plan);
    int rc = mu_apply(cli->store, x->sync, x->target, x->plan, x->how, cli->log, mu_outcomes_report,
                      &outcomes, &applied, err);
    struct mu_ending end = {.sync = x->sync->name,
                            .result = rc < 0            ? "failed"
                                      : applied.partial ? "partial"
                                                        : "done",
                            .applied = &applied,
                            .snapshot = x->snapshot,
                            .seconds = (double)(mu_mono_us() - x->started) / 1e6};
    if (mu_outcomes_end(&outcomes, &end, rc < 0 ? &lost : err) < 0 || rc < 0)
        return -1;
    int status = status_of(&applied);
    bool agrees = x->verify && status == MU_EXIT_DONE && !x->plan->undoes;
    return agrees ? verify(cli, x, err) : status;
}
