/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of those who may ask `muster serve` and `muster mcp`. The token itself is nowhere in the
 * store: only its BLAKE2b digest is, by which it is found. Revoked and expired ones stay as rows, so
 * that the journal's names keep their meaning; a name is used once.
 */
#ifndef MU_STORE_TOKENS_H
#define MU_STORE_TOKENS_H

#include "store/store.h"

enum { MU_TOKEN_NAME_MAX = 64, MU_TOKEN_TOUCH_S = 60 };

struct mu_token {
    const char *name; /* letters, digits, . _ - */
    const char *hash; /* mu_digest of the token */
    /* each NULL-terminated, or NULL: not narrowed by it; no entry holds a comma */
    const char *const *methods, *const *tags, *const *accounts;
    int64_t created, used; /* Unix seconds; used 0: never */
    int64_t expires;       /* 0: never */
    int64_t revoked;       /* 0: it isn't */
    bool require_bearer;   /* as part of an address it isn't enough */
};

/* MU_E_CONFLICT: the name was used already. `used` and `revoked` are not looked at. */
int mu_token_put(struct mu_store *s, const struct mu_token *token, struct mu_err *err);

/* Whoever has that digest, expired and revoked ones too. 1 found, 0 none. */
int mu_token_find(struct mu_store *s, struct mu_arena *arena, const char *hash,
                  struct mu_token *ret, struct mu_err *err);

/* By name. */
int mu_token_list(struct mu_store *s, struct mu_arena *arena, struct mu_token **ret,
                  size_t *ret_count, struct mu_err *err);

/* 1: revoked now; 0: no token of that name, or revoked before. */
int mu_token_revoke(struct mu_store *s, const char *name, int64_t now, struct mu_err *err);

/* Notes that it was used, at most once in MU_TOKEN_TOUCH_S, and not at all while somebody else
 * writes: nobody waits for it. */
int mu_token_touch(struct mu_store *s, const struct mu_token *token, int64_t now,
                   struct mu_err *err);

#endif
