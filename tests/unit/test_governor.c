/* SPDX-License-Identifier: Apache-2.0 */
/* The governor against a clock of the test's own. */
#include <check.h>
#include <stdio.h>

#include "base/macros.h"
#include "base/str.h"
#include "httpd.h"
#include "net/governor.h"
#include "net/http.h"
#include "suites.h"

#define S(n) ((int64_t)((n)*1000000LL))
#define WALL 1760000000LL /* 2025-10-09T08:53:20Z */

START_TEST(rates)
{
    static const struct {
        const char *text;
        double per_second;
    } good[] = {{"8/s", 8}, {"120/m", 2}, {"3600/h", 1}, {"off", 0}, {"5", 5}, {"10/second", 10}};
    static const char *const bad[] = {"",        "/s",   "0/s",  "-1/s", "8/", "8/fortnight",
                                      "eight/s", "8 /s", "1e3/s"};
    struct mu_err err = MU_ERR_INIT;
    double rate;
    for (size_t i = 0; i < MU_LEN(good); i++) {
        ck_assert_int_eq(mu_rate_parse(good[i].text, &rate, &err), 0);
        ck_assert_double_eq(rate, good[i].per_second);
    }
    for (size_t i = 0; i < MU_LEN(bad); i++) {
        err.code = MU_OK;
        ck_assert_int_eq(mu_rate_parse(bad[i], &rate, &err), -1);
        ck_assert_int_eq(err.code, MU_E_CONFIG);
    }
}
END_TEST

/* How many may go in the given time when nobody waits longer than told. */
static int goes_in(struct mu_governor *g, int64_t from, int64_t to)
{
    int n = 0;
    for (int64_t now = from; now < to;) {
        int64_t wait = mu_governor_take(g, now);
        if (wait == 0)
            n++;
        now += wait;
    }
    return n;
}

START_TEST(keeps_the_rate)
{
    struct mu_governor *g = mu_governor_new(8, 4);
    int n = goes_in(g, S(100), S(110));
    ck_assert_int_ge(n, 80);
    ck_assert_int_le(n, 84);
    mu_governor_free(g);
}
END_TEST

/* Fifty that came as one are made up for before the next goes. */
START_TEST(charged)
{
    struct mu_governor *g = mu_governor_new(1, 1);
    struct mu_rate_state is;
    ck_assert_int_eq(mu_governor_take(g, S(100)), 0);
    mu_governor_charge(g, 49, S(100));
    mu_governor_state(g, S(100), &is);
    ck_assert_int_eq(is.remaining, 0);
    ck_assert_int_eq(is.reset_s, 50);
    ck_assert_int_gt(mu_governor_take(g, S(149)), 0);
    ck_assert_int_eq(mu_governor_take(g, S(150)), 0);
    mu_governor_free(g);
}
END_TEST

START_TEST(off_never_waits)
{
    struct mu_governor *g = mu_governor_new(0, 1);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(mu_governor_take(g, S(1)), 0);
    mu_governor_free(g);
}
END_TEST

