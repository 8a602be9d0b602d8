/* SPDX-License-Identifier: Apache-2.0 */
/* Targets of requests taken apart, hostile ones refused, and routes found by them. */
#include "serve/target.h"

#include <string.h>

#include "serve/route.h"
#include "suites.h"

static struct mu_arena *arena;

static void setup(void)
{
    arena = mu_arena_new();
}

static void teardown(void)
{
    mu_arena_free(arena);
}

static struct mu_target taken(const char *text)
{
    struct mu_target t;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_target_parse(arena, text, &t, &err) == 0, "%s: %s", text, err.text);
    return t;
}

static void refused(const char *text, enum mu_code code, const char *why)
{
    struct mu_target t;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_target_parse(arena, text, &t, &err) < 0, "%s was taken", text);
    ck_assert_msg(err.code == code && strstr(err.text, why), "%s: %s", text, err.text);
}

START_TEST(test_taken_apart)
{
    struct mu_target t = taken("/a/71%2F4101/caf%C3%A9?x=1&y=a+b%26c&&z&x=2&e[f]=%5B");
    ck_assert_uint_eq(t.segment_count, 3);
    ck_assert_str_eq(t.segments[1], "71/4101");
    ck_assert_str_eq(t.segments[2], "caf\xc3\xa9");
    ck_assert_uint_eq(t.query_count, 5);
    ck_assert_str_eq(t.query[1].value, "a b&c");
    ck_assert_str_eq(t.query[2].name, "z");
    ck_assert_str_eq(t.query[2].value, "");
    ck_assert_str_eq(t.query[4].name, "e[f]");
    ck_assert_str_eq(t.query[4].value, "[");
    ck_assert_uint_eq(taken("/").segment_count, 0);
    ck_assert(taken("/a/").slash_at_end && !taken("/a").slash_at_end);
    ck_assert_str_eq(taken("/a+b").segments[0], "a+b");
    ck_assert_uint_eq(taken("/?").query_count, 0);
}
END_TEST

START_TEST(test_refused)
{
    static const char *const bad[] = {"/%",     "/%4",  "/%zz",     "/a?b=%",    "/a?%4=x",
                                      "/a%00b", "/%ff", "/a?b=%00", "/a?b=%c3(", "/%2e%2e/x"};
    for (size_t i = 0; i < MU_LEN(bad); i++)
        refused(bad[i], MU_E_USAGE, "");
    refused("/%", MU_E_USAGE, "a plain one is %25");
    refused("/a/../b", MU_E_USAGE, "'..' is not a part");
    refused("/./b", MU_E_USAGE, "'.' is not a part");
    refused("//a", MU_E_USAGE, "empty part");
    refused("/a//b", MU_E_USAGE, "empty part");
    refused("*", MU_E_USAGE, "begin with a slash");
    refused("", MU_E_USAGE, "begin with a slash");
    refused("http://elsewhere.test/a", MU_E_USAGE, "begin with a slash");
}
END_TEST

START_TEST(test_limits)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&text, "/a?");
    for (int i = 0; i < MU_QUERY_MAX; i++)
        mu_buf_adds(&text, "a=1&");
    ck_assert_uint_eq(taken(text.data).query_count, MU_QUERY_MAX);
    mu_buf_adds(&text, "a=1");
    refused(text.data, MU_E_LIMIT, "more than 64 parameters");
    mu_buf_reset(&text);
    for (int i = 0; i <= MU_SEGMENTS_MAX; i++)
        mu_buf_adds(&text, "/a");
    refused(text.data, MU_E_LIMIT, "more than 32 parts");
    mu_buf_reset(&text);
    mu_buf_addc(&text, '/');
    while (text.len <= MU_TARGET_MAX)
        mu_buf_addc(&text, 'a');
    refused(text.data, MU_E_LIMIT, "longer than 8192");
    mu_buf_done(&text);
}
END_TEST

START_TEST(test_percent)
{
    struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_percent_into(&to, "a/b c%\xc3\xa9~_.-");
    ck_assert_str_eq(to.data, "a%2Fb%20c%25%C3%A9~_.-");
    mu_buf_done(&to);
}
END_TEST

/* ---- routes ---- */

static const struct mu_route routes[] = {{.method = "GET", .pattern = "/users"},
                                         {.method = "POST", .pattern = "/users"},
                                         {.method = "GET", .pattern = "/users/{id}"},
                                         {.method = "GET", .pattern = "/users/me"},
                                         {.method = "GET", .pattern = "/proxy/{account}/{rest*}"},
                                         {.method = NULL}};
static const struct mu_route *const tables[] = {routes, NULL};

static const struct mu_route *found(const char *method, const char *target, const char **args)
{
    struct mu_target t = taken(target);
    const struct mu_route *route = NULL;
    const char *allow = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_route_find(arena, tables, method, &t, &route, args, &allow, &err) == 0, "%s",
                  err.text);
    return route;
}

START_TEST(test_routes)
{
    const char *args[MU_ROUTE_ARGS_MAX] = {NULL};
    ck_assert_ptr_eq(found("POST", "/users", args), &routes[1]);
    ck_assert_ptr_eq(found("GET", "/users/71%2F4101", args), &routes[2]);
    ck_assert_str_eq(args[0], "71/4101");
    ck_assert_ptr_eq(found("GET", "/proxy/sendoso/api/v3/users", args), &routes[4]);
    ck_assert_str_eq(args[0], "sendoso");
    ck_assert_str_eq(args[1], "api/v3/users");
}
END_TEST

START_TEST(test_no_route)
{
    const char *args[MU_ROUTE_ARGS_MAX] = {NULL}, *allow = NULL;
    const struct mu_route *route = NULL;
    struct mu_err err = MU_ERR_INIT;
    struct mu_target t = taken("/user");
    ck_assert_int_eq(mu_route_find(arena, tables, "GET", &t, &route, args, &allow, &err), -1);
    ck_assert_uint_eq(err.code, MU_E_MISSING);
    ck_assert(strstr(err.text, "did you mean /users") && !allow);
    t = taken("/users");
    ck_assert_int_eq(mu_route_find(arena, tables, "PUT", &t, &route, args, &allow, &err), -1);
    ck_assert_uint_eq(err.code, MU_E_UNSUPPORTED);
    ck_assert_str_eq(allow, "GET, HEAD, POST, OPTIONS");
}
END_TEST

Suite *serve_target_suite(void)
{
    Suite *s = suite_create("serve_target");
    TCase *t = tcase_create("target");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_taken_apart);
    tcase_add_test(t, test_refused);
    tcase_add_test(t, test_limits);
    tcase_add_test(t, test_percent);
    tcase_add_test(t, test_routes);
    tcase_add_test(t, test_no_route);
    suite_add_tcase(s, t);
    return s;
}
