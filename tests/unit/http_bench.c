/* SPDX-License-Identifier: Apache-2.0 */
#include "http_bench.h"

#include <check.h>
#include <string.h>

void http_set_up(struct http_bench *b, httpd_handler *handler, void *arg, struct mu_http_conf conf)
{
    memset(b, 0, sizeof(*b));
    b->d = httpd_start(handler, arg);
    conf.name = "test";
    conf.base_url = conf.base_url ? conf.base_url : httpd_url(b->d);
    conf.connections = conf.connections ? conf.connections : 4;
    conf.tries = conf.tries ? conf.tries : 3;
    conf.timeout_s = conf.timeout_s ? conf.timeout_s : 120;
    conf.deadline_s = conf.deadline_s ? conf.deadline_s : 300;
    conf.body_max = HTTP_BENCH_BODY_MAX;
    ck_assert_int_eq(mu_http_new(&conf, NULL, &b->http, &b->err), 0);
}

void http_tear_down(struct http_bench *b)
{
    mu_http_free(b->http);
    httpd_stop(b->d);
}

void http_get(struct http_bench *b, const char *path)
{
    struct mu_request request = {.path = path, .tag = b};
    ck_assert_int_eq(mu_http_send(b->http, &request, &b->err), 0);
    ck_assert_int_eq(mu_http_next(b->http, &b->r, &b->err), 1);
    ck_assert_ptr_eq(b->r.tag, b);
    ck_assert_str_eq(b->r.path, path);
}
