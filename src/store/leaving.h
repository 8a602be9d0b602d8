/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is on the way out of a sync's target: listed with a countdown until the grace period is over,
 * and forgotten when they come back or are set aside. One row a person.
 *
 * Errors as store.h says. put and drop are part of an open journal transaction, like the ledger.
 */
#ifndef MU_STORE_LEAVING_H
#define MU_STORE_LEAVING_H

#include "store/store.h"

struct mu_leaver {
    const char *id;  /* unified id in the source account */
    const char *why; /* for people: "last seen 2026-11-20" */
    int64_t since;   /* Unix seconds: the grace period starts here */
};

int mu_leaving_put(struct mu_store *s, const char *sync, const struct mu_leaver *leaver,
                   struct mu_err *err);
int mu_leaving_drop(struct mu_store *s, const char *sync, const char *id, struct mu_err *err);
/* By id; in the arena. */
int mu_leaving_load(struct mu_store *s, struct mu_arena *arena, const char *sync,
                    struct mu_leaver **ret, size_t *ret_count, struct mu_err *err);

#endif
