/* SPDX-License-Identifier: Apache-2.0 */
/* Planning and applying, with the real store and mappings and a target in memory. */
#include "world.h"

START_TEST(no_snapshot_says_what_to_do)
{
    const struct mu_plan *p;
    ck_assert_int_eq(mu_plan_make(store, &sync_conf, &target.account, NULL, arena, NULL, &p, &err),
                     -1);
    ck_assert_int_eq(err.code, MU_E_MISSING);
    ck_assert_ptr_nonnull(strstr(err.text, "muster pull hr"));
}
END_TEST

START_TEST(first_export_then_nothing)
{
    two_people();
    converge();
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=ada@x.test,ou=people|uid=bo@x.test,ou=people");
    ck_assert_str_eq(fake_target_values(&target, "cn=Empty,ou=groups", "member"), "cn=nobody");
    ck_assert_str_eq(fake_target_values(&target, "uid=ada@x.test,ou=people", "sn"), "Ada");
}
END_TEST

START_TEST(a_change_is_one_operation_with_both_values)
{
    two_people();
    converge();
    begin();
    user("1", "ada@x.test", "Adele", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 1);
    const struct mu_op *op = &p->ops[0];
    ck_assert_int_eq(op->verb, MU_OP_MODIFY);
    ck_assert_str_eq(op->changes[0].remove[0].bytes, "Ada");
    ck_assert_str_eq(op->changes[0].add[0].bytes, "Adele");
    converge();
}
END_TEST

