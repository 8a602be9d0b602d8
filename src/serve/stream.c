/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in pieces: the reader libmicrohttpd pulls from, sleeping while there is nothing, and the
 * thread that wakes sleepers whose time has come. */
#include "serve/exchange.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/thread.h"
#include "base/time.h"
#include "serve/auth.h"

enum {
    BLOCK = 32 << 10,
    PIECE_MAX = 8 << 20,
    TICK_MS = 250,
    GRANT_US = 2000000 /* a stream looks that often whether its token still holds */
};

struct mu_waker {
    pthread_mutex_t lock;        /* guards all but the list's links */
    struct MHD_Connection *conn; /* NULL: the answer has left */
    int refs;
    bool suspended, woken;
    bool over;                     /* we are shutting down, and it is cut */
    bool ends;                     /* it isn't, since it ends by itself */
    int64_t due_us;                /* to be woken then; 0: not by itself */
    struct mu_waker *next, **link; /* in the ticker's list */
};

struct mu_ticker {
    pthread_mutex_t lock; /* guards the list; taken before a waker's */
    pthread_cond_t changed;
    pthread_t thread;
    struct mu_waker *first;
    struct deadlines *deadlines;
    bool stopping;
};

/* ---- waking ---- */

/* The exchange's own hold on its waker. */
static struct mu_waker *own_waker(struct exchange *x)
{
    if (!x->waker) {
        x->waker = mu_xcalloc(1, sizeof(*x->waker));
        pthread_mutex_init(&x->waker->lock, NULL);
        x->waker->conn = x->conn;
        x->waker->refs = 1;
    }
    return x->waker;
}

struct mu_waker *mu_request_waker(struct mu_request *r)
{
    struct mu_waker *w = own_waker((struct exchange *)(void *)r);
    pthread_mutex_lock(&w->lock);
    w->refs++;
    pthread_mutex_unlock(&w->lock);
    return w;
}

/* With its lock held. */
static void resume(struct mu_waker *w)
{
    w->woken = !w->suspended;
    if (w->suspended && w->conn)
        MHD_resume_connection(w->conn);
    w->suspended = false;
}

void mu_waker_wake(struct mu_waker *w)
{
    pthread_mutex_lock(&w->lock);
    resume(w);
    pthread_mutex_unlock(&w->lock);
}

