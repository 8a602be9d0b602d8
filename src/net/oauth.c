/* SPDX-License-Identifier: Apache-2.0 */
/* The OAuth 2.0 token endpoint, authorization code and refresh (RFC 6749 sections 4.1, 5, 6). */
#include "net/oauth.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "net/http.h"

enum { FORM_MAX = 256 << 10, ANSWER_MAX = 64 << 10, TIMEOUT_S = 30, SHOWN_MAX = 120 };

struct mu_oauth {
    struct mu_http *http;
    struct mu_secret *client_secret;
    char *authorize, *base_url, *token_path, *authorize_path, *client_id, *redirect_uri, *scope;
};

static char *copy_or_null(const char *s)
{
    return s ? mu_xstrdup(s) : NULL;
}

static char *authorize_command(const struct mu_oauth_conf *conf)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    if (conf->authorize)
        mu_buf_adds(&text, conf->authorize);
    else
        mu_buf_printf(&text, "muster init --authorize %s", conf->name);
    return mu_buf_take(&text, NULL);
}

const char *mu_oauth_command(const struct mu_oauth *o)
{
    return o->authorize;
}

int mu_oauth_new(const struct mu_oauth_conf *conf, struct mu_log *log, struct mu_oauth **ret,
                 struct mu_err *err)
{
    struct mu_http_conf http_conf = {.name = conf->name,
                                     .base_url = conf->base_url,
                                     .ca_file = conf->ca_file,
                                     .connections = 1,
                                     .tries = 1,
                                     .timeout_s = TIMEOUT_S,
                                     .deadline_s = TIMEOUT_S,
                                     .body_max = ANSWER_MAX};
    struct mu_http *http;
    if (mu_http_new(&http_conf, log, &http, err) < 0) {
        mu_secret_free(conf->client_secret);
        return -1;
    }
    struct mu_oauth *o = mu_xcalloc(1, sizeof(*o));
    o->http = http;
    o->client_secret = conf->client_secret;
    o->authorize = authorize_command(conf);
    o->base_url = mu_xstrdup(conf->base_url);
    for (size_t n = strlen(o->base_url); n > 0 && o->base_url[n - 1] == '/'; n--)
        o->base_url[n - 1] = '\0';
    o->token_path = mu_xstrdup(conf->token_path ? conf->token_path : "/oauth/token");
    o->authorize_path =
        mu_xstrdup(conf->authorize_path ? conf->authorize_path : "/oauth/authorize");
    o->client_id = mu_xstrdup(conf->client_id);
    o->redirect_uri = copy_or_null(conf->redirect_uri);
    o->scope = copy_or_null(conf->scope);
    *ret = o;
    return 0;
}

void mu_oauth_free(struct mu_oauth *o)
{
    if (!o)
        return;
    mu_http_free(o->http);
    mu_secret_free(o->client_secret);
    free(o->authorize);
    free(o->base_url);
    free(o->token_path);
    free(o->authorize_path);
    free(o->client_id);
    free(o->redirect_uri);
    free(o->scope);
    free(o);
}

static void add_field(struct mu_buf *to, const char *name, const char *value)
{
    if (!value)
        return;
    if (to->len > 0 && to->data[to->len - 1] != '?')
        mu_buf_addc(to, '&');
    mu_buf_adds(to, name);
    mu_buf_addc(to, '=');
    mu_url_escape(to, value, strlen(value));
}

void mu_oauth_address(const struct mu_oauth *o, const char *state, struct mu_buf *to)
{
    struct mu_buf query = MU_BUF_INIT(FORM_MAX);
    mu_buf_printf(&query, "%s%s?", o->base_url, o->authorize_path);
    add_field(&query, "response_type", "code");
    add_field(&query, "client_id", o->client_id);
    add_field(&query, "redirect_uri", o->redirect_uri);
    add_field(&query, "scope", o->scope);
    add_field(&query, "state", state);
    mu_buf_add(to, query.data, query.len);
    mu_buf_done(&query);
}

/* expires_in as a number, or as the text of one; absent: not told. */
static int64_t ends_at(struct json_object *doc, int64_t now)
{
    struct json_object *value = mu_json_at(doc, "/expires_in");
    const char *text = value ? mu_json_text(value) : NULL;
    long long s;
    return text && mu_parse_int(text, 1, 10LL * 365 * 86400, &s) ? now + s : 0;
}

