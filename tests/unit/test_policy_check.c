/* SPDX-License-Identifier: Apache-2.0 */
/* A policy held against people, and the examples in its file. */
#include "engine/policy_check.h"
#include "world.h"

static const struct mu_policy *policy(const char *text)
{
    const struct mu_policy *p = NULL;
    ck_assert_msg(mu_policy_parse(arena, "p.yaml", text, strlen(text), &p, &err) == 0, "%s",
                  err.text);
    return p;
}

/* "title department": so that the store has somebody of each. */
static void people(const char *const *list)
{
    begin();
    for (int i = 0; list[i]; i++) {
        const char *id = mu_printf(arena, "%d", i + 1), *space = strchr(list[i], ' ');
        put(MU_USER, id,
            mu_printf(arena,
                      "{\"id\":\"%s\",\"name\":\"P%s\",\"title\":\"%.*s\",\"attributes\":{"
                      "\"department\":\"%s\"}}",
                      id, id, (int)(space - list[i]), list[i], space + 1));
    }
    end(MU_COMPLETE);
}

static struct mu_policy_checked *check(const struct mu_policy *p)
{
    struct mu_policy_checked *c;
    struct mu_snapshot snap;
    ck_assert_int_eq(mu_snapshot_get(store, arena, "hr", 0, &snap, &err), 1);
    ck_assert_msg(mu_policy_check(store, "hr", snap.id, p, arena, &c, &err) == 0, "%s", err.text);
    return c;
}

/* "LEVEL CODE RULE: TEXT", the people shown in parentheses; one line each. */
static const char *findings(const struct mu_policy_checked *c)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < c->finding_count; i++) {
        const struct mu_policy_finding *f = &c->findings[i];
        mu_buf_printf(&text, "%s %s %s: %s", mu_policy_level_name(f->level), f->code,
                      f->rule ? f->rule->name : "-", f->text);
        for (size_t j = 0; j < f->example_count; j++)
            mu_buf_printf(&text, "%s%s", j ? " " : " (", f->examples[j]);
        mu_buf_adds(&text, f->example_count ? ")\n" : "\n");
    }
    return mu_strndup(arena, text.data, text.len);
}

START_TEST(clean)
{
    static const char *const list[] = {"Lead Sales", "Clerk Sales", NULL};
    people(list);
    struct mu_policy_checked *c =
        check(policy("rules:\n- {name: a, when: {title: Lead}, group: A}\n"
                     "- {name: b, when: {title: Clerk}, group: B}\n"));
    ck_assert_str_eq(findings(c), "");
    ck_assert_int_eq(c->people, 2);
    ck_assert_int_eq(c->stands[MU_STANDS_IN], 2);
    ck_assert_int_eq(mu_policy_worst(c), MU_POLICY_NOTE);
}
END_TEST

START_TEST(dead_shadowed_and_overlapping_rules)
{
    static const char *const list[] = {"Lead Sales", "Clerk Sales", "Lead Ops", NULL};
    people(list);
    struct mu_policy_checked *c =
        check(policy("exclude: [{name: never, when: {title: Boss}}]\n"
                     "rules:\n- {name: leads, when: {title: Lead}, group: A}\n"
                     "- {name: sales, when: {department: Sales}, group: B}\n"
                     "- {name: ops, when: {department: Ops}, group: C}\n"
                     "- {name: past, when: {title: '*'}, group: C, until: 2020-01-01}\n"
                     "- {name: next, when: {title: '*'}, group: C, from: 2999-01-01}\n"
                     "default: {group: D}\n"));
    ck_assert_str_eq(findings(c),
                     "warning dead-rule never: fits nobody of 3 people\n"
                     "warning shadowed-rule ops: fits 1 person, and rules before it decide all of "
                     "them: leads\n"
                     "warning not-in-force past: was in force until 2020-01-02T00:00:00Z\n"
                     "note not-in-force next: in force from 2999-01-01T00:00:00Z\n"
                     "note overlap sales: rule leads fits 1 person of it too, and decides (P1)\n");
    ck_assert_int_eq(c->uses[1].fits, 2);
    ck_assert_int_eq(c->uses[2].decides, 1);
    ck_assert_int_eq(mu_policy_worst(c), MU_POLICY_WARNING);
}
END_TEST

START_TEST(who_falls_through_and_what_nobody_has)
{
    static const char *const list[] = {"a x", "b x", "c x", "d x", "e x", "f x", "g x", NULL};
    people(list);
    struct mu_policy_checked *c =
        check(policy("end: left\nrules:\n- {name: a, when: {title: a, not: {departmnt: Ops}}, "
                     "group: A}\n"));
    ck_assert_str_eq(findings(c), "error unknown-attribute -: nobody has 'departmnt'; did you mean "
                                  "'department'?\n"
                                  "note unknown-attribute -: nobody has 'left'\n"
                                  "note no-match -: no rule fits 6 people, and there is no default "
                                  "(P2 P3 P4 P5 P6)\n");
    ck_assert_int_eq(c->findings[0].at->line, 3);
    ck_assert_int_eq(mu_policy_worst(c), MU_POLICY_ERROR);
}
END_TEST

