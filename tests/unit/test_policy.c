/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: what is refused and what it says, whom rules fit, and where people stand. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/policy.h"
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

static const struct mu_policy *policy(const char *text)
{
    const struct mu_policy *p = NULL;
    struct mu_err err = MU_ERR_INIT;
    if (mu_policy_parse(arena, "p.yaml", text, strlen(text), &p, &err) < 0)
        ck_abort_msg("%s: %s", text, err.text);
    return p;
}

static const struct mu_doc *person(const char *json)
{
    const struct mu_doc *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_doc_parse(arena, json, strlen(json), &doc, &err) == 0, "%s: %s", json,
                  err.text);
    return doc;
}

static int64_t at(const char *when)
{
    char text[MU_TIME_TEXT];
    int64_t unix_s = 0;
    ck_assert(mu_time_parse(when, text, &unix_s));
    return unix_s;
}

/* "STANDING RULE": where somebody stands on a day. */
static const char *stands_on(const struct mu_policy *p, const char *json, const char *day)
{
    struct mu_decision got;
    MU_AUTO(decider) struct mu_decider *d = mu_decider_new(p, at(day));
    mu_decide(d, person(json), &got);
    return mu_printf(arena, "%s %s", mu_standing_name(got.standing),
                     got.rule ? got.rule->name : "-");
}

static const char *stands(const struct mu_policy *p, const char *json)
{
    return stands_on(p, json, "2026-11-20");
}

#define RULE "rules: [{name: a, when: {title: x}, group: g}]\n"

static const struct {
    const char *text, *place, *words;
} refusals[] = {
    {"", "1:1", "the file is empty"},
    {"- a\n", "1:1", "expected a policy"},
    {"match: first\n", "1:1", "'rules' is missing here"},
    {"rlues: []\n", "1:1", "unknown key 'rlues'; did you mean 'rules'?"},
    {"rules: {a: b}\n", "1:8", "rules: expected a list"},
    {"rules: [{name: a, group: g}]\n", "1:9", "'when' is missing"},
    {"rules: [{when: {title: x}, group: g}]\n", "1:9", "'name' is missing"},
    {"rules:\n- {name: a, when: {title: x}}\n", "2:3", "'group' is missing"},
    {"rules: [{name: a, when: {}, group: g}]\n", "1:25", "expected tests"},
    {"rules: [{name: a, when: {title: }, group: g}]\n", "1:33", "needs a value"},
    {"rules: [{name: a, when: {title: []}, group: g}]\n", "1:26", "the list is empty"},
    {"rules: [{name: a, when: {title: {x: y}}, group: g}]\n", "1:33", "not a mapping"},
    {"rules: [{name: a, when: {title: [[x]]}, group: g}]\n", "1:34", "not a list of lists"},
    {"rules: [{name: a, when: {any: x}, group: g}]\n", "1:26", "any: expected tests"},
    {"rules: [{name: a, when: {not: []}, group: g}]\n", "1:26", "not: expected tests"},
    {"rules: [{name: a, when: {all: [x]}, group: g}]\n", "1:32", "expected tests"},
    {"rules: [{name: a, when: {attributes: x}, group: g}]\n", "1:26", "names no attribute"},
    {"rules: [{name: a, when: {attributes.: x}, group: g}]\n", "1:26", "names no attribute"},
    {"rules: [{name: a, when: {title: x}, group: {}}]\n", "1:44", "its name or id"},
    {"rules: [{name: a, when: {title: x}, group: {id: '1', name: b}}]\n", "1:44", "its name or id"},
    {"rules: [{name: a, when: {title: x}, group: ''}]\n", "1:44", "its name or id"},
    {"rules: [{name: a, when: {title: x}, group: g, role: managr}]\n", "1:53",
     "did you mean 'manager'?"},
    {"rules: [{name: a, when: {title: x}, group: g, priority: 1}]\n", "1:57", "match: priority"},
    {"rules: [{name: a, when: {title: x}, group: g, from: May}]\n", "1:53", "'May' is no date"},
    {"rules: [{name: a, when: {title: x}, group: g, from: 2026-02-01, until: 2026-01-31}]\n",
     "1:72", "before from"},
    {"rules: [{name: default, when: {title: x}, group: g}]\n", "1:16", "policy's default"},
    {RULE "exclude:\n- {name: a, when: {title: x}}\n", "1:16", "line 3; each has its own"},
    {RULE "exclude:\n- {name: b, when: {title: x}, group: g}\n", "3:31", "unknown key 'group'"},
    {RULE "default: {role: manager}\n", "2:10", "'group' is missing"},
    {RULE "early: 3y\n", "2:8", "a duration"},
};