/* Each form of "come back in 30 s" blocks for 30 s and leaves the rate alone. */
START_TEST(told_when)
{
    char epoch[32], epoch_ms[32];
    snprintf(epoch, sizeof(epoch), "%lld", WALL + 30);
    snprintf(epoch_ms, sizeof(epoch_ms), "%lld", (WALL + 30) * 1000);
    const struct mu_rate_hint hints[] = {
        {.status = 429, .retry_after = "30"},
        {.status = 503, .retry_after = "30"},
        {.status = 429, .retry_after = "Thu, 09 Oct 2025 08:53:50 GMT"},
        {.status = 429, .limit_reset = "30"},
        {.status = 200, .limit_remaining = "0", .limit_reset = "30"},
        {.status = 429, .x_reset = epoch},
        {.status = 429, .x_reset = epoch_ms},
        {.status = 429, .x_reset = "30"},
        {.status = 429, .x_reset = "30.75"},
        {.status = 429, .x_reset = "Thu, 09 Oct 2025 08:53:50 GMT"},
        {.status = 429, .x_reset = "2025-10-09T08:53:50Z"},
        {.status = 429, .x_reset = " 2025-10-09T01:53:50.000-07:00 "},
        {.status = 429, .retry_after = "soon", .x_reset = "30"},
    };
    for (size_t i = 0; i < MU_LEN(hints); i++) {
        struct mu_governor *g = mu_governor_new(8, 1);
        mu_governor_told(g, &hints[i], S(5), WALL);
        ck_assert_msg(mu_governor_blocked(g, S(5)) == S(30), "form %zu: %lld", i,
                      (long long)mu_governor_blocked(g, S(5)));
        ck_assert_int_eq(mu_governor_take(g, S(5)), S(30));
        ck_assert_int_gt(mu_governor_take(g, S(35) - 1), 0);
        ck_assert_int_le(mu_governor_take(g, S(35)), S(1) / 8 + 1);
        ck_assert_double_eq(mu_governor_rate(g), 8);
        mu_governor_free(g);
    }
}
END_TEST

START_TEST(not_told_halves_and_recovers)
{
    struct mu_governor *g = mu_governor_new(8, 1);
    struct mu_rate_hint no = {.status = 429}, yes = {.status = 200};
    mu_governor_told(g, &no, S(1), WALL);
    ck_assert_double_eq(mu_governor_rate(g), 4);
    int64_t first = mu_governor_blocked(g, S(1));
    ck_assert(first >= S(1) && first <= S(1) + S(1) / 4 + 1);
    /* Answers to what was in flight already change nothing. */
    for (int i = 0; i < 16; i++)
        mu_governor_told(g, &no, S(1) + 10, WALL);
    ck_assert_double_eq(mu_governor_rate(g), 4);
    /* The next refusal after the block: slower, and blocked for longer. */
    mu_governor_told(g, &no, S(3), WALL);
    ck_assert_double_eq(mu_governor_rate(g), 2);
    ck_assert_int_ge(mu_governor_blocked(g, S(3)), S(2));
    for (int i = 0; i < 100; i++)
        mu_governor_told(g, &yes, S(10), WALL);
    ck_assert(mu_governor_rate(g) > 5.9 && mu_governor_rate(g) < 6.1);
    for (int i = 0; i < 1000; i++)
        mu_governor_told(g, &yes, S(10), WALL);
    ck_assert_double_eq(mu_governor_rate(g), 8);
    mu_governor_free(g);
}
END_TEST

/* A time in the past, a time of years, rubbish: never zero, never for ever. */
START_TEST(absurd_times)
{
    static const char *const absurd[] = {"0",
                                         "-5",
                                         "1000",
                                         "99999999999999999999",
                                         "Thu, 01 Jan 1970 00:00:10 GMT",
                                         "4102444800",
                                         "2100-01-01T00:00:00Z",
                                         "\x01\x02",
                                         "1;drop"};
    for (size_t i = 0; i < MU_LEN(absurd); i++) {
        struct mu_governor *g = mu_governor_new(8, 1);
        struct mu_rate_hint hint = {.status = 429, .retry_after = absurd[i]};
        mu_governor_told(g, &hint, S(1), WALL);
        int64_t wait = mu_governor_blocked(g, S(1));
        ck_assert_msg(wait >= S(1) && wait <= S(3600), "%s: %lld", absurd[i], (long long)wait);
        mu_governor_free(g);
    }
}
END_TEST

