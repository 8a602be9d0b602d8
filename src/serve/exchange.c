/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a request: begun, routed, let in, read, handled, ended. */
#include "serve/exchange.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/framing.h"
#include "serve/gate.h"
#include "serve/metrics.h"
#include "serve/route.h"

enum { FREE_MAX = 32, KEEP_BYTES = 128 << 10 }; /* of a worker; of each of the three it holds */

/* ---- making and reusing ---- */

static struct exchange *exchange_new(void)
{
    struct exchange *x = mu_xcalloc(1, sizeof(*x));
    x->r.arena = mu_arena_new();
    x->in = (struct mu_buf)MU_BUF_INIT(MU_BODY_MAX);
    x->reply.body = (struct mu_buf)MU_BUF_INIT(MU_REPLY_MAX);
    return x;
}

static void exchange_free(struct exchange *x)
{
    mu_arena_free(x->r.arena);
    mu_buf_done(&x->in);
    mu_buf_done(&x->reply.body);
    free(x);
}

/* Everything but the memory it grew is new. */
static void clear(struct exchange *x)
{
    struct mu_arena *arena = x->r.arena;
    struct mu_buf in = x->in, out = x->reply.body;
    mu_arena_reset(arena);
    mu_buf_reset(&in);
    mu_buf_reset(&out);
    memset(x, 0, sizeof(*x));
    x->r.arena = arena;
    x->in = in;
    x->reply.body = out;
}

struct exchange *exchange_begin(struct mu_worker *w, struct MHD_Connection *conn,
                                const char *target)
{
    struct exchange *x = w->free;
    if (x) {
        w->free = x->next;
        w->free_count--;
        clear(x);
    } else {
        x = exchange_new();
    }
    atomic_fetch_add(&w->running, 1);
    mu_metrics_began(w->serve->metrics);
    x->home = w;
    x->r.worker = w;
    x->conn = conn;
    x->deadline = deadline_of(conn);
    deadline_sends(x->deadline);
    x->began_us = mu_mono_us();
    x->r.serve = w->serve;
    x->r.worker = w;
    x->r.body = "";
    x->r.target = mu_strndup(x->r.arena, target, strnlen(target, MU_TARGET_MAX + 1));
    x->r.id = mu_printf(x->r.arena, "%08x-%u-%" PRIu64, w->listener->mark, w->number, ++w->served);
    x->r.log = mu_log_about(x->r.arena, w->serve->log, "request_id", x->r.id);
    return x;
}

static void refuse(struct exchange *x, unsigned status)
{
    x->refused = true;
    if (status)
        x->reply.status = status;
}

/* Its connection was cut while it came, or while its answer was read. */
static void tell_late(struct exchange *x)
{
    mu_fail(&x->err, MU_E_LIMIT, "%s",
            x->reply.status ? "the answer wasn't read in time" : "the request didn't come in time");
    refuse(x, x->reply.status ? 0 : MHD_HTTP_REQUEST_TIMEOUT);
}

void exchange_end(struct exchange *x)
{
    struct mu_worker *w = x->home;
    stream_end(x);
    if (deadline_passed(x->deadline))
        tell_late(x);
    deadline_idles(x->deadline);
    exchange_log(x);
    mu_metrics_ended(w->serve->metrics, x->r.route, x->reply.status, mu_mono_us() - x->began_us);
    atomic_fetch_sub(&w->running, 1);
    if (w->free_count >= FREE_MAX || x->in.cap > KEEP_BYTES || x->reply.body.cap > KEEP_BYTES ||
        mu_arena_used(x->r.arena) > KEEP_BYTES) {
        exchange_free(x);
        return;
    }
    x->next = w->free;
    w->free = x;
    w->free_count++;
}

void worker_done(struct mu_worker *w)
{
    while (w->free) {
        struct exchange *next = w->free->next;
        exchange_free(w->free);
        w->free = next;
    }
    if (w->views)
        w->views_free(w->views);
    mu_store_close(w->store);
    mu_store_close(w->writable);
}

/* ---- coming in ---- */

static void answer_options(struct exchange *x, const char *allow)
{
    mu_reply_header(&x->reply, "Allow", allow);
    mu_gate_cors(&x->r, &x->reply);
    if (mu_request_header(&x->r, "Access-Control-Request-Method"))
        mu_reply_header(&x->reply, "Access-Control-Allow-Methods", allow);
    x->reply.status = 204;
    x->state = EXCHANGE_DONE;
}

static void find_route(struct exchange *x, const char *method)
{
    const char *allow = NULL;
    if (mu_route_find(x->r.arena, mu_route_tables, x->r.method, &x->target, &x->r.route, x->r.args,
                      &allow, &x->err) == 0)
        return;
    if (allow && mu_streq(method, "OPTIONS")) {
        answer_options(x, allow);
        return;
    }
    if (allow)
        mu_reply_header(&x->reply, "Allow", allow);
    refuse(x, allow ? 405 : 404);
}

