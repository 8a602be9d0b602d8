/* SPDX-License-Identifier: Apache-2.0 */
/* Text: comparing, UTF-8, folding, printable text, nearest names, integers, globs. */
#include "base/str.h"

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

START_TEST(test_comparing)
{
    ck_assert(mu_streq(NULL, NULL));
    ck_assert(!mu_streq("", NULL));
    ck_assert(!mu_streq(NULL, ""));
    ck_assert(mu_streq("a", "a"));
    ck_assert(!mu_streq("a", "A"));
    ck_assert(mu_strieq("aZ-9", "Az-9"));
    ck_assert(!mu_strieq("a", "ab"));
    ck_assert(!mu_strieq("@", "`"));
    ck_assert(!mu_strieq(NULL, ""));
    ck_assert(mu_starts("abc", "ab") && mu_starts("abc", "") && !mu_starts("ab", "abc"));
    ck_assert(mu_ends("abc", "bc") && mu_ends("abc", "") && !mu_ends("bc", "abc"));
}
END_TEST

START_TEST(test_utf8)
{
    static const struct {
        const char *text;
        size_t len;
        bool ok;
    } rows[] = {
        {"", 0, true},
        {"plain ASCII, longer than a word", 31, true},
        {"12345678\0", 9, false},
        {"1234567\0 and more text here", 27, false},
        {"\x7f", 1, true},
        {"\x80", 1, false},
        {"\xc2\xa9", 2, true},
        {"\xc2", 1, false},
        {"\xc0\x80", 2, false},
        {"\xc1\xbf", 2, false},
        {"\xe2\x82\xac", 3, true},
        {"\xe2\x82", 2, false},
        {"\xe0\x80\x80", 3, false},
        {"\xed\x9f\xbf", 3, true},
        {"\xed\xa0\x80", 3, false}, /* surrogate */
        {"\xf0\x9f\x98\x80", 4, true},
        {"\xf4\x8f\xbf\xbf", 4, true},
        {"\xf4\x90\x80\x80", 4, false},
        {"\xf8\x88\x80\x80\x80", 5, false},
        {"\xff", 1, false},
        {"abcdefg\xe2\x82\xac", 10, true},
        {"abcdefg\xe2\x82", 9, false},
    };
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        ck_assert_msg(mu_utf8_ok(rows[i].text, rows[i].len) == rows[i].ok, "row %d", i);
    }
}
END_TEST

START_TEST(test_nfc)
{
    struct mu_err err = MU_ERR_INIT;
    const char *out = NULL;
    const char *same[] = {"", "plain", "caf\u00e9", "Σοφία", "한국어", "👩‍💻"};
    for (size_t i = 0; i < MU_LEN(same); i++) {
        ck_assert_int_eq(mu_nfc(arena, same[i], &out, &err), 0);
        ck_assert_ptr_eq(out, same[i]);
    }
    ck_assert_int_eq(mu_nfc(arena, "cafe\u0301", &out, &err), 0);
    ck_assert_str_eq(out, "caf\u00e9");
    const char *before = out;
    ck_assert_int_eq(mu_nfc(arena, "caf\xe9", &out, &err), -1);
    ck_assert_int_eq(err.code, MU_E_DATA);
    ck_assert_ptr_eq(out, before);
}
END_TEST

START_TEST(test_fold)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"", ""},
        {"Ann.Smith@X.TEST", "ann.smith@x.test"},
        {"AZ[@`{", "az[@`{"},
        {"Σοφία@X.test", "σοφία@x.test"},
        {"ΟΔΟΣ", "οδοσ"},
        {"Οδος", "οδοσ"},
        {"STRASSE", "strasse"},
        {"Straße", "strasse"},
        {"CAFE\u0301", "caf\u00e9"},
        {"CAF\u00c9", "caf\u00e9"},
        {"\u212a", "k"},                /* KELVIN SIGN */
        {"caf\xe9 ABC", "caf\xe9 abc"}, /* not UTF-8 */
    };
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        const char *once = mu_fold(arena, rows[i].in);
        ck_assert_str_eq(once, rows[i].out);
        ck_assert_str_eq(mu_fold(arena, once), once);
    }
    ck_assert_str_ne(mu_fold(arena, "\uff11"), "1"); /* full-width digits are other characters */
}
END_TEST

START_TEST(test_fold_into_appends_bytes)
{
    MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&b, "X:");
    mu_fold_into(&b, "A\0B", 3);
    mu_fold_into(&b, "Σ\0Bc", 4);
    ck_assert_uint_eq(b.len, 9);
    ck_assert_mem_eq(b.data, "X:a\0bσ\0b", 10);
    mu_buf_reset(&b);
    for (int i = 0; i < 1000; i++) {
        mu_buf_adds(&b, "É");
    }
    MU_AUTO(buf) struct mu_buf folded = MU_BUF_INIT(MU_BUF_MAX);
    mu_fold_into(&folded, b.data, b.len);
    ck_assert_uint_eq(folded.len, 2000);
    ck_assert(mu_starts(folded.data, "éé") && mu_ends(folded.data, "éé"));
    struct mu_buf tight = MU_BUF_INIT(2);
    mu_fold_into(&tight, "abc", 3);
    ck_assert(tight.full);
    ck_assert_uint_eq(tight.len, 0);
}
END_TEST

