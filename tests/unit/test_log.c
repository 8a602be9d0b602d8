/* SPDX-License-Identifier: Apache-2.0 */
/* The log sink: levels, both formats, hostile text, and the progress line of a terminal. */
#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/json.h"
#include "base/str.h"
#include "suites.h"

enum { CAPTURE_MAX = 8192 };

static int saved_stderr, reader;

/* Standard error goes to `to` from here on; what arrives is read from `from`. */
static void divert(int to, int from)
{
    fflush(stderr);
    saved_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(saved_stderr, 0);
    ck_assert_int_eq(dup2(to, STDERR_FILENO), STDERR_FILENO);
    close(to);
    reader = from;
}

static void divert_to_pipe(void)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    divert(ends[1], ends[0]);
}

static void divert_to_terminal(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master), 0);
    ck_assert_int_eq(unlockpt(master), 0);
    int terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(terminal, 0);
    struct termios raw;
    ck_assert_int_eq(tcgetattr(terminal, &raw), 0);
    cfmakeraw(&raw);
    ck_assert_int_eq(tcsetattr(terminal, TCSANOW, &raw), 0);
    divert(terminal, master);
}

/* Puts standard error back, which closes the other end, and tells what was written meanwhile. */
static void captured(char to[CAPTURE_MAX])
{
    fflush(stderr);
    ck_assert_int_eq(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
    close(saved_stderr);
    size_t len = 0;
    ssize_t n;
    while ((n = read(reader, to + len, CAPTURE_MAX - 1 - len)) > 0) {
        len += (size_t)n;
    }
    to[len] = '\0';
    close(reader);
}

START_TEST(test_levels)
{
    char text[CAPTURE_MAX];
    divert_to_pipe();
    struct mu_log *log = mu_log_new(MU_LOG_INFO, false, false);
    bool on = mu_log_on(log, MU_LOG_INFO), trace = mu_log_on(log, MU_LOG_TRACE);
    mu_log(log, MU_LOG_ERROR, "a %d", 1);
    mu_log(log, MU_LOG_WARN, "b");
    mu_log(log, MU_LOG_INFO, "c");
    mu_log(log, MU_LOG_TRACE, "d");
    mu_progress(log, "users", 1, 2);
    mu_log_free(log);
    captured(text);
    ck_assert_str_eq(text, "error: a 1\nwarning: b\nc\n");
    ck_assert(on && !trace);
    ck_assert(!mu_log_on(NULL, MU_LOG_ERROR));
    mu_log(NULL, MU_LOG_ERROR, "nobody listens");
    mu_progress(NULL, "users", 1, 2);
    mu_progress_end(NULL);
    mu_log_free(NULL);
}
END_TEST

START_TEST(test_hostile_text)
{
    char text[CAPTURE_MAX];
    divert_to_pipe();
    struct mu_log *log = mu_log_new(MU_LOG_INFO, false, true);
    mu_log(log, MU_LOG_ERROR, "x\033[2J\u202e\xff");
    mu_log(log, MU_LOG_INFO, "dn: a\nsn: b\r");
    mu_log_free(log);
    captured(text);
    ck_assert_str_eq(text, "\033[31merror: \033[0mx\\x1b[2J\\u{202e}\\xff\ndn: a\nsn: b\\x0d\n");
}
END_TEST

START_TEST(test_json_lines)
{
    char text[CAPTURE_MAX];
    divert_to_pipe();
    struct mu_log *log = mu_log_new(MU_LOG_WARN, true, true);
    mu_log(log, MU_LOG_WARN, "a \"b\"\n%s", "\xff");
    mu_log(log, MU_LOG_INFO, "not told");
    mu_log_free(log);
    captured(text);
    size_t len = strlen(text);
    ck_assert_uint_gt(len, 0);
    ck_assert_ptr_eq(strchr(text, '\n'), text + len - 1);
    MU_AUTO(json) struct json_object *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_json_parse(text, len, &doc, &err), 0);
    ck_assert_str_eq(mu_json_str(doc, "level"), "warning");
    ck_assert_str_eq(mu_json_str(doc, "text"), "a \"b\"\n\xef\xbf\xbd");
    ck_assert(mu_ends(mu_json_str(doc, "time"), "Z"));
}
END_TEST

