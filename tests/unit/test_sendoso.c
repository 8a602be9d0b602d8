/* SPDX-License-Identifier: Apache-2.0 */
/* The Sendoso source against a small Sendoso with a few bad habits. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "adapter/sendoso/sendoso.h"
#include "base/str.h"
#include "httpd.h"
#include "suites.h"

enum { USERS = 250, GROUPS = 4, INACTIVE = 10 };

struct shop {
    int me_status;   /* 0: fine */
    int bad_group;   /* its members answer ... */
    int bad_status;  /* ... with this */
    bool wrapped;    /* members inside an object */
    bool odd_totals; /* called total_whatever, as text */
    const char *token, *scim_token;
    int api_calls;
};

static void list_users(const struct httpd_request *request, struct httpd_reply *reply, bool odd)
{
    int page = httpd_int(request, "page", 1), per = httpd_int(request, "per_page", 10);
    mu_buf_printf(&reply->body, "{\"current_page\":%d,\"per_page\":%d,", page, per);
    const char *quote = odd ? "\"" : "";
    mu_buf_printf(&reply->body, "\"total_%s\":%s%d%s", odd ? "whatever" : "users", quote, USERS,
                  quote);
    mu_buf_adds(&reply->body, ",\"users\":[");
    for (int i = (page - 1) * per; i < page * per && i < USERS; i++)
        mu_buf_printf(&reply->body, "%s{\"id\":%d,\"email\":\"u%d@x.test\",\"team_group_id\":%d}",
                      i == (page - 1) * per ? "" : ",", i, i, i % GROUPS);
    mu_buf_adds(&reply->body, "]}");
}

static void list_groups(struct httpd_reply *reply)
{
    mu_buf_printf(&reply->body, "{\"total_groups\":%d,\"groups\":[", GROUPS);
    for (int i = 0; i < GROUPS; i++)
        mu_buf_printf(&reply->body, "%s{\"id\":%d,\"name\":\"g%d\"}", i ? "," : "", i, i);
    mu_buf_adds(&reply->body, "]}");
}

static void list_members(const struct shop *shop, int group, struct httpd_reply *reply)
{
    if (shop->bad_status && group == shop->bad_group) {
        httpd_say(reply, (unsigned)shop->bad_status, "{\"message\":\"Group not found!\"}");
        return;
    }
    mu_buf_adds(&reply->body, shop->wrapped ? "{\"users\":[" : "[");
    for (int i = group; i < USERS; i += GROUPS)
        mu_buf_printf(&reply->body, "%s{\"id\":\"%d\"}", i == group ? "" : ",", i);
    mu_buf_adds(&reply->body, shop->wrapped ? "]}" : "]");
}

static void list_scim(const struct httpd_request *request, struct httpd_reply *reply)
{
    int start = httpd_int(request, "startIndex", 1), count = httpd_int(request, "count", 10);
    const int total = USERS + INACTIVE;
    mu_buf_printf(&reply->body, "{\"totalResults\":%d,\"itemsPerPage\":%d", total, count);
    if (start <= total)
        mu_buf_adds(&reply->body, ",\"Resources\":[");
    for (int i = start - 1; i < start - 1 + count && i < total; i++)
        mu_buf_printf(&reply->body, "%s{\"id\":\"%d\",\"userName\":\"u%d@x.test\",\"active\":%s}",
                      i == start - 1 ? "" : ",", i, i, i < USERS ? "true" : "false");
    mu_buf_adds(&reply->body, start <= total ? "]}" : "}");
}

static void serve(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct shop *shop = arg;
    static const char members[] = "/api/v3/groups/";
    bool scim = mu_starts(request->path, "/api/scim/");
    char expected[64];
    shop->api_calls++;
    snprintf(expected, sizeof(expected), "Bearer %s", scim ? shop->scim_token : shop->token);
    if (!mu_streq(request->authorization, expected))
        httpd_say(reply, 401, "{\"message\":\"The access token is invalid\"}");
    else if (scim)
        list_scim(request, reply);
    else if (mu_streq(request->path, "/api/v3/me") && shop->me_status)
        httpd_say(reply, (unsigned)shop->me_status, "{\"message\":\"no\"}");
    else if (mu_streq(request->path, "/api/v3/me"))
        httpd_say(reply, 200, "{\"id\":7,\"email\":\"ada@x.test\",\"role\":\"manager\"}");
    else if (mu_streq(request->path, "/api/v3/users"))
        list_users(request, reply, shop->odd_totals);
    else if (mu_streq(request->path, "/api/v3/groups"))
        list_groups(reply);
    else if (mu_starts(request->path, members) && mu_ends(request->path, "/members"))
        list_members(shop, request->path[sizeof(members) - 1] - '0', reply);
    else
        httpd_say(reply, 404, "{\"message\":\"no such path\"}");
}

