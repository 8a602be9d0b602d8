/* SPDX-License-Identifier: Apache-2.0 */
/* The schema's tables are complete and agree with themselves. */
#include "model/schema.h"

#include <string.h>

#include "model/number.h"
#include "suites.h"

START_TEST(test_tables)
{
    for (unsigned k = 0; k < MU_KINDS; k++) {
        const struct mu_schema *schema = mu_schema_of((enum mu_kind)k);
        ck_assert_uint_eq(schema->kind, k);
        ck_assert_str_eq(schema->attrs[0].name, "id");
        for (size_t i = 0; i < schema->count; i++) {
            const struct mu_attr *a = &schema->attrs[i];
            ck_assert_ptr_eq(mu_schema_attr(schema->kind, a->name), a); /* found, and not twice */
            ck_assert_ptr_nonnull(a->help);
            ck_assert_int_eq(a->shape == MU_SHAPE_ENUM, a->choices != NULL);
            ck_assert_int_eq(a->shape == MU_SHAPE_LIST, a->parts != NULL);
            ck_assert(a->parts == NULL || a->parts[0] != NULL);
        }
        ck_assert_str_eq(schema->attrs[schema->count - 1].name, "attributes");
    }
}
END_TEST

START_TEST(test_lookup)
{
    ck_assert_ptr_null(mu_schema_attr(MU_USER, "email"));
    ck_assert_ptr_null(mu_schema_attr(MU_GROUP, "username"));
    ck_assert_ptr_null(mu_schema_attr(MU_USER, ""));
    ck_assert(mu_schema_attr(MU_USER, "emails")->pii);
    ck_assert(!mu_schema_attr(MU_USER, "status")->pii);
    ck_assert_str_eq(mu_schema_attr(MU_USER, "roles")->parts[0], "id");
}
END_TEST

START_TEST(test_kinds)
{
    static const struct {
        const char *word;
        enum mu_kind kind;
    } words[] = {{"user", MU_USER},
                 {"users", MU_USER},
                 {"group", MU_GROUP},
                 {"roles", MU_ROLE},
                 {"members", MU_MEMBERSHIP},
                 {"membership", MU_MEMBERSHIP},
                 {"memberships", MU_MEMBERSHIP}};
    enum mu_kind kind = MU_KINDS;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        ck_assert(mu_kind_parse(words[i].word, &kind));
        ck_assert_uint_eq(kind, words[i].kind);
    }
    kind = MU_ROLE;
    ck_assert(!mu_kind_parse("people", &kind));
    ck_assert(!mu_kind_parse("", &kind));
    ck_assert_uint_eq(kind, MU_ROLE);
}
END_TEST

START_TEST(test_numbers)
{
    ck_assert(mu_number_ok("0") && mu_number_ok("-12.50") && mu_number_ok("007"));
    ck_assert(!mu_number_ok("") && !mu_number_ok("-") && !mu_number_ok("1.") &&
              !mu_number_ok(".5"));
    ck_assert(!mu_number_ok("1.2.3") && !mu_number_ok("1e3") && !mu_number_ok("1 "));
    ck_assert(mu_integer_ok("-7") && !mu_integer_ok("7.0") && !mu_integer_ok(""));
    ck_assert_int_eq(mu_number_cmp("12.50", "12.5"), 0);
    ck_assert_int_eq(mu_number_cmp("-0", "0.00"), 0);
    ck_assert_int_eq(mu_number_cmp("007", "7"), 0);
    ck_assert_int_lt(mu_number_cmp("9", "10"), 0);
    ck_assert_int_lt(mu_number_cmp("-10", "-9"), 0);
    ck_assert_int_lt(mu_number_cmp("-1", "0"), 0);
    ck_assert_int_gt(mu_number_cmp("12.51", "12.5"), 0);
    ck_assert_int_lt(mu_number_cmp("12.05", "12.5"), 0);
    ck_assert_int_gt(mu_number_cmp("123456789012345678901", "123456789012345678900"), 0);
}
END_TEST

Suite *schema_suite(void);

Suite *schema_suite(void)
{
    Suite *s = suite_create("schema");
    TCase *t = tcase_create("schema");
    tcase_add_test(t, test_tables);
    tcase_add_test(t, test_lookup);
    tcase_add_test(t, test_kinds);
    tcase_add_test(t, test_numbers);
    suite_add_tcase(s, t);
    return s;
}
