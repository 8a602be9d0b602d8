/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open accounts to be lent out. An account belongs to one thread at a time, and opening one reads
 * secrets and compiles mappings; so one that was given back is lent again, unless its credentials were
 * refused: what was put in their place is read then. All openings of an account keep one rate
 * (config->governors). Thread safe.
 */
#ifndef MU_SERVE_ACCOUNTS_H
#define MU_SERVE_ACCOUNTS_H

#include "engine/config.h"

struct mu_accounts;

struct mu_lease {
    struct mu_account *account;
    const struct mu_account_def *def;
    struct mu_arena *arena; /* the account's own */
    struct mu_log *log;     /* the account's own; it says for which request it is lent */
    struct mu_lease *next;  /* among those given back */
    bool spent;             /* not to be lent again */
};

/* config and log outlive it. */
struct mu_accounts *mu_accounts_new(const struct mu_config *config, struct mu_log *log);
void mu_accounts_free(struct mu_accounts *all); /* everything was given back; NULL is fine */

/* For the request of that id, which outlives the lease. MU_E_MISSING: no account of that name, with
 * those there are; or why it can't be opened. */
int mu_accounts_take(struct mu_accounts *all, const char *name, const char *request_id,
                     struct mu_lease **ret, struct mu_err *err);
void mu_accounts_give(struct mu_accounts *all, struct mu_lease *lease); /* NULL lease is fine */

/* One call of the account's API (adapter->call, which it must have). The answer is the arena's. */
int mu_lease_call(struct mu_lease *lease, const struct mu_raw_call *call, struct mu_arena *arena,
                  struct mu_raw_answer *ret, struct mu_err *err);

#endif
