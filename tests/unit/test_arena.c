/* SPDX-License-Identifier: Apache-2.0 */
/* Arena: zeroed, aligned, disjoint, reset. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

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

START_TEST(test_pieces_are_zeroed_aligned_and_disjoint)
{
    enum { ROUNDS = 3, PIECES = 400 };
    for (int round = 0; round < ROUNDS; round++) {
        unsigned char *pieces[PIECES];
        for (size_t i = 0; i < PIECES; i++) {
            size_t size = i % 50 == 49 ? 100000 : i * 7;
            pieces[i] = mu_alloc(arena, size);
            ck_assert_uint_eq((uintptr_t)pieces[i] % 16, 0);
            size_t dirty = 0;
            for (size_t k = 0; k < size; k++) {
                dirty += pieces[i][k] != 0;
            }
            ck_assert_uint_eq(dirty, 0);
            memset(pieces[i], (int)(i & 0xFF), size);
        }
        for (size_t i = 1; i < PIECES; i++) {
            ck_assert_uint_eq(pieces[i][0], i & 0xFF);
            ck_assert_uint_eq(pieces[i][(i % 50 == 49 ? 100000 : i * 7) - 1], i & 0xFF);
        }
        mu_arena_reset(arena);
    }
}
END_TEST

START_TEST(test_used_is_a_ruler)
{
    ck_assert_uint_eq(mu_arena_used(arena), 0);
    mu_alloc(arena, 1);
    size_t small = mu_arena_used(arena);
    ck_assert_uint_ge(small, 1);
    mu_alloc(arena, 5000000);
    ck_assert_uint_ge(mu_arena_used(arena), small + 5000000);
    mu_arena_reset(arena);
    ck_assert_uint_eq(mu_arena_used(arena), 0);
}
END_TEST

START_TEST(test_texts)
{
    ck_assert_ptr_null(mu_strdup(arena, NULL));
    ck_assert_str_eq(mu_strdup(arena, "Σοφία"), "Σοφία");
    ck_assert_str_eq(mu_strndup(arena, "abcdef", 3), "abc");
    ck_assert_str_eq(mu_strndup(arena, NULL, 0), "");
    ck_assert_mem_eq(mu_strndup(arena, "a\0b", 3), "a\0b", 4);
    ck_assert_str_eq(mu_printf(arena, "%s-%d", "x", 5), "x-5");
}
END_TEST

START_TEST(test_printf_around_its_first_try)
{
    for (int len = 250; len < 262; len++) {
        char *text = mu_printf(arena, "%*d", len, 7);
        ck_assert_uint_eq(strlen(text), (size_t)len);
        ck_assert_int_eq(text[len - 1], '7');
    }
}
END_TEST

START_TEST(test_adopt)
{
    struct mu_arena *other = mu_arena_new();
    char *large = mu_alloc(other, 3 << 20), *small = mu_strdup(other, "small");
    memset(large, 'x', 3 << 20);
    size_t used = mu_arena_used(arena) + mu_arena_used(other);
    mu_arena_adopt(arena, other);
    ck_assert_uint_eq(mu_arena_used(arena), used);
    mu_strdup(arena, "more");
    ck_assert_str_eq(small, "small");
    ck_assert_int_eq(large[(3 << 20) - 1], 'x');
    mu_arena_reset(arena);
    ck_assert_uint_eq(mu_arena_used(arena), 0);
}
END_TEST

START_TEST(test_free_takes_null)
{
    mu_arena_free(NULL);
    ck_assert_ptr_null(mu_xstrdup(NULL));
}
END_TEST

START_TEST(test_array_overflow_ends_the_process)
{
    mu_alloc_array(arena, SIZE_MAX / 2, 3);
}
END_TEST

Suite *arena_suite(void)
{
    Suite *s = suite_create("arena");
    TCase *tc = tcase_create("arena");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_pieces_are_zeroed_aligned_and_disjoint);
    tcase_add_test(tc, test_used_is_a_ruler);
    tcase_add_test(tc, test_texts);
    tcase_add_test(tc, test_printf_around_its_first_try);
    tcase_add_test(tc, test_adopt);
    tcase_add_test(tc, test_free_takes_null);
    suite_add_tcase(s, tc);
    TCase *fatal = tcase_create("fatal");
    tcase_add_checked_fixture(fatal, setup, teardown);
    const char *fork_mode = getenv("CK_FORK");
    if (!fork_mode || strcmp(fork_mode, "no") != 0) {
        tcase_add_exit_test(fatal, test_array_overflow_ends_the_process, 1);
    }
    suite_add_tcase(s, fatal);
    return s;
}
