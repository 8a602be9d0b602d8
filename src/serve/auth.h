/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks, and what they may. A token (store/tokens.h) comes as `Authorization: Bearer TOKEN`, or
 * as part of an address (/mcp/TOKEN) where a client can send nothing else. It is checked on every
 * request: expiry and revocation hold from the next request on; whoever keeps a stream open asks
 * mu_grant_ended now and then.
 *
 * What may be done is narrowed by methods, tags and accounts; all three must agree. A method is one
 * of the words below, a class of them (`read`: list, get; `write`: create, update, delete), or the
 * name of one tool or resource, * and ? allowed.
 */
#ifndef MU_SERVE_AUTH_H
#define MU_SERVE_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/tokens.h"

enum { MU_BEARER_TEXT = 64 }; /* room for a token as text */

struct mu_grant {
    const char *name; /* of the token, for log and journal; "local" without one */
    const char *hash; /* its digest; NULL without one */
    const char *const *methods, *const *tags, *const *accounts; /* NULL: not narrowed */
    int64_t expires;                                            /* Unix seconds; 0: never */
    /* a token in the address that asks for one in the header too: both must allow; NULL: none */
    const struct mu_grant *also;
};

/* The same with texts and lists of its own, for what outlives its request. */
const struct mu_grant *mu_grant_copy(struct mu_arena *arena, const struct mu_grant *grant);

/* For `--insecure-local`: everything, without a token. */
extern const struct mu_grant mu_grant_local;

/* Draws a new token: the text to be shown once, and the digest to be kept. */
void mu_bearer_new(char ret_text[MU_BEARER_TEXT], char ret_hash[MU_DIGEST_HEX]);

/* The text without what looks like a token of ours, for the log; in the arena where one was found. */
const char *mu_bearer_hide(struct mu_arena *arena, const char *text);

/*
 * Whose token that is. authorization: the header's value, NULL when there is none; in_path: the
 * token in the address, NULL when there is none. The grant and its texts live in the arena. Errors:
 * MU_E_USAGE (400: not a bearer header), MU_E_AUTH (401: none, unknown, expired, revoked, or
 * wanted in the header), or what the store says.
 */
int mu_auth(struct mu_store *store, struct mu_arena *arena, const char *authorization,
            const char *in_path, const struct mu_grant **ret, struct mu_err *err);

/* The header of a browser that has asked for a password (RFC 7617: any user, the token as password),
 * as the Bearer header it stands for, in the arena; any other is returned as it is. */
const char *mu_auth_password(struct mu_arena *arena, const char *authorization);

/* Whether the token has expired by now, or was revoked; -1: the store failed. */
int mu_grant_ended(struct mu_store *store, const struct mu_grant *grant, struct mu_err *err);

/*
 * method: "list", "get", "create", "update", "delete", "custom", or "read" where it isn't known
 * whether it lists or gets. name: the tool or resource. tags
 * of it, NULL: none. account NULL: the answer is about several, and the caller leaves out those that
 * mu_grant_account doesn't allow.
 */
bool mu_grant_allows(const struct mu_grant *grant, const char *method, const char *name,
                     const char *account, const char *const *tags);
bool mu_grant_account(const struct mu_grant *grant, const char *account);

/* The refusal of a mu_grant_allows that was false, MU_E_DENIED (403): what was asked and what the
 * token allows. Always -1. */
int mu_grant_refuse(const struct mu_grant *grant, const char *method, const char *name,
                    const char *account, struct mu_err *err);

/* The value of WWW-Authenticate for a failure of mu_auth or mu_grant_refuse. scope: the method that
 * was missing; NULL: none. */
void mu_auth_challenge(const struct mu_err *err, const char *scope, struct mu_buf *to);

#endif