struct bench {
    struct shop shop;
    struct httpd *d;
    struct mu_arena *arena;
    struct mu_account *account;
    struct mu_err err;
};

static void open_at(struct bench *b, struct shop shop, const char *url)
{
    const struct mu_adapter *adapter = &mu_adapter_sendoso;
    memset(b, 0, sizeof(*b));
    b->shop = shop;
    b->d = httpd_start(serve, &b->shop);
    b->arena = mu_arena_new();
    setenv("TEST_TOKEN", "good", 1);
    setenv("TEST_SCIM", "fine", 1);
    const char *text =
        mu_printf(b->arena,
                  "{url: \"%s\", token: env:TEST_TOKEN, scim: {token: env:TEST_SCIM}, "
                  "rate: off, tries: 2, timeout: 2m}",
                  url ? url : httpd_url(b->d));
    const struct mu_y *y = NULL;
    ck_assert_int_eq(mu_y_parse(b->arena, "test", text, strlen(text), &y, &b->err), 0);
    void *values = mu_alloc(b->arena, adapter->values_size);
    ck_assert_int_eq(mu_opt_read(b->arena, adapter->opts, y, values, &b->err), 0);
    struct mu_account_conf conf = {.name = "acme",
                                   .settings = y,
                                   .values = values,
                                   .layers = {.dirs = {MU_TEST_DATA "/../mappings"}},
                                   .state_dir = "/nonexistent"};
    ck_assert_msg(adapter->open(&conf, &b->account, &b->err) == 0, "%s", b->err.text);
}

static void set_up(struct bench *b, struct shop shop)
{
    shop.token = shop.token ? shop.token : "good";
    shop.scim_token = shop.scim_token ? shop.scim_token : "fine";
    open_at(b, shop, NULL);
}

static void tear_down(struct bench *b)
{
    mu_adapter_sendoso.close(b->account);
    httpd_stop(b->d);
    mu_arena_free(b->arena);
}

struct counts {
    int users, groups, members, scim;
    int failures, blast;
    char order[512]; /* names as they came, each once in a row */
    char text[MU_ERR_TEXT_MAX];
    struct mu_read_facts facts;
};

static void count_page(struct counts *c, const struct mu_page *page)
{
    const char *name = mu_map_info(page->resource)->name;
    if (!mu_ends(c->order, name)) {
        size_t len = strlen(c->order);
        snprintf(c->order + len, sizeof(c->order) - len, " %s", name);
    }
    ck_assert_int_eq(page->rows, (int)page->records->len);
    if (mu_streq(name, "users"))
        c->users += page->rows;
    else if (mu_streq(name, "groups"))
        c->groups += page->rows;
    else if (mu_streq(name, "scim_users"))
        c->scim += page->rows;
    else
        c->members += page->rows;
    if (mu_streq(name, "members")) {
        ck_assert_str_eq(mu_doc_str(page->context, "group_id"), page->parent);
        const char *first = mu_doc_str(page->records->first, "id");
        ck_assert_str_eq(first, page->parent);
    }
}

static struct counts read_all(struct bench *b, const char *const *only)
{
    const struct mu_source_ops *source = mu_adapter_sendoso.source;
    struct counts c = {.users = 0};
    struct mu_page page;
    int rc;
    ck_assert_int_eq(source->begin(b->account, only, &b->err), 0);
    while ((rc = source->next(b->account, &page, &b->err)) != 0) {
        if (rc == 1) {
            count_page(&c, &page);
            mu_page_drop(&page);
            continue;
        }
        c.failures++;
        c.blast = (int)b->err.blast;
        memcpy(c.text, b->err.text, sizeof(c.text));
        if (b->err.blast != MU_HITS_KIND)
            break;
    }
    source->end(b->account, b->arena, &c.facts);
    return c;
}

START_TEST(everything)
{
    for (int i = 0; i < 2; i++) {
        struct bench b;
        set_up(&b, (struct shop){.wrapped = i, .odd_totals = i});
        struct counts c = read_all(&b, NULL);
        ck_assert_msg(c.failures == 0, "%s", c.text);
        ck_assert_str_eq(c.order, " scim_users groups users members");
        ck_assert_int_eq(c.users, USERS);
        ck_assert_int_eq(c.groups, GROUPS);
        ck_assert_int_eq(c.members, USERS);
        ck_assert_int_eq(c.scim, USERS + INACTIVE);
        ck_assert_str_eq(c.facts.identity, "ada@x.test (manager), id 7");
        ck_assert_int_eq(c.facts.calls, b.shop.api_calls);
        tear_down(&b);
    }
}
END_TEST

