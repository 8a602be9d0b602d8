/* SPDX-License-Identifier: Apache-2.0 */
/* Page iteration against servers of every kind of honesty. */
#include <check.h>
#include <string.h>

#include "base/json.h"
#include "httpd.h"
#include "net/http.h"
#include "net/pages.h"
#include "suites.h"

/* A list of the numbers 0..have-1, as {"rows":[..],"total":N,"size":N}, and how the server lies
 * about it. */
struct shop {
    int have;
    int total;       /* told; -1: not */
    int clamp;       /* largest page; 0: whatever is asked for */
    bool echo;       /* tells the size it used */
    bool echo_asked; /* tells the size it was asked for */
    bool ignores;    /* the page number */
    bool endless;    /* every page is full, with rows of its own */
    bool index;      /* SCIM: start and count */
    int give;        /* never more rows than this in one answer, though more are there */
    int past_end;    /* status past the end; 0: an empty list, 1: the last page again */
    int again_page;  /* gives this page the rows of the one before */
    int broken_page; /* answers this page with 500 */
    int thin_page;   /* this page lacks its last row */
    int requests, highest;
};

static void sell(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct shop *s = arg;
    int page = httpd_int(request, s->index ? "start" : "page", 1);
    int asked = httpd_int(request, s->index ? "count" : "per", 10);
    int size = s->clamp && asked > s->clamp ? s->clamp : asked;
    if (page == s->again_page)
        page--;
    s->requests++;
    if (page > s->highest)
        s->highest = page;
    if (page == s->broken_page) {
        httpd_say(reply, 500, "<html>");
        return;
    }
    int from = s->ignores ? 0 : s->index ? page - 1 : (page - 1) * size;
    if (s->past_end == 1 && from >= s->have && s->have > 0)
        from = (s->have - 1) / size * size;
    int to = s->ignores ? s->have : from + size;
    if (s->give && to > from + s->give)
        to = from + s->give;
    if (!s->endless && to > s->have)
        to = s->have;
    if (page == s->thin_page)
        to--;
    if (s->past_end > 1 && from >= s->have && page > 1) {
        httpd_say(reply, (unsigned)s->past_end, "{\"message\":\"no such page\"}");
        return;
    }
    mu_buf_adds(&reply->body, "{\"rows\":[");
    for (int i = from; i < to; i++)
        mu_buf_printf(&reply->body, "%s%d", i == from ? "" : ",", i);
    mu_buf_adds(&reply->body, "]");
    if (s->total >= 0)
        mu_buf_printf(&reply->body, ",\"total\":%d", s->total);
    if (s->echo || s->echo_asked)
        mu_buf_printf(&reply->body, ",\"size\":%d", s->echo_asked ? asked : size);
    mu_buf_adds(&reply->body, "}");
}

static int look(void *arg, const struct mu_response *response, void **ret_page,
                struct mu_page_facts *ret, struct mu_err *err)
{
    struct json_object *doc = NULL;
    int64_t total = -1, size = 0;
    int *looks = arg;
    if (mu_http_json(response, &doc, err) < 0)
        return -1;
    struct json_object *rows = mu_json_at(doc, "/rows");
    mu_json_int(doc, "total", &total);
    mu_json_int(doc, "size", &size);
    int n = (int)json_object_array_length(rows);
    uint64_t mark = 0;
    if (n > 0)
        mark = 1 + (uint64_t)json_object_get_int64(json_object_array_get_idx(rows, 0)) * 1000003 +
               (uint64_t)json_object_get_int64(json_object_array_get_idx(rows, (size_t)n - 1));
    *ret = (struct mu_page_facts){.rows = n, .total = total, .size = (int)size, .mark = mark};
    *ret_page = doc;
    (*looks)++;
    return 0;
}

static void drop(void *arg, void *page)
{
    int *looks = arg;
    (*looks)--;
    json_object_put(page);
}

struct outcome {
    int rc;   /* of the last mu_pages_next */
    int rows; /* different ones */
    int repeated;
    int kept; /* pages looked at and neither dropped nor handed out */
    struct mu_err err;
};

enum { ROWS_MAX = 4096 };

static void note_rows(struct json_object *doc, bool *seen, struct outcome *o)
{
    struct json_object *rows = mu_json_at(doc, "/rows");
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        int n = json_object_get_int(json_object_array_get_idx(rows, i));
        if (n >= ROWS_MAX)
            continue;
        o->rows += !seen[n];
        o->repeated += seen[n];
        seen[n] = true;
    }
}