START_TEST(tells_its_state)
{
    struct mu_governor *g = mu_governor_new(8, 2), *off = mu_governor_new(0, 1);
    struct mu_rate_state is;
    mu_governor_state(g, S(1), &is);
    ck_assert(is.limit == 8 && is.remaining == 8 && is.reset_s == 0);
    mu_governor_take(g, S(1));
    mu_governor_state(g, S(1), &is);
    ck_assert(is.limit == 8 && is.remaining == 7 && is.reset_s == 1);
    ck_assert_int_eq(goes_in(g, S(1), S(2)), 8); /* one more than the rate, of the two at once */
    mu_governor_state(g, S(2) - 1, &is);
    ck_assert(is.remaining == 0 && is.reset_s == 1);
    mu_governor_state(g, S(2), &is);
    ck_assert(is.remaining == 8 && is.reset_s == 0);
    struct mu_rate_hint no = {.status = 429, .retry_after = "30"};
    mu_governor_told(g, &no, S(2), WALL);
    mu_governor_state(g, S(2), &is);
    ck_assert_int_eq(is.remaining, 0);
    ck_assert_int_eq(is.reset_s, 30);
    mu_governor_state(off, S(2), &is);
    ck_assert_int_eq(is.limit, 0);
    mu_governor_free(g);
    mu_governor_free(off);
}
END_TEST

START_TEST(shared_by_name)
{
    struct mu_governors *all = mu_governors_new();
    struct mu_governor *a = mu_governors_get(all, "a", 8, 2);
    ck_assert_ptr_eq(mu_governors_get(all, "a", 8, 2), a);
    ck_assert_ptr_ne(mu_governors_get(all, "b", 8, 2), a);
    mu_governors_get(all, "a", 4, 2);
    ck_assert_double_eq(mu_governor_rate(a), 4);
    mu_governors_free(all);
}
END_TEST

/* ---- watched ---- */

struct watched {
    int tries;
    long first, last;
    const char *name;
    int64_t held_us;
};

static void watch(void *arg, const char *name, const struct mu_rate_hint *hint)
{
    struct watched *w = arg;
    w->first = w->tries++ ? w->first : hint->status;
    w->last = hint->status;
    w->name = name;
    w->held_us += hint->held_us;
    ck_assert_int_gt(hint->took_us, 0);
}

static void say_busy_once(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    (void)request;
    reply->status = (*(int *)arg)++ ? 200 : 503;
}

/* Each try is told, under the account's name, and so is the time it was held back. */
START_TEST(tries_are_watched)
{
    struct watched seen = {.tries = 0};
    struct mu_err err = MU_ERR_INIT;
    struct mu_http *http;
    struct mu_response r;
    int asked = 0;
    struct httpd *d = httpd_start(say_busy_once, &asked);
    struct mu_governors *all = mu_governors_new();
    mu_governors_watch(all, watch, &seen);
    const struct mu_http_conf conf = {.base_url = httpd_url(d),
                                      .connections = 4,
                                      .tries = 2,
                                      .timeout_s = 10,
                                      .deadline_s = 20,
                                      .governor = mu_governors_get(all, "sendoso", 20, 1)};
    const struct mu_request request = {.path = "/x"};
    ck_assert_int_eq(mu_http_new(&conf, NULL, &http, &err), 0);
    for (int i = 0; i < 2; i++) /* at once: the second one is held back */
        ck_assert_int_eq(mu_http_send(http, &request, &err), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(mu_http_next(http, &r, &err), 1);
    ck_assert_int_eq(seen.tries, 3);
    ck_assert_int_eq(seen.first, 503);
    ck_assert_int_eq(seen.last, 200);
    ck_assert_str_eq(seen.name, "sendoso");
    ck_assert_int_gt(seen.held_us, 0);
    mu_http_free(http);
    mu_governors_free(all);
    httpd_stop(d);
}
END_TEST

Suite *governor_suite(void)
{
    Suite *s = suite_create("governor");
    TCase *t = tcase_create("governor");
    tcase_add_test(t, rates);
    tcase_add_test(t, keeps_the_rate);
    tcase_add_test(t, charged);
    tcase_add_test(t, off_never_waits);
    tcase_add_test(t, told_when);
    tcase_add_test(t, not_told_halves_and_recovers);
    tcase_add_test(t, absurd_times);
    tcase_add_test(t, tells_its_state);
    tcase_add_test(t, shared_by_name);
    tcase_add_test(t, tries_are_watched);
    suite_add_tcase(s, t);
    return s;
}
