/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a run back: a plan of the inverses of what it did, newest first, as far as they still
 * hold on the target as it is now. It is a plan like any other: shown, saved, refused by guards,
 * applied, journalled, and undone in its turn.
 *
 * An operation is reversed value by value: what still stands as the run left it goes back to what
 * it was; what somebody (or a later run) has changed since is kept and listed in plan->left, with
 * the values seen. What the run created is deleted only when nothing was added to it since; what it
 * deleted is made again whole. Containers go last, and only when they are empty.
 */
#ifndef MU_ENGINE_UNDO_H
#define MU_ENGINE_UNDO_H

#include "engine/plan.h"

/* The caller holds mu_sync_lock (engine/apply.h) of the sync, which is that of the run. `target`
 * is open; it is read here, and runs that were cut are settled first. MU_E_MISSING: no such run;
 * MU_E_USAGE: it is another sync's. */
int mu_undo_make(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                 int64_t run, struct mu_arena *arena, struct mu_log *log,
                 const struct mu_plan **ret, struct mu_err *err);

#endif
