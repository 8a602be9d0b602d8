/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/deadline.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/time.h"
#include "serve/exchange.h"

enum { LATE_MAX = 1024, CUT = -1 }; /* of due_us: 0 is none */

struct deadline {
    struct deadlines *all;
    struct deadline *next, **link;
    _Atomic int64_t due_us;
    atomic_bool receiving; /* an answer: nothing may be said between */
    int fd;                /* open as long as this is in the list */
};

struct deadlines {
    const struct mu_serve_conf *conf;
    pthread_mutex_t lock; /* guards the list */
    struct deadline *first;
    struct mu_buf late; /* what a client is told that is late with its request */
};

/* ---- all of them ---- */

static void write_late(struct deadlines *d)
{
    MU_AUTO(buf) struct mu_buf body = MU_BUF_INIT(LATE_MAX);
    struct mu_err err = MU_ERR_INIT;
    mu_fail(&err, MU_E_LIMIT,
            "the request didn't come whole within %" PRId64
            " seconds, the limit of serve: request; send it in one go",
            d->conf->request_s);
    envelope_write(&body, MHD_HTTP_REQUEST_TIMEOUT, &err, NULL, false);
    mu_buf_printf(&d->late,
                  "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
                  "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                  body.len, body.data);
}

struct deadlines *deadlines_new(const struct mu_serve_conf *conf)
{
    struct deadlines *d = mu_xcalloc(1, sizeof(*d));
    d->conf = conf;
    d->late = (struct mu_buf)MU_BUF_INIT(LATE_MAX);
    pthread_mutex_init(&d->lock, NULL);
    if (!conf->tls_cert)
        write_late(d);
    return d;
}

/* Who moves a deadline sees that it was cut before it says anything, and what is said here is said by
 * nobody else. */
static void cut(struct deadline *c, int64_t due_us)
{
    const struct mu_buf *late = &c->all->late;
    bool asked_late = !atomic_load(&c->receiving);
    if (!atomic_compare_exchange_strong(&c->due_us, &due_us, CUT))
        return;
    if (!asked_late) /* what wasn't read isn't kept for it either, when libmicrohttpd closes */
        setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1},
                   sizeof(struct linger));
    else if (late->len > 0)
        (void)!send(c->fd, late->data, late->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(c->fd, SHUT_RDWR);
}

void deadlines_cut(struct deadlines *d, int64_t now_us)
{
    pthread_mutex_lock(&d->lock);
    for (struct deadline *c = d->first; c; c = c->next) {
        int64_t due_us = atomic_load(&c->due_us);
        if (due_us > 0 && now_us >= due_us)
            cut(c, due_us);
    }
    pthread_mutex_unlock(&d->lock);
}

void deadlines_free(struct deadlines *d)
{
    if (!d)
        return;
    mu_assert(!d->first);
    mu_buf_done(&d->late);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* ---- one ---- */

void deadline_connected(struct deadlines *d, struct MHD_Connection *conn, void **context)
{
    struct deadline *c = mu_xcalloc(1, sizeof(*c));
    *context = c;
    c->all = d;
    c->fd = connection_fd(conn);
    deadline_idles(c);
    pthread_mutex_lock(&d->lock);
    c->next = d->first;
    c->link = &d->first;
    if (c->next)
        c->next->link = &c->next;
    d->first = c;
    pthread_mutex_unlock(&d->lock);
}

void deadline_closed(void **context)
{
    struct deadline *c = *context;
    struct deadlines *d = c->all;
    pthread_mutex_lock(&d->lock);
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    pthread_mutex_unlock(&d->lock);
    free(c);
    *context = NULL;
}

struct deadline *deadline_of(struct MHD_Connection *conn)
{
    return MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static bool move(struct deadline *c, int64_t seconds)
{
    int64_t now = atomic_load(&c->due_us);
    int64_t due = seconds ? mu_mono_us() + seconds * 1000000LL : 0;
    while (now != CUT && !atomic_compare_exchange_weak(&c->due_us, &now, due))
        ;
    return now != CUT;
}

bool deadline_idles(struct deadline *d)
{
    bool open = move(d, d->all->conf->idle_s + d->all->conf->request_s);
    atomic_store(&d->receiving, false);
    return open;
}

bool deadline_sends(struct deadline *d)
{
    return move(d, d->all->conf->request_s);
}

bool deadline_waits(struct deadline *d)
{
    return move(d, 0);
}

bool deadline_receives(struct deadline *d)
{
    atomic_store(&d->receiving, true);
    return move(d, d->all->conf->answer_s);
}

bool deadline_passed(const struct deadline *d)
{
    return atomic_load(&d->due_us) == CUT;
}