START_TEST(test_refusals)
{
    const char *text = refusals[_i].text;
    const struct mu_policy *p = NULL;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_policy_parse(arena, "p.yaml", text, strlen(text), &p, &err) == -1, "%s", text);
    ck_assert_int_eq(err.code, MU_E_CONFIG);
    const char *place = mu_printf(arena, "p.yaml:%s: ", refusals[_i].place);
    ck_assert_msg(mu_starts(err.text, place), "%s\nsays %s", text, err.text);
    ck_assert_msg(strstr(err.text, refusals[_i].words) != NULL, "%s\nsays %s", text, err.text);
}
END_TEST

START_TEST(test_tests)
{
    const struct mu_policy *p =
        policy("rules:\n"
               "- {name: both, when: {department: Sales, title: 'Lead *'}, group: A}\n"
               "- {name: list, when: {department: [Ops, 'IT *']}, group: B}\n"
               "- {name: email, when: {email: ada@x.test}, group: C}\n"
               "- {name: group, when: {group: ['cn=gifts,dc=x', Heads]}, group: D}\n"
               "- {name: status, when: {status: invited}, group: E}\n"
               "- {name: language, when: {language: 'de-*'}, group: F}\n"
               "- {name: own, when: {attributes.title: Sir}, group: G}\n");
    ck_assert_str_eq(
        stands(p, "{\"title\":\"Lead Clerk\",\"attributes\":{\"department\":\"SALES\"}}"),
        "in both");
    ck_assert_str_eq(stands(p, "{\"title\":\"Clerk\",\"attributes\":{\"department\":\"Sales\"}}"),
                     "none -");
    ck_assert_str_eq(stands(p, "{\"attributes\":{\"department\":\"it support\"}}"), "in list");
    ck_assert_str_eq(
        stands(p, "{\"emails\":[{\"email\":\"b@x.test\"},{\"email\":\"ADA@X.TEST\"}]}"),
        "in email");
    ck_assert_str_eq(stands(p, "{\"groups\":[{\"id\":\"1\",\"name\":\"heads\"}]}"), "in group");
    ck_assert_str_eq(stands(p, "{\"groups\":[{\"id\":\"cn=gifts,dc=x\"}]}"), "in group");
    ck_assert_str_eq(stands(p, "{\"status\":\"invited\"}"), "in status");
    ck_assert_str_eq(stands(p, "{\"languages\":[\"fr\",\"de-AT\"]}"), "in language");
    ck_assert_str_eq(stands(p, "{\"attributes\":{\"title\":\"Sir\"}}"), "in own");
    ck_assert_str_eq(stands(p, "{\"title\":\"Sir\"}"), "none -");
    ck_assert_str_eq(stands(p, "{}"), "none -");
}
END_TEST

/* Letter case, and the two ways to write one letter, don't matter; what a value hides behind a NUL
 * doesn't make it another. */
START_TEST(test_folded)
{
    const struct mu_policy *p = policy("rules:\n"
                                       "- {name: glob, when: {title: 'Caf\xc3\xa9 *'}, group: A}\n"
                                       "- {name: same, when: {title: Stra\xc3\x9f"
                                       "e}, group: A}\n");
    ck_assert_str_eq(stands(p, "{\"title\":\"CAFE\xcc\x81 Lead\"}"), "in glob");
    ck_assert_str_eq(stands(p, "{\"title\":\"STRASSE\"}"), "in same");
    ck_assert_str_eq(stands(p, "{\"title\":\"Strasse\\u0000x\"}"), "none -");
}
END_TEST

START_TEST(test_all_any_not)
{
    const struct mu_policy *p =
        policy("rules:\n"
               "- {name: not, when: {type: a, not: {department: X, location: L}}, group: A}\n"
               "- {name: none, when: {type: b, not: [{department: X}, {location: L}]}, group: A}\n"
               "- {name: any, when: {type: c, any: {department: X, location: L}}, group: A}\n"
               "- {name: nest, when: {type: d, any: [{all: [{department: X}, {location: L}]}, "
               "{not: {department: '*'}}]}, group: A}\n");
    static const struct {
        const char *type, *department, *location, *stands;
    } cases[] = {
        {"a", "X", "L", "none -"},  {"a", "X", "M", "in not"}, {"a", "Y", "L", "in not"},
        {"b", "X", "M", "none -"},  {"b", "Y", "L", "none -"}, {"b", "Y", "M", "in none"},
        {"c", "X", "M", "in any"},  {"c", "Y", "L", "in any"}, {"c", "Y", "M", "none -"},
        {"d", "X", "L", "in nest"}, {"d", "X", "M", "none -"},
    };
    for (size_t i = 0; i < MU_LEN(cases); i++) {
        const char *json = mu_printf(arena,
                                     "{\"type\":\"%s\",\"attributes\":{\"department\":\"%s\","
                                     "\"location\":\"%s\"}}",
                                     cases[i].type, cases[i].department, cases[i].location);
        ck_assert_msg(mu_streq(stands(p, json), cases[i].stands), "%s: %s", json, stands(p, json));
    }
    ck_assert_str_eq(stands(p, "{\"type\":\"d\"}"), "in nest");
}
END_TEST

