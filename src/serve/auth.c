/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: a token, looked up by its digest. */
#include "serve/auth.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/time.h"

enum { SECRET_LEN = 32, OFFERED_MAX = 256 };

static const char prefix[] = "muster_";

const struct mu_grant mu_grant_local = {.name = "local"};

void mu_bearer_new(char ret_text[MU_BEARER_TEXT], char ret_hash[MU_DIGEST_HEX])
{
    unsigned char secret[SECRET_LEN];
    char text[sodium_base64_ENCODED_LEN(SECRET_LEN, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    mu_random(secret, sizeof(secret));
    sodium_bin2base64(text, sizeof(text), secret, sizeof(secret),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    int len = snprintf(ret_text, MU_BEARER_TEXT, "%s%s", prefix, text);
    mu_digest(ret_text, (size_t)len, ret_hash);
    sodium_memzero(secret, sizeof(secret));
    sodium_memzero(text, sizeof(text));
}

const char *mu_bearer_hide(struct mu_arena *arena, const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    MU_AUTO(buf) struct mu_buf shown = MU_BUF_INIT(MU_BUF_MAX);
    const char *from = text, *at = strstr(text, prefix);
    if (!at)
        return text;
    for (; at; at = strstr(from, prefix)) {
        mu_buf_add(&shown, from, (size_t)(at - from));
        mu_buf_adds(&shown, "(token)");
        from = at + strspn(at, letters);
    }
    mu_buf_adds(&shown, from);
    return mu_strdup(arena, shown.data);
}

/* The token of an Authorization header. */
static int bearer_of(const char *authorization, const char **ret, struct mu_err *err)
{
    static const char scheme[] = "bearer";
    size_t len = strcspn(authorization, " ");
    if (len != strlen(scheme) || strncasecmp(authorization, scheme, len) != 0)
        return mu_fail(err, MU_E_AUTH, "only `Authorization: Bearer TOKEN` is understood");
    const char *token = authorization + len + strspn(authorization + len, " ");
    if (!*token || strpbrk(token, " ,\t"))
        return mu_fail(err, MU_E_USAGE, "Authorization: one token belongs behind Bearer");
    *ret = token;
    return 0;
}

const char *mu_auth_password(struct mu_arena *arena, const char *authorization)
{
    static const char scheme[] = "basic ";
    char pair[OFFERED_MAX];
    size_t len = 0;
    if (!authorization || strncasecmp(authorization, scheme, strlen(scheme)) != 0)
        return authorization;
    const char *encoded = authorization + strlen(scheme);
    if (sodium_base642bin((unsigned char *)pair, sizeof(pair) - 1, encoded, strlen(encoded), " ",
                          &len, NULL, sodium_base64_VARIANT_ORIGINAL) < 0)
        return authorization;
    pair[len] = '\0';
    const char *colon = strchr(pair, ':');
    const char *bearer = colon ? mu_printf(arena, "Bearer %s", colon + 1) : authorization;
    sodium_memzero(pair, sizeof(pair));
    return bearer;
}

static int check_alive(const struct mu_token *t, int64_t now, struct mu_err *err)
{
    char at[MU_TIME_TEXT];
    if (t->revoked)
        return mu_fail(err, MU_E_AUTH, "token %s was revoked on %s", t->name,
                       mu_time_text(t->revoked, at));
    if (t->expires && t->expires <= now)
        return mu_fail(err, MU_E_AUTH, "token %s expired on %s; make another: muster token create",
                       t->name, mu_time_text(t->expires, at));
    return 0;
}

/*
 * Found by the digest of what was offered: whoever measures how long that takes learns of digests,
 * not of tokens. The comparison at the end takes the same time for each.
 */
static int look_up(struct mu_store *store, struct mu_arena *arena, const char *offered,
                   struct mu_token *ret, struct mu_err *err)
{
    char hash[MU_DIGEST_HEX];
    size_t len = strnlen(offered, OFFERED_MAX);
    if (len == OFFERED_MAX)
        return mu_fail(err, MU_E_AUTH, "token is unknown");
    mu_digest(offered, len, hash);
    int found = mu_token_find(store, arena, hash, ret, err);
    if (found < 0)
        return -1;
    if (found == 0 || strlen(ret->hash) != strlen(hash) ||
        sodium_memcmp(ret->hash, hash, strlen(hash)) != 0)
        return mu_fail(err, MU_E_AUTH, "token is unknown");
    int64_t now = mu_now();
    if (check_alive(ret, now, err) < 0)
        return -1;
    return mu_token_touch(store, ret, now, err);
}

static const struct mu_grant *grant_of(struct mu_arena *arena, const struct mu_token *t,
                                       const struct mu_grant *also)
{
    struct mu_grant *g = mu_alloc(arena, sizeof(*g));
    *g = (struct mu_grant){.name = t->name,
                           .hash = t->hash,
                           .methods = t->methods,
                           .tags = t->tags,
                           .accounts = t->accounts,
                           .expires = t->expires,
                           .also = also};
    if (also && also->expires && (!g->expires || also->expires < g->expires))
        g->expires = also->expires;
    return g;
}

static int by_header(struct mu_store *store, struct mu_arena *arena, const char *authorization,
                     const struct mu_grant **ret, struct mu_err *err)
{
    const char *offered = "";
    struct mu_token token;
    if (bearer_of(authorization, &offered, err) < 0 ||
        look_up(store, arena, offered, &token, err) < 0)
        return -1;
    *ret = grant_of(arena, &token, NULL);
    return 0;
}

int mu_auth(struct mu_store *store, struct mu_arena *arena, const char *authorization,
            const char *in_path, const struct mu_grant **ret, struct mu_err *err)
{
    const struct mu_grant *header = NULL;
    struct mu_token token = {.name = NULL};
    if (!authorization && !in_path)
        return mu_fail(
            err, MU_E_AUTH,
            "no token: send `Authorization: Bearer TOKEN`; muster token create makes one");
    if (authorization && by_header(store, arena, authorization, &header, err) < 0)
        return -1;
    if (!in_path) {
        *ret = header;
        return 0;
    }
    if (look_up(store, arena, in_path, &token, err) < 0)
        return -1;
    if (token.require_bearer && !header)
        return mu_fail(err, MU_E_AUTH,
                       "token %s in the address isn't enough: send a token as `Authorization: "
                       "Bearer TOKEN` too",
                       token.name);
    *ret = grant_of(arena, &token, header);
    return 0;
}

int mu_grant_ended(struct mu_store *store, const struct mu_grant *grant, struct mu_err *err)
{
    struct mu_token token;
    for (; grant; grant = grant->also) {
        if (!grant->hash)
            continue;
        if (grant->expires && grant->expires <= mu_now())
            return 1;
        MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
        int found = mu_token_find(store, arena, grant->hash, &token, err);
        if (found < 0)
            return -1;
        if (found == 0 || token.revoked)
            return 1;
    }
    return 0;
}