/* Parents of what is wanted are read, but not handed out. */
START_TEST(only_members)
{
    static const char *const only[] = {"members", NULL};
    struct bench b;
    set_up(&b, (struct shop){.token = NULL});
    struct counts c = read_all(&b, only);
    ck_assert_int_eq(c.failures, 0);
    ck_assert_str_eq(c.order, " members");
    ck_assert_int_eq(c.members, USERS);
    tear_down(&b);
}
END_TEST

START_TEST(me_forbidden)
{
    struct bench b;
    set_up(&b, (struct shop){.me_status = 403});
    struct counts c = read_all(&b, NULL);
    ck_assert_msg(c.failures == 0, "%s", c.text);
    ck_assert_ptr_null(c.facts.identity);
    ck_assert_int_eq(c.users, USERS);
    tear_down(&b);
}
END_TEST

/* The list of one group fails: it is named, and the other groups' lists come. */
START_TEST(one_group_fails)
{
    static const struct {
        int status, members;
        const char *says;
    } cases[] = {
        {404, USERS - 62, "acme: members of 2: not found (404): Group not found!; it vanished"},
        {500, USERS - 62, "acme: members of 2: server error (500)"}};
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        struct bench b;
        set_up(&b, (struct shop){.bad_group = 2, .bad_status = cases[i].status});
        struct counts c = read_all(&b, NULL);
        ck_assert_int_eq(c.failures, 1);
        ck_assert_int_eq(c.blast, MU_HITS_KIND);
        ck_assert_msg(mu_starts(c.text, cases[i].says), "%s", c.text);
        ck_assert_int_eq(c.members, cases[i].members);
        tear_down(&b);
    }
}
END_TEST

START_TEST(tokens)
{
    struct bench b;
    set_up(&b, (struct shop){.token = "another"});
    struct counts c = read_all(&b, NULL);
    ck_assert_int_eq(c.blast, MU_HITS_CONNECTION);
    ck_assert_ptr_nonnull(strstr(c.text, "token rejected (401)"));
    ck_assert_int_eq(c.scim, USERS + INACTIVE);
    ck_assert_int_eq(c.users + c.members, 0);
    tear_down(&b);

    set_up(&b, (struct shop){.scim_token = "another"});
    c = read_all(&b, NULL);
    ck_assert_int_eq(c.failures, 1);
    ck_assert_int_eq(c.blast, MU_HITS_KIND);
    ck_assert(mu_starts(c.text, "acme: scim_users page 1: token rejected (401)"));
    ck_assert_int_eq(c.users, USERS);
    tear_down(&b);
}
END_TEST

START_TEST(nobody_there)
{
    struct bench b;
    open_at(&b, (struct shop){.token = "good"}, "http://127.0.0.1:1");
    struct counts c = read_all(&b, NULL);
    ck_assert_int_eq(c.failures, 1);
    ck_assert_int_eq(c.blast, MU_HITS_CONNECTION);
    tear_down(&b);
}
END_TEST

/* A read given up in the middle of the members leaves nothing for the next one to stumble on. */
START_TEST(given_up_and_again)
{
    const struct mu_source_ops *source = mu_adapter_sendoso.source;
    struct bench b;
    struct mu_page page;
    struct mu_read_facts facts;
    set_up(&b, (struct shop){.token = NULL});
    for (int stop = 0; stop < 9; stop++) {
        ck_assert_int_eq(source->begin(b.account, NULL, &b.err), 0);
        for (int i = 0; i < stop; i++) {
            ck_assert_int_eq(source->next(b.account, &page, &b.err), 1);
            mu_page_drop(&page);
        }
        source->end(b.account, b.arena, &facts);
    }
    struct counts c = read_all(&b, NULL);
    ck_assert_int_eq(c.failures, 0);
    ck_assert_int_eq(c.members, USERS);
    tear_down(&b);
}
END_TEST

static void note_probe(void *arg, enum mu_probe_mark mark, const char *what, const char *fix)
{
    int *marks = arg;
    marks[mark]++;
    ck_assert(what && *what);
    ck_assert(mark == MU_PROBE_OK || (fix && *fix));
}

START_TEST(probe)
{
    struct bench b;
    int marks[3] = {0, 0, 0};
    set_up(&b, (struct shop){.token = NULL});
    ck_assert_int_eq(mu_adapter_sendoso.probe(b.account, note_probe, marks, &b.err), 0);
    ck_assert_int_eq(marks[MU_PROBE_OK], 5); /* who, clock, users, groups, scim_users */
    ck_assert_int_eq(marks[MU_PROBE_FAIL] + marks[MU_PROBE_WARN], 0);
    tear_down(&b);

    set_up(&b, (struct shop){.token = "another", .scim_token = "another"});
    memset(marks, 0, sizeof(marks));
    ck_assert_int_eq(mu_adapter_sendoso.probe(b.account, note_probe, marks, &b.err), 0);
    ck_assert_int_ge(marks[MU_PROBE_FAIL], 1);
    tear_down(&b);
}
END_TEST

