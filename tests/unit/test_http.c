/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP client against a server that misbehaves on purpose. */
#include <check.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "http_bench.h"
#include "net/credential.h"
#include "net/governor.h"
#include "net/http.h"
#include "suites.h"

static void say_ok(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    (void)arg;
    (void)request;
    httpd_say(reply, 200, "{\"ok\":true}");
}

START_TEST(plain)
{
    struct http_bench b;
    http_set_up(&b, say_ok, NULL, (struct mu_http_conf){.tries = 3});
    int64_t before = mu_now();
    http_get(&b, "/x?a=1");
    ck_assert_int_eq(b.r.status, 200);
    ck_assert_str_eq(b.r.body, "{\"ok\":true}");
    ck_assert_str_eq(b.r.content_type, "application/json");
    ck_assert_int_eq(b.r.tries, 1);
    ck_assert_int_eq(b.r.failed.code, MU_OK);
    ck_assert_int_ge(b.r.date, before - 1); /* clocks may be a tick apart */
    ck_assert_int_le(b.r.date, mu_now() + 1);
    ck_assert_int_eq(mu_http_next(b.http, &b.r, &b.err), 0);
    http_tear_down(&b);
}
END_TEST

START_TEST(bad_paths)
{
    static const char *const bad[] = {"", "x", "/a b", "/a\r\nHost: evil", "/\xc3\xa9", "/a#b"};
    struct http_bench b;
    http_set_up(&b, say_ok, NULL, (struct mu_http_conf){.tries = 1});
    for (size_t i = 0; i < MU_LEN(bad); i++) {
        struct mu_request request = {.path = bad[i]};
        ck_assert_int_eq(mu_http_send(b.http, &request, &b.err), -1);
    }
    http_tear_down(&b);
}
END_TEST

/* ---- repeating ---- */

struct script {
    int fails; /* so many answers of this status before it works */
    unsigned status;
    bool cut;
    const char *header[2];
    int64_t at_us[16]; /* when each request came */
};

static void by_script(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct script *s = arg;
    if (request->number <= 16)
        s->at_us[request->number - 1] = mu_mono_us();
    if (request->number > s->fails) {
        httpd_say(reply, 200, "{\"ok\":true}");
        return;
    }
    httpd_say(reply, s->status, "{\"message\":\"not \\u001b[31mnow\"}");
    reply->cut = s->cut;
    reply->header[0][0] = s->header[0];
    reply->header[0][1] = s->header[1];
}

START_TEST(repeats_what_is_safe)
{
    static const struct {
        struct script script;
        const char *method;
        long status;
        int tries;
    } cases[] = {
        {{.fails = 2, .status = 503}, "GET", 200, 3},
        {{.fails = 9, .status = 502}, "GET", 502, 3},
        {{.fails = 1, .status = 504}, "GET", 200, 2},
        {{.fails = 1, .status = 200, .cut = true}, "GET", 200, 2},
        {{.fails = 1, .status = 500}, "GET", 500, 1},
        {{.fails = 1, .status = 404}, "GET", 404, 1},
        {{.fails = 1, .status = 503}, "POST", 503, 1},
        {{.fails = 1, .status = 503}, "PUT", 503, 1},
        {{.fails = 1, .status = 429}, "POST", 429, 1},
        {{.fails = 1, .status = 503}, "DELETE", 503, 1},
    };
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        struct http_bench b;
        struct script script = cases[i].script;
        http_set_up(&b, by_script, &script, (struct mu_http_conf){.tries = 3});
        struct mu_request request = {.method = cases[i].method, .path = "/x"};
        ck_assert_int_eq(mu_http_call(b.http, &request, &b.r, &b.err), 0);
        ck_assert_msg(b.r.status == cases[i].status && b.r.tries == cases[i].tries,
                      "case %zu: %ld after %d tries", i, b.r.status, b.r.tries);
        ck_assert_int_eq(httpd_count(b.d), cases[i].tries);
        http_tear_down(&b);
    }
}
END_TEST

