/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass-through: /proxy/ACCOUNT/PATH is PATH below the account's own base address, and nothing
 * else, with the account's credentials put in by us and the caller's taken out. What comes back is
 * what the remote said, with few of its headers.
 *
 * Parameters of ours start with muster_ and are not passed on: muster_all=true follows a list to its
 * end, muster_credential=scim takes another credential of the account.
 *
 * Reads wait for the rate and are repeated as always; writes are sent once. A write needs `custom`
 * besides its own method, since no guard looks at it, and is in the journal before it is sent.
 */
#ifndef MU_SERVE_PROXY_H
#define MU_SERVE_PROXY_H

#include "adapter/adapter.h"
#include "serve/accounts.h"
#include "serve/http.h"

extern const struct mu_route mu_proxy_routes[];

/* One call of the pass-through, for proxy*.c. */
struct mu_passing {
    struct mu_request *r;
    struct mu_reply *reply;
    struct mu_lease *lease;
    struct mu_arena *arena;       /* of answers */
    const struct mu_fetch *fetch; /* of the mapping that reads that path; NULL: none does */
    struct mu_raw_call call;
    bool all; /* follow the list */
    int64_t waited_us;
};

/* A GET whose pages are read one after another, into one answer {result, result_count, pages}. */
int mu_proxy_follow(struct mu_passing *p, struct mu_err *err);

/* One call, waited for as long as the configuration says. After -1 nothing was sent. */
int mu_proxy_call(struct mu_passing *p, struct mu_raw_answer *ret, struct mu_err *err);
/* An answer of the remote as ours: status, body, type, those of its headers that may pass, the rate.
 * -1: there is none, *err says what that means. */
int mu_proxy_reply(struct mu_passing *p, const struct mu_raw_answer *a, struct mu_err *err);

#endif
