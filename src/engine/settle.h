/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs that were cut, and answers that never came. Their operations may have reached the target or
 * not; nothing is guessed and nothing is sent again: the target was just read, so each operation is
 * held against it, gets its outcome in the journal ("settled: ..."), and what it made is ours.
 */
#ifndef MU_ENGINE_SETTLE_H
#define MU_ENGINE_SETTLE_H

#include "base/map.h"
#include "engine/config.h"
#include "store/store.h"

struct mu_settling {
    struct mu_store *store;
    const char *sync;
    struct mu_account *target;
    const struct mu_map *by_key, *by_native; /* of the objects read: -> struct mu_object */
    struct mu_log *log;
};

/* The caller holds the sync's lock. 1: there were doubtful runs, and now there are none; the ledger
 * may have changed. 0: there were none. */
int mu_settle(const struct mu_settling *s, struct mu_err *err);

#endif