START_TEST(test_order)
{
    static const char rules[] = "rules:\n"
                                "- {name: one, when: {title: '*'}, group: A}\n"
                                "- {name: two, when: {title: x}, group: B, priority: 5}\n"
                                "- {name: three, when: {title: x}, group: B, priority: 5}\n"
                                "default: {group: D, role: manager}\n";
    const struct mu_policy *p = policy(mu_printf(arena, "match: priority\n%s", rules));
    ck_assert_str_eq(stands(p, "{\"title\":\"x\"}"), "in two");
    ck_assert_str_eq(stands(p, "{\"title\":\"y\"}"), "in one");
    ck_assert_str_eq(stands(p, "{}"), "in default");
    ck_assert_str_eq(p->rules[3].role, "manager");
    p = policy(RULE "exclude: [{name: no, when: {title: 'x*'}}]\n");
    ck_assert_str_eq(stands(p, "{\"title\":\"x\"}"), "excluded no");
    ck_assert_str_eq(stands(p, "{\"title\":\"y\"}"), "none -");
}
END_TEST

START_TEST(test_what_rules_give)
{
    const struct mu_policy *p =
        policy("rules:\n"
               "- {name: a, when: {title: x}, group: Sales}\n"
               "- {name: b, when: {title: x}, group: {id: 71}, role: sender}\n"
               "- {name: c, when: {title: x}, group: {name: '71'}, role: admin}\n");
    ck_assert_int_eq(p->rules[0].ref, MU_GROUP_ANY);
    ck_assert_str_eq(p->rules[0].group, "Sales");
    ck_assert_str_eq(p->rules[0].role, "regular");
    ck_assert_int_eq(p->rules[1].ref, MU_GROUP_ID);
    ck_assert_str_eq(p->rules[1].group, "71");
    ck_assert_str_eq(p->rules[1].role, "regular");
    ck_assert_int_eq(p->rules[2].ref, MU_GROUP_NAME);
    ck_assert_str_eq(p->rules[2].role, "admin");
    ck_assert_int_eq(p->rules[2].at->line, 4);
    ck_assert_uint_eq(p->field_count, 1);
}
END_TEST

/* Both ends of a rule are whole days. */
START_TEST(test_dates_of_rules)
{
    const struct mu_policy *p = policy(
        "rules: [{name: a, when: {title: x}, group: A, from: 2026-01-02, until: 2026-01-03}]\n");
    ck_assert_str_eq(stands_on(p, "{\"title\":\"x\"}", "2026-01-01T23:59:59Z"), "none -");
    ck_assert_str_eq(stands_on(p, "{\"title\":\"x\"}", "2026-01-02"), "in a");
    ck_assert_str_eq(stands_on(p, "{\"title\":\"x\"}", "2026-01-03T23:59:59Z"), "in a");
    ck_assert_str_eq(stands_on(p, "{\"title\":\"x\"}", "2026-01-04"), "none -");
}
END_TEST

#define WORKS(start, end) \
    "{\"title\":\"x\",\"attributes\":{\"hired\":\"" start "\",\"left\":\"" end "\"}}"

