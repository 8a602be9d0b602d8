/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single writes: one request that changes something in an account's system, outside of any plan
 * (passed through, or a gift). It is a run of the journal, of "account NAME", whose begin is durable
 * before the request leaves.
 *
 * While it goes on it has a share of a lock of that name, together with all others. So whoever gets
 * the whole lock knows that a run without an end is one whose process died. Nobody can look whether
 * such a write had its effect: it ends as "cut", and the log says that it is in doubt.
 */
#ifndef MU_SERVE_SINGLE_H
#define MU_SERVE_SINGLE_H

#include "base/log.h"
#include "engine/config.h"
#include "store/store.h"

struct mu_single {
    struct mu_store *store; /* lent */
    struct mu_lock *lock;
    int64_t run;
};

/* Settles what is left of the account's earlier ones, then notes this. `begun` as for mu_run_begin,
 * without sync. After -1 nothing was begun. */
int mu_single_begin(struct mu_store *store, const char *account, const struct mu_run *begun,
                    struct mu_log *log, struct mu_single *ret, struct mu_err *err);
/* status as in struct mu_run. -1: its end isn't in the journal. */
int mu_single_end(struct mu_single *s, const char *status, struct mu_err *err);

/* Settles those of an account whose process died, unless somebody writes there just now. */
int mu_single_settle(struct mu_store *store, const char *account, struct mu_log *log,
                     struct mu_err *err);
/* The same of all accounts, when a process starts. What can't be done now is told, and done by
 * the next one. */
void mu_single_settle_all(const struct mu_config *config, struct mu_log *log);

#endif
