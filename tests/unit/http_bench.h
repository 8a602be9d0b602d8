/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client and the server it talks to, for tests of the former. */
#ifndef MU_TESTS_HTTP_BENCH_H
#define MU_TESTS_HTTP_BENCH_H

#include "httpd.h"
#include "net/http.h"

enum { HTTP_BENCH_BODY_MAX = 2000 }; /* bytes of an answer that the client takes */

struct http_bench {
    struct httpd *d;
    struct mu_http *http;
    struct mu_err err;
    struct mu_response r; /* the last answer; the client's until the next one */
};

/* Fields of conf that are 0 get values that no test waits for. */
void http_set_up(struct http_bench *b, httpd_handler *handler, void *arg, struct mu_http_conf conf);
void http_tear_down(struct http_bench *b);
/* Asks, and waits for the answer. */
void http_get(struct http_bench *b, const char *path);

#endif
