/* SPDX-License-Identifier: Apache-2.0 */
/* The token to send: a fixed one, or one of a rotating pair that is durable before it is used. */
#include "net/credential.h"

#include <string.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "net/oauth.h"

enum {
    EARLY_S =
        60, /* a token that ends so soon is renewed before it is sent; a quarter of a short life */
    DEAD_S = 60,      /* how long a refusal is believed without asking again */
    LOCK_WAIT_S = 90, /* longer than a token call may take */
    FRESH_S = 30 /* a token refused so soon after it was given won't be mended by another one */
};

struct mu_credential {
    char *name;
    char *where;              /* bearer: what holds it */
    struct mu_secret *bearer; /* NULL: OAuth */
    struct mu_oauth *oauth;
    char *state_file, *lock_file;
    struct mu_log *log;
    struct mu_tokens tokens;
    bool loaded;
    bool unsaved;       /* tokens were given but could not be written yet */
    struct mu_err dead; /* code MU_OK: alive */
    int64_t dead_us;
};

struct mu_credential *mu_credential_bearer(const char *name, const char *where,
                                           struct mu_secret *token)
{
    struct mu_credential *c = mu_xcalloc(1, sizeof(*c));
    c->name = mu_xstrdup(name);
    c->where = mu_xstrdup(where);
    c->bearer = token;
    return c;
}

int mu_credential_oauth(const struct mu_oauth_conf *conf, struct mu_log *log,
                        struct mu_credential **ret, struct mu_err *err)
{
    struct mu_oauth *oauth;
    if (mu_oauth_new(conf, log, &oauth, err) < 0)
        return -1;
    struct mu_credential *c = mu_xcalloc(1, sizeof(*c));
    c->name = mu_xstrdup(conf->name);
    c->oauth = oauth;
    c->log = log;
    c->state_file = mu_xstrdup(conf->state_file);
    struct mu_buf lock = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&lock, "%s.lock", conf->state_file);
    c->lock_file = mu_buf_take(&lock, NULL);
    *ret = c;
    return 0;
}

void mu_credential_free(struct mu_credential *c)
{
    if (!c)
        return;
    mu_secret_free(c->bearer);
    mu_oauth_free(c->oauth);
    mu_tokens_clear(&c->tokens);
    free(c->state_file);
    free(c->lock_file);
    free(c->name);
    free(c->where);
    free(c);
}

static bool usable(const struct mu_tokens *t, const char *refused)
{
    const char *access_token = mu_token_text(t->access);
    int64_t early_s = (t->ends - t->got) / 4 < EARLY_S ? (t->ends - t->got) / 4 : EARLY_S;
    return access_token && (t->ends == 0 || mu_now() < t->ends - early_s) &&
           !mu_streq(access_token, refused);
}

static int load(struct mu_credential *c, struct mu_err *err)
{
    if (c->unsaved)
        return 0; /* what we hold is newer than the file */
    if (mu_tokens_load(c->state_file, &c->tokens, err) < 0)
        return -1;
    c->loaded = true;
    return 0;
}

static int save(struct mu_credential *c, struct mu_err *err)
{
    c->unsaved = true;
    if (mu_tokens_save(c->state_file, &c->tokens, err) < 0)
        return mu_wrap(err, "new tokens can't be kept");
    c->unsaved = false;
    return 0;
}

/* Remembered, so that nobody asks the server again with a refresh token it has refused. */
static int remember(struct mu_credential *c, struct mu_err *err)
{
    if (err->code == MU_E_AUTH) {
        c->dead = *err;
        c->dead_us = mu_mono_us();
    }
    return -1;
}

static int renew_locked(struct mu_credential *c, const char *refused, struct mu_err *err)
{
    if (load(c, err) < 0)
        return -1;
    if (usable(&c->tokens, refused))
        return c->unsaved ? save(c, err) : 0; /* another process was faster */
    if (!c->tokens.refresh) {
        mu_fail(err, MU_E_AUTH,
                "nobody has authorised muster yet (no refresh token in %s); run: %s", c->state_file,
                mu_oauth_command(c->oauth));
        return remember(c, err);
    }
    if (refused && mu_now() - c->tokens.got < FRESH_S)
        return mu_fail(err, MU_E_AUTH,
                       "a token given just now was rejected (401); check the scope it was granted");
    /* Proves that writing works before the refresh token is spent: it can be used only once. */
    if (save(c, err) < 0)
        return -1;
    if (mu_oauth_refresh(c->oauth, &c->tokens, err) < 0)
        return remember(c, err);
    mu_log(c->log, MU_LOG_TRACE, "%s: access token renewed", c->name);
    return save(c, err);
}

static int renew(struct mu_credential *c, const char *refused, struct mu_err *err)
{
    struct mu_lock *lock;
    if (mu_lock(c->lock_file, LOCK_WAIT_S, &lock, err) < 0)
        return mu_wrap(err, "another muster renews the token");
    int rc = renew_locked(c, refused, err);
    mu_unlock(lock);
    return rc;
}

static bool is_dead(const struct mu_credential *c, struct mu_err *err)
{
    if (c->dead.code == MU_OK || mu_mono_us() - c->dead_us > DEAD_S * 1000000LL)
        return false;
    *err = c->dead;
    return true;
}

int mu_credential_token(struct mu_credential *c, const char **ret, struct mu_err *err)
{
    if (c->bearer) {
        *ret = mu_token_text(c->bearer);
        return 0;
    }
    if (is_dead(c, err))
        return -1;
    if (!c->loaded && load(c, err) < 0)
        return -1;
    if ((c->unsaved || !usable(&c->tokens, NULL)) && renew(c, NULL, err) < 0)
        return -1;
    *ret = mu_token_text(c->tokens.access);
    return 0;
}

int mu_credential_refused(struct mu_credential *c, const char *token, struct mu_err *err)
{
    if (c->bearer)
        return mu_fail(err, MU_E_AUTH,
                       "token rejected (401): it is wrong, expired, withdrawn or lacks a scope; "
                       "create a new one and put it into %s",
                       c->where);
    if (is_dead(c, err))
        return -1;
    if (!c->unsaved && usable(&c->tokens, token))
        return 0;
    return renew(c, token, err);
}

int mu_oauth_authorize_url(const struct mu_credential *c, const char *state, struct mu_buf *to,
                           struct mu_err *err)
{
    if (!c->oauth)
        return mu_fail(err, MU_E_CONFIG,
                       "%s has a fixed token; only oauth: accounts are authorised by a person",
                       c->name);
    mu_oauth_address(c->oauth, state, to);
    return 0;
}

int mu_oauth_redeem(struct mu_credential *c, const char *code, struct mu_err *err)
{
    if (!c->oauth)
        return mu_fail(err, MU_E_CONFIG,
                       "%s has a fixed token; only oauth: accounts are authorised by a person",
                       c->name);
    struct mu_lock *lock;
    if (mu_lock(c->lock_file, LOCK_WAIT_S, &lock, err) < 0)
        return mu_wrap(err, "another muster renews the token");
    int rc = mu_oauth_exchange(c->oauth, code, &c->tokens, err);
    if (rc == 0) {
        c->dead.code = MU_OK;
        c->loaded = true;
        rc = save(c, err);
    }
    mu_unlock(lock);
    return rc;
}

int64_t mu_credential_expires(const struct mu_credential *c)
{
    return c->tokens.ends;
}
