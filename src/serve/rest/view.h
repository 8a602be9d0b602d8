/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which account and which snapshot of it a request reads. What a worker knows of the newest snapshots
 * is kept until another process or thread has written to the store, so that a request costs no
 * question about it.
 */
#ifndef MU_SERVE_REST_VIEW_H
#define MU_SERVE_REST_VIEW_H

#include "engine/config.h"
#include "serve/http.h"

enum { MU_VIEWS_MAX = 64 }; /* accounts whose newest snapshot a worker remembers */

struct mu_beside; /* serve/rest/beside.h */

struct mu_view {
    const struct mu_account_def *account;
    struct mu_at at;
    enum mu_verdict verdict;
    int64_t finished; /* Unix seconds */
    int64_t counts[MU_KINDS];
    struct mu_arena *keep;    /* lives as long as the view */
    struct mu_beside *beside; /* who is invited, once somebody has asked */
};

/* The account that the request names (`account`), or the only one that can be read: MU_E_USAGE with
 * the names there are. */
int mu_view_account(const struct mu_request *r, const struct mu_account_def **ret,
                    struct mu_err *err);

/* Its newest snapshot that is not void; the view is lent until the worker's next request. MU_E_MISSING
 * with what to do when it was never read. */
int mu_view_newest(struct mu_request *r, const struct mu_account_def *account,
                   struct mu_store **ret_store, const struct mu_view **ret, struct mu_err *err);

/* One that a cursor names, in the arena. MU_E_MISSING when it is no more. */
int mu_view_of(struct mu_request *r, const struct mu_account_def *account, int64_t snapshot,
               struct mu_store **ret_store, const struct mu_view **ret, struct mu_err *err);

/* How old it is, whole and in words: Age, Muster-Snapshot, Muster-Verdict. */
void mu_view_headers(struct mu_request *r, const struct mu_view *view, struct mu_reply *reply);

#endif