START_TEST(test_long_message_is_whole)
{
    char text[CAPTURE_MAX], message[3001];
    memset(message, 'x', sizeof(message) - 1);
    message[sizeof(message) - 1] = '\0';
    divert_to_pipe();
    struct mu_log *log = mu_log_new(MU_LOG_INFO, false, false);
    mu_log(log, MU_LOG_INFO, "%s", message);
    mu_log_free(log);
    captured(text);
    ck_assert_uint_eq(strlen(text), sizeof(message));
    ck_assert_uint_eq(strspn(text, "x"), sizeof(message) - 1);
}
END_TEST

/* Drawn at once, not redrawn within a tenth of a second, cleared for a log line and drawn again. */
START_TEST(test_progress_on_a_terminal)
{
    char text[CAPTURE_MAX];
    divert_to_terminal();
    struct mu_log *log = mu_log_new(MU_LOG_INFO, false, false);
    mu_progress(log, "users", 12300, 50000);
    mu_progress(log, "users", 12301, 50000);
    mu_log(log, MU_LOG_WARN, "odd");
    mu_progress(log, "groups", 7, 0);
    mu_progress_end(log);
    mu_log(log, MU_LOG_INFO, "done");
    mu_log_free(log);
    captured(text);
    ck_assert_str_eq(text, "\r\033[Kusers 12,300 of 50,000"
                           "\r\033[Kwarning: odd\nusers 12,300 of 50,000"
                           "\r\033[Kgroups 7"
                           "\r\033[K"
                           "done\n");
}
END_TEST

START_TEST(test_rate_and_rest)
{
    char text[CAPTURE_MAX];
    divert_to_terminal();
    struct mu_log *log = mu_log_new(MU_LOG_INFO, false, false);
    mu_progress(log, "users", 0, 1000000);
    usleep(200000);
    mu_progress(log, "users", 1, 1000000);
    mu_log_free(log);
    captured(text);
    ck_assert_ptr_nonnull(strstr(text, "users 1 of 1,000,000  "));
    ck_assert_ptr_nonnull(strstr(text, "/s  ETA "));
    ck_assert_ptr_nonnull(strchr(strstr(text, "ETA "), 'h'));
}
END_TEST

/* What a program looks for has a name of its own, and never ends the line early. */
START_TEST(test_facts)
{
    char text[CAPTURE_MAX];
    struct mu_arena *arena = mu_arena_new();
    const struct mu_log_fact facts[] = {
        {"path", "/a\"\n", false}, {"token", NULL, false}, {"status", "200", true}, {.name = NULL}};
    divert_to_pipe();
    struct mu_log *log = mu_log_new(MU_LOG_INFO, true, false);
    struct mu_log *about = mu_log_about(arena, log, "request_id", "a-1"),
                  *again = mu_log_about(arena, about, "request_id", "a-2");
    bool on = mu_log_on(about, MU_LOG_INFO), trace = mu_log_on(again, MU_LOG_TRACE);
    mu_log_facts(about, MU_LOG_INFO, facts, "GET");
    mu_log_facts(about, MU_LOG_TRACE, facts, "not told");
    mu_log(again, MU_LOG_WARN, "odd");
    mu_progress(about, "users", 1, 2);
    mu_log_free(log);
    captured(text);
    ck_assert(on && !trace && !mu_log_about(arena, NULL, "request_id", "a-3"));
    ck_assert_ptr_nonnull(strstr(text, "\"text\":\"GET\",\"request_id\":\"a-1\","
                                       "\"path\":\"/a\\\"\\n\",\"status\":200}\n"));
    ck_assert_ptr_nonnull(strstr(text, "\"text\":\"odd\",\"request_id\":\"a-2\"}\n"));
    ck_assert_ptr_null(strstr(text, "not told"));
    mu_arena_free(arena);
}
END_TEST

Suite *log_suite(void)
{
    Suite *s = suite_create("log");
    TCase *tc = tcase_create("log");
    tcase_add_test(tc, test_levels);
    tcase_add_test(tc, test_hostile_text);
    tcase_add_test(tc, test_json_lines);
    tcase_add_test(tc, test_long_message_is_whole);
    tcase_add_test(tc, test_progress_on_a_terminal);
    tcase_add_test(tc, test_rate_and_rest);
    tcase_add_test(tc, test_facts);
    suite_add_tcase(s, tc);
    return s;
}
