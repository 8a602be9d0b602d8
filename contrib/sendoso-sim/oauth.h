/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OAuth 2.0: authorization code with automatic consent, rotating refresh tokens, revocation; one
 * client for REST and one for SCIM; besides, one static bearer token each. Guarded by the
 * simulator's lock.
 */
#ifndef SIM_OAUTH_H
#define SIM_OAUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rate.h"

enum {
    SIM_TOKEN_MAX = 256,
    SIM_SCOPE_MAX = 256,
    SIM_URI_MAX = 1024,
    SIM_TOKENS_KEEP = 10000,
    SIM_CODES_KEEP = 1000
};

struct sim_client {
    char id[SIM_TOKEN_MAX], secret[SIM_TOKEN_MAX];
};

struct sim_token {
    uint64_t number;
    uint64_t replaces; /* refreshed from that token, whose refresh dies at the first use of this */
    enum sim_surface surface;
    char access[SIM_TOKEN_MAX], refresh[SIM_TOKEN_MAX], scope[SIM_SCOPE_MAX];
    int64_t expires_at; /* Unix seconds; 0: never */
    bool access_dead, refresh_dead;
};

struct sim_code {
    char code[SIM_TOKEN_MAX], redirect_uri[SIM_URI_MAX], scope[SIM_SCOPE_MAX];
    enum sim_surface surface;
    int64_t expires_at;
};

struct sim_tokens {
    struct sim_client clients[SIM_SURFACES];
    struct sim_token fixed[SIM_SURFACES];
    struct sim_token *list; /* the oldest are forgotten beyond SIM_TOKENS_KEEP */
    struct sim_code *codes;
    size_t count, code_count;
    uint64_t last_number, refreshes, refused;
};

struct sim_request;

void sim_tokens_done(struct sim_tokens *tokens);
void sim_tokens_forget(struct sim_tokens *tokens); /* all that were issued */
void sim_tokens_expire(
    struct sim_tokens *tokens); /* every issued access token is too old from now on */

/* Who asks: sets r->token and returns true, or answers 401 or 403. */
bool sim_oauth_check(struct sim_request *r, enum sim_surface surface);
bool sim_oauth_has_scope(const struct sim_token *token, const char *scope);
void sim_oauth_refuse(struct sim_request *r, bool expired); /* the 401 of the settings */

void sim_oauth_authorize(struct sim_request *r);
void sim_oauth_token(struct sim_request *r);
void sim_oauth_revoke(struct sim_request *r);

#endif
