/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of events fed by the thread that handles its message. */
#include "serve/mcp/live.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/time.h"
#include "serve/mcp/events.h"
#include "serve/mcp/job.h"
#include "serve/mcp/mcp_http.h"
#include "serve/mcp/mcp_private.h"

enum { LOOK_S = 1, SILENCE_US = 15000000 };

/* The stream's and the job's: whoever is the last frees it. */
struct live {
    pthread_mutex_t lock; /* guards what follows */
    int holds;
    struct mcp_events events;
    bool done; /* all was said */
    bool gone; /* nobody listens */
    int64_t said_us;
    struct mu_waker *waker;
};

static void let_go(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    bool last = --l->holds == 0;
    pthread_mutex_unlock(&l->lock);
    if (!last)
        return;
    mu_waker_drop(l->waker);
    mu_buf_done(&l->events.text);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

/* ---- the job's side ---- */

static void say(void *arg, const char *lines, size_t len)
{
    struct live *l = arg;
    pthread_mutex_lock(&l->lock);
    if (!l->gone)
        mcp_events_write(lines, len, &l->events.text);
    mu_waker_wake(l->waker);
    pthread_mutex_unlock(&l->lock);
}

static void ended(void *arg)
{
    struct live *l = arg;
    pthread_mutex_lock(&l->lock);
    l->done = true;
    mu_waker_wake(l->waker);
    pthread_mutex_unlock(&l->lock);
    let_go(l);
}

static bool gone(void *arg)
{
    struct live *l = arg;
    pthread_mutex_lock(&l->lock);
    bool is = l->gone;
    pthread_mutex_unlock(&l->lock);
    return is;
}

/* ---- the stream's side ---- */

/* With the lock held. A comment now and then keeps proxies from closing it. */
static enum mu_stream_state next(struct live *l, struct mu_buf *to)
{
    int64_t now = mu_mono_us();
    if (l->events.text.full)
        return MU_STREAM_FAILED;
    if (mcp_events_take(&l->events, to) == 0) {
        if (l->done)
            return MU_STREAM_END;
        if (now - l->said_us < SILENCE_US)
            return MU_STREAM_IDLE;
        mu_buf_adds(to, ": still at it\n\n");
    }
    l->said_us = now;
    return MU_STREAM_MORE;
}

static enum mu_stream_state fill(void *arg, struct mu_request *r, struct mu_buf *to)
{
    struct live *l = arg;
    if (mu_request_gone(r))
        return MU_STREAM_FAILED;
    pthread_mutex_lock(&l->lock);
    enum mu_stream_state state = next(l, to);
    pthread_mutex_unlock(&l->lock);
    return state;
}

static void end(void *arg)
{
    struct live *l = arg;
    pthread_mutex_lock(&l->lock);
    l->gone = true;
    pthread_mutex_unlock(&l->lock);
    let_go(l);
}

int mcp_live(struct mu_request *r, const struct mu_mcp_peer *peer, struct mu_reply *reply,
             struct mu_err *err)
{
    struct live *l = mu_xcalloc(1, sizeof(*l));
    struct mu_mcp_peer told = *peer;
    pthread_mutex_init(&l->lock, NULL);
    l->holds = 2;
    l->events = (struct mcp_events)MCP_EVENTS_INIT(MU_MCP_RESULT_MAX + MU_MCP_MESSAGE_MAX);
    l->said_us = mu_mono_us();
    l->waker = mu_request_waker(r);
    told.notify = say;
    told.gone = gone;
    told.notify_arg = told.gone_arg = l;
    if (mcp_job_start(r, &told, ended, err) < 0) {
        l->holds = 1; /* there is no job */
        let_go(l);
        return -1;
    }
    reply->type = mcp_events_type;
    mu_reply_header(reply, "X-Accel-Buffering", "no"); /* nginx would keep it until its end */
    reply->stream =
        (struct mu_stream){.fill = fill, .end = end, .arg = l, .idle_s = LOOK_S, .ends = true};
    return 0;
}
