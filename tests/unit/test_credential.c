/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials: fixed tokens, and rotating ones that must never be used twice nor lost. */
#include <check.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "httpd.h"
#include "net/credential.h"
#include "net/http.h"
#include "suites.h"

enum { TEXT = 256 };

/* An authorization server whose refresh tokens work once: token n gives n+1. And an API that takes
 * the newest only. */
struct bank {
    int newest; /* of both tokens */
    int token_calls, api_calls, refused_calls;
    const char *extra; /* further members of the answer */
    const char *type;
    bool keeps_refresh; /* gives no new refresh token */
    int fails;          /* so many token calls end with 503 */
    bool hates_client;
    char last_form[2048];
};

static void give_tokens(struct bank *bank, struct httpd_reply *reply)
{
    bank->newest++;
    mu_buf_printf(&reply->body, "{\"access_token\":\"at_%d\",\"token_type\":\"%s\"%s", bank->newest,
                  bank->type ? bank->type : "bearer",
                  bank->extra ? bank->extra : ",\"expires_in\":7200");
    if (!bank->keeps_refresh)
        mu_buf_printf(&reply->body, ",\"refresh_token\":\"rt&%d\"", bank->newest);
    mu_buf_adds(&reply->body, "}");
}

static void on_token(struct bank *bank, const struct httpd_request *request,
                     struct httpd_reply *reply)
{
    char expected[TEXT];
    bank->token_calls++;
    snprintf(bank->last_form, sizeof(bank->last_form), "%s", request->body);
    snprintf(expected, sizeof(expected), "refresh_token=rt%%26%d&",
             bank->keeps_refresh ? 1 : bank->newest);
    if (bank->fails > 0) {
        bank->fails--;
        httpd_say(reply, 503, "<html>busy</html>");
    } else if (bank->hates_client) {
        httpd_say(reply, 401, "{\"error\":\"invalid_client\",\"error_description\":\"who?\"}");
    } else if (strstr(request->body, expected) || strstr(request->body, "code=co%2Fde&")) {
        give_tokens(bank, reply);
    } else {
        bank->refused_calls++;
        httpd_say(
            reply, 400,
            "{\"error\":\"invalid_grant\",\"error_description\":\"s3cret's token was used\"}");
    }
}

static void on_bank(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct bank *bank = arg;
    char expected[TEXT];
    if (mu_streq(request->path, "/oauth/token")) {
        on_token(bank, request, reply);
        return;
    }
    bank->api_calls++;
    snprintf(expected, sizeof(expected), "Bearer at_%d", bank->newest);
    httpd_say(reply, mu_streq(request->authorization, expected) ? 200 : 401, "{}");
}

struct bench {
    struct bank bank;
    struct httpd *d;
    struct mu_credential *c;
    char dir[64], file[TEXT], url[64];
    struct mu_err err;
};

static struct mu_credential *open_credential(struct bench *b)
{
    struct mu_credential *c = NULL;
    struct mu_oauth_conf conf = {.name = "hris",
                                 .base_url = b->url,
                                 .client_id = "id&1",
                                 .client_secret = mu_secret_new("s3cret", 6),
                                 .redirect_uri = "https://x.test/cb",
                                 .scope = "public write",
                                 .state_file = b->file};
    ck_assert_int_eq(mu_credential_oauth(&conf, NULL, &c, &b->err), 0);
    return c;
}

