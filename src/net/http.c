/* SPDX-License-Identifier: Apache-2.0 */
/* Many HTTP requests in flight on one libcurl multi handle, governed, repeated where that is safe.
 * */
#include "net/http.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/time.h"
#include "net/credential.h"
#include "net/governor.h"
#include "net/http_flight.h"

enum {
    LOOK_UP_MS = 250, /* how long a signal may go unnoticed */
    SECOND_US = 1000000,
    TOLD_WORTH_US = SECOND_US /* blocks that differ by less are one block in the log */
};

struct mu_http {
    CURLM *multi;
    struct mu_log *log;
    struct mu_governor *governor, *own_governor;
    struct mu_flight_conf flight;
    char *name, *base_url, *host, *ca_file, *user_agent;
    int connections, tries, deadline_s;
    struct mu_call_list queue;   /* never tried, or to be tried at once */
    struct mu_call_list waiting; /* to be tried again, each not before its time */
    struct mu_flight_list air;   /* added to the multi handle */
    struct mu_flight_list done;  /* to be handed out */
    struct mu_flight_list idle;
    struct mu_flight *lent; /* whose body the caller is reading */
    int64_t wake_us;   /* when governor or backoff lets the next one go; 0: nothing is held back */
    int64_t held_us;   /* since when the governor has held back; 0: it doesn't */
    int64_t untold_us; /* how long it did, not told it yet */
    int64_t told_until_us; /* end of the block last written to the log */
    struct mu_http_stats stats;
};

int mu_http_send(struct mu_http *http, const struct mu_request *request, struct mu_err *err)
{
    struct mu_call *call;
    if (mu_call_new(request, &call, err) < 0)
        return -1;
    mu_call_append(&http->queue, call);
    return 0;
}

/* ---- one try ---- */

static void to_idle(struct mu_http *http, struct mu_flight *f)
{
    mu_flight_clear(f);
    mu_flight_append(&http->idle, f);
}

static int get_flight(struct mu_http *http, struct mu_flight **ret, struct mu_err *err)
{
    *ret = mu_flight_shift(&http->idle);
    return *ret ? 0 : mu_flight_new(&http->flight, ret, err);
}

/* The call ends here without an answer. */
static void give_up(struct mu_http *http, struct mu_flight *f, struct mu_call *call)
{
    f->call = call;
    f->status = 0;
    mu_flight_append(&http->done, f);
}

static int launch(struct mu_http *http, struct mu_call *call, int64_t now_us, struct mu_err *err)
{
    struct mu_flight *f;
    if (get_flight(http, &f, err) < 0) {
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
        give_up(http, f, call);
        return 0;
    }
    call->tries++;
    http->stats.requests++;
    http->stats.retries += call->tries > 1;
    CURLMcode rc = curl_multi_add_handle(http->multi, f->easy);
    if (rc != CURLM_OK) {
        mu_fail(&f->failed, MU_E_NET, "libcurl: %s", curl_multi_strerror(rc));
        give_up(http, f, call);
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

static void settle(struct mu_http *http, struct mu_flight *f, CURLcode rc)
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
        to_idle(http, f);
        return;
    }
    if (f->status == 0 && f->call->tries > 1) {
        struct mu_err why = f->failed;
        mu_fail(&f->failed, why.code, "%s (%d tries)", why.text, f->call->tries);
        f->failed.native = why.native;
    }
    mu_flight_append(&http->done, f);
}

/* ---- the loop ---- */

static int drive(struct mu_http *http, struct mu_err *err)
{
    int running, left;
    CURLMcode rc = curl_multi_perform(http->multi, &running);
    if (rc != CURLM_OK)
        return mu_fail(err, MU_E_NET, "libcurl: %s", curl_multi_strerror(rc));
    for (CURLMsg *m; (m = curl_multi_info_read(http->multi, &left));) {
        if (m->msg != CURLMSG_DONE)
            continue;
        char *f = NULL;
        CURLcode result = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &f);
        settle(http, (struct mu_flight *)(void *)f, result);
    }
    return 0;
}

static void wake_at(struct mu_http *http, int64_t us)
{
    if (http->wake_us == 0 || us < http->wake_us)
        http->wake_us = us;
}

