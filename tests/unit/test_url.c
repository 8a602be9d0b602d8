/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding, and paths that must not leave their base address. */
#include <check.h>
#include <string.h>

#include "net/http.h"
#include "suites.h"

START_TEST(escape)
{
    struct mu_buf to = MU_BUF_INIT(100);
    mu_url_escape(&to, "a/b c?\0~\xc3\xa9-", 11);
    ck_assert_str_eq(to.data, "a%2Fb%20c%3F%00~%C3%A9-");
    mu_buf_done(&to);
}
END_TEST

START_TEST(bad_addresses)
{
    static const char *const bad[] = {"",
                                      "ftp://x",
                                      "http://",
                                      "https://u:p@x.test",
                                      "http://x.test/?q",
                                      "http://x.test/#f",
                                      "file:///etc/passwd",
                                      "http://a b/",
                                      "javascript:1"};
    struct mu_http *http;
    for (size_t i = 0; i < MU_LEN(bad); i++) {
        struct mu_err err = MU_ERR_INIT;
        struct mu_http_conf conf = {.name = "test", .base_url = bad[i], .connections = 1};
        ck_assert_msg(mu_http_new(&conf, NULL, &http, &err) == -1, "%s", bad[i]);
        ck_assert_int_eq(err.code, MU_E_CONFIG);
        ck_assert_ptr_null(strstr(err.text, "u:p"));
    }
}
END_TEST

START_TEST(bad_headers)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_http_conf conf = {.base_url = "http://127.0.0.1:9", .connections = 1};
    struct mu_http *http;
    ck_assert_int_eq(mu_http_new(&conf, NULL, &http, &err), 0);
    static const char *const bad[] = {"A: b\r\nC: d", "A", ": b", "A b: c", "A: b\nc"};
    for (size_t i = 0; i < MU_LEN(bad); i++) {
        const char *const one[] = {bad[i], NULL};
        struct mu_request wrong = {.path = "/x", .headers = one};
        ck_assert_int_eq(mu_http_send(http, &wrong, &err), -1);
        ck_assert_int_eq(err.code, MU_E_CONFIG);
    }
    mu_http_free(http);
}
END_TEST

START_TEST(below_the_base)
{
    static const char *const good[] = {"/",         "/api/v3/users", "/users/a%20b", "/a/b/",
                                       "/a..b/..c", "/x/@home",      "/%C3%A9",      "/a:b;c",
                                       "/...",      "/~u/100%25"};
    static const char *const bad[] = {
        "",          "users",         "@evil.test/", "//evil.test/x", "/a//b",
        "/..",       "/a/../b",       "/./a",        "/%2e%2e/a",     "/%2E./a",
        "/.%2e/a",   "/%252e%252e/a", "/%25252e./",  "/a%2f..%2fb",   "/a%5cb",
        "/a\\..\\b", "/a%00",         "/a%0d%0aX:y", "/a\r\nb",       "/a b",
        "/a%",       "/a%4",          "/a%zz",       "/a?x=1",        "/a#x",
        "/..;x=1/a", "/http://x/",    "/\xc3\xa9",   "/%252f..%252f", "/.;/a"};
    struct mu_err err = MU_ERR_INIT;
    for (size_t i = 0; i < MU_LEN(good); i++)
        ck_assert_msg(mu_url_below(good[i], "a=b&c=%20/?", &err) == 0, "%s: %s", good[i], err.text);
    for (size_t i = 0; i < MU_LEN(bad); i++) {
        ck_assert_msg(mu_url_below(bad[i], NULL, &err) == -1, "%s", bad[i]);
        ck_assert_int_eq(err.code, MU_E_USAGE);
    }
    ck_assert_int_eq(mu_url_below("/a", "x\r\ny", &err), -1);
    ck_assert_int_eq(mu_url_below("/a", "x#y", &err), -1);
}
END_TEST

Suite *url_suite(void)
{
    Suite *s = suite_create("url");
    TCase *t = tcase_create("url");
    tcase_add_test(t, escape);
    tcase_add_test(t, bad_addresses);
    tcase_add_test(t, bad_headers);
    tcase_add_test(t, below_the_base);
    suite_add_tcase(s, t);
    return s;
}
