/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask: bearer tokens, and the three OAuth endpoints that issue and revoke them. */
#include "oauth.h"

#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/time.h"
#include "form.h"

static void random_token(const char *prefix, char to[SIM_TOKEN_MAX])
{
    uint64_t bits[4];
    mu_random(bits, sizeof(bits));
    snprintf(to, SIM_TOKEN_MAX, "%s%016llx%016llx%016llx%016llx", prefix,
             (unsigned long long)bits[0], (unsigned long long)bits[1], (unsigned long long)bits[2],
             (unsigned long long)bits[3]);
}

void sim_tokens_forget(struct sim_tokens *tokens)
{
    free(tokens->list);
    free(tokens->codes);
    tokens->list = NULL;
    tokens->codes = NULL;
    tokens->count = tokens->code_count = 0;
}

void sim_tokens_done(struct sim_tokens *tokens)
{
    sim_tokens_forget(tokens);
}

void sim_tokens_expire(struct sim_tokens *tokens)
{
    for (size_t i = 0; i < tokens->count; i++)
        tokens->list[i].expires_at = 1;
}

void sim_oauth_refuse(struct sim_request *r, bool expired)
{
    int64_t shape = r->sim->set.unauthorized;
    r->sim->tokens.refused++;
    if (shape == SIM_401_ALTERNATE)
        shape = r->sim->tokens.refused % 2 ? SIM_401_E1 : SIM_401_E2;
    if (mu_starts(r->path, "/api/scim/") && shape == SIM_401_E1) {
        sim_scim_error(r, 401, NULL, "The access token is invalid");
        return;
    }
    if (shape == SIM_401_E1)
        sim_reply_e1(r, 401, "The access token is invalid");
    else if (shape == SIM_401_HTML)
        sim_reply_html(r, 401);
    else
        sim_reply_empty(r, 401);
    if (shape != SIM_401_E2)
        return;
    struct mu_jw w;
    sim_json(r, &w);
    r->status = 401;
    mu_jw_object(&w);
    mu_jw_key(&w, "success");
    mu_jw_bool(&w, false);
    sim_write_str(&w, "description",
                  expired ? "The access token expired" : "The access token is invalid");
    mu_jw_key(&w, "expired");
    mu_jw_bool(&w, expired);
    mu_jw_end(&w, '}');
}

static struct sim_token *find_access(struct sim_tokens *tokens, const char *access)
{
    for (size_t i = 0; i < SIM_SURFACES; i++)
        if (strcmp(tokens->fixed[i].access, access) == 0)
            return &tokens->fixed[i];
    for (size_t i = 0; i < tokens->count; i++)
        if (!tokens->list[i].access_dead && strcmp(tokens->list[i].access, access) == 0)
            return &tokens->list[i];
    return NULL;
}

static struct sim_token *find_refresh(struct sim_tokens *tokens, const char *refresh)
{
    for (size_t i = 0; i < tokens->count; i++)
        if (!tokens->list[i].refresh_dead && strcmp(tokens->list[i].refresh, refresh) == 0)
            return &tokens->list[i];
    return NULL;
}

/*
 * The first use of a new access token ends the refresh token it came from (refresh-old: until-
 * use).
 */
static void end_replaced(struct sim_tokens *tokens, struct sim_token *used)
{
    for (size_t i = 0; used->replaces && i < tokens->count; i++)
        if (tokens->list[i].number == used->replaces)
            tokens->list[i].refresh_dead = true;
    used->replaces = 0;
}

bool sim_oauth_check(struct sim_request *r, enum sim_surface surface)
{
    const char *header = sim_request_header(r, "Authorization");
    struct sim_token *token = NULL;
    if (header && strncasecmp(header, "Bearer ", 7) == 0)
        token = find_access(&r->sim->tokens, header + 7);
    bool expired = token && token->expires_at && token->expires_at <= mu_now();
    if (!token || expired) {
        sim_oauth_refuse(r, expired);
        return false;
    }
    if (token->surface != surface) {
        if (surface == SIM_SCIM && r->sim->set.scim_wrong_token == SIM_WRONG_403)
            sim_scim_error(r, 403, NULL, "The access token lacks the scope scim");
        else
            sim_oauth_refuse(r, false);
        return false;
    }
    end_replaced(&r->sim->tokens, token);
    r->token = token;
    return true;
}

