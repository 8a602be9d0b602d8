/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a handler of `muster serve` sees: a request that was read, checked and let in, a reply to fill
 * in, and the table of routes that both routing and the OpenAPI document come from. libmicrohttpd is
 * behind serve/listener.h; nothing else knows it.
 *
 *     static int get_thing(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
 *     {
 *         const char *id = r->args[0];
 *         if (!mu_request_may_block(r))
 *             return MU_LATER;              // only when it has to wait for somebody
 *         ...
 *         mu_buf_adds(&reply->body, "{}");
 *         return 0;
 *     }
 *
 *     static const struct mu_route routes[] = {
 *         {"GET", "/things/{id}", get_thing, .need = "get", .resource = "things", .doc = &get_doc},
 *         {.method = NULL}};
 *
 * Threads. A few workers, each with an event loop, serve many connections each: a handler there must
 * not wait for anything but the store. What waits (for a remote, a lock, another muster) sets
 * `.blocks` in its route, or returns MU_LATER: it is called (again) on a thread that may wait, while
 * the connection sleeps. Both have a store handle of their own (mu_request_store).
 *
 * Failure. A handler that returns -1 has filled *err; the listener answers with the error envelope
 * {statusCode, error, message, code, request_id} and a status by the error's code (mu_reply_status),
 * or the one the handler has put into reply->status. Headers that it has set stay; its body is dropped.
 *
 * Memory. Everything a request names lives until its answer has left: r->arena is its own. Limits are
 * named below; reaching one is answered with 413, 414, 431 or 400 and the limit's name.
 */
#ifndef MU_SERVE_HTTP_H
#define MU_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/log.h"
#include "store/store.h"

enum {
    MU_TARGET_MAX = 8192,      /* bytes of path and query */
    MU_QUERY_MAX = 64,         /* parameters */
    MU_SEGMENTS_MAX = 32,      /* parts of a path */
    MU_BODY_MAX = 1 << 20,     /* bytes of a request's body, unless its route says less or more */
    MU_REPLY_MAX = 64 << 20,   /* bytes of an answer that is not a stream */
    MU_REPLY_HEADERS_MAX = 32, /* that a handler sets */
    MU_ROUTE_ARGS_MAX = 4      /* {names} in a pattern */
};

struct mu_serve;  /* serve/serve.h */
struct mu_worker; /* the thread a handler runs in */
struct mu_grant;  /* serve/auth.h: what the token allows */
struct mu_request;
struct mu_reply;

enum { MU_LATER = 1 }; /* what a handler returns that has to wait and may not */

/* ---- routes ---- */

/* A parameter of a route, for the OpenAPI document. */
struct mu_param {
    const char *name;
    const char *in;   /* "query", "path", "header" */
    const char *type; /* JSON schema type: "string", "integer", "boolean" */
    bool required;
    const char *const *choices; /* NULL-terminated; NULL: any */
    const char *help;
};

struct mu_route_doc {
    const char *summary;           /* one line */
    const char *about;             /* more, or NULL */
    const char *tag;               /* heading it stands under: "Users" */
    const struct mu_param *params; /* ends with name NULL; NULL: none */
    const enum mu_kind *filters;   /* every field of that kind is a parameter too; NULL: none */
    /* names of schemas (serve/openapi.h): of the request's body, of the answer; NULL: none */
    const char *body, *answer;
    const char *example;     /* a body, as JSON text; NULL: it has none */
    const char *answer_type; /* media type; NULL: application/json */
    const char
        *line;   /* schema of a line, where the answer may be MU_LINES_TYPE, too; NULL: it isn't */
    bool marked; /* has an ETag: 304 when the client knows it */
    unsigned status; /* of success; 0: 200 */
};

struct mu_route {
    const char
        *method; /* "GET" answers HEAD too; OPTIONS is answered from the table; NULL ends it */
    const char *pattern; /* "/users/{id}"; "{rest*}" as last part takes all that is left; a
                          * part {token} is the token, where clients can't send a header */
    int (*handle)(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);
    /* what a token must allow: "list", "get", "read", "create", "update", "delete", "custom"; "token":
     * any valid one, the handler looks further (mu_grant_allows); NULL: open to everybody. A part
     * of the pattern called {token} is one, where the header has none. */
    const char *need;
    const char *resource; /* what of: "users"; goes with need */
    /* Read in a browser, which asks people for a password (HTTP Basic): the token is taken as one, too.
     * For GETs that change nothing only: browsers send a password along unasked. */
    bool page;
    bool blocks;                    /* always called on a thread that may wait */
    size_t body_max;                /* 0: MU_BODY_MAX */
    const struct mu_route_doc *doc; /* NULL: not in the OpenAPI document */
    const void *arg;                /* the handler's own */
};

/* ---- requests ---- */

struct mu_pair {
    const char *name, *value; /* decoded, UTF-8, without NULs */
};

struct mu_request {
    struct mu_serve *serve;
    struct mu_worker *worker;
    struct mu_arena *arena;
    const char *id;     /* in the log, in errors, in the header X-Request-Id */
    struct mu_log *log; /* whose lines say of which request they are */
    const char *method; /* "GET", also for HEAD */
    const char *target; /* path and query as sent; it may hold a token: not for the log */
    const struct mu_route *route;
    const char *args[MU_ROUTE_ARGS_MAX]; /* what the {names} of the pattern stood for, decoded */
    const struct mu_pair *query;
    size_t query_count;
    const char *body; /* "" when there is none; NUL behind it */
    size_t body_len;
    const struct mu_grant *grant; /* NULL: the route is open to everybody */
    /* account whose system was asked for this answer, set by the handler: what its rate leaves is
     * told with it (serve/rate.h); NULL: none was */
    const char *upstream;
    bool may_block;
};

/* NULL: not sent. Any letter case. */
const char *mu_request_header(const struct mu_request *r, const char *name);
/* Of a query parameter; NULL: not there. The last one of a name counts. */
const char *mu_request_param(const struct mu_request *r, const char *name);
/* This thread's handle, opened for reading when first asked for. MU_E_MISSING: nothing was pulled yet. */
int mu_request_store(struct mu_request *r, struct mu_store **ret, struct mu_err *err);

/* The same, opened for writing, for moments only: the event loops wait for nobody. */
int mu_request_writable(struct mu_request *r, struct mu_store **ret, struct mu_err *err);

/* The same of a thread that a task runs on. */
int mu_worker_store(struct mu_worker *w, struct mu_store **ret, struct mu_err *err);

/* Whether the client has closed the connection; for handlers that wait, and streams. */
bool mu_request_gone(const struct mu_request *r);
/* The same as a `stop` of calls (adapter.h); its argument is the request. */
bool mu_request_stop(void *r);

/* What a handler leaves to a thread that may wait, and answers before it is done. run is called there
 * once, whatever becomes of the request meanwhile: what it needs is its own. */
struct mu_task {
    void (*run)(struct mu_task *task, struct mu_worker *on);
    struct mu_task *next;      /* the queue's, as is owner */
    char owner[MU_DIGEST_HEX]; /* digest of the token, which gets a share only; "": none */
};
/* False: too much waits already, or too much of that token; run will not be called. */
bool mu_request_leave(struct mu_request *r, struct mu_task *task);

/* How many requests wait for a thread that may wait. */
unsigned mu_request_waiting(const struct mu_request *r);

/* ---- replies ---- */

/* Media type of streams that may be packed: a JSON object a line. */
#define MU_LINES_TYPE "application/x-ndjson"

/*
 * An answer that comes in pieces. fill appends to the buffer (some 16 KiB at a time) and returns
 * MU_STREAM_MORE, MU_STREAM_END, or MU_STREAM_IDLE: nothing for now; it is called again after
 * mu_waker_wake, and after idle_s seconds at the latest. It runs on an event loop: it must not wait.
 * end is called once, when the answer has left or the client has gone.
 */
enum mu_stream_state {
    MU_STREAM_MORE,
    MU_STREAM_IDLE,
    MU_STREAM_END,
    MU_STREAM_FAILED /* cut off, so that the client sees that it isn't whole */
};
struct mu_stream {
    enum mu_stream_state (*fill)(void *arg, struct mu_request *r, struct mu_buf *to);
    void (*end)(void *arg);
    void *arg;
    unsigned idle_s; /* 0: never by itself */
    bool ends;       /* by itself, and soon: it may, while we are ending; others are cut at once */
};

struct mu_reply {
    unsigned status;  /* 0: 200, or by the error's code */
    const char *type; /* media type; NULL: application/json */
    struct mu_buf body;
    struct mu_stream stream; /* instead of body, when stream.fill is set */
    /* the content's mark, without quotes: makes ETag and answers If-None-Match; NULL: none */
    const char *etag;
    struct mu_pair headers[MU_REPLY_HEADERS_MAX];
    size_t header_count;
};

/* Sets a header in place of an earlier one of that name; the texts live in r->arena or longer. */
void mu_reply_header(struct mu_reply *reply, const char *name, const char *value);
/* The client has what reply->etag marks already: the answer is 304, and needs no body. */
bool mu_reply_unchanged(struct mu_request *r, struct mu_reply *reply);
/* The status that stands for a code. */
unsigned mu_reply_status(enum mu_code code);

/* Wakes the stream of a request from any thread. Made before the handler returns; each is dropped
 * once; waking after the stream has ended does nothing. */
struct mu_waker;
struct mu_waker *mu_request_waker(struct mu_request *r);
void mu_waker_wake(struct mu_waker *waker);
void mu_waker_drop(struct mu_waker *waker); /* NULL is fine */

#endif