static int take_tokens(struct json_object *doc, struct mu_tokens *t, struct mu_err *err)
{
    const char *access_token = mu_json_str(doc, "access_token"),
               *type = mu_json_str(doc, "token_type");
    const char *refresh_token = mu_json_str(doc, "refresh_token");
    if (!access_token || !*access_token)
        return mu_fail(err, MU_E_REMOTE, "the token endpoint answered without an access_token");
    if (type && !mu_strieq(type, "bearer"))
        return mu_fail(err, MU_E_UNSUPPORTED,
                       "the token endpoint gave a token that is no bearer token");
    struct mu_tokens fresh = {.access = mu_secret_new(access_token, strlen(access_token)),
                              .got = mu_now()};
    fresh.ends = ends_at(doc, fresh.got);
    if (refresh_token && *refresh_token) {
        fresh.refresh = mu_secret_new(refresh_token, strlen(refresh_token));
    } else {
        fresh.refresh = t->refresh;
        t->refresh = NULL;
    }
    mu_tokens_clear(t);
    *t = fresh;
    return 0;
}

/* What a refusal means to a person (RFC 6749 section 5.2). Other codes and shapes are told as they
 * came. */
static int refusal(const struct mu_oauth *o, const struct mu_response *r, const char *what,
                   struct mu_err *err)
{
    MU_AUTO(json) struct json_object *doc = NULL;
    struct mu_err ignored, answer;
    const char *code = NULL;
    if (mu_json_parse(r->body, r->len, &doc, &ignored) == 0 &&
        json_object_is_type(doc, json_type_object))
        code = mu_json_str(doc, "error");
    mu_http_fail(r, &answer);
    if (code && (mu_streq(code, "invalid_client") || mu_streq(code, "unauthorized_client")))
        return mu_fail(err, MU_E_AUTH, "the client id or client secret is wrong: %s", answer.text);
    if (r->status == 400 || r->status == 401 || r->status == 403)
        return mu_fail(err, MU_E_AUTH,
                       "the %s was refused (used already, withdrawn or too old: %s); a person must "
                       "authorise again: %s",
                       what, answer.text, o->authorize);
    *err = answer;
    return mu_wrap(err, "token endpoint");
}

static int token_call(struct mu_oauth *o, struct mu_buf *form, const char *what,
                      struct mu_tokens *t, struct mu_err *err)
{
    add_field(form, "client_id", o->client_id);
    add_field(form, "client_secret", mu_token_text(o->client_secret));
    struct mu_request request = {.method = "POST",
                                 .path = o->token_path,
                                 .body = form->data,
                                 .body_len = form->len,
                                 .content_type = "application/x-www-form-urlencoded",
                                 .secret = true};
    struct mu_response r;
    if (form->full)
        return mu_fail(err, MU_E_LIMIT, "a token call is larger than %d bytes", FORM_MAX);
    if (mu_http_call(o->http, &request, &r, err) < 0)
        return mu_wrap(err, "token endpoint");
    if (r.status / 100 != 2) {
        mu_mask(r.body, r.len, mu_token_text(o->client_secret));
        mu_mask(r.body, r.len, mu_token_text(t->refresh));
        return refusal(o, &r, what, err);
    }
    struct json_object *doc = NULL;
    if (mu_http_json(&r, &doc, err) < 0)
        return mu_wrap(err, "token endpoint");
    int rc = take_tokens(doc, t, err);
    json_object_put(doc);
    return rc;
}

int mu_oauth_refresh(struct mu_oauth *o, struct mu_tokens *t, struct mu_err *err)
{
    struct mu_buf form = MU_BUF_INIT(FORM_MAX);
    add_field(&form, "grant_type", "refresh_token");
    add_field(&form, "refresh_token", mu_token_text(t->refresh));
    int rc = token_call(o, &form, "refresh token", t, err);
    mu_buf_wipe(&form);
    return rc;
}

int mu_oauth_exchange(struct mu_oauth *o, const char *code, struct mu_tokens *t, struct mu_err *err)
{
    struct mu_buf form = MU_BUF_INIT(FORM_MAX);
    add_field(&form, "grant_type", "authorization_code");
    add_field(&form, "code", code);
    add_field(&form, "redirect_uri", o->redirect_uri);
    int rc = token_call(o, &form, "authorization code", t, err);
    mu_buf_wipe(&form);
    return rc;
}
