/* SPDX-License-Identifier: Apache-2.0 */
/* When scheduled work is due. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "engine/schedule.h"
#include "suites.h"

static struct mu_arena *arena;

static void set_up(void)
{
    arena = mu_arena_new();
    setenv("TZ", "UTC", 1);
    tzset();
}

static void tear_down(void)
{
    mu_arena_free(arena);
}

static int read_cron(const char *text, struct mu_schedule *ret, struct mu_err *err)
{
    const struct mu_y *y = NULL;
    const char *yaml = mu_printf(arena, "{cron: \"%s\"}", text);
    ck_assert_int_eq(mu_y_parse(arena, "test", yaml, strlen(yaml), &y, err), 0);
    return mu_schedule_read(0, mu_y_get(y, "cron"), ret, err);
}

static int64_t at(const char *text)
{
    char canonical[MU_TIME_TEXT];
    int64_t ret = 0;
    ck_assert_msg(mu_time_parse(text, canonical, &ret), "%s", text);
    return ret;
}

static void due(const char *cron, const char *last, const char *expected)
{
    struct mu_schedule s;
    struct mu_err err = MU_ERR_INIT;
    char got[MU_TIME_TEXT];
    ck_assert_msg(read_cron(cron, &s, &err) == 0, "%s: %s", cron, err.text);
    int64_t next = mu_schedule_next(&s, at(last), at(last));
    ck_assert_msg(next == at(expected), "%s after %s: %s", cron, last, mu_time_text(next, got));
}

START_TEST(cron_lines)
{
    due("* * * * *", "2026-11-25T10:00:00Z", "2026-11-25T10:01:00Z");
    due("* * * * *", "2026-11-25T10:00:59Z", "2026-11-25T10:01:00Z");
    due("30 2 * * *", "2026-11-25T02:29:59Z", "2026-11-25T02:30:00Z");
    due("30 2 * * *", "2026-11-25T02:30:00Z", "2026-11-26T02:30:00Z");
    due("*/15 * * * *", "2026-11-25T10:16:00Z", "2026-11-25T10:30:00Z");
    due("5-20/5,50 8-9 * * *", "2026-11-25T08:20:00Z", "2026-11-25T08:50:00Z");
    due("0 9 * * mon-fri", "2026-11-27T09:00:00Z", "2026-11-30T09:00:00Z"); /* from a Friday */
    due("0 0 * * 7", "2026-11-25T00:00:00Z", "2026-11-29T00:00:00Z");
    due("0 0 1 jan,JUL *", "2026-11-25T00:00:00Z", "2027-01-01T00:00:00Z");
    due("0 0 29 2 *", "2026-11-25T00:00:00Z", "2028-02-29T00:00:00Z");
    due("0 0 25 12 */7", "2050-12-25T00:00:00Z", "2061-12-25T00:00:00Z"); /* both fields */
    due("0 0 29 2 */7", "2088-02-29T00:00:00Z", "2128-02-29T00:00:00Z");
    due("0 0 31 * *", "2026-11-25T00:00:00Z", "2026-12-31T00:00:00Z");
    due("0 0 13 * fri", "2026-11-25T00:00:00Z", "2026-11-27T00:00:00Z"); /* either of the two */
    due("@daily", "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z");
    due("@hourly", "2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z");
}
END_TEST

START_TEST(clocks_that_are_changed)
{
    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    /* 29 March 2026: 02:00 is 03:00, and 02:30 isn't there. 25 October: 03:00 is 02:00 again. */
    due("30 2 * * *", "2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00");
    due("30 2 * * *", "2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00");
    due("0 4 * * *", "2026-03-28T04:00:00+01:00", "2026-03-29T04:00:00+02:00");
    setenv("TZ", "UTC", 1);
    tzset();
}
END_TEST

START_TEST(bad_lines)
{
    static const struct {
        const char *text, *says;
    } bad[] = {{"", "0 fields"},
               {"* * * *", "4 fields"},
               {"* * * * * *", "6 fields"},
               {"60 * * * *", "'60' is no minute"},
               {"* 24 * * *", "no hour"},
               {"* * 0 * *", "no day of the month"},
               {"* * * 13 *", "no month"},
               {"* * * foo *", "no month"},
               {"* * * * 8", "no day of the week"},
               {"5-1 * * * *", "no minute"},
               {"*/0 * * * *", "no minute"},
               {"1,,2 * * * *", "no minute"},
               {"1, * * * *", "no minute"},
               {"*-5 * * * *", "no minute"},
               {"-1 * * * *", "no minute"},
               {"0 0 30 2 *", "never comes"},
               {"@never", "no minute"}};
    for (size_t i = 0; i < MU_LEN(bad); i++) {
        struct mu_schedule s;
        struct mu_err err = MU_ERR_INIT;
        ck_assert_msg(read_cron(bad[i].text, &s, &err) == -1, "%s", bad[i].text);
        ck_assert_int_eq(err.code, MU_E_CONFIG);
        ck_assert_msg(strstr(err.text, bad[i].says), "%s: %s", bad[i].text, err.text);
    }
}
END_TEST

START_TEST(periods)
{
    struct mu_schedule s;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_schedule_read(900, NULL, &s, &err), 0);
    ck_assert(mu_schedule_set(&s));
    ck_assert_int_eq(mu_schedule_next(&s, 0, 5000), 5000);     /* never: now */
    ck_assert_int_eq(mu_schedule_next(&s, 4500, 5000), 5400);  /* in time */
    ck_assert_int_eq(mu_schedule_next(&s, 1000, 5000), 1900);  /* missed: due, once */
    ck_assert_int_eq(mu_schedule_next(&s, 90000, 5000), 5000); /* the clock was wrong */
    ck_assert_int_eq(mu_schedule_read(0, NULL, &s, &err), 0);
    ck_assert(!mu_schedule_set(&s));
    const struct mu_y *y = NULL;
    ck_assert_int_eq(mu_y_parse(arena, "t", "{cron: '* * * * *'}", 19, &y, &err), 0);
    ck_assert_int_eq(mu_schedule_read(900, mu_y_get(y, "cron"), &s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "one of the two"));
}
END_TEST

Suite *schedule_suite(void)
{
    Suite *s = suite_create("schedule");
    TCase *t = tcase_create("schedule");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, cron_lines);
    tcase_add_test(t, clocks_that_are_changed);
    tcase_add_test(t, bad_lines);
    tcase_add_test(t, periods);
    suite_add_tcase(s, t);
    return s;
}
