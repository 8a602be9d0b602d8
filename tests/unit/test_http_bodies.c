/* SPDX-License-Identifier: Apache-2.0 */
/* What comes back to the HTTP client: packed, too large, no JSON, an error of whatever shape. */
#include <check.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "http_bench.h"
#include "suites.h"

/* {"ok":true}, and 4000 times "0", both through gzip. */
static const unsigned char ok_gz[] = {31, 139, 8,   0,   0,   0,  0,  0,  2,  3,   171,
                                      86, 202, 207, 86,  178, 42, 41, 42, 77, 173, 5,
                                      0,  144, 95,  212, 167, 11, 0,  0,  0};
static const unsigned char zeros_gz[] = {
    31,  139, 8,   0,  0,  0,  0, 0, 2, 3, 237, 193, 49, 1,   0,   0,   0,   194, 160, 74,
    235, 159, 206, 24, 62, 64, 1, 0, 0, 0, 111, 3,   29, 150, 238, 250, 160, 15,  0,   0};

static void by_path(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    static char wide[MU_HTTP_HEADER_MAX / 2];
    (void)arg;
    if (mu_streq(request->path, "/gzip")) {
        reply->header[0][0] = "Content-Encoding";
        reply->header[0][1] = "gzip";
        mu_buf_add(&reply->body, ok_gz, sizeof(ok_gz));
    } else if (mu_streq(request->path, "/bomb")) {
        reply->header[0][0] = "Content-Encoding";
        reply->header[0][1] = "gzip";
        mu_buf_add(&reply->body, zeros_gz, sizeof(zeros_gz));
    } else if (mu_streq(request->path, "/badgzip")) {
        reply->header[0][0] = "Content-Encoding";
        reply->header[0][1] = "gzip";
        httpd_say(reply, 200, "no gzip at all");
    } else if (mu_streq(request->path, "/endless")) {
        reply->endless = true;
    } else if (mu_streq(request->path, "/headers")) {
        memset(wide, 'x', sizeof(wide) - 1);
        for (int i = 0; i < 3; i++) {
            reply->header[i][0] = "X-Wide";
            reply->header[i][1] = wide;
        }
    } else if (mu_streq(request->path, "/moved")) {
        httpd_say(reply, 301, "");
        reply->header[0][0] = "Location";
        reply->header[0][1] = "https://user:pw@elsewhere.test/login";
    } else if (mu_streq(request->path, "/html")) {
        httpd_say(reply, 502, "<!DOCTYPE html><html><body>Bad gateway</body></html>");
        reply->type = "text/html; charset=utf-8";
    } else if (mu_streq(request->path, "/html200")) {
        httpd_say(reply, 200, "  <html><body>Sign in</body></html>");
    } else if (mu_streq(request->path, "/empty")) {
        httpd_say(reply, 200, "");
    } else if (mu_streq(request->path, "/short")) {
        httpd_say(reply, 200, "{\"users\":[");
    } else {
        httpd_say(reply, 404, "");
    }
}

START_TEST(gzip)
{
    struct http_bench b;
    http_set_up(&b, by_path, NULL, (struct mu_http_conf){.tries = 1});
    http_get(&b, "/gzip");
    ck_assert_int_eq(b.r.status, 200);
    ck_assert_str_eq(b.r.body, "{\"ok\":true}");
    ck_assert_uint_eq(b.r.len, 11);
    http_tear_down(&b);
}
END_TEST

