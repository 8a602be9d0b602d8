/* SPDX-License-Identifier: Apache-2.0 */
/* The libmicrohttpd side: starting and ending its daemons, and what they call. */
#include "serve/listener.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "serve/exchange.h"
#include "serve/socket.h"

enum { WORKERS_MAX = 64, PEM_MAX = 1 << 20, NAP_MS = 20, QUIET_MS = 300, LOG_LINE = 512 };

/* ---- what libmicrohttpd calls ---- */

static void *on_begin(void *cls, const char *target, struct MHD_Connection *conn)
{
    return exchange_begin(cls, conn, target);
}

static void on_end(void *cls, struct MHD_Connection *conn, void **con_cls,
                   enum MHD_RequestTerminationCode why)
{
    (void)cls;
    (void)conn;
    (void)why;
    if (*con_cls)
        exchange_end(*con_cls);
    *con_cls = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *conn, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    const struct mu_worker *w = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        deadline_connected(w->listener->deadlines, conn, context);
    else
        deadline_closed(context);
}

static enum MHD_Result handle(struct exchange *x)
{
    if (!deadline_waits(x->deadline))
        return MHD_NO;
    if (!exchange_run(x, x->home))
        return exchange_send(x);
    if (blocking_put(x->home->listener->blocking, x))
        return MHD_YES;
    mu_fail(&x->err, MU_E_BUSY,
            atomic_load(&x->home->listener->stopping)
                ? "this server is ending, or reading its configuration again; ask again"
                : "too many requests are waiting; try again soon");
    x->err.retry_after_s = 1;
    x->refused = true;
    return exchange_send(x);
}

static bool has_body(const struct exchange *x)
{
    return mu_request_header(&x->r, "Content-Length") ||
           mu_request_header(&x->r, "Transfer-Encoding");
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **con_cls)
{
    (void)cls;
    (void)conn;
    (void)url;
    (void)version;
    struct exchange *x = *con_cls;
    if (x->state == EXCHANGE_NEW) {
        exchange_headers(x, method);
        /* before its body is read, which costs the connection; without one there is a second call */
        return x->refused && has_body(x) ? exchange_send(x) : MHD_YES;
    }
    if (*upload_len > 0) {
        exchange_body(x, upload, *upload_len);
        *upload_len = 0;
        return MHD_YES;
    }
    return handle(x);
}

static void on_complaint(void *cls, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * What libmicrohttpd can't read as a request it answers itself, before anything of ours is called: a
 * malformed request line or header (400), headers beyond header_kib (431), a version it doesn't know
 * (505). Its page is HTML and the connection is closed. No option of 0.9.75 (Debian 12) sets
 * another text, and there is no callback for it: the error envelope starts behind that.
 */
static void on_complaint(void *cls, const char *fmt, va_list args)
{
    struct mu_worker *w = cls;
    char line[LOG_LINE];
    vsnprintf(line, sizeof(line), fmt, args);
    line[strcspn(line, "\n")] = '\0';
    mu_log(w->serve->log, MU_LOG_TRACE, "listener: %s", line);
}

/* ---- starting ---- */

struct pem {
    struct mu_buf cert, key;
};

static int read_pem(const struct mu_serve_conf *conf, struct pem *pem, struct mu_err *err)
{
    if (!conf->tls_cert)
        return 0;
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return mu_fail(
            err, MU_E_UNSUPPORTED,
            "serve: tls_cert: the libmicrohttpd of this machine can't do TLS; put a proxy "
            "in front and set proxy: trusted");
    if (mu_read_file(conf->tls_cert, &pem->cert, err) < 0 ||
        mu_read_file(conf->tls_key, &pem->key, err) < 0)
        return mu_wrap(err, "serve: TLS");
    return 0;
}

static int start_worker(struct mu_worker *w, int fd, const struct pem *pem, struct mu_err *err)
{
    const struct mu_serve_conf *conf = w->serve->config->serve;
    int64_t share = conf->connections / (int64_t)w->listener->worker_count;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
                     MHD_USE_ERROR_LOG | (pem->cert.len ? MHD_USE_TLS : 0);
    char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"; /* as GnuTLS calls them */
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, pem->cert.data},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, pem->key.data},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, versions},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    w->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, w, MHD_OPTION_EXTERNAL_LOGGER, on_complaint, w,
        MHD_OPTION_ARRAY, pem->cert.len ? tls : none, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_URI_LOG_CALLBACK, on_begin, w, MHD_OPTION_NOTIFY_COMPLETED, on_end, w,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, w, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(share > 0 ? share : 1), MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)conf->connections_per_ip, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)conf->idle_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)conf->header_kib << 10,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (w->daemon)
        return 0;
    close(fd);
    return mu_fail(err, MU_E_IO, "serve: libmicrohttpd doesn't start%s",
                   pem->cert.len ? "; do tls_cert and tls_key belong together?" : "");
}

