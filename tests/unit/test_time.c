/* SPDX-License-Identifier: Apache-2.0 */
/* Timestamps and durations. */
#include "base/time.h"

#include "suites.h"

START_TEST(test_accepted)
{
    static const struct {
        const char *in, *out;
        int64_t unix_s;
    } rows[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 0},
        {"2024-03-02T08:15:00.000-07:00", "2024-03-02T08:15:00-07:00", 1709392500},
        {"2024-03-02T08:15:00.120-07:00", "2024-03-02T08:15:00.12-07:00", 1709392500},
        {"2024-03-02 08:15:00+05:30", "2024-03-02T08:15:00+05:30", 1709347500},
        {"2024-03-02t08:15:00z", "2024-03-02T08:15:00Z", 1709367300},
        {"2024-03-02T08:15:00+00:00", "2024-03-02T08:15:00Z", 1709367300},
        {"2024-02-29", "2024-02-29T00:00:00Z", 1709164800},
        {"2000-02-29T23:59:59Z", "2000-02-29T23:59:59Z", 951868799},
        {"2016-12-31T23:59:60Z", "2016-12-31T23:59:60Z", 1483228800},
        {"2016-12-31T15:59:60-08:00", "2016-12-31T15:59:60-08:00", 1483228800},
        {"1969-12-31T23:59:59.123456789Z", "1969-12-31T23:59:59.123456789Z", -1},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", -62135596800},
        {"9999-12-31T23:59:59.0000000000000000Z", "9999-12-31T23:59:59Z", 253402300799},
    };
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        char text[MU_TIME_TEXT];
        int64_t unix_s = 42;
        ck_assert_msg(mu_time_parse(rows[i].in, text, &unix_s), "%s", rows[i].in);
        ck_assert_str_eq(text, rows[i].out);
        ck_assert_int_eq(unix_s, rows[i].unix_s);
        ck_assert_msg(mu_time_parse(text, text, NULL), "%s again", rows[i].out);
        ck_assert_str_eq(text, rows[i].out);
    }
}
END_TEST

START_TEST(test_refused)
{
    static const char *const rows[] = {"",
                                       "now",
                                       "2024",
                                       "2024-02-30",
                                       "2023-02-29",
                                       "1900-02-29",
                                       "2024-13-01",
                                       "2024-00-01",
                                       "2024-01-00",
                                       "2024-04-31T00:00:00Z",
                                       "2024-01-01T24:00:00Z",
                                       "2024-01-01T00:60:00Z",
                                       "2024-01-01T00:00:61Z",
                                       "2024-01-01T12:00:60Z",
                                       "2024-01-01T00:00:00",
                                       "2024-01-01T00:00Z",
                                       "2024-01-01T00:00:00.Z",
                                       "2024-01-01T00:00:00.1234567891Z",
                                       "2024-01-01T00:00:00+24:00",
                                       "2024-01-01T00:00:00+01:60",
                                       "2024-01-01T00:00:00+0100",
                                       "2024-01-01T00:00:00Zx",
                                       "2024-01-01T00:00:00Z ",
                                       " 2024-01-01",
                                       "2024-1-1",
                                       "+024-01-01",
                                       "20240101T000000Z",
                                       "2024-01-01X00:00:00Z",
                                       "2024-01-01T",
                                       "-2024-01-01"};
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        char text[MU_TIME_TEXT] = "before";
        int64_t unix_s = 42;
        ck_assert_msg(!mu_time_parse(rows[i], text, &unix_s), "%s", rows[i]);
        ck_assert_str_eq(text, "before");
        ck_assert_int_eq(unix_s, 42);
    }
}
END_TEST

START_TEST(test_text_of_seconds)
{
    char text[MU_TIME_TEXT];
    ck_assert_str_eq(mu_time_text(0, text), "1970-01-01T00:00:00Z");
    ck_assert_str_eq(mu_time_text(1709392500, text), "2024-03-02T15:15:00Z");
    ck_assert_str_eq(mu_time_text(INT64_MAX, text), "out of range");
}
END_TEST

START_TEST(test_durations)
{
    static const struct {
        const char *in;
        int64_t seconds; /* -1: refused */
    } rows[] = {{"0", 0},
                {"90", 90},
                {"90s", 90},
                {"15m", 900},
                {"2h", 7200},
                {"30d", 2592000},
                {"", -1},
                {"s", -1},
                {"-1s", -1},
                {"1.5h", -1},
                {"1h30m", -1},
                {"1 h", -1},
                {"1w", -1},
                {"99999999999999999999", -1},
                {"9223372036854775807d", -1}};
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        int64_t seconds = -1;
        ck_assert_msg(mu_duration_parse(rows[i].in, &seconds) == (rows[i].seconds >= 0), "%s",
                      rows[i].in);
        ck_assert_int_eq(seconds, rows[i].seconds);
    }
}
END_TEST

START_TEST(test_clocks)
{
    int64_t before = mu_mono_us();
    ck_assert_int_ge(mu_mono_us(), before);
    ck_assert_int_gt(mu_now(), 1700000000);
    int64_t now = mu_now(), now_ms = mu_now_ms();
    ck_assert_int_ge(now_ms / 1000, now);
    ck_assert_int_le(now_ms / 1000, mu_now() + 1);
    ck_assert(mu_cpu_seconds() >= 0);
    ck_assert_int_gt(mu_peak_kib(), 0);
}
END_TEST

Suite *time_suite(void)
{
    Suite *s = suite_create("time");
    TCase *tc = tcase_create("time");
    tcase_add_test(tc, test_accepted);
    tcase_add_test(tc, test_refused);
    tcase_add_test(tc, test_text_of_seconds);
    tcase_add_test(tc, test_durations);
    tcase_add_test(tc, test_clocks);
    suite_add_tcase(s, tc);
    return s;
}
