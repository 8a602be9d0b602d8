/* SPDX-License-Identifier: Apache-2.0 */
/* Applying a plan from the command line: outcomes as they come, the summary, and the exit status. */
#ifndef MU_CLI_EXECUTE_H
#define MU_CLI_EXECUTE_H

#include "cli/outcomes.h"

struct mu_execution {
    const struct mu_sync *sync;
    struct mu_account *target;
    const struct mu_plan *plan;
    const struct mu_apply_how *how;
    const struct mu_snapshot *snapshot; /* of the pull that came before; NULL: none */
    int64_t started;                    /* mu_mono_us */
    bool verify; /* plan once more when all was done: nothing may be left to do */
};

/* An exit status of the contract, or -1. The caller holds the sync's lock. */
int mu_execute(struct mu_cli *cli, const struct mu_execution *x, struct mu_err *err);

#endif