static struct outcome read_all(struct shop *shop, int connections, int at_most)
{
    static bool seen[ROWS_MAX];
    struct outcome o = {.rc = 1};
    struct httpd *d = httpd_start(sell, shop);
    struct mu_http_conf conf = {.name = "test",
                                .base_url = httpd_url(d),
                                .connections = connections,
                                .tries = 1,
                                .timeout_s = 120,
                                .deadline_s = 20};
    struct mu_list list = {.what = "numbers",
                           .path = "/list?x=1",
                           .number_name = shop->index ? "start" : "page",
                           .size_name = shop->index ? "count" : "per",
                           .size = 10,
                           .by_index = shop->index,
                           .look = look,
                           .drop = drop,
                           .arg = &o.kept};
    struct mu_http *http;
    struct mu_pages *pages;
    memset(seen, 0, sizeof(seen));
    ck_assert_int_eq(mu_http_new(&conf, NULL, &http, &o.err), 0);
    ck_assert_int_eq(mu_pages_open(http, &list, &pages, &o.err), 0);
    for (int i = 0; i < at_most && o.rc == 1; i++) {
        void *page;
        int number;
        struct mu_page_facts facts;
        o.rc = mu_pages_next(pages, &page, &number, &facts, &o.err);
        if (o.rc != 1)
            break;
        note_rows(page, seen, &o);
        drop(&o.kept, page);
    }
    mu_pages_close(pages);
    struct mu_response left;
    ck_assert_int_eq(mu_http_next(http, &left, &o.err), 0);
    mu_http_free(http);
    httpd_stop(d);
    return o;
}

START_TEST(whole_lists)
{
    static const struct {
        const char *what;
        struct shop shop;
        int requests; /* at most */
    } cases[] = {
        {"empty", {.have = 0, .total = 0}, 1},
        {"empty, no total", {.have = 0, .total = -1}, 1},
        {"one short page", {.have = 7, .total = 7, .echo = true}, 1},
        {"one full page", {.have = 10, .total = 10, .echo = true}, 2},
        {"full pages", {.have = 200, .total = 200, .echo = true}, 21},
        {"full pages, 404 past the end",
         {.have = 200, .total = 200, .echo = true, .past_end = 404},
         21},
        {"full pages, 400 past the end", {.have = 200, .total = 200, .past_end = 400}, 21},
        {"full pages, the last one again",
         {.have = 200, .total = 200, .echo = true, .past_end = 1},
         22},
        {"one full page, again and again",
         {.have = 10, .total = 10, .echo = true, .past_end = 1},
         2},
        {"full pages, no total, the last one again",
         {.have = 200, .total = -1, .echo = true, .past_end = 1},
         22},
        {"short pages, no total, the last one again",
         {.have = 93, .total = -1, .clamp = 4, .past_end = 1},
         26},
        {"rows were added at a page's end", {.have = 125, .total = 100, .echo = true}, 15},
        {"by index, the last page again",
         {.have = 100, .total = 100, .index = true, .past_end = 1},
         12},
        {"a last short page", {.have = 205, .total = 205, .echo = true}, 21},
        {"clamped and told", {.have = 95, .total = 95, .clamp = 4, .echo = true}, 24},
        {"clamped, not told", {.have = 95, .total = 95, .clamp = 4}, 24},
        {"clamped, told the size asked for",
         {.have = 95, .total = 95, .clamp = 4, .echo_asked = true},
         25},
        {"no total", {.have = 95, .total = -1, .echo = true}, 11},
        {"no total, full pages", {.have = 100, .total = -1, .echo = true}, 11},
        {"no total, clamped and told", {.have = 95, .total = -1, .clamp = 4, .echo = true}, 25},
        {"no total, clamped, not told", {.have = 95, .total = -1, .clamp = 4}, 25},
        {"the total is too small", {.have = 95, .total = 60, .echo = true}, 11},
        {"the total is too large", {.have = 95, .total = 120, .echo = true}, 14},
        {"the total is absurd", {.have = 95, .total = 2000000, .echo = true}, 400},
        {"not paged at all", {.have = 37, .total = -1, .ignores = true}, 2},
        {"not paged at all, but counted", {.have = 37, .total = 37, .ignores = true}, 1},
        {"by index", {.have = 95, .total = 95, .index = true}, 10},
        {"by index, one page", {.have = 9, .total = 9, .index = true}, 1},
        {"by index, empty", {.have = 0, .total = 0, .index = true}, 1},
        {"by index, full pages", {.have = 100, .total = 100, .index = true, .past_end = 400}, 11},
        {"by index, clamped", {.have = 95, .total = 95, .clamp = 4, .index = true}, 24},
    };
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        for (int connections = 1; connections <= 8; connections += 7) {
            struct shop shop = cases[i].shop;
            struct outcome o = read_all(&shop, connections, 5000);
            ck_assert_msg(o.rc == 0 && o.rows == shop.have && o.repeated == 0 && o.kept == 0,
                          "%s: rc %d (%s), %d rows of %d, %d repeated, %d pages kept",
                          cases[i].what, o.rc, o.err.text, o.rows, shop.have, o.repeated, o.kept);
            ck_assert_msg(shop.requests <= cases[i].requests, "%s: %d requests", cases[i].what,
                          shop.requests);
        }
    }
}
END_TEST

/* Without a total a short page is no end: what comes after it shows that it was short. */
START_TEST(a_short_page_is_no_end)
{
    struct shop shop = {.have = 95, .total = -1, .echo = true, .thin_page = 3};
    struct outcome o = read_all(&shop, 1, 5000);
    ck_assert_int_eq(o.rc, 0);
    ck_assert_int_eq(o.rows, 94);
    ck_assert_int_eq(shop.highest, 11);
}
END_TEST