static void set_up(struct bench *b, struct bank bank)
{
    memset(b, 0, sizeof(*b));
    b->bank = bank;
    snprintf(b->dir, sizeof(b->dir), "/tmp/muster-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(b->dir));
    snprintf(b->file, sizeof(b->file), "%s/token.json", b->dir);
    b->d = httpd_start(on_bank, &b->bank);
    snprintf(b->url, sizeof(b->url), "%s", httpd_url(b->d));
    b->c = open_credential(b);
}

static void tear_down(struct bench *b)
{
    char lock[TEXT + 8];
    mu_credential_free(b->c);
    httpd_stop(b->d);
    snprintf(lock, sizeof(lock), "%s.lock", b->file);
    unlink(b->file);
    unlink(lock);
    ck_assert_msg(rmdir(b->dir) == 0, "files are left beside the token file");
}

static void write_state(struct bench *b, int n, int64_t ends)
{
    char text[TEXT];
    int len = snprintf(text, sizeof(text),
                       "{\"version\":1,\"access_token\":\"at_%d\",\"refresh_token\":\"rt&%d\","
                       "\"ends\":%lld,\"got\":%lld}",
                       n, n, (long long)ends, (long long)(ends ? ends - 7200 : 0));
    ck_assert_int_eq(mu_write_file(b->file, text, (size_t)len, 0600, &b->err), 0);
}

static bool state_holds(struct bench *b, const char *text)
{
    struct mu_buf state = MU_BUF_INIT(4096);
    ck_assert_int_eq(mu_read_file(b->file, &state, &b->err), 0);
    bool holds = strstr(state.data, text) != NULL;
    mu_buf_done(&state);
    return holds;
}

START_TEST(authorize)
{
    struct bench b;
    struct mu_buf url = MU_BUF_INIT(4096);
    struct stat st;
    const char *token;
    set_up(&b, (struct bank){.newest = 0});
    ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), -1);
    ck_assert_int_eq(b.err.code, MU_E_AUTH);
    ck_assert_ptr_nonnull(strstr(b.err.text, "muster init --authorize hris"));

    ck_assert_int_eq(mu_oauth_authorize_url(b.c, "st/ate", &url, &b.err), 0);
    ck_assert(mu_starts(url.data, httpd_url(b.d)));
    ck_assert(mu_ends(url.data, "/oauth/authorize?response_type=code&client_id=id%261&redirect_uri="
                                "https%3A%2F%2Fx.test%2Fcb&scope=public%20write&state=st%2Fate"));
    mu_buf_done(&url);

    int64_t before = mu_now();
    ck_assert_int_eq(mu_oauth_redeem(b.c, "co/de", &b.err), 0);
    ck_assert_str_eq(
        b.bank.last_form,
        "grant_type=authorization_code&code=co%2Fde&redirect_uri=https%3A%2F%2Fx.test%2Fcb"
        "&client_id=id%261&client_secret=s3cret");
    ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), 0);
    ck_assert_str_eq(token, "at_1");
    ck_assert(state_holds(&b, "rt&1"));
    ck_assert_int_eq(stat(b.file, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_ge(mu_credential_expires(b.c), before - 1 + 7200);
    ck_assert_int_le(mu_credential_expires(b.c), mu_now() + 1 + 7200);
    tear_down(&b);
}
END_TEST

START_TEST(renews_before_the_end)
{
    static const struct {
        int left_s, calls;
    } cases[] = {{7200, 0}, {120, 0}, {30, 1}, {-5, 1}};
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        struct bench b;
        const char *token;
        set_up(&b, (struct bank){.newest = 1});
        write_state(&b, 1, mu_now() + cases[i].left_s);
        for (int n = 0; n < 3; n++) {
            ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), 0);
            ck_assert_str_eq(token, cases[i].calls ? "at_2" : "at_1");
        }
        ck_assert_int_eq(b.bank.token_calls, cases[i].calls);
        ck_assert(state_holds(&b, cases[i].calls ? "rt&2" : "rt&1"));
        tear_down(&b);
    }
}
END_TEST

START_TEST(answers_of_the_token_endpoint)
{
    static const struct {
        struct bank bank;
        enum mu_code code;
        const char *says;
    } cases[] = {
        {{.newest = 1, .type = "Bearer"}, MU_OK, NULL},
        {{.newest = 1, .extra = ""}, MU_OK, NULL},
        {{.newest = 1, .extra = ",\"expires_in\":\"7200\",\"scope\":null"}, MU_OK, NULL},
        {{.newest = 1, .extra = ",\"expires_in\":5"}, MU_OK, NULL},
        {{.newest = 1, .keeps_refresh = true}, MU_OK, NULL},
        {{.newest = 1, .type = "mac"}, MU_E_UNSUPPORTED, "no bearer token"},
        {{.newest = 9}, MU_E_AUTH, "muster init --authorize hris"},
        {{.newest = 1, .hates_client = true}, MU_E_AUTH, "client id or client secret is wrong"},
        {{.newest = 1, .fails = 1}, MU_E_REMOTE, "token endpoint: server error (503)"},
    };
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        struct bench b;
        const char *token;
        set_up(&b, cases[i].bank);
        write_state(&b, 1, mu_now() - 5);
        int rc = mu_credential_token(b.c, &token, &b.err);
        ck_assert_msg(cases[i].code == MU_OK ? rc == 0 && mu_streq(token, "at_2")
                                             : rc == -1 && b.err.code == cases[i].code &&
                                                   strstr(b.err.text, cases[i].says),
                      "case %zu: rc %d, %s", i, rc, b.err.text);
        ck_assert_ptr_null(strstr(b.err.text, "s3cret"));
        ck_assert_ptr_null(strstr(b.err.text, "rt&"));
        if (cases[i].code == MU_OK)
            ck_assert(state_holds(&b, cases[i].bank.keeps_refresh ? "rt&1" : "rt&2"));
        tear_down(&b);
    }
}
END_TEST