static size_t body_max(const struct exchange *x)
{
    return x->r.route && x->r.route->body_max ? x->r.route->body_max
                                              : (size_t)x->r.serve->config->serve->body_kib << 10;
}

static void body_too_big(struct exchange *x)
{
    mu_fail(&x->err, MU_E_LIMIT, "the body is longer than %zu bytes, the limit of this path",
            body_max(x));
    refuse(x, 413);
}

/* What says beforehand that it is too long is not read. */
static void check_length(struct exchange *x)
{
    const char *text = mu_request_header(&x->r, "Content-Length");
    long long len;
    if (text && mu_parse_int(text, 0, INT64_MAX, &len) && (size_t)len > body_max(x))
        body_too_big(x);
    x->in.max = body_max(x);
}

void exchange_headers(struct exchange *x, const char *method)
{
    x->state = EXCHANGE_READING;
    x->head = mu_streq(method, "HEAD");
    x->r.method = x->head ? "GET" : mu_strdup(x->r.arena, method);
    if (framing_check(x->conn, &x->err) < 0) {
        mu_reply_header(&x->reply, "Connection", "close");
        refuse(x, 400);
        return;
    }
    if (mu_target_parse(x->r.arena, x->r.target, &x->target, &x->err) < 0) {
        refuse(x, strlen(x->r.target) > MU_TARGET_MAX ? 414 : 0);
        return;
    }
    x->r.query = x->target.query;
    x->r.query_count = x->target.query_count;
    find_route(x, method);
    if (x->refused || x->state == EXCHANGE_DONE)
        return;
    if (mu_gate(&x->r, &x->reply, &x->err) < 0) {
        refuse(x, 0);
        return;
    }
    mu_gate_cors(&x->r, &x->reply);
    check_length(x);
}

void exchange_body(struct exchange *x, const char *bytes, size_t len)
{
    if (!x->refused && mu_buf_add(&x->in, bytes, len) < 0)
        body_too_big(x);
}

/* ---- handling ---- */

bool exchange_run(struct exchange *x, struct mu_worker *on)
{
    if (x->refused || x->state == EXCHANGE_DONE)
        return false;
    x->r.worker = on;
    x->r.may_block = on->waits;
    x->r.body = x->in.data;
    x->r.body_len = x->in.len;
    if (x->r.route->blocks && !x->r.may_block)
        return true;
    int rc = x->r.route->handle(&x->r, &x->reply, &x->err);
    if (on->store)
        mu_store_release(on->store);
    if (rc == MU_LATER && !x->r.may_block)
        return true;
    mu_assert(rc != MU_LATER);
    x->state = EXCHANGE_DONE;
    if (rc == 0 && x->reply.body.full)
        rc = mu_fail(&x->err, MU_E_LIMIT,
                     "the answer is longer than %d bytes; ask for less at once", MU_REPLY_MAX);
    if (rc < 0)
        refuse(x, 0);
    return false;
}

/* ---- what handlers ask ---- */

static const struct exchange *exchange_of(const struct mu_request *r)
{
    return (const struct exchange *)(const void *)r;
}

const char *mu_request_header(const struct mu_request *r, const char *name)
{
    return MHD_lookup_connection_value(exchange_of(r)->conn, MHD_HEADER_KIND, name);
}

const char *mu_request_param(const struct mu_request *r, const char *name)
{
    for (size_t i = r->query_count; i > 0; i--)
        if (strcmp(r->query[i - 1].name, name) == 0)
            return r->query[i - 1].value;
    return NULL;
}

int mu_worker_store(struct mu_worker *w, struct mu_store **ret, struct mu_err *err)
{
    if (!w->store && (mu_store_open(w->serve->config->store, MU_STORE_READ, &w->store, err) < 0 ||
                      mu_store_spare(w->store, err) < 0))
        return -1;
    *ret = w->store;
    return 0;
}

int mu_request_store(struct mu_request *r, struct mu_store **ret, struct mu_err *err)
{
    return mu_worker_store(r->worker, ret, err);
}

int connection_fd(struct MHD_Connection *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

bool mu_request_gone(const struct mu_request *r)
{
    struct pollfd fd = {.fd = connection_fd(exchange_of(r)->conn), .events = POLLRDHUP};
    return poll(&fd, 1, 0) == 1;
}

bool mu_request_stop(void *r)
{
    return mu_request_gone(r);
}

int mu_request_writable(struct mu_request *r, struct mu_store **ret, struct mu_err *err)
{
    struct mu_worker *w = r->worker;
    if (!w->writable &&
        mu_store_open(r->serve->config->store, MU_STORE_WRITE, &w->writable, err) < 0)
        return -1;
    *ret = w->writable;
    return 0;
}

void mu_reply_header(struct mu_reply *reply, const char *name, const char *value)
{
    size_t i = 0;
    while (i < reply->header_count && !mu_strieq(reply->headers[i].name, name))
        i++;
    mu_assert(i < MU_REPLY_HEADERS_MAX);
    reply->headers[i] = (struct mu_pair){name, value};
    if (i == reply->header_count)
        reply->header_count++;
}