START_TEST(a_cut_write_is_not_repeated)
{
    struct http_bench b;
    struct script script = {.fails = 1, .status = 200, .cut = true};
    http_set_up(&b, by_script, &script, (struct mu_http_conf){.tries = 3});
    struct mu_request request = {.method = "POST", .path = "/x", .body = "{}", .body_len = 2};
    ck_assert_int_eq(mu_http_call(b.http, &request, &b.r, &b.err), -1);
    ck_assert_int_eq(b.err.code, MU_E_NET);
    ck_assert_int_eq(httpd_count(b.d), 1);
    http_tear_down(&b);
}
END_TEST

START_TEST(nobody_there)
{
    struct http_bench b;
    http_set_up(&b, say_ok, NULL,
                (struct mu_http_conf){.tries = 2, .base_url = "http://127.0.0.1:1"});
    http_get(&b, "/x");
    ck_assert_int_eq(b.r.status, 0);
    ck_assert_int_eq(b.r.failed.code, MU_E_NET);
    ck_assert_int_eq(b.r.tries, 2);
    ck_assert_ptr_nonnull(strstr(b.r.failed.text, "127.0.0.1"));
    ck_assert_ptr_nonnull(strstr(b.r.failed.text, "(2 tries)"));
    http_tear_down(&b);
}
END_TEST

/* A 429 uses no try up, and nothing is sent before the time it names. */
START_TEST(throttled)
{
    struct http_bench b;
    struct script script = {.fails = 4, .status = 429, .header = {"Retry-After", "1"}};
    struct mu_http_stats stats;
    http_set_up(&b, by_script, &script, (struct mu_http_conf){.tries = 2});
    http_get(&b, "/x");
    ck_assert_int_eq(b.r.status, 200);
    ck_assert_int_eq(b.r.tries, 5);
    for (int i = 1; i < 5; i++)
        ck_assert_int_ge(script.at_us[i] - script.at_us[i - 1], 950000);
    mu_http_stats(b.http, &stats);
    ck_assert_int_eq(stats.throttled, 4);
    ck_assert_int_eq(stats.retries, 4);
    ck_assert_int_eq(stats.requests, 5);
    http_tear_down(&b);
}
END_TEST

/* Blocked for longer than a request may take: told at once, with the time. */
START_TEST(throttled_beyond_the_deadline)
{
    struct http_bench b;
    struct script script = {.fails = 1, .status = 429, .header = {"Retry-After", "300"}};
    http_set_up(&b, by_script, &script, (struct mu_http_conf){.tries = 2});
    http_get(&b, "/x");
    ck_assert_int_eq(b.r.status, 429);
    ck_assert_int_eq(mu_http_fail(&b.r, &b.err), -1);
    ck_assert_int_eq(b.err.code, MU_E_THROTTLED);
    ck_assert(b.err.retry_after_s > 0 && b.err.retry_after_s <= 300);
    http_tear_down(&b);
}
END_TEST

START_TEST(governed)
{
    struct http_bench b;
    struct mu_governor *g = mu_governor_new(20, 2);
    struct mu_http_stats stats;
    http_set_up(&b, say_ok, NULL, (struct mu_http_conf){.tries = 1, .governor = g});
    int64_t before = mu_mono_us();
    double cpu = mu_cpu_seconds();
    for (int i = 0; i < 22; i++) {
        struct mu_request request = {.path = "/x"};
        ck_assert_int_eq(mu_http_send(b.http, &request, &b.err), 0);
    }
    int n = 0;
    while (mu_http_next(b.http, &b.r, &b.err) == 1)
        n += b.r.status == 200;
    int64_t took = mu_mono_us() - before;
    ck_assert_int_eq(n, 22);
    ck_assert_msg(took >= 980000, "%lld us", (long long)took);
    ck_assert_msg(mu_cpu_seconds() - cpu < 0.5, "waiting must not burn the processor");
    mu_http_stats(b.http, &stats);
    ck_assert_int_ge(stats.wait_us, 800000);
    http_tear_down(&b);
    mu_governor_free(g);
}
END_TEST

/* ---- time ---- */

static void dawdle(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    reply->delay_ms = *(const unsigned *)arg;
    httpd_say(reply, 200, httpd_arg(request, "n"));
}

static void keep_waiting(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    reply->hold = arg;
    httpd_say(reply, 200, httpd_arg(request, "n"));
}

