/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole sync without anybody watching: pull, plan, guard, apply, as `muster sync --yes` does it.
 * What a person would be shown goes to the log.
 */
#ifndef MU_ENGINE_SYNC_RUN_H
#define MU_ENGINE_SYNC_RUN_H

#include "engine/apply.h"
#include "engine/pull.h"

enum mu_sync_result {
    MU_SYNC_NOTHING, /* it agreed already */
    MU_SYNC_DONE,
    MU_SYNC_PARTIAL, /* something failed, was parked or left alone, or the read wasn't whole */
    MU_SYNC_REFUSED, /* by a guard, or a read that can't be trusted: *err says which */
    MU_SYNC_BUSY,    /* another run of it goes on */
    MU_SYNC_FAILED   /* *err says how */
};
const char *mu_sync_result_name(enum mu_sync_result result);

struct mu_synced {
    struct mu_snapshot snap; /* verdict of the read; id 0: there was none */
    int64_t planned;         /* operations */
    struct mu_applied applied;
};

/* Takes the sync's lock, without waiting. Everything in *ret lives in the arena. */
enum mu_sync_result mu_sync_run(struct mu_store *store, const struct mu_config *config,
                                const struct mu_sync *sync, struct mu_arena *arena,
                                struct mu_log *log, struct mu_synced *ret, struct mu_err *err);

#endif
