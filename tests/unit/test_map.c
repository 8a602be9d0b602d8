/* SPDX-License-Identifier: Apache-2.0 */
/* Maps and digests. */
#include "base/map.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "suites.h"

START_TEST(test_put_get_order)
{
    enum { KEYS = 5000 };
    struct mu_arena *arena = mu_arena_new();
    for (size_t expected = 0; expected < 10000; expected += 4999) {
        struct mu_map *m = mu_map_new(expected);
        const char *keys[KEYS];
        for (size_t i = 0; i < KEYS; i++) {
            keys[i] = mu_printf(arena, "key-%zu", i);
            ck_assert_ptr_null(mu_map_get(m, keys[i], strlen(keys[i])));
            ck_assert_ptr_null(mu_map_put(m, keys[i], strlen(keys[i]), &keys[i]));
        }
        ck_assert_uint_eq(mu_map_count(m), KEYS);
        for (size_t i = 0; i < KEYS; i++) {
            ck_assert_ptr_eq(mu_map_get(m, keys[i], strlen(keys[i])), &keys[i]);
            const char *key;
            size_t len;
            void *value;
            mu_map_at(m, i, &key, &len, &value);
            ck_assert_ptr_eq(key, keys[i]);
            ck_assert_uint_eq(len, strlen(keys[i]));
            ck_assert_ptr_eq(value, &keys[i]);
        }
        ck_assert_ptr_null(mu_map_get(m, "key-5000", 8));
        mu_map_free(m);
    }
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_replace_keeps_place_and_key)
{
    struct mu_map *m = mu_map_new(0);
    char first[] = "a", second[] = "a";
    int one = 1, two = 2, other = 3;
    mu_map_put(m, first, 1, &one);
    mu_map_put(m, "b", 1, &other);
    ck_assert_ptr_eq(mu_map_put(m, second, 1, &two), &one);
    ck_assert_uint_eq(mu_map_count(m), 2);
    const char *key;
    size_t len;
    void *value;
    mu_map_at(m, 0, &key, &len, &value);
    ck_assert_ptr_eq(key, first);
    ck_assert_ptr_eq(value, &two);
    mu_map_free(m);
}
END_TEST

START_TEST(test_keys_are_bytes)
{
    struct mu_map *m = mu_map_new(0);
    int a = 1, b = 2, c = 3;
    mu_map_put(m, "x", 1, &a);
    mu_map_put(m, "x\0y", 3, &b);
    mu_map_put(m, "", 0, &c);
    ck_assert_ptr_eq(mu_map_get(m, "xy", 1), &a);
    ck_assert_ptr_eq(mu_map_get(m, "x\0y", 3), &b);
    ck_assert_ptr_null(mu_map_get(m, "x\0z", 3));
    ck_assert_ptr_eq(mu_map_get(m, "", 0), &c);
    mu_map_free(m);
    mu_map_free(NULL);
}
END_TEST

/* Digests are kept in plans: they have to be the same on every machine, for ever. */
START_TEST(test_digest_is_blake2b_256)
{
    char hex[MU_DIGEST_HEX];
    mu_digest("", 0, hex);
    ck_assert_str_eq(hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    mu_digest("abc", 3, hex);
    ck_assert_str_eq(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}
END_TEST

/* SipHash-2-4-128 with the key 00..0f, from its authors' vectors: empty input, and one byte 00. */
START_TEST(test_hash_is_siphash_128)
{
    static const uint8_t want[][MU_HASH_LEN] = {{0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
                                                 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93},
                                                {0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44,
                                                 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45}};
    uint8_t key[MU_HASH_KEY_LEN], got[MU_HASH_LEN];
    for (uint8_t i = 0; i < sizeof(key); i++) {
        key[i] = i;
    }
    for (size_t len = 0; len < MU_LEN(want); len++) {
        mu_hash(key, "\0", len, got);
        ck_assert_mem_eq(got, want[len], sizeof(got));
    }
}
END_TEST

START_TEST(test_random_differs)
{
    uint8_t a[32] = {0}, b[32] = {0};
    mu_random(a, sizeof(a));
    mu_random(b, sizeof(b));
    ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

Suite *map_suite(void)
{
    Suite *s = suite_create("map");
    TCase *tc = tcase_create("map");
    tcase_add_test(tc, test_put_get_order);
    tcase_add_test(tc, test_replace_keeps_place_and_key);
    tcase_add_test(tc, test_keys_are_bytes);
    tcase_add_test(tc, test_digest_is_blake2b_256);
    tcase_add_test(tc, test_hash_is_siphash_128);
    tcase_add_test(tc, test_random_differs);
    suite_add_tcase(s, tc);
    return s;
}