START_TEST(timeout)
{
    struct http_bench b;
    atomic_bool hold = true;
    http_set_up(&b, keep_waiting, &hold, (struct mu_http_conf){.tries = 1, .timeout_s = 1});
    http_get(&b, "/x");
    atomic_store(&hold, false);
    ck_assert_int_eq(b.r.failed.code, MU_E_NET);
    ck_assert_ptr_nonnull(strstr(b.r.failed.text, "in time"));
    http_tear_down(&b);
}
END_TEST

static void gather(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    reply->gather = *(const int *)arg;
    reply->delay_ms = 20; /* so that one too many is seen */
    httpd_say(reply, 200, httpd_arg(request, "n"));
}

/* As many at once as allowed, never more, and all of them. */
START_TEST(concurrent)
{
    enum { N = 64, CONNECTIONS = 8 };
    struct http_bench b;
    int many = CONNECTIONS;
    bool seen[N] = {false};
    http_set_up(&b, gather, &many, (struct mu_http_conf){.connections = CONNECTIONS});
    for (int i = 0; i < N; i++) {
        char path[32];
        snprintf(path, sizeof(path), "/x?n=%d", i);
        struct mu_request request = {.path = path, .tag = &seen[i]};
        ck_assert_int_eq(mu_http_send(b.http, &request, &b.err), 0);
    }
    int n = 0;
    for (; mu_http_next(b.http, &b.r, &b.err) == 1; n++) {
        bool *mine = b.r.tag;
        char number[16];
        snprintf(number, sizeof(number), "%d", (int)(mine - seen));
        ck_assert_str_eq(b.r.body, number);
        ck_assert(!*mine);
        *mine = true;
    }
    ck_assert_int_eq(n, N);
    ck_assert_int_eq(httpd_most(b.d), CONNECTIONS);
    http_tear_down(&b);
}
END_TEST

START_TEST(abort_forgets)
{
    struct http_bench b;
    unsigned delay = 20;
    http_set_up(&b, dawdle, &delay, (struct mu_http_conf){.connections = 4});
    for (int i = 0; i < 20; i++) {
        struct mu_request request = {.path = "/x"};
        ck_assert_int_eq(mu_http_send(b.http, &request, &b.err), 0);
    }
    ck_assert_int_eq(mu_http_pump(b.http, &b.err), 0);
    mu_http_abort(b.http);
    ck_assert_int_eq(mu_http_next(b.http, &b.r, &b.err), 0);
    http_get(&b, "/x?n=1");
    ck_assert_str_eq(b.r.body, "1");
    http_tear_down(&b);
}
END_TEST

/* Whether mu_http_next comes back cancelled; the flag can't be taken back, so it is raised in a
 * process of its own. */
static bool comes_back_cancelled(void)
{
    struct http_bench b;
    unsigned delay = 3000;
    http_set_up(&b, dawdle, &delay, (struct mu_http_conf){.tries = 1});
    struct mu_request request = {.path = "/x"};
    if (mu_http_send(b.http, &request, &b.err) < 0)
        return false;
    mu_cancel_install();
    raise(SIGTERM);
    return mu_http_next(b.http, &b.r, &b.err) == -1 && b.err.code == MU_E_CANCELLED;
}

