/* SPDX-License-Identifier: Apache-2.0 */
/* Many HTTP requests in flight on one libcurl multi handle, governed, repeated where that is safe.
 * */
#include "net/http.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/time.h"
#include "net/governor.h"
#include "net/http_client.h"

enum {
    LOOK_UP_MS = 250, /* how long a signal may go unnoticed */
    TRIES_MAX = 100,
    DAY_S = 86400
};

int mu_http_send(struct mu_http *http, const struct mu_request *request, struct mu_err *err)
{
    struct mu_call *call;
    if (mu_call_new(request, &call, err) < 0)
        return -1;
    mu_call_append(&http->queue, call);
    http->stop = request->stop;
    http->stop_arg = request->stop_arg;
    return 0;
}

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
        http_settle(http, (struct mu_flight *)(void *)f, result);
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
    if (http_get_flight(http, &f, err) < 0)
        return -1;
    mu_call_shift(&http->queue);
    unsigned left_s = (unsigned)((http->wake_us - now_us + SECOND_US - 1) / SECOND_US);
    mu_fail(&f->failed, MU_E_THROTTLED, "the rate is used up; try again in %u s", left_s);
    f->failed.retry_after_s = left_s;
    http_give_up(http, f, call);
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
        if (http_launch(http, mu_call_shift(&http->queue), now_us, err) < 0)
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
    http->stop = NULL;
}

static void take_back(struct mu_http *http)
{
    if (!http->lent)
        return;
    mu_call_free(http->lent->call);
    http_to_idle(http, http->lent);
    http->lent = NULL;
}

static bool stopped(const struct mu_http *http)
{
    return mu_cancelled() || (http->stop && http->stop(http->stop_arg));
}

int mu_http_next(struct mu_http *http, struct mu_response *ret, struct mu_err *err)
{
    take_back(http);
    for (;;) {
        if (stopped(http))
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

static void init_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int within(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

static struct mu_flight_conf flight_conf(const struct mu_http *http,
                                         const struct mu_http_conf *conf)
{
    return (struct mu_flight_conf){.base_url = http->base_url,
                                   .host = http->host,
                                   .ca_file = http->ca_file,
                                   .user_agent = http->user_agent,
                                   .timeout_s = within(conf->timeout_s, 1, DAY_S),
                                   .body_max = conf->body_max ? conf->body_max : MU_HTTP_BODY_MAX};
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
    http->connections = within(conf->connections, 1, MU_HTTP_CONNECTIONS_MAX);
    http->tries = within(conf->tries, 1, TRIES_MAX);
    http->deadline_s = within(conf->deadline_s, 1, DAY_S);
    http->flight = flight_conf(http, conf);
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
    http->stop = NULL;
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
