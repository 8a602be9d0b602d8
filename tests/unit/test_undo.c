/* SPDX-License-Identifier: Apache-2.0 */
/* Runs taken back: the target is as it was, but for what others did meanwhile. */
#include "engine/undo.h"

#include "world.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The whole target as text: objects by name, attributes and values in order. */
static const char *dump(void)
{
    const char *lines[FAKE_OBJECTS_MAX * 8], *all = "";
    size_t count = 0;
    for (size_t i = 0; i < target.count; i++) {
        const struct mu_object *o = &target.objects[i];
        lines[count++] = o->name;
        for (size_t j = 0; j < o->attr_count; j++)
            if (o->attrs[j].count > 0)
                lines[count++] = mu_printf(arena, "%s %s=%s", o->name, o->attrs[j].name,
                                           fake_target_values(&target, o->name, o->attrs[j].name));
    }
    qsort(lines, count, sizeof(*lines), by_text);
    for (size_t i = 0; i < count; i++)
        all = mu_printf(arena, "%s%s\n", all, lines[i]);
    return all;
}

static const struct mu_plan *undo(int64_t run)
{
    const struct mu_plan *p;
    ck_assert_msg(mu_undo_make(store, &sync_conf, &target.account, run, arena, NULL, &p, &err) == 0,
                  "%s", err.text);
    ck_assert_int_eq(p->undoes, run);
    return p;
}

static int64_t run_it(void)
{
    const struct mu_plan *p = plan();
    struct mu_applied done = apply(p);
    ck_assert_int_eq(done.ok, (int)p->op_count);
    return done.run;
}

/* Applied as it would be after a trip through a file; nothing fails, nothing is left. */
static int64_t apply_all(const struct mu_plan *p)
{
    MU_AUTO(buf) struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_plan *read;
    mu_plan_json(p, &json);
    ck_assert_msg(mu_plan_parse(arena, json.data, json.len, &read, &err) == 0, "%s", err.text);
    ck_assert_int_eq(read->undoes, p->undoes);
    struct mu_applied done = apply(read);
    ck_assert_msg(done.ok == (int)p->op_count, "%d of %d", (int)done.ok, (int)p->op_count);
    return done.run;
}

/* "reason; reason" of what is left alone. */
static const char *left(const struct mu_plan *p)
{
    const char *all = "";
    for (size_t i = 0; i < p->left_count; i++)
        all = mu_printf(arena, "%s%s%s%s", all, i ? "; " : "", p->left[i].trouble ? "!" : "",
                        p->left[i].reason);
    return all;
}

/* The run is undone, undone again, and that undone: there and back, and the ledger with it. */
static void back_and_forth(int64_t run, const char *before)
{
    const char *after = dump();
    const struct mu_plan *back = undo(run);
    ck_assert_str_eq(left(back), "");
    int64_t second = apply_all(back);
    ck_assert_str_eq(dump(), before);
    const struct mu_plan *forth = undo(second);
    ck_assert_str_eq(left(forth), "");
    int64_t third = apply_all(forth);
    ck_assert_str_eq(dump(), after);
    ck_assert_uint_eq(plan()->op_count, 0); /* all of it is ours again */
    apply_all(undo(third));
    ck_assert_str_eq(dump(), before);
}