void mu_waker_drop(struct mu_waker *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    bool last = --w->refs == 0;
    pthread_mutex_unlock(&w->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* ---- the ticker ---- */

static void tick(struct mu_ticker *t, int64_t now)
{
    for (struct mu_waker *w = t->first; w; w = w->next) {
        pthread_mutex_lock(&w->lock);
        w->over = t->stopping && !w->ends;
        if (t->stopping || (w->due_us > 0 && now >= w->due_us)) {
            w->due_us = 0;
            resume(w);
        }
        pthread_mutex_unlock(&w->lock);
    }
}

static void *ticker_run(void *arg)
{
    struct mu_ticker *t = arg;
    pthread_mutex_lock(&t->lock);
    while (!t->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&t->changed, &t->lock, &until);
        tick(t, mu_mono_us());
        deadlines_cut(t->deadlines, mu_mono_us());
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

struct mu_ticker *ticker_new(struct deadlines *deadlines, struct mu_err *err)
{
    struct mu_ticker *t = mu_xcalloc(1, sizeof(*t));
    t->deadlines = deadlines;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    if (mu_thread_start(&t->thread, ticker_run, t, err) == 0)
        return t;
    free(t);
    return NULL;
}

void ticker_stop(struct mu_ticker *t)
{
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    pthread_mutex_lock(&t->lock);
    tick(t, mu_mono_us()); /* who began to sleep meanwhile */
    pthread_mutex_unlock(&t->lock);
}

void ticker_free(struct mu_ticker *t)
{
    if (!t)
        return;
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static void enlist(struct mu_ticker *t, struct mu_waker *w)
{
    pthread_mutex_lock(&t->lock);
    w->over = t->stopping && !w->ends;
    w->next = t->first;
    w->link = &t->first;
    if (w->next)
        w->next->link = &w->next;
    t->first = w;
    pthread_mutex_unlock(&t->lock);
}

static void delist(struct mu_ticker *t, struct mu_waker *w)
{
    pthread_mutex_lock(&t->lock);
    *w->link = w->next;
    if (w->next)
        w->next->link = w->link;
    pthread_mutex_unlock(&t->lock);
}

/* ---- reading ---- */

struct reader {
    struct exchange *x;
    struct mu_buf piece;
    size_t sent; /* of the piece */
    bool ended;
};

/* Nothing to send: sleeps, unless somebody has called meanwhile. False: stay awake. */
static bool sleep_now(struct exchange *x)
{
    struct mu_waker *w = x->waker;
    pthread_mutex_lock(&w->lock);
    bool sleeps = !w->woken && !w->over;
    if (sleeps) {
        int64_t idle_us = x->reply.stream.idle_s * 1000000LL;
        if (x->r.grant && x->r.grant->hash && (!idle_us || idle_us > GRANT_US))
            idle_us = GRANT_US;
        w->due_us = idle_us ? mu_mono_us() + idle_us : 0;
        deadline_waits(x->deadline);
        MHD_suspend_connection(x->conn);
    }
    w->suspended = sleeps;
    w->woken = false;
    pthread_mutex_unlock(&w->lock);
    return sleeps;
}

static bool is_over(struct mu_waker *w)
{
    pthread_mutex_lock(&w->lock);
    bool over = w->over;
    pthread_mutex_unlock(&w->lock);
    return over;
}

static ssize_t copy_piece(struct reader *s, char *to, size_t room)
{
    size_t n = s->piece.len - s->sent;
    n = n < room ? n : room;
    memcpy(to, s->piece.data + s->sent, n);
    s->sent += n;
    s->x->bytes += n;
    deadline_receives(s->x->deadline);
    if (s->sent == s->piece.len) {
        mu_buf_reset(&s->piece);
        s->sent = 0;
    }
    return (ssize_t)n;
}

/* The token has expired or was revoked meanwhile. A store that can't be read is no reason to cut. */
static bool let_out(struct exchange *x)
{
    struct mu_store *store;
    struct mu_err ignored = MU_ERR_INIT;
    int64_t now = mu_mono_us();
    if (!x->r.grant || now - x->grant_asked_us < GRANT_US)
        return false;
    x->grant_asked_us = now;
    return mu_request_store(&x->r, &store, &ignored) == 0 &&
           mu_grant_ended(store, x->r.grant, &ignored) == 1;
}

/* The next piece as it goes out. False: cut the answer off. */
static bool fill_piece(struct reader *s, enum mu_stream_state *ret)
{
    struct exchange *x = s->x;
    MU_AUTO(buf) struct mu_buf plain = MU_BUF_INIT(PIECE_MAX);
    struct mu_buf *to = x->gzip ? &plain : &s->piece;
    *ret = x->reply.stream.fill(x->reply.stream.arg, &x->r, to);
    s->ended = *ret == MU_STREAM_END;
    if (to->full || *ret == MU_STREAM_FAILED)
        return false;
    return !x->gzip || mu_gzip_piece(x->gzip, &plain, s->ended, &s->piece);
}

/* Cut, not ended: half of a list must not look like a whole one. libmicrohttpd closes such a
 * connection when next something happens on it, which may be its idle time later. */
static ssize_t cut_off(struct exchange *x)
{
    shutdown(connection_fd(x->conn), SHUT_RDWR);
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t read_stream(void *arg, uint64_t at, char *to, size_t room)
{
    struct reader *s = arg;
    struct exchange *x = s->x;
    (void)at;
    while (s->piece.len == 0) {
        if (s->ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        enum mu_stream_state state;
        if (is_over(x->waker) || let_out(x) || !fill_piece(s, &state))
            return cut_off(x);
        if (s->piece.len == 0 &&
            (state == MU_STREAM_MORE || (state == MU_STREAM_IDLE && sleep_now(x))))
            return 0; /* others have their turn first */
    }
    return copy_piece(s, to, room);
}

struct MHD_Response *stream_response(struct exchange *x)
{
    struct reader *s = mu_alloc(x->r.arena, sizeof(*s));
    *s = (struct reader){.x = x, .piece = MU_BUF_INIT(PIECE_MAX)};
    own_waker(x)->ends = x->reply.stream.ends;
    enlist(x->home->listener->ticker, x->waker);
    x->reader = s;
    x->r.worker = x->home;
    x->r.may_block = false;
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, s, NULL);
}

void stream_end(struct exchange *x)
{
    if (x->reader) {
        delist(x->home->listener->ticker, x->waker);
        mu_buf_done(&x->reader->piece);
    }
    mu_gzip_free(x->gzip);
    if (x->reply.stream.end)
        x->reply.stream.end(x->reply.stream.arg);
    if (x->waker) {
        pthread_mutex_lock(&x->waker->lock);
        x->waker->conn = NULL;
        pthread_mutex_unlock(&x->waker->lock);
    }
    mu_waker_drop(x->waker);
}
