/* SPDX-License-Identifier: Apache-2.0 */
/* When scheduled work last began and ended, so that what was missed while nobody ran is known. */
#ifndef MU_STORE_TURNS_H
#define MU_STORE_TURNS_H

#include "store/store.h"

struct mu_turn {
    const char *what;     /* "pull sendoso", "sync teams-to-ldap": as the lock is called */
    int64_t began, ended; /* Unix seconds; ended 0: not yet, or it was cut */
    const char *result;   /* a word; NULL while it goes on */
};

/* 1 found, 0 never. */
int mu_turn_get(struct mu_store *s, struct mu_arena *arena, const char *what, struct mu_turn *ret,
                struct mu_err *err);
int mu_turn_put(struct mu_store *s, const struct mu_turn *turn, struct mu_err *err);

#endif
