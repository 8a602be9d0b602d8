/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ids of one person, where an account's interfaces number people each in their own way, and
 * the name both go by in ledger and journal, which stays whichever of them is seen later. Rows are
 * written only when one read has shown both ids together.
 *
 * Errors as store.h says. Texts given in are copied, those given out live in the arena.
 */
#ifndef MU_STORE_TWINS_H
#define MU_STORE_TWINS_H

#include "store/store.h"

struct mu_twin {
    const char *id;     /* of the main interface */
    const char *other;  /* of the second one */
    const char *native; /* what objects of either are told by */
};

/* In place of what is known of the account's twin->id. */
int mu_twin_put(struct mu_store *s, const char *account, const struct mu_twin *twin,
                struct mu_err *err);
/* By id. */
int mu_twin_load(struct mu_store *s, struct mu_arena *arena, const char *account,
                 struct mu_twin **ret, size_t *ret_count, struct mu_err *err);

#endif
