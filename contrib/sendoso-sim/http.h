/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request and the answer being made for it. Handlers write JSON into `out` and set `status`;
 * they never wait.
 *
 *     static void me(struct sim_request *r)
 *     {
 *         struct mu_jw w;
 *         sim_json(r, &w);
 *         ...
 *     }
 */
#ifndef SIM_HTTP_H
#define SIM_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "sim.h"

struct MHD_Connection;
struct MHD_Daemon;

enum { SIM_BODY_MAX = 1 << 20, SIM_TARGET_MAX = 8192, SIM_HEADERS_MAX = 6, SIM_HEADER_MAX = 2048 };

enum sim_delivery {
    SIM_SEND,
    SIM_SEND_HALF,
    SIM_SEND_STALL,
    SIM_SEND_SLOW,
    SIM_SEND_HUGE,
    SIM_SEND_ENDLESS,
    SIM_CUT
};

struct sim_header {
    const char *name;
    char value[SIM_HEADER_MAX];
};

struct sim_request {
    struct sim *sim;
    const struct sim_server *server;
    struct MHD_Connection *conn;
    struct sim_request *next_free;
    char *target;              /* path and query */
    const char *method, *path; /* path is decoded, and lent for the time of the request */
    char *id;                  /* what stood for * in the route; points into id_text */
    char id_text[64];
    struct mu_buf in, out;
    bool in_full, answered;
    bool replayed; /* somebody on the way has sent it a second time */
    int status;
    const char *content_type;   /* NULL: none */
    struct sim_header *headers; /* SIM_HEADERS_MAX of them */
    size_t header_count;
    struct sim_fault fault;
    struct sim_token *token; /* who asks; NULL on paths without */
    enum sim_delivery delivery;
    bool gzip, chunked, close; /* the transport switches as they stood when the answer was made */
    int64_t delay_ms;
    uint64_t number;
    int64_t arrived_us, arrived_ms;
    /* how far a slow body has come */
    uint64_t sent;
    int64_t stream_until_us;
    bool stream_paused;
};

struct sim_server {
    struct sim *sim;
    void (*handle)(struct sim_request *r); /* called under the simulator's lock */
    bool logged;                           /* counted and written to the request log */
    struct MHD_Daemon *daemon;
    struct sim_request *free; /* requests to use again; only the server's thread touches it */
    size_t free_count;
    int port;
};

/* host is an IPv4 address; port 0: any. The server's own thread starts. */
int sim_server_start(struct sim_server *server, const char *host, int port, struct mu_err *err);
void sim_server_stop(struct sim_server *server); /* after sim_timer_stop */

/* What was asked. */
const char *sim_query(struct sim_request *r, const char *name); /* NULL: not given */
const char *sim_request_header(struct sim_request *r, const char *name);

/* Answers. sim_json empties the body and begins one with status 200. */
void sim_json(struct sim_request *r, struct mu_jw *w);
void sim_reply_header(struct sim_request *r, const char *name, const char *fmt, ...)
    MU_PRINTF(3, 4);
void sim_reply_empty(struct sim_request *r, int status);
void sim_reply_text(struct sim_request *r, int status, const char *content_type, const char *text);
void sim_reply_html(struct sim_request *r, int status);
void sim_reply_e1(struct sim_request *r, int status,
                  const char *message); /* {"success":false,"message":...} */
void sim_reply_e3(struct sim_request *r, int status, const char *message); /* {"message":...} */

#endif