START_TEST(without_people_the_file_alone_is_checked)
{
    struct mu_policy_checked *c;
    const struct mu_policy *p = policy("rules: [{name: a, when: {titel: a}, group: A}]\n");
    ck_assert_int_eq(mu_policy_check(NULL, NULL, 0, p, arena, &c, &err), 0);
    ck_assert_uint_eq(c->finding_count, 0);
}
END_TEST

/* ---- examples ---- */

static struct mu_buf told;

static void on_example(void *arg, const char *example, const char *failure)
{
    (void)arg;
    mu_buf_printf(&told, "%s: %s\n", example, failure ? failure : "ok");
}

#define RULES                                                                                     \
    "start: start_date\nexclude: [{name: partners, when: {email: '*@partner.test'}}]\n"           \
    "rules:\n- {name: leads, when: {title: Lead, group: [Heads], phone: '+1*'}, group: A, role: " \
    "manager}\n- {name: sales, when: {department: Sales, attributes.title: Sir}, group: B}\n"     \
    "examples:\n"

START_TEST(examples_run)
{
    const struct mu_policy *p = policy(
        RULES "- {name: lead, person: {title: Lead, group: Heads, phone: '+1 5'}, "
              "expect: {rule: leads, group: A, role: manager}}\n"
              "- {name: seller, person: {department: Sales, attributes: {title: Sir}}, "
              "expect: {rule: sales, role: sender}}\n"
              "- {name: partner, person: {email: [a@x.test, B@partner.test]}, "
              "expect: {stands: excluded, rule: partners}}\n"
              "- {name: whole, person: {emails: [{email: B@partner.test}]}, "
              "expect: {stands: excluded}}\n"
              "- {name: nobody, person: {title: Cook}, expect: {stands: none}}\n"
              "- {name: soon, person: {department: Sales, attributes.title: Sir, start_date: "
              "2026-05-01}, now: 2026-04-01, expect: {stands: not yet}}\n"
              "- {name: role, person: {department: Sales, attributes.title: Sir}, "
              "expect: {role: manager}}\n"
              "- {name: rule, person: {title: Cook}, expect: {rule: sales}}\n");
    int count = 0;
    told = (struct mu_buf)MU_BUF_INIT(MU_BUF_MAX);
    ck_assert_int_eq(mu_policy_examples(p, on_example, NULL, &count), 2);
    ck_assert_int_eq(count, 8);
    ck_assert_str_eq(told.data,
                     "lead: ok\nseller: ok\npartner: ok\nwhole: ok\nnobody: ok\nsoon: ok\n"
                     "role: p.yaml:13: role: expected \"manager\", got \"regular\", by rule sales "
                     "(line 5)\n"
                     "rule: p.yaml:14: stands: expected \"in\", got \"none\"\n");
    mu_buf_done(&told);
}
END_TEST

static const struct {
    const char *example, *place, *words;
} refusals[] = {
    {"- 7\n", "7:3", "expected an example"},
    {"- {name: a, expect: {rule: leads}}\n", "7:3", "'person' is missing"},
    {"- {name: a, person: {}, expect: {}}\n", "7:3", "person and expect are mappings"},
    {"- {name: a, person: {title: x}, expect: {rule: leds}}\n", "7:48", "no rule 'leds'"},
    {"- {name: a, person: {title: x}, expect: {grp: A}}\n", "7:42", "did you mean 'group'?"},
    {"- {name: a, person: {title: x}, expect: {stands: out}}\n", "7:50", "is not one of"},
    {"- {name: a, person: {title: x}, now: May, expect: {rule: leads}}\n", "7:38",
     "'May' is no date"},
};

START_TEST(examples_refused)
{
    const char *text = mu_printf(arena, RULES "%s", refusals[_i].example);
    const struct mu_policy *p;
    ck_assert_int_eq(mu_policy_parse(arena, "p.yaml", text, strlen(text), &p, &err), -1);
    ck_assert_msg(mu_starts(err.text, mu_printf(arena, "p.yaml:%s: ", refusals[_i].place)), "%s",
                  err.text);
    ck_assert_msg(strstr(err.text, refusals[_i].words) != NULL, "%s", err.text);
}
END_TEST

Suite *policy_check_suite(void)
{
    Suite *s = suite_create("policy_check");
    TCase *t = tcase_create("policy_check");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, clean);
    tcase_add_test(t, dead_shadowed_and_overlapping_rules);
    tcase_add_test(t, who_falls_through_and_what_nobody_has);
    tcase_add_test(t, without_people_the_file_alone_is_checked);
    tcase_add_test(t, examples_run);
    tcase_add_loop_test(t, examples_refused, 0, (int)MU_LEN(refusals));
    suite_add_tcase(s, t);
    return s;
}
