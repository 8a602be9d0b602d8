/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of credential.c: the token endpoint (RFC 6749 sections 4.1.3, 5, 6) and the file that
 * keeps a rotating pair of tokens. A token set owns its secrets.
 */
#ifndef MU_NET_OAUTH_H
#define MU_NET_OAUTH_H

#include "net/credential.h"

struct mu_tokens {
    struct mu_secret *access, *refresh; /* NULL: none */
    int64_t ends;                       /* Unix seconds; 0: not told */
    int64_t got;                        /* when the server gave them */
};

void mu_tokens_clear(struct mu_tokens *t);
const char *mu_token_text(const struct mu_secret *s); /* NULL stays NULL */

/* The state file. A file that isn't there is an empty token set. */
int mu_tokens_load(const char *path, struct mu_tokens *ret, struct mu_err *err);
int mu_tokens_save(const char *path, const struct mu_tokens *t, struct mu_err *err);

struct mu_oauth;

int mu_oauth_new(const struct mu_oauth_conf *conf, struct mu_log *log, struct mu_oauth **ret,
                 struct mu_err *err);
void mu_oauth_free(struct mu_oauth *o);
const char *mu_oauth_command(const struct mu_oauth *o); /* what a person runs to authorise again */

/*
 * One token call. Replaces *t on success; a missing new refresh token means that the old one stays
 * (section 6). MU_E_AUTH: a person must act; every other code may pass by itself.
 */
int mu_oauth_refresh(struct mu_oauth *o, struct mu_tokens *t, struct mu_err *err);
int mu_oauth_exchange(struct mu_oauth *o, const char *code, struct mu_tokens *t,
                      struct mu_err *err);
void mu_oauth_address(const struct mu_oauth *o, const char *state, struct mu_buf *to);

#endif