static void people(const char *ada_mail, const char *ada, const char *status, const char *sales)
{
    begin();
    user("1", ada_mail, ada, status);
    user("2", "bo@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("71", sales);
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    member("71", "3");
    end(MU_COMPLETE);
}

static void usual(void)
{
    sync_conf.guards.remove = sync_conf.guards.disable = (struct mu_limit){100, 100, 0};
    people("ada@x.test", "Ada", "active", "Sales");
}

START_TEST(the_first_export)
{
    usual();
    const char *before = dump();
    ck_assert_str_eq(before, "");
    back_and_forth(run_it(), before);
}
END_TEST

START_TEST(changed_values)
{
    usual();
    run_it();
    const char *before = dump();
    people("ada@x.test", "Adele", "active", "Sales");
    back_and_forth(run_it(), before);
}
END_TEST

START_TEST(another_name)
{
    usual();
    run_it();
    const char *before = dump();
    people("adele@x.test", "Adele", "active", "Sales Team");
    back_and_forth(run_it(), before);
}
END_TEST

START_TEST(somebody_set_aside)
{
    usual();
    run_it();
    const char *before = dump();
    people("ada@x.test", "Ada", "inactive", "Sales");
    int64_t run = run_it();
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=ada@x.test,ou=inactive"));
    back_and_forth(run, before);
    ck_assert(op_about(plan(), MU_WHY_DISABLE) != NULL); /* and the next run does it again */
}
END_TEST

START_TEST(somebody_deleted)
{
    usual();
    run_it();
    fake_target_put(&target, MU_USER, "uid=ada@x.test,ou=people", "description", "by others");
    const char *before = dump();
    sync_conf.gone = MU_REMOVE_DELETE;
    begin();
    user("2", "bo@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "2");
    member("71", "3");
    end(MU_COMPLETE);
    int64_t run = run_it();
    ck_assert_ptr_null(fake_target_find(&target, "uid=ada@x.test,ou=people"));
    back_and_forth(run, before);
}
END_TEST

static int is_ours(const char *mail)
{
    const struct mu_owned_value v = {
        .kind = MU_USER, .id = "1", .attr = "mail", .value = {mail, strlen(mail)}};
    return mu_value_owned(store, sync_conf.name, &v, &err);
}

/* Ours are ours again, and those of others theirs. */
START_TEST(values_among_others_of_somebody_deleted)
{
    const struct mu_owned_value ours = {
        .kind = MU_USER, .id = "1", .attr = "mail", .value = {"ada@x.test", 10}};
    usual();
    run_it();
    ck_assert_int_eq(mu_value_put(store, sync_conf.name, &ours, &err), 0);
    fake_target_put(&target, MU_USER, "uid=ada@x.test,ou=people", "mail", "others@x.test");
    const char *before = dump();
    sync_conf.gone = MU_REMOVE_DELETE;
    begin();
    user("2", "bo@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "2");
    member("71", "3");
    end(MU_COMPLETE);
    int64_t run = run_it();
    ck_assert_int_eq(is_ours("ada@x.test"), 0);
    apply_all(undo(run));
    ck_assert_str_eq(dump(), before);
    ck_assert_int_eq(is_ours("ada@x.test"), 1);
    ck_assert_int_eq(is_ours("others@x.test"), 0);
}
END_TEST

START_TEST(members_who_moved)
{
    usual();
    run_it();
    const char *before = dump();
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("72", "1");
    member("72", "2");
    member("72", "3");
    end(MU_COMPLETE);
    int64_t run = run_it();
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"), "cn=nobody");
    back_and_forth(run, before);
}
END_TEST

START_TEST(a_group_deleted)
{
    usual();
    run_it();
    const char *before = dump();
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("72", "Empty");
    end(MU_COMPLETE);
    int64_t run = run_it();
    ck_assert_ptr_null(fake_target_find(&target, "cn=Sales,ou=groups"));
    back_and_forth(run, before);
    /* Its members are ours again: who leaves the group is taken out of it. */
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "2");
    end(MU_COMPLETE);
    run_it();
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=bo@x.test,ou=people");
}
END_TEST

START_TEST(all_at_once)
{
    usual();
    run_it();
    const char *before = dump();
    sync_conf.gone = MU_REMOVE_DELETE;
    begin();
    user("1", "adele@x.test", "Adele", "active");
    user("3", "cy@x.test", "Cy", "inactive");
    user("4", "di@x.test", "Di", "active");
    group("72", "Full");
    group("73", "New");
    member("72", "1");
    member("73", "4");
    end(MU_COMPLETE);
    back_and_forth(run_it(), before);
}
END_TEST

/* ---- what others did meanwhile ---- */

static const struct mu_value theirs = {.bytes = "Theirs", .len = 6};

START_TEST(a_value_others_wrote_since_stays)
{
    usual();
    run_it();
    people("ada@x.test", "Adele", "active", "Sales");
    int64_t run = run_it();
    struct mu_object *o = fake_target_find(&target, "uid=ada@x.test,ou=people");
    for (size_t i = 0; i < o->attr_count; i++)
        if (mu_streq(o->attrs[i].name, "sn"))
            ((struct mu_attrval *)(uintptr_t)&o->attrs[i])->values = &theirs;
    const struct mu_plan *p = undo(run);
    ck_assert_ptr_nonnull(strstr(left(p), "no longer there; there: \"Theirs\""));
    ck_assert_ptr_nonnull(strstr(left(p), "!sn: \"Adele\" was written by the run, and now "
                                          "\"Theirs\" is there; \"Ada\" is not put back"));
    ck_assert_uint_eq(p->op_count, 1); /* the other values still stand, and go back */
    apply_all(p);
    ck_assert_str_eq(fake_target_values(&target, "uid=ada@x.test,ou=people", "sn"), "Theirs");
    ck_assert_str_eq(fake_target_values(&target, "uid=ada@x.test,ou=people", "cn"), "Ada");
}
END_TEST

START_TEST(what_was_added_to_since_is_kept)
{
    usual();
    int64_t run = run_it();
    fake_target_put(&target, MU_USER, "uid=ada@x.test,ou=people", "description", "by others");
    fake_target_put(&target, MU_GROUP, "cn=Empty,ou=groups", "member", "uid=guest,ou=people");
    const struct mu_plan *p = undo(run);
    ck_assert_ptr_nonnull(strstr(left(p), "!description: \"by others\" was added since"));
    ck_assert_ptr_nonnull(strstr(left(p), "!member: \"uid=guest,ou=people\" was added since"));
    ck_assert_ptr_nonnull(strstr(left(p), "!it isn't empty: uid=ada@x.test,ou=people is in it"));
    apply_all(p);
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=ada@x.test,ou=people"));
    ck_assert_ptr_nonnull(fake_target_find(&target, "ou=people"));
    ck_assert_ptr_null(fake_target_find(&target, "uid=bo@x.test,ou=people"));
    ck_assert_ptr_null(fake_target_find(&target, "ou=inactive"));
}
END_TEST

START_TEST(a_name_taken_since)
{
    usual();
    run_it();
    people("adele@x.test", "Ada", "active", "Sales");
    int64_t run = run_it();
    fake_target_put(&target, MU_USER, "uid=ada@x.test,ou=people", "sn", "Somebody");
    ck_assert_ptr_nonnull(
        strstr(left(undo(run)), "!its former name uid=ada@x.test,ou=people is taken"));
}
END_TEST

START_TEST(who_is_a_member_of_others_groups_is_kept)
{
    usual();
    int64_t run = run_it();
    fake_target_put(&target, MU_GROUP, "cn=Theirs,ou=groups", "member", "uid=ada@x.test,ou=people");
    const struct mu_plan *p = undo(run);
    ck_assert_ptr_nonnull(strstr(left(p), "!it is a member of cn=Theirs,ou=groups"));
    apply_all(p);
    ck_assert_ptr_nonnull(fake_target_find(&target, "uid=ada@x.test,ou=people"));
}
END_TEST

START_TEST(a_member_who_is_gone_is_not_put_back)
{
    usual();
    run_it();
    begin();
    user("1", "ada@x.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    user("3", "cy@x.test", "Cy", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "2");
    end(MU_COMPLETE);
    int64_t run = run_it();
    struct mu_object *o = fake_target_find(&target, "uid=ada@x.test,ou=people");
    *o = target.objects[--target.count];
    const struct mu_plan *p = undo(run);
    ck_assert_ptr_nonnull(
        strstr(left(p), "!member: uid=ada@x.test,ou=people isn't there any more"));
    apply_all(p);
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=bo@x.test,ou=people|uid=cy@x.test,ou=people");
}
END_TEST

/* The rename stands in an earlier run, so the former name leads nowhere. */
START_TEST(who_was_renamed_before_stays_a_member)
{
    two_people();
    run_it();
    begin();
    user("1", "ada@y.test", "Ada", "active");
    user("2", "bo@x.test", "Bo", "active");
    group("71", "Sales");
    group("72", "Empty");
    member("71", "1");
    member("71", "2");
    end(MU_COMPLETE);
    apply_how.stop_after = 1;
    apply(plan());
    apply_how.stop_after = 0;
    const struct mu_plan *back = undo(run_it());
    ck_assert_msg(strstr(left(back), "stays a member") != NULL, "%s", left(back));
    apply_all(back);
    ck_assert_str_eq(fake_target_values(&target, "cn=Sales,ou=groups", "member"),
                     "uid=ada@y.test,ou=people|uid=bo@x.test,ou=people");
}
END_TEST

START_TEST(a_later_run_comes_first)
{
    usual();
    int64_t first = run_it();
    const char *before = dump();
    people("ada@x.test", "Adele", "active", "Sales");
    int64_t second = run_it();
    ck_assert_ptr_nonnull(strstr(left(undo(first)), "\"Adele\" was added since it was created"));
    apply_all(undo(second));
    ck_assert_str_eq(dump(), before);
    apply_all(undo(first));
    ck_assert_str_eq(dump(), "");
}
END_TEST

START_TEST(undone_once_there_is_nothing_left)
{
    usual();
    run_it();
    people("ada@x.test", "Adele", "active", "Sales");
    int64_t run = run_it();
    apply_all(undo(run));
    const struct mu_plan *again = undo(run);
    ck_assert_uint_eq(again->op_count, 0);
    for (size_t i = 0; i < again->left_count; i++)
        ck_assert(!again->left[i].trouble);
}
END_TEST

/* ---- the plan ---- */

START_TEST(a_newer_pull_does_not_matter)
{
    usual();
    int64_t run = run_it();
    const struct mu_plan *p = undo(run);
    people("ada@x.test", "Adele", "active", "Sales");
    apply_all(p);
    ck_assert_str_eq(dump(), "");
}
END_TEST

START_TEST(guards_hold_for_it)
{
    usual();
    sync_conf.guards.remove = (struct mu_limit){1, 5, 0};
    const struct mu_plan *p = undo(run_it());
    ck_assert_int_eq(mu_plan_guard(p, NULL, NULL, &err), -1);
    ck_assert_int_eq(err.code, MU_E_REFUSED);
    ck_assert_int_eq(mu_plan_guard(p, NULL, p->hash, &err), 0);
}
END_TEST

START_TEST(what_was_not_done_is_not_undone)
{
    usual();
    run_it();
    people("ada@x.test", "Adele", "active", "Sales");
    target.fail_from = target.writes + 1;
    target.fail_to = target.writes + 1;
    struct mu_applied done = apply(plan());
    ck_assert_int_eq(done.ok, 0);
    const struct mu_plan *p = undo(done.run);
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_uint_eq(p->left_count, 0);
}
END_TEST

START_TEST(no_such_run)
{
    const struct mu_plan *p;
    usual();
    ck_assert_int_eq(mu_undo_make(store, &sync_conf, &target.account, 7, arena, NULL, &p, &err),
                     -1);
    ck_assert_int_eq(err.code, MU_E_MISSING);
    int64_t run = run_it();
    sync_conf.name = "other";
    ck_assert_int_eq(mu_undo_make(store, &sync_conf, &target.account, run, arena, NULL, &p, &err),
                     -1);
    ck_assert_int_eq(err.code, MU_E_USAGE);
}
END_TEST

Suite *undo_suite(void)
{
    Suite *s = suite_create("undo");
    TCase *t = tcase_create("undo");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_first_export);
    tcase_add_test(t, changed_values);
    tcase_add_test(t, another_name);
    tcase_add_test(t, somebody_set_aside);
    tcase_add_test(t, somebody_deleted);
    tcase_add_test(t, values_among_others_of_somebody_deleted);
    tcase_add_test(t, members_who_moved);
    tcase_add_test(t, a_group_deleted);
    tcase_add_test(t, all_at_once);
    tcase_add_test(t, a_value_others_wrote_since_stays);
    tcase_add_test(t, what_was_added_to_since_is_kept);
    tcase_add_test(t, a_name_taken_since);
    tcase_add_test(t, who_is_a_member_of_others_groups_is_kept);
    tcase_add_test(t, a_member_who_is_gone_is_not_put_back);
    tcase_add_test(t, who_was_renamed_before_stays_a_member);
    tcase_add_test(t, a_later_run_comes_first);
    tcase_add_test(t, undone_once_there_is_nothing_left);
    tcase_add_test(t, a_newer_pull_does_not_matter);
    tcase_add_test(t, guards_hold_for_it);
    tcase_add_test(t, what_was_not_done_is_not_undone);
    tcase_add_test(t, no_such_run);
    suite_add_tcase(s, t);
    return s;
}
