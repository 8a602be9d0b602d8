/* SPDX-License-Identifier: Apache-2.0 */
/* Failures: texts, wrapping, cutting, codes. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "suites.h"

START_TEST(test_fail_fills_everything)
{
    struct mu_err err = {.blast = MU_HITS_RECORD, .retry_after_s = 7, .native = 9};
    ck_assert_int_eq(mu_fail(&err, MU_E_AUTH, "users page %d: token rejected (%d)", 3, 401), -1);
    ck_assert_int_eq(err.code, MU_E_AUTH);
    ck_assert_int_eq(err.blast, MU_HITS_RUN);
    ck_assert_uint_eq(err.retry_after_s, 0);
    ck_assert_int_eq(err.native, 0);
    ck_assert_str_eq(err.text, "users page 3: token rejected (401)");
}
END_TEST

START_TEST(test_errno_is_told)
{
    struct mu_err err = MU_ERR_INIT;
    errno = ENOENT;
    ck_assert_int_eq(mu_fail_errno(&err, "%s", "people.csv"), -1);
    ck_assert_int_eq(err.code, MU_E_IO);
    ck_assert_int_eq(err.native, ENOENT);
    ck_assert_str_eq(err.text, "people.csv: No such file or directory");
}
END_TEST

START_TEST(test_wrap_keeps_all_but_text)
{
    struct mu_err err = MU_ERR_INIT;
    mu_fail(&err, MU_E_THROTTLED, "slow down");
    err.retry_after_s = 12;
    err.blast = MU_HITS_KIND;
    ck_assert_int_eq(mu_wrap(&err, "page %d", 3), -1);
    ck_assert_int_eq(mu_wrap(&err, "sendoso"), -1);
    ck_assert_str_eq(err.text, "sendoso: page 3: slow down");
    ck_assert_int_eq(err.code, MU_E_THROTTLED);
    ck_assert_int_eq(err.blast, MU_HITS_KIND);
    ck_assert_uint_eq(err.retry_after_s, 12);
}
END_TEST

START_TEST(test_text_may_quote_itself)
{
    struct mu_err err = MU_ERR_INIT;
    mu_fail(&err, MU_E_DATA, "inner");
    mu_fail(&err, MU_E_DATA, "outer (%s)", err.text);
    ck_assert_str_eq(err.text, "outer (inner)");
}
END_TEST

/* Whatever the length around the ceiling, the text ends in dots and stays UTF-8. */
START_TEST(test_cut_at_a_character)
{
    for (int pad = 0; pad < 4; pad++) {
        char text[2 * MU_ERR_TEXT_MAX];
        memset(text, 'x', sizeof(text));
        for (size_t i = (size_t)pad; i + 3 < sizeof(text); i += 3) {
            memcpy(text + i, "\u20ac", 3);
        }
        text[sizeof(text) - 8] = '\0';
        struct mu_err err = MU_ERR_INIT;
        mu_fail(&err, MU_E_DATA, "%s", text);
        size_t len = strlen(err.text);
        ck_assert_uint_lt(len, MU_ERR_TEXT_MAX);
        ck_assert_uint_ge(len, MU_ERR_TEXT_MAX - 4);
        ck_assert(mu_ends(err.text, "..."));
        ck_assert(mu_utf8_ok(err.text, len));
        mu_wrap(&err, "sendoso");
        ck_assert(mu_starts(err.text, "sendoso: "));
        ck_assert(mu_ends(err.text, "..."));
        ck_assert(mu_utf8_ok(err.text, strlen(err.text)));
    }
}
END_TEST

/* A precision counts bytes, and may cut a character in two. */
START_TEST(test_text_is_utf8)
{
    struct mu_err err = MU_ERR_INIT;
    mu_fail(&err, MU_E_DATA, "'%.4s' is no number", "1\u20ac\u20ac");
    ck_assert_str_eq(err.text, "'1\u20ac' is no number");
    mu_fail(&err, MU_E_DATA, "'%.3s' and '%s'", "1\u20ac", "a\xff");
    ck_assert_str_eq(err.text, "'1?\?' and 'a?'");
    mu_wrap(&err, "%.2s", "\u20ac");
    ck_assert_str_eq(err.text, "?\?: '1?\?' and 'a?'");
}
END_TEST

START_TEST(test_longest_text_is_not_cut)
{
    char text[MU_ERR_TEXT_MAX];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    struct mu_err err = MU_ERR_INIT;
    mu_fail(&err, MU_E_DATA, "%s", text);
    ck_assert_str_eq(err.text, text);
}
END_TEST

START_TEST(test_exit_and_name)
{
    static const struct {
        enum mu_code code;
        int status;
        const char *name;
    } rows[] = {{MU_OK, 0, "ok"},
                {MU_E_USAGE, 64, "usage"},
                {MU_E_CONFIG, 78, "config"},
                {MU_E_REFUSED, 3, "refused"},
                {MU_E_AUTH, 1, "auth"},
                {MU_E_LIMIT, 1, "limit"},
                {MU_E_CANCELLED, 1, "cancelled"}};
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        ck_assert_int_eq(mu_err_exit(rows[i].code), rows[i].status);
        ck_assert_str_eq(mu_code_name(rows[i].code), rows[i].name);
    }
}
END_TEST

Suite *err_suite(void)
{
    Suite *s = suite_create("err");
    TCase *tc = tcase_create("err");
    tcase_add_test(tc, test_fail_fills_everything);
    tcase_add_test(tc, test_errno_is_told);
    tcase_add_test(tc, test_wrap_keeps_all_but_text);
    tcase_add_test(tc, test_text_may_quote_itself);
    tcase_add_test(tc, test_cut_at_a_character);
    tcase_add_test(tc, test_text_is_utf8);
    tcase_add_test(tc, test_longest_text_is_not_cut);
    tcase_add_test(tc, test_exit_and_name);
    suite_add_tcase(s, tc);
    return s;
}