/* Calls whose backoff is over go in front: they are older than what has never been sent. */
static void due_to_queue(struct mu_http *http, int64_t now_us)
{
    struct mu_call_list later = {NULL, NULL};
    for (struct mu_call *call; (call = mu_call_shift(&http->waiting));) {
        if (call->not_before_us <= now_us) {
            mu_call_prepend(&http->queue, call);
        } else {
            wake_at(http, call->not_before_us);
            mu_call_append(&later, call);
        }
    }
    http->waiting = later;
}

static bool governor_lets_go(struct mu_http *http, int64_t now_us)
{
    int64_t wait_us = mu_governor_take(http->governor, now_us);
    if (wait_us > 0) {
        wake_at(http, now_us + wait_us);
        if (!http->held_us)
            http->held_us = now_us;
        return false;
    }
    if (http->held_us) {
        http->stats.wait_us += now_us - http->held_us;
        http->untold_us += now_us - http->held_us;
        http->held_us = 0;
    }
    return true;
}

/* The first of the queue would have to wait beyond its own deadline: it needn't wait at all. */
static int refuse_first(struct mu_http *http, int64_t now_us, struct mu_err *err)
{
    struct mu_flight *f;
    struct mu_call *call = http->queue.first;
    if (!call->deadline_us || http->wake_us <= call->deadline_us)
        return 0;
    if (get_flight(http, &f, err) < 0)
        return -1;
    mu_call_shift(&http->queue);
    unsigned left_s = (unsigned)((http->wake_us - now_us + SECOND_US - 1) / SECOND_US);
    mu_fail(&f->failed, MU_E_THROTTLED, "the rate is used up; try again in %u s", left_s);
    f->failed.retry_after_s = left_s;
    give_up(http, f, call);
    return 0;
}

/* Starts what may go. Answers waiting to be handed out count too, so that a slow reader is not
 * buried. */
static int refill(struct mu_http *http, bool *ret_started, struct mu_err *err)
{
    int64_t now_us = mu_mono_us();
    http->wake_us = 0;
    due_to_queue(http, now_us);
    while (http->queue.first && http->air.count < http->connections &&
           http->done.count < http->connections) {
        if (!governor_lets_go(http, now_us))
            return refuse_first(http, now_us, err);
        if (launch(http, mu_call_shift(&http->queue), now_us, err) < 0)
            return -1;
        *ret_started = true;
    }
    return 0;
}

int mu_http_pump(struct mu_http *http, struct mu_err *err)
{
    bool started = false;
    if (http->air.count && drive(http, err) < 0)
        return -1;
    if (refill(http, &started, err) < 0)
        return -1;
    return started ? drive(http, err) : 0;
}

static int sleep_until_something(struct mu_http *http, struct mu_err *err)
{
    int64_t ms = LOOK_UP_MS;
    if (http->wake_us) {
        int64_t left_us = http->wake_us - mu_mono_us();
        int64_t left_ms = left_us > 0 ? (left_us + 999) / 1000 : 0;
        ms = left_ms < ms ? left_ms : ms;
    }
    CURLMcode rc = curl_multi_poll(http->multi, NULL, 0, (int)ms, NULL);
    return rc == CURLM_OK ? 0 : mu_fail(err, MU_E_NET, "libcurl: %s", curl_multi_strerror(rc));
}

static void hand_out(struct mu_http *http, struct mu_flight *f, struct mu_response *ret)
{
    const struct mu_call *call = f->call;
    char *type = NULL;
    if (f->status)
        curl_easy_getinfo(f->easy, CURLINFO_CONTENT_TYPE, &type);
    time_t date = f->date[0] ? curl_getdate(f->date, NULL) : 0;
    *ret =
        (struct mu_response){.tag = call->tag,
                             .method = call->method,
                             .path = call->path,
                             .status = f->status,
                             .content_type = type ? type : "",
                             .redirect = f->redirect,
                             .sent = call->sent,
                             .headers = f->head.data,
                             .date = date > 0 ? date : 0,
                             .retry_after_s = f->retry_after_s,
                             .body = f->body.data,
                             .len = f->body.len,
                             .tries = call->tries,
                             .elapsed_us = call->started_us ? mu_mono_us() - call->started_us : 0,
                             .failed = f->failed};
    http->lent = f;
}