START_TEST(ceilings)
{
    static const struct {
        const char *path;
        enum mu_code code;
        const char *says;
    } cases[] = {{"/bomb", MU_E_LIMIT, "larger than 2000 bytes"},
                 {"/endless", MU_E_LIMIT, "larger than 2000 bytes"},
                 {"/headers", MU_E_LIMIT, "headers are larger than 64 KiB"},
                 {"/badgzip", MU_E_REMOTE, "taken in"}};
    struct http_bench b;
    http_set_up(&b, by_path, NULL, (struct mu_http_conf){.tries = 3});
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        http_get(&b, cases[i].path);
        ck_assert_int_eq(b.r.status, 0);
        ck_assert_msg(b.r.failed.code == cases[i].code && strstr(b.r.failed.text, cases[i].says),
                      "%s: %s", cases[i].path, b.r.failed.text);
        ck_assert_int_eq(b.r.tries, 1);
    }
    http_get(&b, "/gzip"); /* the handle that met the bomb works on */
    ck_assert_str_eq(b.r.body, "{\"ok\":true}");
    http_tear_down(&b);
}
END_TEST

START_TEST(no_json)
{
    static const struct {
        const char *path;
        enum mu_code code;
        const char *says;
    } cases[] = {{"/moved", MU_E_REMOTE, "it points to elsewhere.test"},
                 {"/html", MU_E_REMOTE, "server error (502): an HTML page, not JSON"},
                 {"/html200", MU_E_REMOTE, "an HTML page, not JSON"},
                 {"/empty", MU_E_REMOTE, "an empty answer"},
                 {"/short", MU_E_REMOTE, "JSON ends early"},
                 {"/nothing", MU_E_MISSING, "not found (404)"}};
    struct http_bench b;
    http_set_up(&b, by_path, NULL, (struct mu_http_conf){.tries = 1});
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        struct json_object *doc = NULL;
        http_get(&b, cases[i].path);
        ck_assert_int_eq(mu_http_json(&b.r, &doc, &b.err), -1);
        ck_assert_msg(b.err.code == cases[i].code && strstr(b.err.text, cases[i].says), "%s: %s",
                      cases[i].path, b.err.text);
        ck_assert_ptr_null(strstr(b.err.text, "pw"));
    }
    http_tear_down(&b);
}
END_TEST

static void say_arg(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    (void)request;
    httpd_say(reply, 400, *(const char **)arg);
}

START_TEST(error_shapes)
{
    static const struct {
        const char *body, *says;
    } cases[] = {
        {"{\"success\":false,\"message\":\"email can't be blank\"}",
         "refused (400): email can't be blank"},
        {"{\"success\":false,\"description\":\"too old\",\"expired\":true}",
         "refused (400): too old"},
        {"{\"message\":\"Group not found!\"}", "refused (400): Group not found!"},
        {"{\"error\":\"invalid_grant\",\"error_description\":\"used\"}", "refused (400): used"},
        {"{\"error\":\"invalid_grant\"}", "refused (400): invalid_grant"},
        {"{\"schemas\":[],\"status\":\"400\",\"detail\":\"no such division\"}",
         "refused (400): no such division"},
        {"{\"errors\":[\"first\",\"second\"]}", "refused (400): first"},
        {"{\"errors\":[{\"message\":\"inner\"}]}", "refused (400): inner"},
        {"{\"error\":{\"message\":\"deep\"}}", "refused (400): deep"},
        {"{\"message\":{\"not\":\"text\"}}", "refused (400)"},
        {"{\"message\":\"a\\u001b[31mb\"}", "refused (400): a\\x1b[31mb"},
        {"[]", "refused (400)"},
        {"", "refused (400)"},
        {"Bad Request", "refused (400): not JSON"},
    };
    const char *body = NULL;
    struct http_bench b;
    http_set_up(&b, say_arg, &body, (struct mu_http_conf){.tries = 1});
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        body = cases[i].body;
        http_get(&b, "/x");
        mu_http_fail(&b.r, &b.err);
        ck_assert_str_eq(b.err.text, cases[i].says);
        ck_assert_int_eq(b.err.native, 400);
    }
    http_tear_down(&b);
}
END_TEST

Suite *http_bodies_suite(void)
{
    Suite *s = suite_create("http_bodies");
    TCase *t = tcase_create("http_bodies");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, gzip);
    tcase_add_test(t, ceilings);
    tcase_add_test(t, no_json);
    tcase_add_test(t, error_shapes);
    suite_add_tcase(s, t);
    return s;
}
