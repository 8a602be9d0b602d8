/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers: growth, the ceiling, taking and wiping. */
#include "base/buf.h"

#include <string.h>

#include "suites.h"

START_TEST(test_empty_is_text)
{
    struct mu_buf b = MU_BUF_INIT(10);
    ck_assert_str_eq(b.data, "");
    ck_assert_int_eq(mu_buf_add(&b, NULL, 0), 0);
    mu_buf_reset(&b);
    mu_buf_cut(&b, 0);
    mu_buf_done(&b);
    char *taken = mu_buf_take(&b, NULL);
    ck_assert_str_eq(taken, "");
    free(taken);
}
END_TEST

START_TEST(test_grows_and_keeps_bytes)
{
    struct mu_buf b = MU_BUF_INIT(MU_BUF_MAX);
    for (int i = 0; i < 5000; i++) {
        ck_assert_int_eq(mu_buf_addc(&b, (char)('a' + i % 26)), 0);
        ck_assert_uint_eq(b.len, (size_t)i + 1);
        ck_assert_int_eq(b.data[b.len], '\0');
    }
    for (int i = 0; i < 5000; i++) {
        ck_assert_int_eq(b.data[i], 'a' + i % 26);
    }
    mu_buf_reset(&b);
    mu_buf_add(&b, "a\0b", 3);
    ck_assert_uint_eq(b.len, 3);
    mu_buf_printf(&b, "%s%0*d", "x", 600, 1);
    ck_assert_uint_eq(b.len, 604);
    ck_assert_int_eq(b.data[603], '1');
    mu_buf_cut(&b, 4);
    ck_assert_mem_eq(b.data, "a\0bx", 5);
    mu_buf_done(&b);
}
END_TEST

/* Exactly the ceiling fits; one more is refused whole, and so is everything behind it. */
START_TEST(test_ceiling)
{
    for (size_t max = 0; max < 300; max += 37) {
        struct mu_buf b = MU_BUF_INIT(max);
        for (size_t i = 0; i < max; i++) {
            ck_assert_int_eq(mu_buf_addc(&b, 'x'), 0);
        }
        ck_assert(!b.full);
        ck_assert_int_eq(mu_buf_adds(&b, "y"), -1);
        ck_assert(b.full);
        ck_assert_uint_eq(b.len, max);
        mu_buf_cut(&b, 0);
        ck_assert_int_eq(mu_buf_adds(&b, "z"), -1);
        ck_assert_int_eq(mu_buf_printf(&b, "%d", 1), -1);
        ck_assert_int_eq(mu_buf_add(&b, "", 0), -1);
        mu_buf_reset(&b);
        ck_assert_int_eq(mu_buf_adds(&b, "z"), max > 0 ? 0 : -1);
        mu_buf_done(&b);
    }
}
END_TEST

START_TEST(test_huge_length_is_refused)
{
    struct mu_buf b = MU_BUF_INIT(100);
    mu_buf_adds(&b, "abc");
    ck_assert_int_eq(mu_buf_room(&b, (size_t)-1), -1);
    ck_assert_str_eq(b.data, "abc");
    mu_buf_done(&b);
}
END_TEST

START_TEST(test_take_hands_over)
{
    struct mu_buf b = MU_BUF_INIT(100);
    mu_buf_adds(&b, "abc");
    size_t len = 0;
    char *taken = mu_buf_take(&b, &len);
    ck_assert_str_eq(taken, "abc");
    ck_assert_uint_eq(len, 3);
    ck_assert_uint_eq(b.len, 0);
    ck_assert_str_eq(b.data, "");
    mu_buf_adds(&b, "def");
    ck_assert_str_eq(taken, "abc");
    free(taken);
    mu_buf_wipe(&b);
    ck_assert_uint_eq(b.cap, 0);
    ck_assert_str_eq(b.data, "");
}
END_TEST

Suite *buf_suite(void)
{
    Suite *s = suite_create("buf");
    TCase *tc = tcase_create("buf");
    tcase_add_test(tc, test_empty_is_text);
    tcase_add_test(tc, test_grows_and_keeps_bytes);
    tcase_add_test(tc, test_ceiling);
    tcase_add_test(tc, test_huge_length_is_refused);
    tcase_add_test(tc, test_take_hands_over);
    suite_add_tcase(s, tc);
    return s;
}
