/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A web server inside the test: every request goes to one handler, one at a time, which fills in
 * the reply and its faults. Listens on a free port of the loopback address.
 */
#ifndef TESTS_UNIT_HTTPD_H
#define TESTS_UNIT_HTTPD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { HTTPD_HEADERS = 8 };

struct MHD_Connection;

struct httpd_request {
    struct MHD_Connection *connection;
    const char *method, *path;
    const char *authorization; /* "" when none */
    const char *body;          /* "" when none */
    int number;                /* from 1, of all requests */
};

struct httpd_reply {
    unsigned status;
    struct mu_buf body;
    const char *header[HTTPD_HEADERS][2]; /* name, value; texts that outlive the reply */
    const char *type;                     /* NULL: application/json */
    unsigned delay_ms;
    const atomic_bool *hold; /* no answer as long as it is set; NULL: none */
    int gather;              /* no answer before so many requests were here at once */
    bool cut;                /* the connection ends after half of the body */
    bool endless;            /* the body never ends */
};

typedef void httpd_handler(void *arg, const struct httpd_request *request,
                           struct httpd_reply *reply);

struct httpd;

struct httpd *httpd_start(httpd_handler *handler, void *arg);
void httpd_stop(struct httpd *d);
const char *httpd_url(const struct httpd *d); /* http://127.0.0.1:PORT */
int httpd_count(const struct httpd *d);       /* requests so far */
int httpd_most(const struct httpd *d);        /* most at once */

/* Request header; "" when absent. */
const char *httpd_header(const struct httpd_request *request, const char *name);
/* Query argument; "" or fallback when absent. */
const char *httpd_arg(const struct httpd_request *request, const char *name);
int httpd_int(const struct httpd_request *request, const char *name, int fallback);

void httpd_say(struct httpd_reply *reply, unsigned status, const char *body);

#endif
