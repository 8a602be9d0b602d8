/* SPDX-License-Identifier: Apache-2.0 */
/* Plans of a sync that has a policy: who is in, what the target's mapping sees, who is let go. */
#include "base/io.h"
#include "base/time.h"
#include "world.h"

static const char mapping[] = "kind: user\n"
                              "target: ldap\n"
                              "object_classes: [person]\n"
                              "rdn: uid\n"
                              "fields:\n"
                              "  uid: {from: /username, required: true}\n"
                              "  sn: {from: /last_name}\n"
                              "  ou: {from: /@/policy/group, required: true}\n"
                              "  employeeType: {from: /@/policy/role}\n"
                              "  description: {from: /@/policy/rule}\n";

static void use_mapping(void)
{
    const char *path = mu_printf(arena, "%s/user.yaml", dir);
    ck_assert_int_eq(mu_write_file(path, mapping, strlen(mapping), 0600, &err), 0);
    ck_assert_msg(mu_map_load_file(arena, path, &target.mapping[MU_USER], &err) == 0, "%s",
                  err.text);
}

static void use_policy(const char *text)
{
    ck_assert_msg(mu_policy_parse(arena, "p.yaml", text, strlen(text), &sync_conf.policy, &err) ==
                      0,
                  "%s", err.text);
}

static void policy_setup(void)
{
    setup();
    use_mapping();
    use_policy("start: start_date\n"
               "end: end_date\n"
               "exclude: [{name: partners, when: {email: '*@partner.test'}}]\n"
               "rules:\n"
               "- {name: leads, when: {title: 'Lead*'}, group: sales, role: manager}\n"
               "- {name: clerks, when: {title: Clerk}, group: {id: '72'}}\n");
}

/* more: further members of the entry, each behind a comma. */
static void person(const char *id, const char *title, const char *more)
{
    put(MU_USER, id,
        mu_printf(arena,
                  "{\"id\":\"%s\",\"username\":\"u%s\",\"last_name\":\"L\",\"title\":\"%s\","
                  "\"status\":\"active\"%s}",
                  id, id, title, more));
}

static void groups(void)
{
    group("71", "Sales");
    group("72", "Office");
}

/* The test ends when there is none. */
static struct mu_left left_about(const struct mu_plan *p, const char *id)
{
    for (size_t i = 0; i < p->left_count; i++)
        if (mu_streq(p->left[i].id, id))
            return p->left[i];
    ck_abort_msg("nothing is said of %s", id);
    return (struct mu_left){.id = NULL};
}

static void lead_and_clerk(const char *clerk_title)
{
    begin();
    person("1", "Lead", "");
    person("2", clerk_title, "");
    groups();
    end(MU_COMPLETE);
}

START_TEST(mapping_sees_what_was_decided)
{
    lead_and_clerk("Clerk");
    const struct mu_plan *p = plan();
    const struct mu_op *op = op_about(p, MU_WHY_JOIN);
    ck_assert_str_eq(op->rule, "leads");
    converge();
    ck_assert_str_eq(fake_target_values(&target, "uid=u1,ou=people", "ou"), "Sales");
    ck_assert_str_eq(fake_target_values(&target, "uid=u1,ou=people", "employeeType"), "manager");
    ck_assert_str_eq(fake_target_values(&target, "uid=u2,ou=people", "ou"), "Office");
    ck_assert_str_eq(fake_target_values(&target, "uid=u2,ou=people", "employeeType"), "regular");
    ck_assert_str_eq(fake_target_values(&target, "uid=u2,ou=people", "description"), "clerks");
}
END_TEST

START_TEST(mover_changes_group_and_role)
{
    lead_and_clerk("Clerk");
    converge();
    lead_and_clerk("Lead");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 1);
    ck_assert_str_eq(p->ops[0].rule, "leads");
    ck_assert_str_eq(change_of(&p->ops[0], "ou")->add[0].bytes, "Sales");
    ck_assert(!change_of(&p->ops[0], "ou")->drift);
    converge();
}
END_TEST

START_TEST(who_no_rule_fits_is_let_go)
{
    lead_and_clerk("Clerk");
    converge();
    lead_and_clerk("Cook");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 1);
    ck_assert_int_eq(p->ops[0].why, MU_WHY_DISABLE);
    ck_assert_int_eq(p->users, 1);
    ck_assert_str_eq(left_about(p, "2").reason, "not in by the policy");
    converge();
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=u2,ou=inactive"));
    lead_and_clerk("Clerk");
    ck_assert_ptr_nonnull(op_about(plan(), MU_WHY_ENABLE));
    converge();
}
END_TEST

/* Whether a supplement is missing can't be told from one person: nobody is let go then. */
START_TEST(nobody_is_let_go_after_an_additive_read)
{
    lead_and_clerk("Clerk");
    converge();
    begin();
    person("2", "Cook", "");
    end(MU_ADDITIVE);
    ck_assert_uint_eq(plan()->op_count, 0);
}
END_TEST