static int start_workers(struct mu_listener *l, int fd, const struct pem *pem, struct mu_err *err)
{
    sigset_t all, before;
    int rc = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before); /* signals stay with the thread that asks for them */
    for (size_t i = 0; i < l->worker_count && rc == 0; i++) {
        struct mu_worker *w = &l->workers[i];
        int own = dup(fd); /* each daemon closes its socket */
        *w = (struct mu_worker){.serve = l->serve, .listener = l, .number = (unsigned)i};
        rc = own < 0 ? mu_fail_errno(err, "listening socket") : start_worker(w, own, pem, err);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static size_t count_workers(const struct mu_serve_conf *conf)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = conf->workers ? (size_t)conf->workers : processors > 0 ? (size_t)processors : 1;
    return n < WORKERS_MAX ? n : WORKERS_MAX;
}

static int start_all(struct mu_listener *l, int fd, struct mu_err *err)
{
    const struct mu_serve_conf *conf = l->serve->config->serve;
    struct pem pem = {MU_BUF_INIT(PEM_MAX), MU_BUF_INIT(PEM_MAX)};
    char name[MU_SOCKET_NAME];
    bool loopback;
    int rc = -1;
    if (mu_socket_name(fd, name, &loopback, err) == 0 && read_pem(conf, &pem, err) == 0 &&
        (l->ticker = ticker_new(l->deadlines, err)) &&
        blocking_start(l, (size_t)conf->blocking, err) == 0)
        rc = start_workers(l, fd, &pem, err);
    snprintf(l->url, sizeof(l->url), "http%s://%s", pem.cert.len ? "s" : "", name);
    mu_buf_done(&pem.cert);
    mu_buf_wipe(&pem.key);
    return rc;
}

int mu_listener_start(struct mu_serve *serve, int fd, struct mu_listener **ret, struct mu_err *err)
{
    struct mu_listener *l = mu_xcalloc(1, sizeof(*l));
    l->serve = serve;
    l->worker_count = count_workers(serve->config->serve);
    l->workers = mu_xcalloc(l->worker_count, sizeof(*l->workers));
    l->deadlines = deadlines_new(serve->config->serve);
    mu_random(&l->mark, sizeof(l->mark));
    int rc = start_all(l, fd, err);
    close(fd);
    if (rc < 0) {
        mu_listener_stop(l, 0, false);
        return -1;
    }
    *ret = l;
    return 0;
}

const char *mu_listener_url(const struct mu_listener *l)
{
    return l->url;
}

/* ---- ending ---- */

static int running(struct mu_listener *l)
{
    int n = 0;
    for (size_t i = 0; i < l->worker_count; i++)
        n += atomic_load(&l->workers[i].running);
    return n;
}

/* Sockets stay open until the daemons have ended: a thread may be accepting still (the manual of
 * MHD_quiesce_daemon). */
static void quiesce(struct mu_listener *l)
{
    for (size_t i = 0; i < l->worker_count; i++) {
        struct mu_worker *w = &l->workers[i];
        w->quiesced = w->daemon ? MHD_quiesce_daemon(w->daemon) : -1;
    }
}

/* New clients are refused while sockets are open, which are copies of one. When no daemon looks at it
 * any more: to one that does it would be ready, and fail, again and again. */
static void refuse(struct mu_listener *l)
{
    for (size_t i = 0; i < l->worker_count; i++)
        if (l->workers[i].quiesced >= 0)
            shutdown(l->workers[i].quiesced, SHUT_RDWR);
}

static void stop_worker(struct mu_worker *w)
{
    if (w->daemon)
        MHD_stop_daemon(w->daemon);
    if (w->quiesced >= 0)
        close(w->quiesced);
    worker_done(w);
}

static unsigned connections(struct mu_listener *l)
{
    unsigned n = 0;
    for (size_t i = 0; i < l->worker_count; i++) {
        struct MHD_Daemon *d = l->workers[i].daemon;
        const union MHD_DaemonInfo *info =
            d ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_CURRENT_CONNECTIONS) : NULL;
        n += info ? info->num_connections : 0;
    }
    return n;
}

/* Whoever asks again and again over one connection is told with an answer that it closes: until nobody
 * has asked for a while, unless nobody is there. */
static void drain(struct mu_listener *l, unsigned drain_s)
{
    int64_t now = mu_mono_us(), until = now + drain_s * 1000000LL, asked = now;
    while (now < until &&
           (running(l) > 0 || (connections(l) > 0 && now - asked < QUIET_MS * 1000LL))) {
        asked = running(l) > 0 ? now : asked;
        nanosleep(&(struct timespec){.tv_nsec = NAP_MS * 1000000L}, NULL);
        now = mu_mono_us();
    }
}

void mu_listener_stop(struct mu_listener *l, unsigned drain_s, bool ending)
{
    if (!l)
        return;
    atomic_store(&l->stopping, true);
    quiesce(l);
    if (ending && !l->serve->socket_passed)
        refuse(l);
    if (l->ticker)
        ticker_stop(l->ticker);
    drain(l, drain_s);
    if (ending && running(l) > 0)
        mu_cancel();
    if (l->blocking)
        blocking_stop(l->blocking);
    for (size_t i = 0; i < l->worker_count; i++)
        stop_worker(&l->workers[i]);
    blocking_free(l->blocking);
    ticker_free(l->ticker);
    deadlines_free(l->deadlines);
    free(l->workers);
    free(l);
}
