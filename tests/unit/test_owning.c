/* SPDX-License-Identifier: Apache-2.0 */
/* What is ours on a target: runs that were cut and are settled, values among those of others, what
 * somebody else changed, and plans about a few only. */
#include "world.h"

static struct mu_run run_of(int64_t id)
{
    struct mu_run run;
    ck_assert_int_eq(mu_run_get(store, arena, id, &run, &err), 1);
    return run;
}

static const char *step_done(int64_t run, int seq)
{
    struct mu_steps *steps;
    struct mu_step step;
    const char *done = "";
    ck_assert_int_eq(mu_steps_open(store, run, &steps, &err), 0);
    while (mu_steps_next(steps, &step, &err) == 1)
        if (step.seq == seq)
            done = mu_strdup(arena, step.done);
    mu_steps_close(steps);
    return done;
}

/* The source with another person 2, and person 3 in a group of their own. */
static void changed_people(void)
{
    begin();
    user("1", "ada@x.test", "Adele", "active");
    user("2", "bob@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("71", "Sales");
    member("71", "1");
    member("71", "2");
    member("71", "3");
    end(MU_COMPLETE);
}

/* Every operation in turn is the one whose answer never comes; late: it was done all the same. */
static void lose_each(void (*before)(void), void (*after)(void), bool late)
{
    for (int at = 1;; at++) {
        setup();
        before();
        if (after) {
            converge();
            after();
        }
        int first = target.writes;
        int total = (int)plan()->op_count;
        if (at > total) {
            teardown();
            return;
        }
        target.break_at = first + at;
        target.break_late = late;
        struct mu_applied done = apply(plan());
        ck_assert(done.partial);
        ck_assert_str_eq(step_done(done.run, at), "doubt");
        target.break_at = 0;
        const struct mu_plan *p = plan();
        ck_assert_str_eq(step_done(done.run, at), late ? "ok" : "skipped");
        for (size_t i = 0; i < p->left_count; i++)
            ck_assert_msg(!p->left[i].trouble, "%d: %s", at, p->left[i].reason);
        ck_assert_int_eq((int)p->op_count, total - at + !late);
        converge();
        ck_assert_int_eq(target.writes, first + total + !late);
        teardown();
    }
}

START_TEST(an_answer_that_never_came_is_settled_by_looking)
{
    lose_each(two_people, NULL, true);
    lose_each(two_people, NULL, false);
    lose_each(two_people, changed_people, true);
    lose_each(two_people, changed_people, false);
}
END_TEST

START_TEST(a_saved_plan_is_refused_after_a_cut_run)
{
    struct mu_applied done;
    setup();
    two_people();
    const struct mu_plan *saved = plan();
    target.break_at = 4;
    int64_t cut = apply(saved).run;
    target.break_at = 0;
    ck_assert_int_eq(mu_apply(store, &sync_conf, &target.account, saved, &apply_how, NULL, NULL,
                              NULL, &done, &err),
                     -1);
    ck_assert_int_eq(err.code, MU_E_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "make the plan again"));
    converge();
    ck_assert_str_eq(run_of(cut).status, "partial");
    teardown();
}
END_TEST

/* Somebody else's entry at the name of a create in doubt stays somebody else's. */
START_TEST(doubt_does_not_take_what_others_made)
{
    setup();
    two_people();
    target.break_at = 5;
    apply(plan());
    target.break_at = 0;
    fake_target_put(&target, MU_USER, "uid=bo@x.test,ou=people", "sn", "somebody");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->left_count, 1);
    ck_assert_str_eq(p->left[0].id, "2");
    ck_assert(p->left[0].trouble);
    teardown();
}
END_TEST

/* ---- values ---- */

static void without_bo(void)
{
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    end(MU_COMPLETE);
}

static const char *sales(void)
{
    return fake_target_values(&target, "cn=Sales,ou=groups", "member");
}

START_TEST(a_member_others_put_in_is_not_ours_to_remove)
{
    setup();
    without_bo();
    converge();
    fake_target_put(&target, MU_GROUP, "cn=Sales,ou=groups", "member", "uid=bo@x.test,ou=people");
    ck_assert_uint_eq(plan()->op_count, 0);
    two_people(); /* the source agrees with them for a while */
    ck_assert_uint_eq(plan()->op_count, 0);
    without_bo();
    ck_assert_uint_eq(plan()->op_count, 0);
    teardown();
}
END_TEST

START_TEST(a_member_we_put_in_is_ours_to_remove)
{
    setup();
    two_people();
    converge();
    without_bo();
    converge();
    ck_assert_str_eq(sales(), "uid=ada@x.test,ou=people");
    teardown();
}
END_TEST

