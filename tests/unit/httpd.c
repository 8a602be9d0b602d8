/* SPDX-License-Identifier: Apache-2.0 */
/* The web server of the unit tests, on libmicrohttpd. */
#include "httpd.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

enum { BODY_MAX = 32 << 20, CHUNK = 4096, CONNECTION_MEMORY = 1 << 20 };

struct httpd {
    struct MHD_Daemon *daemon;
    pthread_mutex_t lock;
    httpd_handler *handler;
    void *arg;
    int count, now, most;
    char url[64];
};

/* A body sent from a callback, so that it can be cut or never end. */
struct trickle {
    char *data;
    size_t len, cut_at;
    bool endless;
};

static ssize_t on_trickle(void *arg, uint64_t pos, char *to, size_t max)
{
    struct trickle *t = arg;
    if (t->endless) {
        memset(to, ' ', max < CHUNK ? max : CHUNK);
        return (ssize_t)(max < CHUNK ? max : CHUNK);
    }
    if (pos >= t->cut_at)
        return t->cut_at < t->len ? MHD_CONTENT_READER_END_WITH_ERROR
                                  : MHD_CONTENT_READER_END_OF_STREAM;
    size_t n = t->cut_at - (size_t)pos;
    n = n < max ? n : max;
    memcpy(to, t->data + pos, n);
    return (ssize_t)n;
}

static void free_trickle(void *arg)
{
    struct trickle *t = arg;
    free(t->data);
    free(t);
}

static struct MHD_Response *make_response(struct httpd_reply *reply)
{
    size_t len;
    char *data = mu_buf_take(&reply->body, &len);
    if (!reply->cut && !reply->endless)
        return MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE);
    struct trickle *t = mu_xcalloc(1, sizeof(*t));
    *t = (struct trickle){
        .data = data, .len = len, .cut_at = reply->cut ? len / 2 : len, .endless = reply->endless};
    uint64_t size = reply->endless ? MHD_SIZE_UNKNOWN : len;
    return MHD_create_response_from_callback(size, CHUNK, on_trickle, t, free_trickle);
}

static enum MHD_Result answer(struct MHD_Connection *connection, struct httpd_reply *reply)
{
    struct MHD_Response *response = make_response(reply);
    MHD_add_response_header(response, "Content-Type",
                            reply->type ? reply->type : "application/json");
    for (int i = 0; i < HTTPD_HEADERS && reply->header[i][0]; i++)
        MHD_add_response_header(response, reply->header[i][0], reply->header[i][1]);
    enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static bool early(struct httpd *d, const struct httpd_reply *reply)
{
    pthread_mutex_lock(&d->lock);
    bool is = d->most < reply->gather;
    pthread_mutex_unlock(&d->lock);
    return is || (reply->hold && atomic_load(reply->hold));
}

static void wait_for(struct httpd *d, const struct httpd_reply *reply)
{
    if (reply->delay_ms)
        usleep(reply->delay_ms * 1000);
    while (early(d, reply))
        usleep(1000);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state)
{
    struct httpd *d = arg;
    struct mu_buf *body = *state;
    (void)version;
    if (!body) {
        body = mu_xcalloc(1, sizeof(*body));
        *body = (struct mu_buf)MU_BUF_INIT(BODY_MAX);
        *state = body;
        return MHD_YES;
    }
    if (*data_len) {
        mu_buf_add(body, data, *data_len);
        *data_len = 0;
        return MHD_YES;
    }
    struct httpd_reply reply = {.status = 200, .body = MU_BUF_INIT(BODY_MAX)};
    pthread_mutex_lock(&d->lock);
    d->count++;
    d->now++;
    d->most = d->now > d->most ? d->now : d->most;
    struct httpd_request request = {.connection = connection,
                                    .method = method,
                                    .path = path,
                                    .authorization = or_empty(MHD_lookup_connection_value(
                                        connection, MHD_HEADER_KIND, "Authorization")),
                                    .body = body->data,
                                    .number = d->count};
    d->handler(d->arg, &request, &reply);
    pthread_mutex_unlock(&d->lock);
    wait_for(d, &reply);
    pthread_mutex_lock(&d->lock);
    d->now--;
    pthread_mutex_unlock(&d->lock);
    return answer(connection, &reply);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    (void)arg;
    (void)connection;
    (void)why;
    struct mu_buf *body = *state;
    if (body)
        mu_buf_done(body);
    free(body);
}

struct httpd *httpd_start(httpd_handler *handler, void *arg)
{
    struct httpd *d = mu_xcalloc(1, sizeof(*d));
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    pthread_mutex_init(&d->lock, NULL);
    d->handler = handler;
    d->arg = arg;
    d->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL, NULL, on_request,
        d, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&any, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_END);
    mu_assert(d->daemon);
    snprintf(d->url, sizeof(d->url), "http://127.0.0.1:%u",
             (unsigned)MHD_get_daemon_info(d->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    return d;
}

void httpd_stop(struct httpd *d)
{
    MHD_stop_daemon(d->daemon);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

const char *httpd_url(const struct httpd *d)
{
    return d->url;
}

int httpd_count(const struct httpd *d)
{
    return d->count;
}

int httpd_most(const struct httpd *d)
{
    return d->most;
}

const char *httpd_header(const struct httpd_request *request, const char *name)
{
    return or_empty(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name));
}

const char *httpd_arg(const struct httpd_request *request, const char *name)
{
    return or_empty(MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name));
}

int httpd_int(const struct httpd_request *request, const char *name, int fallback)
{
    long long n;
    return mu_parse_int(httpd_arg(request, name), INT32_MIN, INT32_MAX, &n) ? (int)n : fallback;
}

void httpd_say(struct httpd_reply *reply, unsigned status, const char *body)
{
    reply->status = status;
    mu_buf_adds(&reply->body, body);
}