START_TEST(another_email_is_a_rename_and_members_follow)
{
    two_people();
    converge();
    begin();
    user("1", "adele@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    ck_assert_ptr_nonnull(op_about(p, MU_WHY_RENAME));
    ck_assert_ptr_null(op_about(p, MU_WHY_JOIN));
    converge();
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=adele@x.test,ou=people|uid=bo@x.test,ou=people");
}
END_TEST

static void one_person(enum mu_verdict verdict, bool inactive)
{
    begin();
    user("1", "ada@x.test", "Ada", "active");
    if (inactive)
        user("2", "bo@x.test", "Bo", "inactive");
    group("71", "Sales");
    member("71", "1");
    end(verdict);
}

START_TEST(who_leaves_is_set_aside_and_comes_back)
{
    two_people();
    converge();
    one_person(MU_COMPLETE, true);
    const struct mu_plan *p = plan();
    ck_assert_ptr_nonnull(op_about(p, MU_WHY_DISABLE));
    converge();
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=bo@x.test,ou=inactive"));
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=ada@x.test,ou=people");
    ck_assert_ptr_null(fake_target_find(&target, "cn=Empty,ou=groups"));
    two_people();
    ck_assert_ptr_nonnull(op_about(plan(), MU_WHY_ENABLE));
    converge();
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=bo@x.test,ou=people"));
}
END_TEST

START_TEST(a_delete_carries_the_whole_object_and_its_state)
{
    two_people();
    converge();
    fake_target_put(&target, MU_USER, "uid=bo@x.test,ou=people", "description", "theirs");
    one_person(MU_COMPLETE, false);
    sync_conf.gone = MU_REMOVE_DELETE;
    sync_conf.gone_groups = MU_REMOVE_KEEP;
    const struct mu_object *bo = fake_target_find(&target, "uid=bo@x.test,ou=people");
    const struct mu_plan *p = plan();
    const struct mu_op *op = op_about(p, MU_WHY_REMOVE);
    ck_assert_ptr_nonnull(bo);
    ck_assert_ptr_nonnull(op);
    ck_assert_str_eq(op->version, bo->version);
    ck_assert_str_eq(change_of(op, "description")->remove[0].bytes, "theirs");
    ck_assert_str_eq(change_of(op, "uid")->remove[0].bytes, "bo@x.test");
    fake_target_put(&target, MU_USER, "uid=bo@x.test,ou=people", "description", "more");
    ck_assert_int_eq(apply(p).stale, 1);
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=bo@x.test,ou=people"));
}
END_TEST

START_TEST(a_first_value_relies_on_there_being_none)
{
    two_people();
    converge();
    begin();
    put(MU_USER, "1",
        "{\"id\":\"1\",\"username\":\"ada@x.test\",\"last_name\":\"Ada\",\"name\":\"Ada\","
        "\"first_name\":"
        "\"Lead\",\"emails\":[{\"email\":\"ada@x.test\",\"is_primary\":true}],\"status\":"
        "\"active\"}");
    end(MU_ADDITIVE);
    const struct mu_plan *p = plan();
    const struct mu_op *op = op_about(p, MU_WHY_CHANGE);
    ck_assert_ptr_nonnull(op);
    ck_assert_uint_eq(op->change_count, 1);
    ck_assert(change_of(op, "givenName")->absent);
    fake_target_put(&target, MU_USER, "uid=ada@x.test,ou=people", "givenName", "Theirs");
    ck_assert_int_eq(apply(p).stale, 1);
    ck_assert_str_eq(fake_target_values(&target, "uid=ada@x.test,ou=people", "givenName"),
                     "Theirs");
}
END_TEST

START_TEST(gone_from_a_complete_read_is_set_aside)
{
    two_people();
    converge();
    one_person(MU_COMPLETE, false);
    ck_assert_str_eq(op_about(plan(), MU_WHY_DISABLE)->label, "Bo");
    converge();
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=bo@x.test,ou=inactive"));
    ck_assert_ptr_null(fake_target_find(&target, "uid=bo@x.test,ou=people"));
}
END_TEST

START_TEST(gone_and_made_again_by_others_is_told)
{
    two_people();
    converge();
    fake_target_find(&target, "uid=bo@x.test,ou=people")->native = "another";
    one_person(MU_COMPLETE, false);
    const struct mu_plan *p = plan();
    ck_assert_ptr_null(op_about(p, MU_WHY_DISABLE));
    bool told = false;
    for (size_t i = 0; i < p->left_count; i++)
        told = told || (mu_streq(p->left[i].id, "2") && strstr(p->left[i].reason, "another id"));
    ck_assert(told);
}
END_TEST

START_TEST(gone_from_an_incomplete_read_is_not_touched)
{
    two_people();
    converge();
    one_person(MU_ADDITIVE, false);
    ck_assert_uint_eq(plan()->op_count, 0);
}
END_TEST

START_TEST(void_reads_are_not_planned_from)
{
    two_people();
    converge();
    begin();
    end(MU_VOID);
    ck_assert_uint_eq(plan()->op_count, 0);
}
END_TEST

START_TEST(an_entry_of_others_in_the_way_is_left_alone)
{
    fake_target_put(&target, MU_USER, "uid=ada@x.test,ou=people", "sn", "somebody");
    two_people();
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->left_count, 1);
    ck_assert(p->left[0].trouble);
    ck_assert_str_eq(p->left[0].id, "1");
    apply(p);
    ck_assert_str_eq(fake_target_values(&target, "uid=ada@x.test,ou=people", "sn"), "somebody");
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=bo@x.test,ou=people");
}
END_TEST

START_TEST(members_of_others_stay)
{
    two_people();
    converge();
    fake_target_put(&target, MU_GROUP, "cn=Sales,ou=groups", "member", "uid=guest,ou=elsewhere");
    ck_assert_uint_eq(plan()->op_count, 0);
    one_person(MU_COMPLETE, true);
    converge();
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=ada@x.test,ou=people|uid=guest,ou=elsewhere");
}
END_TEST

START_TEST(two_people_of_one_name_are_both_left_alone)
{
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "ADA@x.test", "Ada", "active");
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->left_count, 2);
    ck_assert_ptr_null(op_about(p, MU_WHY_JOIN));
}
END_TEST

