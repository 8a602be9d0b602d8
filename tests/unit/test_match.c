/* SPDX-License-Identifier: Apache-2.0 */
/* Matching rules: what must compare equal, and what must not. */
#include <check.h>
#include <string.h>

#include "adapter/ldap/match.h"
#include "suites.h"

static const struct {
    enum mu_match how;
    const char *value, *folded;
} folds[] = {
    {MU_MATCH_IGNORE, "Ada Quist", "ada quist"},
    {MU_MATCH_IGNORE, "  Ada   Quist ", "ada quist"},
    {MU_MATCH_IGNORE, "ADA@Example.TEST", "ada@example.test"},
    {MU_MATCH_IGNORE, "ΣΟΦΊΑ", "σοφία"},
    {MU_MATCH_IGNORE, " É  e\xcc\x81 ", "é é"},
    {MU_MATCH_IGNORE, "ﬁsh", "fish"},
    {MU_MATCH_IGNORE, "Straße", "straße"},
    {MU_MATCH_IGNORE, "\xff\xfeX", "\xff\xfex"},
    {MU_MATCH_IGNORE, "", ""},
    {MU_MATCH_IGNORE, "   ", ""},
    {MU_MATCH_EXACT, " Ada  Quist ", "Ada Quist"},
    {MU_MATCH_EXACT, "e\xcc\x81X", "éX"},
    {MU_MATCH_DN, "UID=Ada, DC=X", "uid=ada,dc=x"},
    {MU_MATCH_PHONE, "+1 555-01 00", "+15550100"},
    {MU_MATCH_PHONE, "+1 555 EXT", "+1555ext"},
    {MU_MATCH_NUMERIC, "12 34", "1234"},
    {MU_MATCH_INTEGER, "007", "7"},
    {MU_MATCH_INTEGER, "0", "0"},
    {MU_MATCH_INTEGER, "-07", "-7"},
    {MU_MATCH_INTEGER, "", ""},
    {MU_MATCH_INTEGER, "-000", "-0"},
    {MU_MATCH_INTEGER, "0-0-", "0-0-"},
    {MU_MATCH_WORD, "TRUE", "true"},
    {MU_MATCH_WORD, "inetOrgPerson", "inetorgperson"},
    {MU_MATCH_OCTETS, " A  b ", " A  b "},
};

START_TEST(folded)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&to, "x ");
    mu_match_fold(folds[_i].how, folds[_i].value, strlen(folds[_i].value), &to);
    ck_assert_str_eq(to.data + 2, folds[_i].folded);
}
END_TEST

START_TEST(nul_bytes_count)
{
    MU_AUTO(buf) struct mu_buf a = MU_BUF_INIT(MU_BUF_MAX);
    for (int how = MU_MATCH_OCTETS; how <= MU_MATCH_WORD; how++) {
        mu_buf_reset(&a);
        mu_match_fold((enum mu_match)how,
                      "1\0"
                      "2",
                      3, &a);
        ck_assert_uint_eq(a.len, 3);
        ck_assert(memcmp(a.data,
                         "1\0"
                         "2",
                         3) == 0);
    }
}
END_TEST

START_TEST(case_counts_where_it_should)
{
    MU_AUTO(buf) struct mu_buf a = MU_BUF_INIT(MU_BUF_MAX), b = MU_BUF_INIT(MU_BUF_MAX);
    mu_match_fold(MU_MATCH_EXACT, "Ada", 3, &a);
    mu_match_fold(MU_MATCH_EXACT, "ada", 3, &b);
    ck_assert_str_ne(a.data, b.data);
}
END_TEST

START_TEST(rules_by_name_and_oid)
{
    enum mu_match how = MU_MATCH_OCTETS;
    ck_assert(mu_match_of_rule("caseignorematch", &how));
    ck_assert_int_eq(how, MU_MATCH_IGNORE);
    ck_assert(mu_match_of_rule("2.5.13.1", &how));
    ck_assert_int_eq(how, MU_MATCH_DN);
    ck_assert(!mu_match_of_rule("uuidMatch", &how));
    ck_assert(mu_match_of_syntax("1.3.6.1.4.1.1466.115.121.1.50", &how));
    ck_assert_int_eq(how, MU_MATCH_PHONE);
    ck_assert(!mu_match_of_syntax("1.2.3", &how));
    ck_assert_int_eq(mu_match_of_attr("MEMBER"), MU_MATCH_DN);
    ck_assert_int_eq(mu_match_of_attr("mail"), MU_MATCH_IGNORE);
    ck_assert_int_eq(mu_match_of_attr("jpegPhoto"), MU_MATCH_OCTETS);
}
END_TEST

Suite *match_suite(void)
{
    Suite *s = suite_create("match");
    TCase *t = tcase_create("match");
    tcase_add_loop_test(t, folded, 0, (int)MU_LEN(folds));
    tcase_add_test(t, nul_bytes_count);
    tcase_add_test(t, case_counts_where_it_should);
    tcase_add_test(t, rules_by_name_and_oid);
    suite_add_tcase(s, t);
    return s;
}
