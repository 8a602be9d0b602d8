/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is sent in the Authorization header, and how it is renewed. Two kinds: a bearer token from a
 * secret, and OAuth 2 authorization code with rotating refresh tokens (RFC 6749 sections 4.1, 6).
 *
 * Rotation is durable: the answer of a refresh is written to `state_file` (mode 0600, atomically,
 * fsynced) before the new access token is used, under a lock between processes, so that one refresh
 * token is never used twice by us; a process that waited for the lock takes what the other one
 * wrote. A refresh token the server refuses means that a person must authorise again: the error
 * says how (`muster init --authorize ACCOUNT`).
 */
#ifndef MU_NET_CREDENTIAL_H
#define MU_NET_CREDENTIAL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/secret.h"

struct mu_credential;

struct mu_oauth_conf {
    const char *name;                        /* account name, for messages */
    const char *base_url;                    /* of /oauth/token, /oauth/authorize */
    const char *token_path, *authorize_path; /* NULL: "/oauth/token", "/oauth/authorize" */
    const char *ca_file;
    const char *client_id;
    struct mu_secret *client_secret; /* taken over */
    const char *redirect_uri;
    const char *scope;
    const char *state_file;
    const char *
        authorize; /* what a person runs to authorise again; NULL: "muster init --authorize NAME" */
};

/* A fixed token; takes the secret over. `where`: what holds it, for the person who has to renew it
 * (`env:SENDOSO_TOKEN`). */
struct mu_credential *mu_credential_bearer(const char *name, const char *where,
                                           struct mu_secret *token);
int mu_credential_oauth(const struct mu_oauth_conf *conf, struct mu_log *log,
                        struct mu_credential **ret, struct mu_err *err);
void mu_credential_free(struct mu_credential *c); /* NULL is fine */

/* The token to send now, refreshed when it ends within a minute. Lent until the next call. */
int mu_credential_token(struct mu_credential *c, const char **ret, struct mu_err *err);

/* The server refused `token`. 0: a new one is there, try once more; -1: none to be had, *err says
 * what a person must do. */
int mu_credential_refused(struct mu_credential *c, const char *token, struct mu_err *err);

/* The address a person opens, and the code they bring back. state is a random text that must come
 * back unchanged. */
int mu_oauth_authorize_url(const struct mu_credential *c, const char *state, struct mu_buf *to,
                           struct mu_err *err);
int mu_oauth_redeem(struct mu_credential *c, const char *code, struct mu_err *err);

/* Unix seconds when the access token ends; 0: unknown. */
int64_t mu_credential_expires(const struct mu_credential *c);

#endif