START_TEST(test_dates_of_people)
{
    const struct mu_policy *p = policy(RULE "start: hired\nend: left\nearly: 1d\n");
    ck_assert_str_eq(stands(p, WORKS("2026-11-22", "2027-01-01")), "not yet a");
    ck_assert_str_eq(stands(p, WORKS("2026-11-21", "2027-01-01")), "in a");
    ck_assert_str_eq(stands(p, WORKS("2025-01-01", "2026-11-20")), "in a");
    ck_assert_str_eq(stands(p, WORKS("2025-01-01", "2026-11-19")), "ended a");
    ck_assert_str_eq(stands(p, WORKS("2025-01-01", "2026-11-20T00:00:00+02:00")), "ended a");
    ck_assert_str_eq(stands(p, WORKS("soon", "2027-01-01")), "unclear a");
    ck_assert_str_eq(stands(p, WORKS("2025-01-01", "31.12.26")), "unclear a");
    ck_assert_str_eq(stands(p, "{\"title\":\"x\"}"), "in a");
    ck_assert_str_eq(stands(p, "{\"title\":\"y\",\"attributes\":{\"hired\":\"soon\"}}"), "none -");
    struct mu_decision got;
    MU_AUTO(decider) struct mu_decider *d = mu_decider_new(p, at("2026-11-20"));
    mu_decide(d, person(WORKS("2025-01-01", "2026-11-12")), &got);
    ck_assert_str_eq(got.field, "left");
    ck_assert_str_eq(got.date, "2026-11-12");
    ck_assert_int_eq(got.when, at("2026-11-13"));
}
END_TEST

START_TEST(test_why_not)
{
    const struct mu_policy *p =
        policy("rules:\n"
               "- {name: a, when: {title: [Lead, Head]}, group: A}\n"
               "- {name: b, when: {not: {title: 'Cl*'}}, group: A}\n"
               "- {name: c, when: {department: Ops}, group: A}\n"
               "- {name: d, when: {title: Clerk}, group: A, until: 2026-01-31}\n"
               "- {name: e, when: {title: Clerk}, group: A}\n");
    const struct mu_doc *user = person("{\"title\":\"Clerk\"}");
    struct mu_decision got;
    MU_AUTO(decider) struct mu_decider *d = mu_decider_new(p, at("2026-11-20"));
    mu_decide(d, user, &got);
    ck_assert_str_eq(got.rule->name, "e");
    static const char *const why[] = {"title is \"Clerk\", not \"Lead\" or one of 1 more",
                                      "title is \"Clerk\"", "department is not known, not \"Ops\"",
                                      "in force until 2026-02-01T00:00:00Z"};
    for (size_t i = 0; i < MU_LEN(why); i++) {
        ck_assert(!mu_decider_fits(d, i));
        ck_assert_str_eq(mu_decider_why_not(d, user, i, arena), why[i]);
    }
    ck_assert(mu_decider_fits(d, 4));
    ck_assert_ptr_null(mu_decider_why_not(d, user, 4, arena));
}
END_TEST

/* More tests than a word has bits, more values than the memo holds, and each value twice: the same
 * comes out. */
START_TEST(test_many)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(&text, "rules:\n");
    for (int i = 0; i < 300; i++)
        mu_buf_printf(&text,
                      "- {name: r%d, when: {title: 't%d', type: ['k%d', 'g%d-*']}, group: A}\n", i,
                      i, i, i);
    const struct mu_policy *p = policy(text.data);
    MU_AUTO(decider) struct mu_decider *d = mu_decider_new(p, at("2026-11-20"));
    for (int i = 0; i < 12000; i++) {
        struct mu_decision got;
        char json[100], name[20];
        snprintf(json, sizeof(json), "{\"title\":\"T%d\",\"type\":\"g%d-%d\"}", i % 300, i % 300,
                 i % 6000);
        snprintf(name, sizeof(name), "r%d", i % 300);
        mu_decide(d, person(json), &got);
        ck_assert_ptr_nonnull(got.rule);
        ck_assert_str_eq(got.rule->name, name);
    }
}
END_TEST

/* The digest is of what is said, not of how it is laid out. */
START_TEST(test_digest)
{
    const struct mu_policy *p = policy(RULE);
    ck_assert_str_eq(p->digest,
                     policy("rules:\n  - group: g\n    name: a\n    when: {title: x}\n")->digest);
    ck_assert_str_ne(p->digest, policy(RULE "match: priority\n")->digest);
}
END_TEST

Suite *policy_suite(void)
{
    Suite *s = suite_create("policy");
    TCase *tc = tcase_create("policy");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_refusals, 0, (int)MU_LEN(refusals));
    tcase_add_test(tc, test_tests);
    tcase_add_test(tc, test_folded);
    tcase_add_test(tc, test_all_any_not);
    tcase_add_test(tc, test_order);
    tcase_add_test(tc, test_what_rules_give);
    tcase_add_test(tc, test_dates_of_rules);
    tcase_add_test(tc, test_dates_of_people);
    tcase_add_test(tc, test_why_not);
    tcase_add_test(tc, test_many);
    tcase_add_test(tc, test_digest);
    suite_add_tcase(s, tc);
    return s;
}
