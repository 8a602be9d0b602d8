/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an account into a snapshot: pages -> records -> mapping -> entries -> store, and the
 * verdict at the end. */
#ifndef MU_ENGINE_PULL_H
#define MU_ENGINE_PULL_H

#include "engine/config.h"
#include "engine/verdict.h"

struct mu_pull_how {
    const char *const *only; /* resource names; NULL: all (a partial choice is never complete) */
    int wait_s;              /* for the lock; 0: not at all, MU_E_BUSY */
    /* a person looked: who we are, what we see and how much of it is not compared with the last
     * complete read */
    bool accept;
};

/*
 * Pulls one account under its lock ("pull NAME"). While people are added or removed under its hands
 * it reads again, def->rereads times at most. -1 only when nothing could be recorded; a read that
 * failed on the way is a void or additive snapshot with its evidence, and *snap says so.
 */
int mu_pull_run(struct mu_store *store, const struct mu_config *config,
                const struct mu_account_def *def, const struct mu_pull_how *how,
                struct mu_arena *arena, struct mu_log *log, struct mu_snapshot *snap,
                struct mu_err *err);

#endif
