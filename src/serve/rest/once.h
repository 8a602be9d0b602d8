/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `Idempotency-Key`: a client that lost an answer asks again with the same key, and gets the answer
 * that there was, marked with Idempotent-Replayed; nothing is done twice (store/claims.h). Keys are
 * the token's own. Without the header nothing of this happens.
 */
#ifndef MU_SERVE_REST_ONCE_H
#define MU_SERVE_REST_ONCE_H

#include "serve/http.h"
#include "store/claims.h"

struct mu_once {
    struct mu_store *store;
    int64_t claim; /* 0: no key was sent */
};

/* Claims the key for this request to the account, durably. 0: do it, and say how it ended. 1: the reply
 * holds what the first request was answered with. -1: the key was used for another request (422), its
 * first request isn't done (409), or nobody knows what became of it (MU_E_REMOTE). The store is
 * borrowed. */
int mu_once_begin(struct mu_request *r, struct mu_store *store, const char *account,
                  struct mu_once *ret, struct mu_reply *reply, struct mu_err *err);

/* answer: the body, where it was done; else NULL. That it can't be noted is logged: the key stands in
 * the way of another try, then, and nothing is done twice. */
void mu_once_end(struct mu_request *r, const struct mu_once *once, enum mu_claim_state state,
                 const char *answer);

#endif
