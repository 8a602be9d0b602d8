/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans that were made for somebody who may not apply them, and the approvals of people. A plan is
 * kept under its hash; an approval is bound to that hash, ends, and is used once. Who applies by a
 * hash needs both.
 */
#ifndef MU_STORE_APPROVALS_H
#define MU_STORE_APPROVALS_H

#include "store/store.h"

enum { MU_PLAN_KEPT_S = 7 * 24 * 3600 }; /* older ones are forgotten */

struct mu_kept_plan {
    const char *hash, *sync;
    const char *by; /* who had it made: a token's name */
    int64_t made;   /* Unix seconds */
    const char *body;
    size_t len;
};

/* In place of one of the same hash; forgets old ones. */
int mu_plan_keep(struct mu_store *s, const struct mu_kept_plan *plan, struct mu_err *err);
/* 1 found, 0 none. */
int mu_plan_kept(struct mu_store *s, struct mu_arena *arena, const char *hash,
                 struct mu_kept_plan *ret, struct mu_err *err);

struct mu_approval {
    const char *hash;
    const char *by;      /* the person */
    int64_t at, expires; /* Unix seconds */
    int64_t used;        /* 0: not yet */
    bool over_guards;    /* given although a guard refuses the plan */
};

int mu_approval_put(struct mu_store *s, const struct mu_approval *a, struct mu_err *err);
/* 1 found (used and expired ones too), 0 none. */
int mu_approval_get(struct mu_store *s, struct mu_arena *arena, const char *hash,
                    struct mu_approval *ret, struct mu_err *err);
/* Uses it up, durably: 1 it was there, unused and not expired; 0 it wasn't. */
int mu_approval_use(struct mu_store *s, const char *hash, int64_t now, struct mu_err *err);

#endif