/* A refused refresh token is not tried again; a server that was busy is. */
START_TEST(dead_or_busy)
{
    struct bench b;
    const char *token;
    set_up(&b, (struct bank){.newest = 9});
    write_state(&b, 1, mu_now() - 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), -1);
    ck_assert_int_eq(b.err.code, MU_E_AUTH);
    ck_assert_ptr_nonnull(strstr(b.err.text, "******'s token was used"));
    ck_assert_int_eq(b.bank.token_calls, 1);
    tear_down(&b);

    set_up(&b, (struct bank){.newest = 1, .fails = 1});
    write_state(&b, 1, mu_now() - 5);
    ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), -1);
    ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), 0);
    ck_assert_str_eq(token, "at_2");
    tear_down(&b);
}
END_TEST

/* On a full disk the refresh token isn't spent. */
START_TEST(full_disk)
{
    struct bench b;
    struct rlimit before, none;
    const char *token;
    set_up(&b, (struct bank){.newest = 1});
    write_state(&b, 1, mu_now() - 5);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_FSIZE, &none);
    int rc = mu_credential_token(b.c, &token, &b.err);
    setrlimit(RLIMIT_FSIZE, &before);
    ck_assert_int_eq(rc, -1);
    ck_assert_int_eq(b.err.code, MU_E_IO);
    ck_assert_int_eq(b.bank.token_calls, 0);
    ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), 0);
    ck_assert_str_eq(token, "at_2");
    tear_down(&b);
}
END_TEST

START_TEST(damaged_state)
{
    static const char *const damaged[] = {"", "{", "[]", "{\"version\":7}",
                                          "{\"access_token\":\"x\"}"};
    for (size_t i = 0; i < MU_LEN(damaged); i++) {
        struct bench b;
        const char *token;
        set_up(&b, (struct bank){.newest = 1});
        ck_assert_int_eq(mu_write_file(b.file, damaged[i], strlen(damaged[i]), 0600, &b.err), 0);
        ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), -1);
        ck_assert_int_eq(b.err.code, MU_E_CONFIG);
        ck_assert_ptr_nonnull(strstr(b.err.text, b.file));
        ck_assert_int_eq(b.bank.token_calls, 0);
        tear_down(&b);
    }
}
END_TEST

enum { PROCESSES = 8 };

/* Waits to be told where the server and the tokens are, then asks for a token. */
static void be_a_process(int from)
{
    struct bench b = {.d = NULL};
    const char *token = "";
    bool ok = read(from, &b, sizeof(b)) == sizeof(b) &&
              mu_credential_token(open_credential(&b), &token, &b.err) == 0 &&
              mu_streq(token, "at_2");
    _exit(ok ? 0 : 1);
}

/* Many processes with the same outdated tokens: one refreshes, the others take what it wrote. They
 * are forked before the server has threads: after that a child may not even call malloc (fork(2)). */
START_TEST(many_processes)
{
    struct bench b;
    pid_t child[PROCESSES];
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    for (int i = 0; i < PROCESSES; i++) {
        child[i] = fork();
        if (child[i] == 0)
            be_a_process(pipes[0]);
    }
    set_up(&b, (struct bank){.newest = 1});
    write_state(&b, 1, mu_now() - 5);
    _Static_assert(sizeof(b) <= PIPE_BUF, "one write has to be one read");
    for (int i = 0; i < PROCESSES; i++)
        ck_assert_int_eq(write(pipes[1], &b, sizeof(b)), sizeof(b));
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        ck_assert_int_eq(waitpid(child[i], &status, 0), child[i]);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_int_eq(b.bank.token_calls, 1);
    ck_assert_int_eq(b.bank.refused_calls, 0);
    tear_down(&b);
}
END_TEST

/* Twenty requests in flight with a token withdrawn meanwhile: one refresh, and every request gets
 * its answer. */