START_TEST(test_printable)
{
    static const struct {
        const char *in;
        size_t len, max;
        const char *out;
    } rows[] = {
        {"plain Σοφία 한국어", 26, 100, "plain Σοφία 한국어"},
        {"a\033[31mb\n\0\x7f", 10, 100, "a\\x1b[31mb\\x0a\\x00\\x7f"},
        {"x\u202ey", 5, 100, "x\\u{202e}y"},
        {"\u2066\u2028\ufeff\xc2\x85", 11, 100, "\\u{2066}\\u{2028}\\u{feff}\\u{0085}"},
        {"\xff\xc2", 2, 100, "\\xff\\xc2"},
        {"👩\u200d💻", 11, 100, "👩\u200d💻"},
        {"0123456789", 10, 10, "0123456789"},
        {"0123456789a", 11, 10, "0123456..."},
        {"012345\u20acxyz", 12, 10, "012345..."},
        {"0123\033\033", 6, 10, "0123..."},
        {"abcdef", 6, 2, ".."},
        {"abcdef", 6, 0, ""},
        {"", 0, 0, ""},
    };
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        ck_assert_str_eq(mu_printable(arena, rows[i].in, rows[i].len, rows[i].max), rows[i].out);
    }
    MU_AUTO(buf) struct mu_buf b = MU_BUF_INIT(100);
    mu_buf_adds(&b, "name: ");
    mu_printable_into(&b, "0123456789", 10, 6);
    ck_assert_str_eq(b.data, "name: 012...");
}
END_TEST

START_TEST(test_nearest)
{
    static const char *const known[] = {"url", "token", "connections", "base", "starttls"};
    static const struct {
        const char *name, *nearest;
    } rows[] = {{"tokne", "token"},
                {"conections", "connections"},
                {"URL", "url"},
                {"ur", "url"},
                {"bsae", "base"},
                {"startTLS", "starttls"},
                {"password", NULL},
                {"xyz", NULL},
                {"", NULL},
                {"b", NULL},
                {"connectionsabcd", NULL}};
    for (size_t i = 0; i < MU_LEN(rows); i++) {
        const char *got = mu_nearest(rows[i].name, known, MU_LEN(known));
        ck_assert_msg(mu_streq(got, rows[i].nearest), "%s -> %s", rows[i].name, got ? got : "none");
    }
    char longest[5000];
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    ck_assert_ptr_null(mu_nearest(longest, known, MU_LEN(known)));
    ck_assert_ptr_null(mu_nearest("url", known, 0));
}
END_TEST

START_TEST(test_parse_int)
{
    static const struct {
        const char *in;
        long long min, max;
        bool ok;
        long long value;
    } rows[] = {
        {"0", 0, 9, true, 0},
        {"007", 0, 9, true, 7},
        {"-5", -9, 9, true, -5},
        {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
        {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
        {"10", 0, 9, false, 0},
        {"-1", 0, 9, false, 0},
        {"", 0, 9, false, 0},
        {"-", -9, 9, false, 0},
        {"+1", 0, 9, false, 0},
        {" 1", 0, 9, false, 0},
        {"1 ", 0, 9, false, 0},
        {"0x1", 0, 9, false, 0},
        {"1e1", 0, 99, false, 0},
    };
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        long long value = 0;
        ck_assert_msg(mu_parse_int(rows[i].in, rows[i].min, rows[i].max, &value) == rows[i].ok,
                      "%s", rows[i].in);
        ck_assert_int_eq(value, rows[i].value);
    }
}
END_TEST

START_TEST(test_glob)
{
    static const struct {
        const char *pattern, *text;
        bool fold, matches;
    } rows[] = {
        {"", "", false, true},
        {"", "a", false, false},
        {"*", "", false, true},
        {"*", "abc", false, true},
        {"a*c", "abbbc", false, true},
        {"a*c", "abbb", false, false},
        {"?", "", false, false},
        {"?", "é", false, true},
        {"??", "é", false, false},
        {"*@x.test", "a@x.test", false, true},
        {"*@x.test", "a@x.test.evil", false, false},
        {"*a*b*c*", "xxaxxbxxcxx", false, true},
        {"*ab", "aab", false, true},
        {"*aab", "aaab", false, true},
        {"ADMIN*", "admin-1", false, false},
        {"ADMIN*", "admin-1", true, true},
        {"σοφ*", "ΣΟΦΊΑ", true, true},
        {"a**b", "ab", false, true},
        {"[a]", "a", false, false},
    };
    for (int i = 0; i < (int)MU_LEN(rows); i++) {
        ck_assert_msg(mu_glob(rows[i].pattern, rows[i].text, rows[i].fold) == rows[i].matches,
                      "%s on %s", rows[i].pattern, rows[i].text);
    }
}
END_TEST

/* A pattern that takes a backtracking matcher longer than the universe exists. */
START_TEST(test_glob_is_quick)
{
    char text[2001];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert(!mu_glob("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text, false));
}
END_TEST

Suite *str_suite(void)
{
    Suite *s = suite_create("str");
    TCase *tc = tcase_create("str");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_comparing);
    tcase_add_test(tc, test_utf8);
    tcase_add_test(tc, test_nfc);
    tcase_add_test(tc, test_fold);
    tcase_add_test(tc, test_fold_into_appends_bytes);
    tcase_add_test(tc, test_printable);
    tcase_add_test(tc, test_nearest);
    tcase_add_test(tc, test_parse_int);
    tcase_add_test(tc, test_glob);
    tcase_add_test(tc, test_glob_is_quick);
    suite_add_tcase(s, tc);
    return s;
}