static void take_back(struct mu_http *http)
{
    if (!http->lent)
        return;
    mu_call_free(http->lent->call);
    to_idle(http, http->lent);
    http->lent = NULL;
}

int mu_http_next(struct mu_http *http, struct mu_response *ret, struct mu_err *err)
{
    take_back(http);
    for (;;) {
        if (mu_cancelled())
            return mu_fail(err, MU_E_CANCELLED, "cancelled");
        if (mu_http_pump(http, err) < 0)
            return -1;
        struct mu_flight *f = mu_flight_shift(&http->done);
        if (f) {
            hand_out(http, f, ret);
            return 1;
        }
        if (!http->air.count && !http->queue.first && !http->waiting.first)
            return 0;
        if (sleep_until_something(http, err) < 0)
            return -1;
    }
}

int mu_http_call(struct mu_http *http, const struct mu_request *request, struct mu_response *ret,
                 struct mu_err *err)
{
    mu_assert(!http->air.count && !http->done.first && !http->queue.first && !http->waiting.first);
    if (mu_http_send(http, request, err) < 0)
        return -1;
    int got = mu_http_next(http, ret, err);
    mu_assert(got != 0);
    if (got < 0)
        return -1;
    if (ret->failed.code == MU_OK)
        return 0;
    *err = ret->failed;
    return -1;
}

void mu_http_stats(const struct mu_http *http, struct mu_http_stats *ret)
{
    *ret = http->stats;
}

/* ---- life ---- */

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int at_least(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

int mu_http_new(const struct mu_http_conf *conf, struct mu_log *log, struct mu_http **ret,
                struct mu_err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_curl);
    char *base_url, *host;
    if (mu_http_base(conf->base_url, &base_url, &host, err) < 0)
        return -1;
    struct mu_http *http = mu_xcalloc(1, sizeof(*http));
    http->log = log;
    http->base_url = base_url;
    http->host = host;
    http->name = mu_xstrdup(conf->name ? conf->name : host);
    http->ca_file = conf->ca_file ? mu_xstrdup(conf->ca_file) : NULL;
    http->user_agent = mu_xstrdup(conf->user_agent ? conf->user_agent : "muster");
    http->connections = at_least(conf->connections, 1, MU_HTTP_CONNECTIONS_MAX);
    http->tries = at_least(conf->tries, 1, 100);
    http->deadline_s = at_least(conf->deadline_s, 1, 86400);
    http->flight =
        (struct mu_flight_conf){.base_url = base_url,
                                .host = host,
                                .ca_file = http->ca_file,
                                .user_agent = http->user_agent,
                                .timeout_s = at_least(conf->timeout_s, 1, 86400),
                                .body_max = conf->body_max ? conf->body_max : MU_HTTP_BODY_MAX};
    http->own_governor = conf->governor ? NULL : mu_governor_new(0, 1);
    http->governor = conf->governor ? conf->governor : http->own_governor;
    http->multi = curl_multi_init();
    if (!http->multi)
        mu_oom();
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)http->connections);
    *ret = http;
    return 0;
}

static void free_calls(struct mu_call_list *list)
{
    for (struct mu_call *call; (call = mu_call_shift(list));)
        mu_call_free(call);
}

static void free_flights(struct mu_flight_list *list)
{
    for (struct mu_flight *f; (f = mu_flight_shift(list));) {
        if (f->call)
            mu_call_free(f->call);
        mu_flight_free(f);
    }
}

void mu_http_abort(struct mu_http *http)
{
    take_back(http);
    for (struct mu_flight *f = http->air.first; f; f = f->next)
        curl_multi_remove_handle(http->multi, f->easy);
    free_flights(&http->air);
    free_flights(&http->done);
    free_calls(&http->queue);
    free_calls(&http->waiting);
    http->wake_us = http->held_us = 0;
}

void mu_http_free(struct mu_http *http)
{
    if (!http)
        return;
    mu_http_abort(http);
    free_flights(&http->idle);
    curl_multi_cleanup(http->multi);
    mu_governor_free(http->own_governor);
    free(http->name);
    free(http->base_url);
    free(http->host);
    free(http->ca_file);
    free(http->user_agent);
    free(http);
}