START_TEST(a_deleted_group_keeps_whom_it_had_from_us)
{
    struct mu_op back;
    setup();
    two_people();
    converge();
    fake_target_put(&target, MU_GROUP, "cn=Sales,ou=groups", "member", "uid=guest,ou=elsewhere");
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("72", "Empty");
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    const struct mu_op *op = op_about(p, MU_WHY_REMOVE);
    ck_assert_ptr_nonnull(op);
    ck_assert(mu_op_inverse(arena, op, NULL, &back));
    const struct mu_opchange *c = change_of(&back, "member");
    ck_assert(c->shared);
    ck_assert_uint_eq(c->add_count, 3);
    for (size_t i = 0; i < c->add_count; i++)
        ck_assert_pstr_eq(c->add_who[i], strstr(c->add[i].bytes, "ada")   ? "1"
                                         : strstr(c->add[i].bytes, "bo@") ? "2"
                                                                          : NULL);
    teardown();
}
END_TEST

START_TEST(who_is_renamed_is_renamed_where_others_put_them)
{
    setup();
    without_bo();
    converge();
    fake_target_put(&target, MU_GROUP, "cn=Sales,ou=groups", "member", "uid=bo@x.test,ou=people");
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bob@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    end(MU_COMPLETE);
    converge();
    ck_assert_str_eq(sales(), "uid=ada@x.test,ou=people|uid=bob@x.test,ou=people");
    without_bo(); /* the old address again, and still not in the group */
    converge();
    ck_assert_str_eq(sales(), "uid=ada@x.test,ou=people|uid=bo@x.test,ou=people");
    teardown();
}
END_TEST

/* ---- drift ---- */

static void set_value(const char *name, const char *attr, const char *value)
{
    struct mu_object *o = fake_target_find(&target, name);
    for (size_t i = 0; i < o->attr_count; i++) {
        struct mu_attrval *a = (struct mu_attrval *)(uintptr_t)&o->attrs[i];
        if (!mu_strieq(a->name, attr))
            continue;
        struct mu_value *v = mu_alloc(target.arena, sizeof(*v));
        *v = (struct mu_value){.bytes = value, .len = strlen(value)};
        a->values = v;
        a->count = 1;
    }
}

START_TEST(what_others_changed_is_drift_and_what_the_source_changed_is_not)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    setup();
    two_people();
    converge();
    set_value("uid=ada@x.test,ou=people", "sn", "Eve");
    const struct mu_op *op = &plan()->ops[0];
    ck_assert(change_of(op, "sn")->drift);
    mu_plan_show_op(op, false, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"Eve\" -> \"Ada\"  (drift)"));
    changed_people();
    const struct mu_plan *p = plan();
    for (size_t i = 0; i < p->op_count; i++)
        if (mu_streq(p->ops[i].id, "1") && find_change(&p->ops[i], "sn"))
            ck_assert(!change_of(&p->ops[i], "sn")->drift);
    apply(p);
    ck_assert_uint_eq(plan()->op_count, 0);
    teardown();
}
END_TEST

START_TEST(a_member_others_took_out_is_drift)
{
    setup();
    two_people();
    converge();
    set_value("cn=Sales,ou=groups", "member", "uid=ada@x.test,ou=people");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 1);
    ck_assert(p->ops[0].changes[0].drift);
    ck_assert_str_eq(p->ops[0].changes[0].add_who[0], "2");
    converge();
    teardown();
}
END_TEST

START_TEST(a_name_others_gave_is_drift)
{
    setup();
    two_people();
    converge();
    struct mu_object *o = fake_target_find(&target, "uid=ada@x.test,ou=people");
    o->name = "uid=eve,ou=people";
    o->key = "uid=eve,ou=people";
    const struct mu_op *op = op_about(plan(), MU_WHY_RENAME);
    ck_assert_ptr_nonnull(op);
    ck_assert_ptr_nonnull(strstr(op->note, "drift"));
    teardown();
}
END_TEST

/* ---- selection ---- */

static const struct mu_plan *plan_only(const char *only)
{
    const char **list = mu_alloc_array(arena, 2, sizeof(*list));
    struct mu_selection *selection = mu_alloc(arena, sizeof(*selection));
    list[0] = only;
    selection->only = list;
    return plan_of(selection);
}

START_TEST(a_plan_about_one_person)
{
    setup();
    two_people();
    const struct mu_plan *p = plan_only("ADA@x.test");
    for (size_t i = 0; i < p->op_count; i++)
        ck_assert(p->ops[i].kind == MU_KINDS || mu_streq(p->ops[i].id, "1"));
    apply(p);
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=ada@x.test,ou=people"));
    ck_assert_ptr_null(fake_target_find(&target, "uid=bo@x.test,ou=people"));
    ck_assert_ptr_null(fake_target_find(&target, "cn=Sales,ou=groups"));
    apply(plan_only("Sales"));
    ck_assert_str_eq(sales(), "uid=ada@x.test,ou=people");
    converge();
    ck_assert_str_eq(sales(), "uid=ada@x.test,ou=people|uid=bo@x.test,ou=people");
    teardown();
}
END_TEST