START_TEST(cancelled)
{
    pid_t child = fork();
    if (child == 0)
        _exit(comes_back_cancelled() ? 0 : 1);
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* ---- tokens ---- */

static void want_token(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    bool right = mu_streq(request->authorization, arg);
    httpd_say(reply, right ? 200 : 401,
              right ? "{}" : "{\"message\":\"The access token is invalid\"}");
}

static void say_late(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    say_ok(arg, request, reply);
    reply->delay_ms = mu_streq(request->path, "/x") ? 3000 : 0;
}

static bool nobody_waits(void *arg)
{
    return ++*(int *)arg > 1;
}

/* It is given up long before its answer comes, and the client goes on. */
START_TEST(nobody_waits_any_more)
{
    struct http_bench b;
    int asked = 0;
    http_set_up(&b, say_late, NULL, (struct mu_http_conf){.tries = 1});
    const struct mu_request request = {.path = "/x", .stop = nobody_waits, .stop_arg = &asked};
    ck_assert_int_eq(mu_http_call(b.http, &request, &b.r, &b.err), -1);
    ck_assert_int_eq(b.err.code, MU_E_CANCELLED);
    mu_http_abort(b.http);
    http_get(&b, "/y");
    ck_assert_int_eq(b.r.status, 200);
    http_tear_down(&b);
}
END_TEST

START_TEST(bearer)
{
    static char good[] = "Bearer good", other[] = "Bearer other";
    for (int i = 0; i < 2; i++) {
        struct http_bench b;
        struct mu_credential *c = mu_credential_bearer("test", "env:T", mu_secret_new("good", 4));
        http_set_up(&b, want_token, i ? other : good, (struct mu_http_conf){.tries = 3});
        struct mu_request request = {.path = "/x", .credential = c};
        int rc = mu_http_call(b.http, &request, &b.r, &b.err);
        ck_assert_int_eq(httpd_count(b.d), 1);
        if (i == 0) {
            ck_assert_int_eq(rc, 0);
            ck_assert_int_eq(b.r.status, 200);
        } else {
            ck_assert_int_eq(rc, -1);
            ck_assert_int_eq(b.err.code, MU_E_AUTH);
            ck_assert_ptr_nonnull(strstr(b.err.text, "token rejected (401)"));
            ck_assert_ptr_null(strstr(b.err.text, "good"));
        }
        http_tear_down(&b);
        mu_credential_free(c);
    }
}
END_TEST

static void echo_headers(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    (void)arg;
    reply->header[0][0] = "X-Own";
    reply->header[0][1] = "yes";
    httpd_say(reply, 200, "");
    mu_buf_printf(&reply->body, "%s|%s", httpd_header(request, "accept"),
                  httpd_header(request, "idempotency-key"));
}

START_TEST(headers_both_ways)
{
    struct http_bench b;
    const char *const headers[] = {"Idempotency-Key: k1", "Accept: text/csv", NULL};
    http_set_up(&b, echo_headers, NULL, (struct mu_http_conf){.tries = 1});
    struct mu_request request = {.path = "/x", .headers = headers};
    ck_assert_int_eq(mu_http_call(b.http, &request, &b.r, &b.err), 0);
    ck_assert_str_eq(b.r.body, "text/csv|k1");
    ck_assert_ptr_nonnull(strstr(b.r.headers, "X-Own: yes\r\n"));
    ck_assert(b.r.sent);
    http_get(&b, "/y"); /* nothing is left of them */
    ck_assert_ptr_nonnull(strstr(b.r.body, "application/json"));
    ck_assert(mu_ends(b.r.body, "|"));
    http_tear_down(&b);
}
END_TEST

/* A call with a deadline of its own isn't held back beyond it, and says that it was never sent. */
START_TEST(own_deadline)
{
    struct http_bench b;
    struct mu_governor *g = mu_governor_new(1.0 / 3600, 1);
    http_set_up(&b, say_ok, NULL, (struct mu_http_conf){.tries = 3, .governor = g});
    http_get(&b, "/first");
    struct mu_request request = {.path = "/x", .deadline_s = 5};
    ck_assert_int_eq(mu_http_send(b.http, &request, &b.err), 0);
    ck_assert_int_eq(mu_http_next(b.http, &b.r, &b.err), 1);
    ck_assert_int_eq(b.r.failed.code, MU_E_THROTTLED);
    ck_assert(b.r.failed.retry_after_s > 3000 && b.r.failed.retry_after_s <= 3600);
    ck_assert(!b.r.sent);
    ck_assert_int_eq(httpd_count(b.d), 1);
    http_tear_down(&b);
    mu_governor_free(g);
}
END_TEST

Suite *http_suite(void)
{
    Suite *s = suite_create("http");
    TCase *t = tcase_create("http");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, plain);
    tcase_add_test(t, bad_paths);
    tcase_add_test(t, repeats_what_is_safe);
    tcase_add_test(t, a_cut_write_is_not_repeated);
    tcase_add_test(t, nobody_there);
    tcase_add_test(t, throttled);
    tcase_add_test(t, throttled_beyond_the_deadline);
    tcase_add_test(t, governed);
    tcase_add_test(t, timeout);
    tcase_add_test(t, concurrent);
    tcase_add_test(t, abort_forgets);
    tcase_add_test(t, cancelled);
    tcase_add_test(t, nobody_waits_any_more);
    tcase_add_test(t, bearer);
    tcase_add_test(t, headers_both_ways);
    tcase_add_test(t, own_deadline);
    suite_add_tcase(s, t);
    return s;
}