START_TEST(who_holds_the_name_keeps_it)
{
    two_people();
    converge();
    begin();
    user("0", "ADA@x.test", "Impostor", "active");
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_uint_eq(p->left_count, 1);
    ck_assert_str_eq(p->left[0].id, "0");
}
END_TEST

START_TEST(too_many_removals_are_refused_until_agreed_to)
{
    char id[16], email[32];
    begin();
    for (int i = 0; i < 40; i++) {
        snprintf(id, sizeof(id), "%d", i);
        snprintf(email, sizeof(email), "u%d@x.test", i);
        user(id, email, "U", "active");
    }
    end(MU_COMPLETE);
    converge();
    begin();
    for (int i = 0; i < 29; i++) {
        snprintf(id, sizeof(id), "%d", i);
        snprintf(email, sizeof(email), "u%d@x.test", i);
        user(id, email, "U", "active");
    }
    end(MU_COMPLETE);
    const struct mu_plan *p = plan();
    ck_assert_int_eq(mu_plan_guard(p, NULL, NULL, &err), -1);
    ck_assert_int_eq(err.code, MU_E_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "11 of 40"));
    ck_assert_int_eq(mu_plan_guard(p, NULL, "another hash", &err), -1);
    ck_assert_int_eq(mu_plan_guard(p, NULL, p->hash, &err), 0);
}
END_TEST

START_TEST(protected_people_are_never_removed)
{
    static const char *const protect[] = {"bo@*", NULL};
    sync_conf.guards.protect = protect;
    two_people();
    converge();
    one_person(MU_COMPLETE, true);
    ck_assert_int_eq(mu_plan_guard(plan(), NULL, NULL, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "protected"));
}
END_TEST

START_TEST(a_plan_survives_its_file_and_not_a_changed_one)
{
    two_people();
    const struct mu_plan *p = plan(), *back;
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_plan_json(p, &text);
    ck_assert_msg(mu_plan_parse(arena, text.data, text.len, &back, &err) == 0, "%s", err.text);
    ck_assert_str_eq(back->hash, p->hash);
    ck_assert_uint_eq(back->op_count, p->op_count);
    ck_assert_int_eq(apply(back).ok, (int)p->op_count);
    /* Whoever indents it anew changes nothing of what it says. */
    MU_AUTO(json) struct json_object *doc = json_tokener_parse(text.data);
    const char *other = json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PRETTY);
    ck_assert_msg(mu_plan_parse(arena, other, strlen(other), &back, &err) == 0, "%s", err.text);
    ck_assert_str_eq(back->hash, p->hash);
    char *line = strstr(text.data, "{\"seq\"");
    ck_assert_ptr_nonnull(line);
    for (const char *blanks = " \n"; *blanks; blanks++) {
        MU_AUTO(buf) struct mu_buf spread = MU_BUF_INIT(MU_BUF_MAX);
        mu_buf_printf(&spread, "%.*s{%c%s", (int)(line - text.data), text.data, *blanks, line + 1);
        ck_assert_msg(mu_plan_parse(arena, spread.data, spread.len, &back, &err) == 0, "%s",
                      err.text);
        ck_assert_str_eq(back->hash, p->hash);
        ck_assert_uint_eq(back->op_count, p->op_count);
    }
    char *at = strstr(text.data, "ada@x.test");
    ck_assert_ptr_nonnull(at);
    *at = 'o';
    ck_assert_int_eq(mu_plan_parse(arena, text.data, text.len, &back, &err), -1);
    ck_assert_int_eq(err.code, MU_E_REFUSED);
}
END_TEST

