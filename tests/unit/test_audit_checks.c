/* SPDX-License-Identifier: Apache-2.0 */
/* Files of checks: what is refused, with which line and which fix. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/checks.h"
#include "base/io.h"
#include "suites.h"

static struct mu_arena *arena;
static struct mu_err err;
static char path[32];

static void setup(void)
{
    arena = mu_arena_new();
    err = (struct mu_err)MU_ERR_INIT;
    snprintf(path, sizeof(path), "/tmp/muster-checks.XXXXXX");
    close(mkstemp(path));
}

static void teardown(void)
{
    unlink(path);
    mu_arena_free(arena);
}

static int load(const char *checks, const char *settings, const struct mu_check **ret)
{
    const struct mu_y *site = NULL;
    size_t count;
    const char *text = mu_printf(arena, "kind: checks\nchecks:\n%s", checks);
    ck_assert_int_eq(mu_write_file(path, text, strlen(text), 0600, &err), 0);
    if (settings)
        ck_assert_msg(mu_y_parse(arena, "muster.yaml", settings, strlen(settings), &site, &err) ==
                          0,
                      "%s", err.text);
    return mu_checks_load(arena, path, NULL, site, ret, &count, &err);
}

#define GOOD                                                      \
    "  rich:\n"                                                   \
    "    title: rich people\n"                                    \
    "    severity: low\n"                                         \
    "    when: status = active and balance > {limit}\n"           \
    "    params: {limit: 500, domains: [a.test, b.test]}\n"       \
    "    finding: \"{label} has {balance}, more than {limit}\"\n" \
    "    advice: Move it back.\n"

START_TEST(a_check_is_read_and_set)
{
    const struct mu_check *checks;
    ck_assert_msg(load(GOOD, "rich: {limit: 7, severity: critical}", &checks) == 0, "%s", err.text);
    ck_assert_str_eq(checks->name, "rich");
    ck_assert_int_eq(checks->severity, MU_CRITICAL);
    ck_assert_str_eq(mu_check_value(checks, "limit"), "7");
    ck_assert_str_eq(mu_param_text(arena, mu_check_param(checks, "domains")), "a.test, b.test");
    ck_assert_ptr_nonnull(checks->when);
    ck_assert(!checks->off);
    ck_assert_int_eq(load(GOOD, "rich: off", &checks), 0);
    ck_assert(checks->off);
}
END_TEST

START_TEST(a_parameter_without_a_value_is_lacking)
{
    const struct mu_check *checks;
    ck_assert_int_eq(
        load("  far:\n    title: t\n    severity: low\n    when: not domain = {domains}\n"
             "    params: {domains: null}\n    finding: f\n    advice: a\n",
             NULL, &checks),
        0);
    ck_assert_str_eq(checks->lacks->name, "domains");
    ck_assert_ptr_null(checks->when);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_line_and_fix)
{
    static const struct {
        const char *checks, *settings, *error;
    } wrong[] = {
        {GOOD, "rich: {limt: 7}",
         "muster.yaml:1:8: check rich has no parameter 'limt'; did you mean limit?"},
        {GOOD, "rish: off", "muster.yaml:1:1: there is no check 'rish'; did you mean rich?"},
        {GOOD, "rich: never", "muster.yaml:1:7: check rich: expected off, on, or its severity"},
        {GOOD, "rich: {severity: bad}", "muster.yaml:1:18: severity: 'bad' is not info, low"},
        {GOOD, "rich: {limit: [1, 2]}", "limit: expected one value, not a list"},
        {GOOD GOOD, NULL, "is there twice"},
        {"  x:\n    title: t\n", NULL, "severity"},
        {"  x:\n    title: t\n    severity: low\n    finding: f\n    advice: a\n", NULL,
         ":4:5: a check has either `when` or `builtin`"},
        {"  x:\n    title: t\n    severity: low\n    finding: f\n    advice: a\n    when: stats = "
         "active\n",
         NULL, ":8:11: when: filter, position 1: a user has no field stats; did you mean status?"},
        {"  x:\n    title: t\n    severity: low\n    finding: f\n    advice: a\n    about: group\n"
         "    when: peple = 0\n",
         NULL, ":9:11: when: filter, position 1: a group has no field peple; did you mean people?"},
        {"  x:\n    title: t\n    severity: low\n    finding: f\n    advice: a\n    when: balance "
         "> {much}\n",
         NULL, ":8:11: when: {much} is no parameter of this check"},
        {"  x:\n    title: t\n    severity: low\n    finding: \"{who}\"\n    advice: a\n    when: "
         "balance?\n",
         NULL, ":6:14: finding: {who} is neither a field nor a fact nor a parameter"},
        {"  x:\n    title: t\n    severity: low\n    finding: f\n    advice: a\n    builtin: "
         "nothing\n",
         NULL, ":8:14: builtin: there is none called 'nothing'"},
        {"  x:\n    title: t\n    severity: low\n    finding: f\n    advice: a\n    when: "
         "balance?\n"
         "    count: {max: many}\n",
         NULL, ":9:18: count: 'many' is not a whole number"},
        {"  X y:\n    title: t\n", NULL, ":3:3: the name of a check is 1 to 64 of a-z"},
    };
    for (size_t i = 0; i < MU_LEN(wrong); i++) {
        const struct mu_check *checks;
        err = (struct mu_err)MU_ERR_INIT;
        ck_assert_int_eq(load(wrong[i].checks, wrong[i].settings, &checks), -1);
        ck_assert_int_eq(err.code, MU_E_CONFIG);
        ck_assert_msg(strstr(err.text, wrong[i].error) != NULL, "%zu: %s", i, err.text);
    }
}
END_TEST

Suite *audit_checks_suite(void)
{
    Suite *s = suite_create("audit_checks");
    TCase *c = tcase_create("audit_checks");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, a_check_is_read_and_set);
    tcase_add_test(c, a_parameter_without_a_value_is_lacking);
    tcase_add_test(c, what_is_wrong_is_told_with_line_and_fix);
    suite_add_tcase(s, c);
    return s;
}