START_TEST(refused_in_flight)
{
    struct bench b;
    struct mu_http *http;
    struct mu_response r;
    set_up(&b,
           (struct bank){.newest = 2, .keeps_refresh = true}); /* at_1 is outdated, rt&1 isn't */
    write_state(&b, 1, 0);
    struct mu_http_conf conf = {.name = "hris",
                                .base_url = httpd_url(b.d),
                                .connections = 8,
                                .tries = 1,
                                .timeout_s = 120,
                                .deadline_s = 20};
    ck_assert_int_eq(mu_http_new(&conf, NULL, &http, &b.err), 0);
    for (int i = 0; i < 20; i++) {
        struct mu_request request = {.path = "/x", .credential = b.c};
        ck_assert_int_eq(mu_http_send(http, &request, &b.err), 0);
    }
    int ok = 0;
    while (mu_http_next(http, &r, &b.err) == 1)
        ok += r.status == 200;
    ck_assert_int_eq(ok, 20);
    ck_assert_int_eq(b.bank.token_calls, 1);
    ck_assert_int_le(b.bank.api_calls, 28);
    mu_http_free(http);
    tear_down(&b);
}
END_TEST

START_TEST(a_fresh_token_refused_is_final)
{
    struct bench b;
    const char *token;
    char sent[TEXT];
    set_up(&b, (struct bank){.newest = 1});
    write_state(&b, 1, mu_now() - 5);
    ck_assert_int_eq(mu_credential_token(b.c, &token, &b.err), 0);
    snprintf(sent, sizeof(sent), "%s", token);
    ck_assert_int_eq(mu_credential_refused(b.c, sent, &b.err), -1);
    ck_assert_int_eq(b.err.code, MU_E_AUTH);
    ck_assert_ptr_nonnull(strstr(b.err.text, "scope"));
    ck_assert_int_eq(b.bank.token_calls, 1);
    tear_down(&b);
}
END_TEST

/* Answers with what it was sent. */
static void say_token(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    (void)arg;
    reply->status = 403;
    mu_buf_printf(&reply->body, "{\"message\":\"%s may not\"}", request->authorization);
}

/* One call with a fixed token to a server that repeats it; the error it ends with. */
static int call_with(const char *token, struct mu_err *err)
{
    struct httpd *d = httpd_start(say_token, NULL);
    struct mu_credential *c =
        mu_credential_bearer("test", "env:T", mu_secret_new(token, strlen(token)));
    struct mu_http_conf conf = {.name = "test",
                                .base_url = httpd_url(d),
                                .connections = 1,
                                .tries = 1,
                                .timeout_s = 120,
                                .deadline_s = 20};
    struct mu_request request = {.path = "/x", .credential = c};
    struct mu_http *http = NULL;
    struct mu_response r;
    ck_assert_int_eq(mu_http_new(&conf, NULL, &http, err), 0);
    if (mu_http_call(http, &request, &r, err) == 0)
        mu_http_fail(&r, err);
    int calls = httpd_count(d);
    mu_http_free(http);
    mu_credential_free(c);
    httpd_stop(d);
    return calls;
}

START_TEST(a_repeated_token_is_not_shown)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(call_with("s3cret-token", &err), 1);
    ck_assert_ptr_nonnull(strstr(err.text, "Bearer ************ may not"));
}
END_TEST

START_TEST(a_token_is_one_word)
{
    static const char *const bad[] = {"a b", "a\r\nX-Admin: 1", "a\n", "caf\xc3\xa9"};
    for (size_t i = 0; i < MU_LEN(bad); i++) {
        struct mu_err err = MU_ERR_INIT;
        ck_assert_int_eq(call_with(bad[i], &err), 0);
        ck_assert_int_eq(err.code, MU_E_AUTH);
        ck_assert_ptr_nonnull(strstr(err.text, "line break"));
    }
}
END_TEST

Suite *credential_suite(void)
{
    Suite *s = suite_create("credential");
    TCase *t = tcase_create("credential");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_repeated_token_is_not_shown);
    tcase_add_test(t, a_token_is_one_word);
    tcase_add_test(t, authorize);
    tcase_add_test(t, renews_before_the_end);
    tcase_add_test(t, answers_of_the_token_endpoint);
    tcase_add_test(t, dead_or_busy);
    tcase_add_test(t, full_disk);
    tcase_add_test(t, damaged_state);
    tcase_add_test(t, many_processes);
    tcase_add_test(t, refused_in_flight);
    tcase_add_test(t, a_fresh_token_refused_is_final);
    suite_add_tcase(s, t);
    return s;
}
