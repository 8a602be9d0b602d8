/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operation that took place means for the ledger: which objects are ours from now on, under
 * which name, and which of their values. Used by apply as answers come, and by settle for those
 * that came too late.
 */
#ifndef MU_ENGINE_OWNING_H
#define MU_ENGINE_OWNING_H

#include "engine/config.h"
#include "store/store.h"

struct mu_owning {
    struct mu_store *store;
    const char *sync;
    struct mu_account *target;
    struct mu_buf fold; /* scratch */
};

/* Op took place, all of its changes. native: the new object's immutable id, NULL: not told. `run`
 * made the object agree with the source; 0: not wholly. Inside a journal's transaction. */
int mu_owning_done(struct mu_owning *o, const struct mu_op *op, const char *native, int64_t run,
                   struct mu_err *err);

#endif
