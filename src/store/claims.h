/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that must not be made twice: each is claimed, durably, before it is sent, and its end is
 * noted after. A claim is found by the caller's own key, or, without one, by what the call
 * does (who gets what, whatever the words beside it) for some minutes. A claim without an end is a call whose
 * fate isn't known.
 */
#ifndef MU_STORE_CLAIMS_H
#define MU_STORE_CLAIMS_H

#include "store/store.h"

enum mu_claim_state {
    MU_CLAIM_OPEN,   /* sent, or about to be */
    MU_CLAIM_DONE,   /* answered */
    MU_CLAIM_FAILED, /* certainly not done: may be claimed again */
    MU_CLAIM_DOUBT   /* no answer came */
};

struct mu_claim {
    int64_t id;
    const char *token; /* name of the token that calls */
    const char *tool;
    const char *key;    /* the caller's; NULL: none */
    const char *digest; /* of tool, account and arguments */
    const char *what;   /* digest of what it does: the same for calls that repeat one another */
    int64_t run;        /* of the journal */
    int64_t at, ended;  /* Unix seconds; ended 0: not yet */
    enum mu_claim_state state;
    const char *answer; /* JSON; NULL: none */
};

/* Who stands in the way of a claim: one of the same key, or, without a key, one that does the same,
 * not older than same_s seconds that didn't fail. 1 found, 0 none. */
int mu_claim_find(struct mu_store *s, struct mu_arena *arena, const struct mu_claim *asked,
                  int64_t same_s, struct mu_claim *ret, struct mu_err *err);

/* Claims, durably: 1, with *ret_id; 0: somebody stands in the way, see mu_claim_find. A failed claim
 * of the same key and digest is claimed anew. Of `asked` are used: token, tool, key, digest, what,
 * run, at. */
int mu_claim_take(struct mu_store *s, const struct mu_claim *asked, int64_t same_s, int64_t *ret_id,
                  struct mu_err *err);

int mu_claim_end(struct mu_store *s, int64_t id, enum mu_claim_state state, const char *answer,
                 struct mu_err *err);

#endif
