/* SPDX-License-Identifier: Apache-2.0 */
/* Plans of a sync that has a policy: who is in, what the target's mapping sees, who is let go. */
#include "base/io.h"
#include "base/time.h"
#include "store/leaving.h"
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

/* ---- the grace period ---- */

enum { DAY_S = 86400, GRACE_DAYS = 14 };

static void give_grace(void)
{
    sync_conf.grace = GRACE_DAYS * DAY_S;
}

/* As if the countdown had begun so many days ago. */
static void age(const char *id, int days)
{
    const struct mu_leaver leaver = {.id = id, .why = "aged", .since = mu_now() - days * DAY_S};
    ck_assert_int_eq(mu_journal_begin(store, &err), 0);
    ck_assert_int_eq(mu_leaving_put(store, "s", &leaver, &err), 0);
    ck_assert_int_eq(mu_journal_commit(store, &err), 0);
}

static size_t leavers(void)
{
    struct mu_leaver *list;
    size_t count;
    ck_assert_int_eq(mu_leaving_load(store, arena, "s", &list, &count, &err), 0);
    return count;
}

static void with_members(bool clerk)
{
    begin();
    person("1", "Lead", "");
    if (clerk)
        person("2", "Clerk", "");
    groups();
    member("71", "1");
    if (clerk)
        member("71", "2");
    end(MU_COMPLETE);
}

/* Listed, with a date; nothing is planned, in groups neither; when it is over they go. */
START_TEST(gone_people_are_listed_first)
{
    char before[MU_TIME_TEXT], after[MU_TIME_TEXT];
    give_grace();
    mu_time_text(mu_now(), before);
    with_members(true);
    converge();
    with_members(false);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    struct mu_left left = left_about(p, "2");
    mu_time_text(mu_now(), after);
    const char *shown = strstr(left.reason, "leaves in 14 days: last seen ");
    ck_assert_ptr_eq(shown, left.reason);
    shown += strlen("leaves in 14 days: last seen ");
    ck_assert(strncmp(shown, before, 10) == 0 || strncmp(shown, after, 10) == 0); /* midnight */
    ck_assert(!left.trouble && left.begun);
    MU_AUTO(buf) struct mu_buf summary = MU_BUF_INIT(MU_BUF_MAX);
    mu_plan_summary(p, &summary);
    ck_assert_str_eq(summary.data, "nothing to do; 1 leaves later");
    ck_assert_int_ge(left.due, mu_now() + (GRACE_DAYS - 1) * DAY_S);
    age("2", GRACE_DAYS - 3);
    ck_assert_str_eq(left_about(plan(), "2").reason, "leaves in 3 days: aged");
    ck_assert(!left_about(plan(), "2").begun);
    age("2", GRACE_DAYS);
    ck_assert_ptr_nonnull(op_about(plan(), MU_WHY_DISABLE));
    converge();
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=u1,ou=people");
    ck_assert_uint_eq(leavers(), 0);
}
END_TEST

START_TEST(who_comes_back_is_forgotten)
{
    give_grace();
    with_members(true);
    converge();
    with_members(false);
    plan();
    ck_assert_uint_eq(leavers(), 1);
    with_members(true);
    ck_assert_uint_eq(plan()->op_count, 0);
    ck_assert_uint_eq(leavers(), 0);
}
END_TEST

/* What a plan may not speak of, or a read doesn't prove, says nothing of who came back. */
START_TEST(a_countdown_outlives_partial_sights)
{
    static const char *const only[] = {"1", NULL};
    give_grace();
    with_members(true);
    converge();
    with_members(false);
    plan();
    plan_of(&(struct mu_selection){.only = only});
    ck_assert_uint_eq(leavers(), 1);
    begin();
    end(MU_ADDITIVE);
    plan();
    ck_assert_uint_eq(leavers(), 1);
}
END_TEST

START_TEST(inactive_and_unfit_people_have_grace_too)
{
    give_grace();
    lead_and_clerk("Clerk");
    converge();
    begin();
    put(MU_USER, "1",
        "{\"id\":\"1\",\"username\":\"u1\",\"title\":\"Lead\",\"status\":\"inactive\"}");
    person("2", "Cook", "");
    groups();
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_msg(mu_starts(left_about(p, "1").reason, "leaves in 14 days: inactive since 20"),
                  "%s", left_about(p, "1").reason);
    ck_assert_str_eq(left_about(p, "2").reason, "leaves in 14 days: no rule fits");
    age("1", GRACE_DAYS);
    age("2", GRACE_DAYS);
    p = plan();
    ck_assert_uint_eq(p->op_count, 2);
    converge();
}
END_TEST

/* The countdown starts with the last day; one that would be over at first sight starts then. */
START_TEST(grace_starts_with_the_last_day)
{
    give_grace();
    lead_and_clerk("Clerk");
    converge();
    begin();
    person("1", "Lead", dated("end_date", -5));
    person("2", "Clerk", dated("end_date", -50));
    groups();
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_msg(mu_starts(left_about(p, "1").reason, "leaves in 10 days: end_date 20") ||
                      mu_starts(left_about(p, "1").reason, "leaves in 9 days: end_date 20"),
                  "%s", left_about(p, "1").reason);
    ck_assert_msg(mu_starts(left_about(p, "2").reason, "leaves in 14 days: end_date 20"), "%s",
                  left_about(p, "2").reason);
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
    tcase_add_test(t, gone_people_are_listed_first);
    tcase_add_test(t, who_comes_back_is_forgotten);
    tcase_add_test(t, a_countdown_outlives_partial_sights);
    tcase_add_test(t, inactive_and_unfit_people_have_grace_too);
    tcase_add_test(t, grace_starts_with_the_last_day);
    suite_add_tcase(s, t);
    return s;
}