bool sim_oauth_has_scope(const struct sim_token *token, const char *scope)
{
    size_t len = strlen(scope);
    for (const char *at = strstr(token->scope, scope); at; at = strstr(at + 1, scope))
        if ((at == token->scope || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    return false;
}

static void reply_error(struct sim_request *r, int status, const char *error,
                        const char *description)
{
    struct mu_jw w;
    sim_json(r, &w);
    r->status = status;
    mu_jw_object(&w);
    sim_write_str(&w, "error", error);
    sim_write_str(&w, "error_description", description);
    mu_jw_end(&w, '}');
}

static bool find_client(const struct sim_tokens *tokens, const char *id, enum sim_surface *ret)
{
    for (int i = 0; id && i < SIM_SURFACES; i++)
        if (strcmp(tokens->clients[i].id, id) == 0) {
            *ret = (enum sim_surface)i;
            return true;
        }
    return false;
}

static void redirect(struct sim_request *r, const char *uri, const char *key, const char *value)
{
    struct mu_buf to = MU_BUF_INIT(SIM_HEADER_MAX);
    const char *state = sim_query(r, "state");
    mu_buf_printf(&to, "%s%c%s=%s", uri, strchr(uri, '?') ? '&' : '?', key, value);
    if (state) {
        mu_buf_adds(&to, "&state=");
        sim_form_escape(&to, state);
    }
    sim_reply_empty(r, 302);
    if (to.full || strpbrk(uri, "\r\n"))
        reply_error(r, 400, "invalid_request", "redirect_uri or state is too long");
    else
        sim_reply_header(r, "Location", "%s", to.data);
    mu_buf_done(&to);
}

void sim_oauth_authorize(struct sim_request *r)
{
    struct sim_tokens *tokens = &r->sim->tokens;
    enum sim_surface surface = SIM_REST;
    const char *uri = sim_query(r, "redirect_uri"), *scope = sim_query(r, "scope");
    if (!find_client(tokens, sim_query(r, "client_id"), &surface)) {
        reply_error(r, 401, "invalid_client", "client_id is unknown");
        return;
    }
    bool usable = uri && (mu_starts(uri, "http://") || mu_starts(uri, "https://")) &&
                  strlen(uri) < SIM_URI_MAX;
    if (!usable || (scope && strlen(scope) >= SIM_SCOPE_MAX)) {
        reply_error(r, 400, "invalid_request", "redirect_uri has to be http:// or https://");
        return;
    }
    if (!mu_streq(sim_query(r, "response_type"), "code")) {
        redirect(r, uri, "error", "unsupported_response_type");
        return;
    }
    if (r->sim->set.consent == SIM_CONSENT_DENY) {
        redirect(r, uri, "error", "access_denied");
        return;
    }
    if (tokens->code_count == SIM_CODES_KEEP)
        memmove(tokens->codes, tokens->codes + 1, --tokens->code_count * sizeof(*tokens->codes));
    tokens->codes = mu_xrealloc(tokens->codes, (tokens->code_count + 1) * sizeof(*tokens->codes));
    struct sim_code *code = &tokens->codes[tokens->code_count++];
    *code =
        (struct sim_code){.surface = surface, .expires_at = mu_now() + r->sim->set.code_seconds};
    snprintf(code->redirect_uri, sizeof(code->redirect_uri), "%s", uri);
    snprintf(code->scope, sizeof(code->scope), "%s",
             scope                 ? scope
             : surface == SIM_SCIM ? "scim"
                                   : "public");
    random_token("co_", code->code);
    redirect(r, uri, "code", code->code);
}

static struct sim_token *issue(struct sim *sim, enum sim_surface surface, const char *scope,
                               uint64_t replaces)
{
    struct sim_tokens *tokens = &sim->tokens;
    if (tokens->count == SIM_TOKENS_KEEP)
        memmove(tokens->list, tokens->list + 1, --tokens->count * sizeof(*tokens->list));
    tokens->list = mu_xrealloc(tokens->list, (tokens->count + 1) * sizeof(*tokens->list));
    struct sim_token *token = &tokens->list[tokens->count++];
    *token = (struct sim_token){.number = ++tokens->last_number,
                                .replaces = replaces,
                                .surface = surface,
                                .expires_at = mu_now() + sim->set.expires_in};
    snprintf(token->scope, sizeof(token->scope), "%s", scope);
    random_token("at_", token->access);
    random_token("rt_", token->refresh);
    return token;
}

static void reply_token(struct sim_request *r, const struct sim_token *token)
{
    struct mu_jw w;
    sim_json(r, &w);
    sim_reply_header(r, "Cache-Control", "no-store");
    mu_jw_object(&w);
    sim_write_str(&w, "access_token", token->access);
    sim_write_str(&w, "token_type", "bearer");
    sim_write_int(&w, "expires_in", r->sim->set.expires_in);
    sim_write_str(&w, "refresh_token", token->refresh);
    sim_write_str(&w, "scope", token->scope);
    sim_write_int(&w, "created_at", mu_now());
    mu_jw_end(&w, '}');
}

static void grant_code(struct sim_request *r, const struct sim_form *form, enum sim_surface surface)
{
    struct sim_tokens *tokens = &r->sim->tokens;
    const char *code = sim_form_get(form, "code"), *uri = sim_form_get(form, "redirect_uri");
    for (size_t i = 0; code && i < tokens->code_count; i++) {
        struct sim_code *c = &tokens->codes[i];
        if (strcmp(c->code, code) != 0)
            continue;
        struct sim_code taken = *c; /* a code works once, whatever comes of it */
        memmove(c, c + 1, (--tokens->code_count - i) * sizeof(*c));
        if (taken.surface != surface || !mu_streq(uri, taken.redirect_uri) ||
            taken.expires_at <= mu_now())
            break;
        reply_token(r, issue(r->sim, surface, taken.scope, 0));
        return;
    }
    reply_error(r, 400, "invalid_grant",
                "The code is invalid, expired, used, or was issued to another redirect URI");
}

static void grant_refresh(struct sim_request *r, const struct sim_form *form,
                          enum sim_surface surface)
{
    struct sim_tokens *tokens = &r->sim->tokens;
    const char *refresh = sim_form_get(form, "refresh_token");
    struct sim_token *old = refresh ? find_refresh(tokens, refresh) : NULL;
    if (!old || old->surface != surface) {
        reply_error(r, 400, "invalid_grant", "The refresh token is invalid, revoked or used");
        return;
    }
    tokens->refreshes++;
    int64_t fate = r->sim->set.refresh_old;
    old->refresh_dead = fate == SIM_REFRESH_DIES;
    old->access_dead = old->access_dead || r->sim->set.access_old == SIM_ACCESS_DIES;
    char scope[SIM_SCOPE_MAX];
    snprintf(scope, sizeof(scope), "%s", old->scope);
    reply_token(r, issue(r->sim, surface, scope, fate == SIM_REFRESH_UNTIL_USE ? old->number : 0));
}

/* Credentials from the body or from Authorization: Basic. */
static bool check_client(struct sim_request *r, const struct sim_form *form, enum sim_surface *ret)
{
    struct sim_client given = {.id = ""};
    const char *id = sim_form_get(form, "client_id"), *secret = sim_form_get(form, "client_secret");
    if (!id && sim_form_basic(sim_request_header(r, "Authorization"), given.id, given.secret)) {
        id = given.id;
        secret = given.secret;
    }
    if (find_client(&r->sim->tokens, id, ret) &&
        mu_streq(secret, r->sim->tokens.clients[*ret].secret))
        return true;
    reply_error(r, 401, "invalid_client", "Client authentication failed");
    return false;
}

void sim_oauth_token(struct sim_request *r)
{
    struct sim_form form = {0};
    enum sim_surface surface = SIM_REST;
    const char *type = sim_request_header(r, "Content-Type");
    if (!sim_form_parse(&form, type, r->in.data, r->in.len)) {
        reply_error(r, 400, "invalid_request", "The body is neither a form nor a JSON object");
    } else if (check_client(r, &form, &surface)) {
        const char *grant = sim_form_get(&form, "grant_type");
        if (mu_streq(grant, "authorization_code"))
            grant_code(r, &form, surface);
        else if (mu_streq(grant, "refresh_token"))
            grant_refresh(r, &form, surface);
        else
            reply_error(r, 400, "unsupported_grant_type",
                        "grant_type is authorization_code or refresh_token");
    }
    sim_form_done(&form);
}

/*
 * Sendoso takes the token from the query; the body of RFC 7009 works too. Unknown tokens are fine
 * (RFC 7009, 2.2).
 */
void sim_oauth_revoke(struct sim_request *r)
{
    struct sim_form form = {0};
    enum sim_surface surface = SIM_REST;
    sim_form_parse(&form, sim_request_header(r, "Content-Type"), r->in.data, r->in.len);
    const char *text = sim_query(r, "token") ? sim_query(r, "token") : sim_form_get(&form, "token");
    if (check_client(r, &form, &surface)) {
        struct sim_tokens *tokens = &r->sim->tokens;
        for (size_t i = 0; text && i < tokens->count; i++) {
            struct sim_token *t = &tokens->list[i];
            if (t->surface == surface &&
                (strcmp(t->access, text) == 0 || strcmp(t->refresh, text) == 0))
                t->access_dead = t->refresh_dead = true;
        }
        struct mu_jw w;
        sim_json(r, &w);
        mu_buf_adds(&r->out, "{}");
    }
    sim_form_done(&form);
}
