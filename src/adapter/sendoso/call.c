/* SPDX-License-Identifier: Apache-2.0 */
/* One request as somebody else wrote it, with our credentials, under the account's rate. */
#include <string.h>

#include "adapter/sendoso/sendoso_private.h"
#include "base/str.h"
#include "base/time.h"

static int pick_credential(struct sendoso *s, const char *which, struct mu_credential **ret,
                           struct mu_err *err)
{
    if (which && !mu_streq(which, "scim"))
        return mu_fail(err, MU_E_USAGE, "%s: no credential is called so; there is scim",
                       s->base.name);
    if (which && !s->scim)
        return mu_fail(err, MU_E_CONFIG, "%s: has no SCIM credential; set scim: {token: ...}",
                       s->base.name);
    *ret = which ? s->scim : s->main;
    return 0;
}

static int check(const char *account, const struct mu_raw_call *call, struct mu_err *err)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < MU_LEN(methods); i++) {
        if (mu_streq(call->method, methods[i]))
            return mu_url_below(call->path, call->query, err) < 0 ? mu_wrap(err, "%s", account) : 0;
    }
    return mu_fail(err, MU_E_USAGE, "%s: the method must be GET, HEAD, POST, PUT, PATCH or DELETE",
                   account);
}

static void answer(struct sendoso *s, const struct mu_response *r, int64_t waited_us,
                   struct mu_arena *arena, struct mu_raw_answer *ret)
{
    *ret = (struct mu_raw_answer){
        .status = r->status,
        .headers = mu_strdup(arena, r->headers),
        .content_type = mu_strdup(arena, r->content_type),
        .body = mu_strndup(arena, r->body, r->len),
        .len = r->len,
        .retry_after_s = r->retry_after_s,
        .tries = r->tries,
        .elapsed_us = r->elapsed_us,
        .waited_us = waited_us,
        .failed = r->failed,
    };
    if (s->governor)
        mu_governor_state(s->governor, mu_mono_us(), &ret->rate);
}

/* A write that is given up on while it is under way (we are to end, or libcurl is broken) may have
 * reached the server. */
static bool may_have_gone(const struct mu_raw_call *call, const struct mu_http_stats *before,
                          const struct mu_http_stats *after)
{
    bool reads = mu_streq(call->method, "GET") || mu_streq(call->method, "HEAD");
    return !reads && after->requests > before->requests;
}

static int given_up(struct sendoso *s, const struct mu_raw_call *call,
                    const struct mu_http_stats *before, struct mu_arena *arena,
                    struct mu_raw_answer *ret, struct mu_err *err)
{
    struct mu_http_stats after;
    struct mu_response none = {.headers = "", .content_type = ""};
    mu_http_stats(s->http, &after);
    mu_http_abort(s->http);
    if (!may_have_gone(call, before, &after))
        return mu_wrap(err, "%s", s->base.name);
    none.tries = 1;
    mu_fail(&none.failed, err->code, "given up before an answer came (%s)", err->text);
    *err = (struct mu_err)MU_ERR_INIT;
    answer(s, &none, after.wait_us - before->wait_us, arena, ret);
    return 0;
}

int sendoso_call(struct mu_account *a, const struct mu_raw_call *call, struct mu_arena *arena,
                 struct mu_raw_answer *ret, struct mu_err *err)
{
    struct sendoso *s = sendoso_of(a);
    struct mu_request request = {.method = call->method,
                                 .path = call->path,
                                 .headers = call->headers,
                                 .body = call->body,
                                 .body_len = call->body_len,
                                 .content_type = call->content_type,
                                 .deadline_s = call->deadline_s,
                                 .stop = call->stop,
                                 .stop_arg = call->stop_arg};
    struct mu_response response;
    struct mu_http_stats before, after;
    if (check(a->name, call, err) < 0 ||
        pick_credential(s, call->credential, &request.credential, err) < 0)
        return -1;
    if (call->query && *call->query)
        request.path = mu_printf(arena, "%s?%s", call->path, call->query);
    mu_http_stats(s->http, &before);
    if (mu_http_send(s->http, &request, err) < 0 || mu_http_next(s->http, &response, err) < 0)
        return given_up(s, call, &before, arena, ret, err);
    mu_http_stats(s->http, &after);
    if (!response.sent) {
        *err = response.failed;
        return mu_wrap(err, "%s", a->name);
    }
    answer(s, &response, after.wait_us - before.wait_us, arena, ret);
    return 0;
}