START_TEST(excluded_people_never_come)
{
    begin();
    person("1", "Lead", ",\"emails\":[{\"email\":\"A@Partner.test\"}]");
    person("2", "Cook", "");
    groups();
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    for (size_t i = 0; i < p->op_count; i++)
        ck_assert_int_ne(p->ops[i].kind, MU_USER);
    ck_assert_str_eq(left_about(p, "1").reason, "not in by the policy, like 1 more");
    ck_assert(!left_about(p, "1").trouble);
}
END_TEST

static const char *dated(const char *field, int64_t days)
{
    char text[MU_TIME_TEXT];
    mu_time_text(mu_now() + days * 86400, text);
    return mu_printf(arena, ",\"attributes\":{\"%s\":\"%.10s\"}", field, text);
}

START_TEST(dates_of_people_count)
{
    begin();
    person("1", "Lead", dated("start_date", 3));
    person("2", "Clerk", dated("end_date", 3));
    groups();
    end(MU_COMPLETE);
    converge();
    ck_assert_ptr_null(fake_target_find(&target, "uid=u1,ou=people"));
    begin();
    person("1", "Lead", dated("start_date", -3));
    person("2", "Clerk", dated("end_date", -3));
    groups();
    end(MU_COMPLETE);
    converge();
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=u1,ou=people"));
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=u2,ou=inactive"));
}
END_TEST

START_TEST(dates_in_words_leave_people_as_they_are)
{
    lead_and_clerk("Clerk");
    converge();
    begin();
    person("1", "Lead", ",\"attributes\":{\"end_date\":\"next week\"}");
    person("2", "Clerk", "");
    groups();
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert(left_about(p, "1").trouble);
    ck_assert_ptr_nonnull(strstr(left_about(p, "1").reason, "end_date 'next week' is no date"));
}
END_TEST

static const struct {
    const char *rule, *words;
} refusals[] = {
    {"{name: a, when: {title: x}, group: Slaes}", "did you mean 'Sales'?"},
    {"{name: a, when: {title: x}, group: Kitchen}", "fake has no group 'Kitchen'"},
    {"{name: a, when: {title: x}, group: {name: '71'}}", "has no group '71'"},
    {"{name: a, when: {title: x}, group: {id: Sales}}", "has no group 'Sales'"},
    {"{name: a, when: {title: x}, group: twins}", "more than one group 'twins'"},
};

START_TEST(groups_must_be_there)
{
    const struct mu_plan *p;
    begin();
    groups();
    group("73", "Twins");
    group("74", "TWINS");
    end(MU_COMPLETE);
    use_policy(mu_printf(arena, "rules: [%s]\n", refusals[_i].rule));
    ck_assert_int_eq(mu_plan_make(store, &sync_conf, &target.account, NULL, arena, NULL, &p, &err),
                     -1);
    ck_assert_int_eq(err.code, MU_E_CONFIG);
    ck_assert_msg(strstr(err.text, "p.yaml:1:9: rule a: ") != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, refusals[_i].words) != NULL, "%s", err.text);
}
END_TEST

/* A plan holds under the policy it was made by. */
START_TEST(another_policy_makes_a_plan_stale)
{
    struct mu_applied done;
    lead_and_clerk("Clerk");
    const struct mu_plan *p = plan();
    use_policy("rules: [{name: a, when: {title: Lead}, group: Office}]\n");
    ck_assert_int_eq(
        mu_apply(store, &sync_conf, &target.account, p, &apply_how, NULL, NULL, NULL, &done, &err),
        -1);
    ck_assert_int_eq(err.code, MU_E_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "the policy have changed"));
}
END_TEST

/* What somebody else changed is drift; what the policy decides anew is not. */
START_TEST(drift_is_told_under_a_policy_too)
{
    lead_and_clerk("Clerk");
    converge();
    struct mu_object *o = fake_target_find(&target, "uid=u1,ou=people");
    for (size_t i = 0; i < o->attr_count; i++)
        if (mu_streq(o->attrs[i].name, "ou"))
            ((struct mu_value *)(uintptr_t)o->attrs[i].values)[0] = (struct mu_value){"Bar", 3};
    lead_and_clerk("Clerk");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 1);
    ck_assert(change_of(&p->ops[0], "ou")->drift);
    converge();
}
END_TEST

Suite *plan_policy_suite(void)
{
    Suite *s = suite_create("plan_policy");
    TCase *t = tcase_create("plan_policy");
    tcase_add_checked_fixture(t, policy_setup, teardown);
    tcase_add_test(t, mapping_sees_what_was_decided);
    tcase_add_test(t, mover_changes_group_and_role);
    tcase_add_test(t, who_no_rule_fits_is_let_go);
    tcase_add_test(t, nobody_is_let_go_after_an_additive_read);
    tcase_add_test(t, excluded_people_never_come);
    tcase_add_test(t, dates_of_people_count);
    tcase_add_test(t, dates_in_words_leave_people_as_they_are);
    tcase_add_loop_test(t, groups_must_be_there, 0, (int)MU_LEN(refusals));
    tcase_add_test(t, another_policy_makes_a_plan_stale);
    tcase_add_test(t, drift_is_told_under_a_policy_too);
    suite_add_tcase(s, t);
    return s;
}
