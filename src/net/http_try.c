/* SPDX-License-Identifier: Apache-2.0 */
/* One try of a call: sent under the governor's eyes, and judged when it ends. */
#include "net/http_client.h"

#include "base/time.h"
#include "net/credential.h"
#include "net/governor.h"

/* Blocks that differ by less are one block in the log. */
enum { TOLD_WORTH_US = SECOND_US };

void http_to_idle(struct mu_http *http, struct mu_flight *f)
{
    mu_flight_clear(f);
    mu_flight_append(&http->idle, f);
}

int http_get_flight(struct mu_http *http, struct mu_flight **ret, struct mu_err *err)
{
    *ret = mu_flight_shift(&http->idle);
    return *ret ? 0 : mu_flight_new(&http->flight, ret, err);
}

void http_give_up(struct mu_http *http, struct mu_flight *f, struct mu_call *call)
{
    f->call = call;
    f->status = 0;
    mu_flight_append(&http->done, f);
}

int http_launch(struct mu_http *http, struct mu_call *call, int64_t now_us, struct mu_err *err)
{
    struct mu_flight *f;
    if (http_get_flight(http, &f, err) < 0) {
        mu_call_prepend(&http->queue, call);
        return -1;
    }
    const char *token = NULL;
    if (call->tries == 0) {
        call->started_us = now_us;
        if (!call->deadline_us)
            call->deadline_us = now_us + (int64_t)http->deadline_s * SECOND_US;
    }
    if ((call->credential && mu_credential_token(call->credential, &token, &f->failed) < 0) ||
        mu_flight_load(f, &http->flight, call, token, mu_mono_us(), &f->failed) < 0) {
        http_give_up(http, f, call);
        return 0;
    }
    call->tries++;
    http->stats.requests++;
    http->stats.retries += call->tries > 1;
    CURLMcode rc = curl_multi_add_handle(http->multi, f->easy);
    if (rc != CURLM_OK) {
        mu_fail(&f->failed, MU_E_NET, "libcurl: %s", curl_multi_strerror(rc));
        http_give_up(http, f, call);
        return 0;
    }
    mu_flight_append(&http->air, f);
    return 0;
}

static const char *told_or_null(const char *s)
{
    return s[0] ? s : NULL;
}

static int64_t took_us(const struct mu_flight *f)
{
    curl_off_t us = 0;
    curl_easy_getinfo(f->easy, CURLINFO_TOTAL_TIME_T, &us);
    return us;
}

static void tell_governor(struct mu_http *http, struct mu_flight *f, int64_t now_us)
{
    struct mu_rate_hint hint = {.status = f->status,
                                .took_us = took_us(f),
                                .held_us = http->untold_us,
                                .retry_after = told_or_null(f->retry_after),
                                .limit_remaining = told_or_null(f->remaining),
                                .limit_reset = told_or_null(f->limit_reset),
                                .x_reset = told_or_null(f->x_reset)};
    http->untold_us = 0;
    mu_governor_told(http->governor, &hint, now_us, mu_now());
    if (f->status != 429)
        return;
    http->stats.throttled++;
    int64_t until = now_us + mu_governor_blocked(http->governor, now_us);
    if (until > http->told_until_us + TOLD_WORTH_US) {
        http->told_until_us = until;
        mu_log(http->log, MU_LOG_WARN, "%s: told to slow down (429); going on in %.1f s",
               http->name, (double)(until - now_us) / SECOND_US);
    }
}

/* A 401 once: with a new token the call goes out again, in front. */
static bool renew(struct mu_http *http, struct mu_flight *f)
{
    struct mu_call *call = f->call;
    if (f->status != 401 || !call->credential || call->renewed)
        return false;
    call->renewed = true;
    if (mu_credential_refused(call->credential, f->token.data, &f->failed) < 0) {
        f->failed.native = 401;
        f->status = 0;
        return false;
    }
    mu_call_prepend(&http->queue, call);
    return true;
}

static bool try_again(struct mu_http *http, struct mu_flight *f, int64_t now_us)
{
    struct mu_call *call = f->call;
    if (!mu_http_again(f->rc, f->status))
        return false;
    int64_t blocked_us = mu_governor_blocked(http->governor, now_us);
    f->retry_after_s = (unsigned)((blocked_us + SECOND_US - 1) / SECOND_US);
    if (!call->safe || http->tries <= 1)
        return false;
    if (f->status != 429)
        call->failures++;
    if (call->failures >= http->tries)
        return false;
    int64_t pause_us = mu_http_backoff_us(call->failures);
    if (f->status == 429 || pause_us < blocked_us)
        pause_us = blocked_us;
    if (now_us + pause_us >= call->deadline_us)
        return false;
    call->not_before_us = now_us + pause_us;
    mu_call_append(&http->waiting, call);
    return true;
}

void http_settle(struct mu_http *http, struct mu_flight *f, CURLcode rc)
{
    int64_t now_us = mu_mono_us();
    curl_multi_remove_handle(http->multi, f->easy);
    mu_flight_remove(&http->air, f);
    mu_flight_land(f, &http->flight, rc);
    f->call->sent = f->call->sent || mu_http_sent(rc);
    http->stats.bytes += (int64_t)f->body.len;
    mu_http_trace(http->log, f, http->base_url);
    tell_governor(http, f, now_us);
    if (renew(http, f) || try_again(http, f, now_us)) {
        http_to_idle(http, f);
        return;
    }
    if (f->status == 0 && f->call->tries > 1) {
        struct mu_err why = f->failed;
        mu_fail(&f->failed, why.code, "%s (%d tries)", why.text, f->call->tries);
        f->failed.native = why.native;
    }
    mu_flight_append(&http->done, f);
}