START_TEST(an_old_plan_and_a_newer_snapshot_are_refused)
{
    struct mu_applied done;
    two_people();
    struct mu_plan p = *plan();
    p.expires = p.made - 60;
    ck_assert_int_eq(
        mu_apply(store, &sync_conf, &target.account, &p, &apply_how, NULL, NULL, NULL, &done, &err),
        -1);
    ck_assert_int_eq(err.code, MU_E_REFUSED);
    const struct mu_plan *fresh = plan();
    two_people();
    ck_assert_int_eq(mu_apply(store, &sync_conf, &target.account, fresh, &apply_how, NULL, NULL,
                              NULL, &done, &err),
                     -1);
    ck_assert_int_eq(err.code, MU_E_REFUSED);
    ck_assert_int_eq(target.writes, 0);
}
END_TEST

START_TEST(one_refused_write_is_partial_and_made_up_for)
{
    two_people();
    target.fail_from = target.fail_to = 4;
    struct mu_applied done = apply(plan());
    ck_assert(done.partial);
    ck_assert_int_eq(done.failed, 1);
    target.fail_from = target.fail_to = 0;
    struct mu_parked *parked; /* more of that: test_park.c */
    size_t count;
    ck_assert_int_eq(mu_parked_list(store, arena, "sync s", &parked, &count, &err), 0);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(mu_parked_drop(store, "sync s", parked[0].kind, parked[0].id, &err), 0);
    converge();
}
END_TEST

static int seq_of(const struct mu_plan *p, const char *id)
{
    for (size_t i = 0; i < p->op_count; i++)
        if (p->ops[i].kind == MU_USER && mu_streq(p->ops[i].id, id))
            return p->ops[i].seq;
    ck_abort_msg("nothing is planned for %s", id);
    return 0;
}

START_TEST(who_could_not_be_made_is_in_no_group)
{
    two_people();
    const struct mu_plan *p = plan();
    target.fail_from = target.fail_to = seq_of(p, "1");
    ck_assert_int_eq(apply(p).failed, 1);
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=bo@x.test,ou=people");
    target.fail_from = target.fail_to = 0;
    ck_assert_int_eq(mu_parked_drop(store, "sync s", MU_USER, "1", &err), 0);
    converge();
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=ada@x.test,ou=people|uid=bo@x.test,ou=people");
}
END_TEST

START_TEST(a_group_of_nobody_who_could_be_made_waits)
{
    two_people();
    const struct mu_plan *p = plan();
    target.fail_from = seq_of(p, "1");
    target.fail_to = seq_of(p, "2");
    struct mu_applied done = apply(p);
    ck_assert_int_eq(done.failed, 2);
    ck_assert_int_eq(done.skipped, 1);
    ck_assert_ptr_null(fake_target_find(&target, "cn=Sales,ou=groups"));
    ck_assert_ptr_nonnull(fake_target_find(&target, "cn=Empty,ou=groups"));
    target.fail_from = target.fail_to = 0;
    ck_assert_int_eq(mu_parked_drop(store, "sync s", MU_USER, "1", &err), 0);
    ck_assert_int_eq(mu_parked_drop(store, "sync s", MU_USER, "2", &err), 0);
    converge();
}
END_TEST

START_TEST(a_run_stopped_at_any_operation_is_finished_by_the_next)
{
    two_people();
    int total = (int)plan()->op_count;
    for (apply_how.stop_after = 1; apply_how.stop_after < total;) {
        struct mu_applied done = apply(plan());
        ck_assert_int_eq(done.ok, apply_how.stop_after);
        ck_assert(done.partial);
        long long stopped = apply_how.stop_after;
        apply_how.stop_after = 0;
        converge();
        ck_assert_int_eq(target.writes, total);
        teardown();
        setup();
        two_people();
        apply_how.stop_after = stopped + 1;
    }
}
END_TEST