START_TEST(a_plan_about_one_of_a_groups_members)
{
    setup();
    two_people();
    converge();
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "3");
    end(MU_COMPLETE);
    apply(plan_only("cy@*"));
    ck_assert_str_eq(sales(), "uid=ada@x.test,ou=people|uid=bo@x.test,ou=people|"
                              "uid=cy@x.test,ou=people");
    apply(plan_only("1"));
    ck_assert_str_eq(sales(), "uid=bo@x.test,ou=people|uid=cy@x.test,ou=people");
    const char *const except[] = {"Bo", "Sales", NULL};
    ck_assert_uint_eq(plan_of(&(struct mu_selection){.except = except})->op_count, 0);
    converge();
    ck_assert_str_eq(sales(), "uid=cy@x.test,ou=people");
    teardown();
}
END_TEST

START_TEST(a_plan_about_some_leaves_the_gone_in_peace)
{
    setup();
    two_people();
    converge();
    begin();
    user("1", "ada@x.test", "Ada", "active");
    group("71", "Sales");
    member("71", "1");
    end(MU_COMPLETE);
    ck_assert_uint_eq(plan_only("ada@x.test")->op_count, 0);
    const struct mu_plan *p = plan_only("uid=bo@*");
    ck_assert_ptr_nonnull(op_about(p, MU_WHY_DISABLE));
    ck_assert_ptr_nonnull(op_about(p, MU_WHY_MEMBERS));
    ck_assert_ptr_null(op_about(p, MU_WHY_REMOVE));
    teardown();
}
END_TEST

START_TEST(a_plan_says_what_it_was_made_from)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_plan *back;
    setup();
    two_people();
    const struct mu_plan *p = plan_only("Sales");
    mu_plan_json(p, &text);
    ck_assert_msg(mu_plan_parse(arena, text.data, text.len, &back, &err) == 0, "%s", err.text);
    ck_assert_int_eq(back->expires, p->made + sync_conf.plan_age);
    ck_assert_str_eq(back->mapping, p->mapping);
    ck_assert_str_eq(back->target.state, p->target.state);
    ck_assert_str_eq(back->target.identity, p->target.identity);
    ck_assert_int_eq(back->calls, (int)p->op_count);
    ck_assert_int_eq(back->one_way, 0);
    ck_assert_str_eq(back->selection.only[0], "Sales");
    ck_assert_ptr_null(back->selection.only[1]);
    ck_assert_ptr_null(back->selection.except);
    teardown();
}
END_TEST

/* ---- adopting ---- */

static const struct mu_plan *plan_adoption(void)
{
    const struct mu_plan *p;
    ck_assert_msg(mu_plan_adopt(store, &sync_conf, &target.account, NULL, arena, NULL, &p, &err) ==
                      0,
                  "%s", err.text);
    return p;
}

/* Two people and a group as somebody else made them: Ada known by her id, Bo by his address. */
static void strangers(void)
{
    static const char *const classes[] = {"top", "person", "organizationalPerson", "inetOrgPerson"};
    for (size_t i = 0; i < MU_LEN(classes); i++)
        fake_target_put(&target, MU_USER, "uid=al,ou=people", "objectClass", classes[i]);
    fake_target_put(&target, MU_USER, "uid=al,ou=people", "employeeNumber", "1");
    fake_target_put(&target, MU_USER, "uid=bo,ou=people", "mail", "BO@x.test");
    fake_target_put(&target, MU_GROUP, "cn=sales,ou=groups", "member", "uid=bo,ou=people");
    fake_target_put(&target, MU_GROUP, "cn=sales,ou=groups", "member", "uid=guest,ou=elsewhere");
}

static const struct mu_op *find_adoption(const struct mu_plan *p, const char *id)
{
    for (size_t i = 0; i < p->op_count; i++)
        if (p->ops[i].verb == MU_OP_ADOPT && mu_streq(p->ops[i].id, id))
            return &p->ops[i];
    return NULL;
}

static const struct mu_op *adoption_of(const struct mu_plan *p, const char *id)
{
    const struct mu_op *found = find_adoption(p, id);
    ck_assert_ptr_nonnull(found);
    return found;
}