START_TEST(bad_settings)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{token: env:TEST_TOKEN, rate: fast}", "test:1:31: rate \"fast\""},
        {"{token: env:TEST_TOKEN, url: \"ftp://x\"}", "test:1:30: url must start with https://"},
        {"{url: \"https://x.test\"}", "needs one of `token` and `oauth`"},
        {"{token: env:TEST_TOKEN, scim: {}}", "needs one of `token` and `oauth`"},
        {"{token: env:TEST_NO_SUCH}", "TEST_NO_SUCH"},
    };
    const struct mu_adapter *adapter = &mu_adapter_sendoso;
    setenv("TEST_TOKEN", "good", 1);
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        struct mu_arena *arena = mu_arena_new();
        struct mu_err err = MU_ERR_INIT;
        const struct mu_y *y = NULL;
        struct mu_account *account;
        ck_assert_int_eq(mu_y_parse(arena, "test", cases[i].text, strlen(cases[i].text), &y, &err),
                         0);
        void *values = mu_alloc(arena, adapter->values_size);
        ck_assert_int_eq(mu_opt_read(arena, adapter->opts, y, values, &err), 0);
        struct mu_account_conf conf = {.name = "acme",
                                       .settings = y,
                                       .values = values,
                                       .layers = {.dirs = {MU_TEST_DATA "/../mappings"}},
                                       .state_dir = "/nonexistent"};
        ck_assert_int_eq(adapter->open(&conf, &account, &err), -1);
        ck_assert_msg(err.code == MU_E_CONFIG && strstr(err.text, cases[i].says), "%s", err.text);
        mu_arena_free(arena);
    }
}
END_TEST

static struct mu_raw_answer call(struct bench *b, struct mu_raw_call what)
{
    struct mu_raw_answer got = {.status = -1};
    what.method = what.method ? what.method : "GET";
    int rc = mu_adapter_sendoso.call(b->account, &what, b->arena, &got, &b->err);
    ck_assert_msg(rc == 0, "%s", b->err.text);
    return got;
}

static void refused(struct bench *b, struct mu_raw_call what, const char *says)
{
    struct mu_raw_answer got;
    int calls = b->shop.api_calls;
    ck_assert_int_eq(mu_adapter_sendoso.call(b->account, &what, b->arena, &got, &b->err), -1);
    ck_assert_msg(strstr(b->err.text, says), "%s", b->err.text);
    ck_assert_int_eq(b->err.code, MU_E_USAGE);
    ck_assert_int_eq(b->shop.api_calls, calls);
}

START_TEST(raw_calls)
{
    struct bench b;
    set_up(&b, (struct shop){.token = NULL});
    struct mu_raw_answer got = call(&b, (struct mu_raw_call){.path = "/api/v3/me"});
    ck_assert_int_eq(got.status, 200);
    ck_assert_ptr_nonnull(strstr(got.body, "ada@x.test"));
    ck_assert_ptr_nonnull(strstr(got.headers, "application/json"));
    got = call(&b, (struct mu_raw_call){.path = "/api/v3/nothing", .method = "POST", .body = "{}"});
    ck_assert_int_eq(got.status, 404);
    ck_assert_int_eq(got.tries, 1);
    got = call(&b, (struct mu_raw_call){
                       .path = "/api/scim/v2/Users", .query = "count=3", .credential = "scim"});
    ck_assert_ptr_nonnull(strstr(got.body, "\"itemsPerPage\":3"));
    refused(&b, (struct mu_raw_call){.path = "/../x", .method = "GET"}, "acme: the path");
    refused(&b, (struct mu_raw_call){.path = "/x", .method = "CONNECT"}, "the method must be");
    refused(&b, (struct mu_raw_call){.path = "/x", .method = "GET", .credential = "root"},
            "no credential is called so");
    tear_down(&b);
}
END_TEST

Suite *sendoso_suite(void)
{
    Suite *s = suite_create("sendoso");
    TCase *t = tcase_create("sendoso");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, everything);
    tcase_add_test(t, only_members);
    tcase_add_test(t, me_forbidden);
    tcase_add_test(t, one_group_fails);
    tcase_add_test(t, tokens);
    tcase_add_test(t, nobody_there);
    tcase_add_test(t, given_up_and_again);
    tcase_add_test(t, probe);
    tcase_add_test(t, bad_settings);
    tcase_add_test(t, raw_calls);
    suite_add_tcase(s, t);
    return s;
}