/* Cut between a rename and the groups that name the person: the next run still knows whom they mean. */
START_TEST(groups_follow_a_rename_whose_run_was_stopped)
{
    two_people();
    converge();
    begin();
    user("1", "ada@y.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    end(MU_ADDITIVE);
    apply_how.stop_after = 1;
    ck_assert(apply(plan()).partial);
    apply_how.stop_after = 0;
    converge();
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=ada@y.test,ou=people|uid=bo@x.test,ou=people");
}
END_TEST

START_TEST(an_incomplete_read_deletes_nobody_it_calls_inactive)
{
    sync_conf.inactive = MU_REMOVE_DELETE;
    two_people();
    converge();
    for (int complete = 0; complete < 2; complete++) {
        begin();
        user("1", "ada@x.test", "Ada", "active");
        user("2", "bo@x.test", "Bo", "inactive");
        group("71", "Sales");
        group("72", "Empty");
        member("71", "1");
        member("71", "2");
        end(complete ? MU_COMPLETE : MU_ADDITIVE);
        ck_assert_int_eq(op_about(plan(), MU_WHY_REMOVE) != NULL, complete);
    }
}
END_TEST

/* Others gave it another name: it is ours all the same. */
START_TEST(ours_under_another_name_is_no_stranger)
{
    two_people();
    converge();
    struct mu_object *o = fake_target_find(&target, "uid=ada@x.test,ou=people");
    o->name = o->key = "uid=lovelace,ou=people";
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->left_count, 0);
    ck_assert_ptr_nonnull(op_about(p, MU_WHY_RENAME));
}
END_TEST

START_TEST(what_was_deleted_behind_our_back_is_created_again)
{
    two_people();
    converge();
    struct mu_object *o = fake_target_find(&target, "uid=ada@x.test,ou=people");
    *o = target.objects[--target.count];
    const struct mu_plan *p = plan();
    ck_assert_ptr_nonnull(op_about(p, MU_WHY_JOIN));
    converge();
}
END_TEST

Suite *engine_suite(void)
{
    Suite *s = suite_create("engine");
    TCase *c = tcase_create("engine");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, no_snapshot_says_what_to_do);
    tcase_add_test(c, first_export_then_nothing);
    tcase_add_test(c, a_change_is_one_operation_with_both_values);
    tcase_add_test(c, another_email_is_a_rename_and_members_follow);
    tcase_add_test(c, who_leaves_is_set_aside_and_comes_back);
    tcase_add_test(c, a_delete_carries_the_whole_object_and_its_state);
    tcase_add_test(c, a_first_value_relies_on_there_being_none);
    tcase_add_test(c, gone_from_a_complete_read_is_set_aside);
    tcase_add_test(c, gone_and_made_again_by_others_is_told);
    tcase_add_test(c, gone_from_an_incomplete_read_is_not_touched);
    tcase_add_test(c, void_reads_are_not_planned_from);
    tcase_add_test(c, an_entry_of_others_in_the_way_is_left_alone);
    tcase_add_test(c, members_of_others_stay);
    tcase_add_test(c, two_people_of_one_name_are_both_left_alone);
    tcase_add_test(c, who_holds_the_name_keeps_it);
    tcase_add_test(c, too_many_removals_are_refused_until_agreed_to);
    tcase_add_test(c, protected_people_are_never_removed);
    tcase_add_test(c, a_plan_survives_its_file_and_not_a_changed_one);
    tcase_add_test(c, an_old_plan_and_a_newer_snapshot_are_refused);
    tcase_add_test(c, one_refused_write_is_partial_and_made_up_for);
    tcase_add_test(c, who_could_not_be_made_is_in_no_group);
    tcase_add_test(c, a_group_of_nobody_who_could_be_made_waits);
    tcase_add_test(c, a_run_stopped_at_any_operation_is_finished_by_the_next);
    tcase_add_test(c, groups_follow_a_rename_whose_run_was_stopped);
    tcase_add_test(c, an_incomplete_read_deletes_nobody_it_calls_inactive);
    tcase_add_test(c, ours_under_another_name_is_no_stranger);
    tcase_add_test(c, what_was_deleted_behind_our_back_is_created_again);
    suite_add_tcase(s, c);
    return s;
}