/* A server may give fewer rows than asked for anywhere: nothing is lost between the steps. */
START_TEST(short_answers_by_index)
{
    for (int give = 1; give <= 10; give += 3) {
        struct shop shop = {.have = 95, .total = 95, .index = true, .give = give};
        struct outcome o = read_all(&shop, 4, 5000);
        ck_assert_msg(o.rc == 0 && o.rows == 95 && o.repeated == 0,
                      "give %d: rc %d, %d rows, %d repeated", give, o.rc, o.rows, o.repeated);
    }
}
END_TEST

START_TEST(lists_that_never_end)
{
    static const struct {
        const char *what;
        struct shop shop;
        enum mu_code code;
    } cases[] = {
        {"the same full page, no total", {.have = 10, .total = -1, .ignores = true}, MU_E_REMOTE},
        {"the same full page, with total",
         {.have = 10, .total = 500, .ignores = true, .echo = true},
         MU_E_REMOTE},
        {"a page twice, no total",
         {.have = 95, .total = -1, .echo = true, .again_page = 4},
         MU_E_REMOTE},
        {"ever more rows than announced",
         {.have = 0, .total = 100, .endless = true, .echo = true},
         MU_E_LIMIT},
    };
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        struct shop shop = cases[i].shop;
        struct outcome o = read_all(&shop, 4, 5000);
        ck_assert_msg(o.rc == -1 && o.err.code == cases[i].code && o.kept == 0,
                      "%s: rc %d, code %d, %s", cases[i].what, o.rc, (int)o.err.code, o.err.text);
        ck_assert_ptr_nonnull(strstr(o.err.text, "numbers page "));
        ck_assert_int_le(shop.requests, 60);
    }
}
END_TEST

START_TEST(a_broken_page_is_named)
{
    struct shop shop = {.have = 200, .total = 200, .echo = true, .broken_page = 7};
    struct outcome o = read_all(&shop, 4, 5000);
    ck_assert_int_eq(o.rc, -1);
    ck_assert_int_eq(o.err.native, 500);
    ck_assert_str_eq(o.err.text, "numbers page 7: server error (500): an HTML page, not JSON");
    ck_assert_int_eq(o.kept, 0);
}
END_TEST

/* Requests run only a bounded way ahead of the reader, and closing early leaves nothing behind. */
START_TEST(stops_early)
{
    struct shop shop = {.have = 4000, .total = 4000, .echo = true};
    struct outcome o = read_all(&shop, 4, 5);
    ck_assert_int_eq(o.rc, 1);
    ck_assert_int_eq(o.kept, 0);
    ck_assert_int_le(shop.requests, 40);
}
END_TEST

/* Many lists at once, each whole. */
START_TEST(several_lists)
{
    enum { LISTS = 500 };
    struct shop shop = {.have = 25, .total = 25, .echo = true};
    struct httpd *d = httpd_start(sell, &shop);
    struct mu_err err = MU_ERR_INIT;
    struct mu_http_conf conf = {.name = "test",
                                .base_url = httpd_url(d),
                                .connections = 8,
                                .tries = 1,
                                .timeout_s = 120,
                                .deadline_s = 20};
    struct mu_http *http;
    struct mu_pages *pages = NULL;
    static int looks[LISTS];
    ck_assert_int_eq(mu_http_new(&conf, NULL, &http, &err), 0);
    for (int i = 0; i < LISTS; i++) {
        struct mu_list list = {.what = "one",
                               .path = "/list",
                               .number_name = "page",
                               .size_name = "per",
                               .size = 10,
                               .look = look,
                               .drop = drop,
                               .arg = &looks[i]};
        ck_assert_int_eq(
            i ? mu_pages_add(pages, &list, &err) : mu_pages_open(http, &list, &pages, &err), 0);
    }
    int rows = 0, got, number;
    void *page;
    struct mu_page_facts facts;
    while ((got = mu_pages_next(pages, &page, &number, &facts, &err)) == 1) {
        rows += facts.rows;
        json_object_put(page);
    }
    ck_assert_int_eq(got, 0);
    ck_assert_int_eq(rows, LISTS * 25);
    for (int i = 0; i < LISTS; i++)
        ck_assert_int_eq(looks[i], 3);
    mu_pages_close(pages);
    mu_http_free(http);
    httpd_stop(d);
}
END_TEST

Suite *pages_suite(void)
{
    Suite *s = suite_create("pages");
    TCase *t = tcase_create("pages");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, whole_lists);
    tcase_add_test(t, a_short_page_is_no_end);
    tcase_add_test(t, short_answers_by_index);
    tcase_add_test(t, lists_that_never_end);
    tcase_add_test(t, a_broken_page_is_named);
    tcase_add_test(t, stops_early);
    tcase_add_test(t, several_lists);
    suite_add_tcase(s, t);
    return s;
}
