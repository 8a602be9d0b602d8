/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request and its answer, from the first byte to the last; private to the listener (listener.c,
 * exchange.c, deadline.c, send.c, access.c, blocking.c, stream.c). Handlers see its request and reply only.
 *
 * It belongs to the worker whose event loop has the connection. While the connection is suspended it
 * belongs to a blocking thread instead; suspending and resuming are the hand-over.
 */
#ifndef MU_SERVE_EXCHANGE_H
#define MU_SERVE_EXCHANGE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "serve/deadline.h"
#include "serve/gzip.h"
#include "serve/serve.h"
#include "serve/target.h"

struct mu_views;
struct mu_blocking;
struct mu_ticker;

/* A thread that runs handlers: one with an event loop, or one that may wait. */
struct mu_worker {
    struct mu_serve *serve;
    struct mu_listener *listener;
    struct MHD_Daemon *daemon;         /* the thread that starts and stops it, alone, looks at it */
    int quiesced;                      /* the socket it has done with; -1: none yet */
    bool waits;                        /* may wait: it has no event loop */
    struct mu_store *store, *writable; /* NULL until asked for */
    struct mu_views *views;            /* what the REST handlers keep (rest/view.h) */
    void (*views_free)(struct mu_views *views);
    struct exchange *free; /* for reuse */
    unsigned free_count, number;
    uint64_t served;    /* numbers its requests */
    atomic_int running; /* requests whose answer has not left yet */
};

struct mu_listener {
    struct mu_serve *serve;
    struct mu_worker *workers;
    size_t worker_count;
    struct mu_blocking *blocking;
    struct mu_ticker *ticker;
    struct deadlines *deadlines;
    uint32_t mark; /* of this process, in request ids */
    atomic_bool stopping;
    char url[128];
};

enum exchange_state { EXCHANGE_NEW, EXCHANGE_READING, EXCHANGE_WAITING, EXCHANGE_DONE };

struct exchange {
    struct mu_request r; /* first: a handler's request is its exchange */
    struct mu_reply reply;
    struct mu_worker *home; /* whose event loop has the connection */
    struct MHD_Connection *conn;
    struct deadline *deadline; /* of the connection */
    struct mu_target target;
    struct mu_buf in; /* body of the request */
    enum exchange_state state;
    bool head;    /* HEAD was asked for */
    bool refused; /* err and reply are the answer; no handler is called */
    struct mu_err err;
    int64_t began_us;
    uint64_t bytes; /* of the answer's body that were handed over */
    struct mu_waker *waker;
    struct reader *reader;  /* of a stream that has begun */
    struct mu_gzip *gzip;   /* of a stream that is packed; NULL: it isn't */
    int64_t grant_asked_us; /* when the token of a stream was last looked up */
    struct mu_task task;    /* handling it on a thread that may wait */
    struct exchange *next;  /* free list */
};

/* exchange.c */
struct exchange *exchange_begin(struct mu_worker *w, struct MHD_Connection *conn,
                                const char *target);
void exchange_headers(struct exchange *x, const char *method); /* route, gate, limits */
void exchange_body(struct exchange *x, const char *bytes, size_t len);
/* Calls the handler. True: it has to wait, call again with r.may_block. */
bool exchange_run(struct exchange *x, struct mu_worker *on);
void exchange_end(struct exchange *x);
void worker_done(struct mu_worker *w);

/* access.c: tells the log of a request that has ended, without secrets. */
void exchange_log(const struct exchange *x);

int connection_fd(struct MHD_Connection *conn); /* -1: unknown */

/* send.c: turns the reply into an answer on the connection */
enum MHD_Result exchange_send(struct exchange *x);
/* The JSON of an error, appended; request_id NULL: none. remote: an account's system refused or failed. */
void envelope_write(struct mu_buf *to, unsigned status, const struct mu_err *err,
                    const char *request_id, bool remote);

/* stream.c: the answer in pieces; NULL: out of memory */
struct MHD_Response *stream_response(struct exchange *x);
void stream_end(struct exchange *x); /* also where there is no stream */
/* Wakes idle streams, and cuts connections that are late. */
struct mu_ticker *ticker_new(struct deadlines *deadlines, struct mu_err *err);
void ticker_stop(struct mu_ticker *t); /* wakes all; they end */
void ticker_free(struct mu_ticker *t); /* NULL is fine */

/* blocking.c: threads that may wait; sets l->blocking */
int blocking_start(struct mu_listener *l, size_t threads, struct mu_err *err);
/* Suspends the connection and queues the exchange. False: the queue is full. */
bool blocking_put(struct mu_blocking *b, struct exchange *x);
void blocking_stop(struct mu_blocking *b); /* returns when all that was queued is done */
void blocking_free(struct mu_blocking *b); /* NULL is fine */

#endif
