/* SPDX-License-Identifier: Apache-2.0 */
/* The libmicrohttpd side: requests come in, wait as long as the latency says, and go out. */
#include "http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/time.h"
#include "deliver.h"
#include "names.h"

enum { FREE_MAX = 256, KEEP_BYTES = 1 << 20, CONNECTIONS_MAX = 4096, IDLE_SECONDS = 900 };

static struct sim_request *take_request(struct sim_server *server)
{
    struct sim_request *r = server->free;
    if (r) {
        server->free = r->next_free;
        server->free_count--;
    } else {
        r = mu_xcalloc(1, sizeof(*r));
        r->in = (struct mu_buf)MU_BUF_INIT(SIM_BODY_MAX);
        r->out = (struct mu_buf)MU_BUF_INIT(MU_BUF_MAX);
        r->headers = mu_xcalloc(SIM_HEADERS_MAX, sizeof(*r->headers));
    }
    return r;
}

static void free_request(struct sim_request *r)
{
    mu_buf_done(&r->in);
    mu_buf_done(&r->out);
    free(r->headers);
    free(r);
}

static void give_back(struct sim_server *server, struct sim_request *r)
{
    free(r->target);
    if (server->free_count >= FREE_MAX || r->out.cap > KEEP_BYTES || r->in.cap > KEEP_BYTES) {
        free_request(r);
        return;
    }
    mu_buf_reset(&r->in);
    mu_buf_reset(&r->out);
    *r = (struct sim_request){
        .in = r->in, .out = r->out, .headers = r->headers, .next_free = server->free};
    server->free = r;
    server->free_count++;
}

/* Called with the request line, before anything else: the place where a request begins. */
static void *on_begin(void *cls, const char *uri, struct MHD_Connection *conn)
{
    struct sim_server *server = cls;
    struct sim_request *r = take_request(server);
    r->sim = server->sim;
    r->server = server;
    r->conn = conn;
    r->target = mu_xstrdup(uri);
    r->method = "";
    r->arrived_us = mu_mono_us();
    r->arrived_ms = mu_now_ms();
    r->content_type = "application/json; charset=utf-8";
    if (server->logged) {
        pthread_mutex_lock(&r->sim->lock);
        r->number = ++r->sim->served;
        sim_reqlog_arrived(&r->sim->log, r->arrived_us);
        pthread_mutex_unlock(&r->sim->lock);
    }
    return r;
}

static void write_log(struct sim_request *r)
{
    if (strncmp(r->target, "/oauth/", 7) == 0)
        r->target[strcspn(r->target, "?")] = '\0';
    struct sim_logline line = {.at_ms = r->arrived_ms,
                               .took_us = mu_mono_us() - r->arrived_us,
                               .status = r->delivery == SIM_CUT ? 0 : r->status,
                               .target = r->target};
    snprintf(line.method, sizeof(line.method), "%.7s", r->method);
    pthread_mutex_lock(&r->sim->lock);
    sim_reqlog_ended(&r->sim->log, &line);
    pthread_mutex_unlock(&r->sim->lock);
}

static void on_end(void *cls, struct MHD_Connection *conn, void **con_cls,
                   enum MHD_RequestTerminationCode why)
{
    (void)conn;
    (void)why;
    struct sim_server *server = cls;
    struct sim_request *r = *con_cls;
    *con_cls = NULL;
    if (!r)
        return;
    if (server->logged)
        write_log(r);
    give_back(server, r);
}

static void answer(struct sim_request *r)
{
    r->answered = true;
    pthread_mutex_lock(&r->sim->lock);
    if (r->in_full)
        sim_reply_e1(r, 413, "request body is larger than 1 MiB");
    else
        r->server->handle(r);
    pthread_mutex_unlock(&r->sim->lock);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **con_cls)
{
    (void)cls;
    (void)conn;
    (void)version;
    struct sim_request *r = *con_cls;
    if (!r->path) { /* headers are in, the body is not */
        r->path = url;
        r->method = method;
        return strlen(r->target) < SIM_TARGET_MAX ? MHD_YES : MHD_NO;
    }
    if (*upload_len > 0) {
        if (mu_buf_add(&r->in, upload, *upload_len) < 0)
            r->in_full = true;
        *upload_len = 0;
        return MHD_YES;
    }
    if (!r->answered) {
        answer(r);
        int64_t until = r->arrived_us + r->delay_ms * 1000;
        if (r->delay_ms > 0 && sim_timer_suspend(r->sim->timer, conn, until))
            return MHD_YES; /* called again when the time has come */
    }
    return sim_deliver(r);
}

static int bound_port(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

int sim_server_start(struct sim_server *server, const char *host, int port, struct mu_err *err)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, host, &at.sin_addr) != 1)
        return mu_fail(err, MU_E_USAGE, "--host: '%.60s' is not an IPv4 address", host);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&at,
        MHD_OPTION_URI_LOG_CALLBACK, on_begin, server, MHD_OPTION_NOTIFY_COMPLETED, on_end, server,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_SECONDS, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
    if (!server->daemon)
        return mu_fail(err, MU_E_IO, "cannot listen on %s:%d; is the port taken?", host, port);
    server->port = bound_port(server->daemon);
    return 0;
}

void sim_server_stop(struct sim_server *server)
{
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    server->daemon = NULL;
    while (server->free) {
        struct sim_request *next = server->free->next_free;
        free_request(server->free);
        server->free = next;
    }
}

const char *sim_query(struct sim_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->conn, MHD_GET_ARGUMENT_KIND, name);
}

const char *sim_request_header(struct sim_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->conn, MHD_HEADER_KIND, name);
}
