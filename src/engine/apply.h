/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executing a plan: a batch's intents are durable before its first write leaves, outcomes follow
 * with the next batch; many writes are in flight inside a phase (a phase is a run of operations
 * that can't depend on each other), and a phase ends before the next begins. An operation whose
 * precondition no longer holds is stale: it isn't done, and the run is partial. Whoever the target
 * refused to write is parked (engine/park.h). Many failures of one kind stop the run, and are not
 * held against those they hit.
 */
#ifndef MU_ENGINE_APPLY_H
#define MU_ENGINE_APPLY_H

#include "engine/plan.h"

struct mu_applied {
    int64_t run;
    int64_t ok, failed, stale, skipped;
    int64_t manual; /* of the skipped: steps for a person */
    bool partial;
    struct mu_err
        stopped; /* the failure that came too often; code MU_OK: the run went to its end */
};

/* How a run is executed. The last two are for tests/scenario/drill.py; 0: never. */
struct mu_apply_how {
    const char *command;  /* "apply" or "sync" */
    long long stop_after; /* stop, as if cancelled, after so many operations */
    /* die by SIGKILL around a commit of the run's: 2n-1 just before the n-th, 2n just after it */
    long long kill_at;
};

/* Called after each outcome, in order of completion; may be NULL. */
typedef void mu_apply_report(void *arg, const struct mu_outcome *outcome);

/* The lock "sync NAME". Whoever applies holds it, from before the plan is made where one is made.
 * wait_s 0: at once. MU_E_BUSY names the process that holds it. */
int mu_sync_lock(struct mu_store *store, const struct mu_sync *sync, int wait_s,
                 struct mu_lock **ret, struct mu_err *err);

/* The caller holds mu_sync_lock. Refuses a plan that has expired, or whose sync, accounts,
 * mappings or snapshot don't fit this configuration and store, or when a run that was cut has to be
 * settled by planning again (MU_E_REFUSED). -1: nothing was written, or the run was cut short: *ret
 * says how far. */
int mu_apply(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
             const struct mu_plan *plan, const struct mu_apply_how *how, struct mu_log *log,
             mu_apply_report *report, void *arg, struct mu_applied *ret, struct mu_err *err);

#endif