START_TEST(who_is_there_already_is_taken_over)
{
    setup();
    two_people();
    strangers();
    int writes = target.writes;
    const struct mu_plan *p = plan_adoption();
    ck_assert_uint_eq(p->op_count, 3);
    ck_assert_str_eq(adoption_of(p, "1")->note, "it has the id in employeeNumber");
    ck_assert_str_eq(adoption_of(p, "2")->note, "it has the e-mail address in mail");
    ck_assert_str_eq(adoption_of(p, "71")->note, "it has the name");
    ck_assert_str_eq(change_of(adoption_of(p, "71"), "member")->add_who[0], "2");
    ck_assert_uint_eq(change_of(adoption_of(p, "71"), "member")->add_count, 1);
    ck_assert_int_eq(p->calls, 0);
    struct mu_applied done = apply(p);
    ck_assert_int_eq(done.ok, 3);
    ck_assert_int_eq(target.writes, writes);
    ck_assert_uint_eq(plan_adoption()->op_count, 0);
    converge();
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=ada@x.test,ou=people"));
    ck_assert_ptr_null(fake_target_find(&target, "uid=al,ou=people"));
    ck_assert_str_eq(sales(), "uid=ada@x.test,ou=people|uid=bo@x.test,ou=people|"
                              "uid=guest,ou=elsewhere");
    without_bo();
    converge(); /* what was taken over is ours to remove */
    ck_assert_str_eq(sales(), "uid=ada@x.test,ou=people|uid=guest,ou=elsewhere");
    teardown();
}
END_TEST

START_TEST(what_is_taken_over_is_no_drift_and_can_be_given_back)
{
    struct mu_op back;
    setup();
    two_people();
    strangers();
    const struct mu_plan *p = plan_adoption();
    apply(p);
    const struct mu_plan *next = plan();
    for (size_t i = 0; i < next->op_count; i++)
        for (size_t j = 0; j < next->ops[i].change_count; j++)
            ck_assert(!next->ops[i].changes[j].drift);
    ck_assert(mu_op_inverse(arena, adoption_of(p, "1"), NULL, &back));
    ck_assert_int_eq(back.verb, MU_OP_RELEASE);
    struct mu_plan undo = *p;
    undo.ops = &back;
    undo.op_count = 1;
    apply(&undo);
    ck_assert_uint_eq(plan_adoption()->op_count, 1);
    teardown();
}
END_TEST

START_TEST(whoever_is_not_clear_is_listed_and_left)
{
    setup();
    two_people();
    fake_target_put(&target, MU_USER, "uid=a,ou=people", "mail", "ada@x.test");
    fake_target_put(&target, MU_USER, "uid=b,ou=people", "mail", "ada@x.test");
    fake_target_put(&target, MU_USER, "uid=c,ou=people", "mail", "bo@x.test");
    const struct mu_plan *p = plan_adoption();
    ck_assert_ptr_null(find_adoption(p, "1"));
    ck_assert_ptr_nonnull(find_adoption(p, "2"));
    ck_assert_uint_eq(p->left_count, 1);
    ck_assert_str_eq(p->left[0].id, "1");
    ck_assert(p->left[0].trouble);
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    user("3", "Bo@x.test", "Bo again", "active");
    end(MU_COMPLETE);
    p = plan_adoption();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_uint_eq(p->left_count, 3);
    teardown();
}
END_TEST

START_TEST(what_another_sync_owns_is_not_taken_over)
{
    setup();
    two_people();
    converge();
    sync_conf.name = "other";
    const struct mu_plan *p = plan_adoption();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_ptr_nonnull(strstr(p->left[0].reason, "sync s"));
    teardown();
}
END_TEST

Suite *owning_suite(void)
{
    Suite *s = suite_create("owning");
    TCase *c = tcase_create("owning");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, an_answer_that_never_came_is_settled_by_looking);
    tcase_add_test(c, a_saved_plan_is_refused_after_a_cut_run);
    tcase_add_test(c, doubt_does_not_take_what_others_made);
    tcase_add_test(c, a_member_others_put_in_is_not_ours_to_remove);
    tcase_add_test(c, a_member_we_put_in_is_ours_to_remove);
    tcase_add_test(c, a_deleted_group_keeps_whom_it_had_from_us);
    tcase_add_test(c, who_is_renamed_is_renamed_where_others_put_them);
    tcase_add_test(c, what_others_changed_is_drift_and_what_the_source_changed_is_not);
    tcase_add_test(c, a_member_others_took_out_is_drift);
    tcase_add_test(c, a_name_others_gave_is_drift);
    tcase_add_test(c, a_plan_about_one_person);
    tcase_add_test(c, a_plan_about_one_of_a_groups_members);
    tcase_add_test(c, a_plan_about_some_leaves_the_gone_in_peace);
    tcase_add_test(c, a_plan_says_what_it_was_made_from);
    tcase_add_test(c, who_is_there_already_is_taken_over);
    tcase_add_test(c, what_is_taken_over_is_no_drift_and_can_be_given_back);
    tcase_add_test(c, whoever_is_not_clear_is_listed_and_left);
    tcase_add_test(c, what_another_sync_owns_is_not_taken_over);
    suite_add_tcase(s, c);
    return s;
}
