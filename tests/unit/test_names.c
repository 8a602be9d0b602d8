/* SPDX-License-Identifier: Apache-2.0 */
/* Names that change, are passed on, or are asked for twice: renames, never a leaver and a joiner. */
#include "world.h"

#include "engine/order.h"

/* People 1, 2, 3 under these names; 1 and 2 in Sales, 3 in Support. NULL: not there. */
static void three(const char *one, const char *two, const char *three)
{
    const char *names[] = {one, two, three};
    begin();
    for (int i = 0; i < 3; i++)
        if (names[i])
            user(mu_printf(arena, "%d", i + 1), names[i], "X", "active");
    group("71", "Sales");
    group("72", "Support");
    if (one)
        member("71", "1");
    if (two)
        member("71", "2");
    if (three)
        member("72", "3");
    end(MU_COMPLETE);
}

static const char *native_at(const char *name)
{
    const struct mu_object *o =
        fake_target_find(&target, mu_printf(arena, "uid=%s,ou=people", name));
    return o ? o->native : "none";
}

static const char *members(const char *name)
{
    return fake_target_values(&target, mu_printf(arena, "cn=%s,ou=groups", name), "member");
}

/* No one is created or removed: entries keep their immutable ids. */
static void only_renames(const struct mu_plan *p)
{
    for (size_t i = 0; i < p->op_count; i++)
        ck_assert(p->ops[i].verb == MU_OP_RENAME || p->ops[i].verb == MU_OP_MODIFY);
    ck_assert_uint_eq(p->left_count, 0);
}

static void left_alone(const struct mu_plan *p, const char *id, const char *words)
{
    for (size_t i = 0; i < p->left_count; i++)
        if (mu_streq(p->left[i].id, id)) {
            ck_assert(p->left[i].trouble);
            ck_assert_msg(strstr(p->left[i].reason, words), "%s", p->left[i].reason);
            return;
        }
    ck_abort_msg("%s isn't left alone", id);
}

START_TEST(two_swap_their_names)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    const char *a = native_at("a@x.test"), *b = native_at("b@x.test");
    three("b@x.test", "a@x.test", "c@x.test");
    only_renames(plan());
    converge();
    ck_assert_str_eq(native_at("b@x.test"), a);
    ck_assert_str_eq(native_at("a@x.test"), b);
    ck_assert_str_eq(members("Sales"), "uid=a@x.test,ou=people|uid=b@x.test,ou=people");
}
END_TEST

START_TEST(three_pass_their_names_around)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    const char *a = native_at("a@x.test"), *c = native_at("c@x.test");
    three("b@x.test", "c@x.test", "a@x.test");
    only_renames(plan());
    converge();
    ck_assert_str_eq(native_at("b@x.test"), a);
    ck_assert_str_eq(native_at("a@x.test"), c);
    ck_assert_str_eq(members("Sales"), "uid=b@x.test,ou=people|uid=c@x.test,ou=people");
    ck_assert_str_eq(members("Support"), "uid=a@x.test,ou=people");
}
END_TEST

START_TEST(a_chain_ends_at_a_free_name)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    const char *a = native_at("a@x.test"), *b = native_at("b@x.test"), *c = native_at("c@x.test");
    three("b@x.test", "c@x.test", "d@x.test");
    only_renames(plan());
    converge();
    ck_assert_str_eq(native_at("b@x.test"), a);
    ck_assert_str_eq(native_at("c@x.test"), b);
    ck_assert_str_eq(native_at("d@x.test"), c);
    ck_assert_str_eq(native_at("a@x.test"), "none");
    ck_assert_str_eq(members("Support"), "uid=d@x.test,ou=people");
}
END_TEST

START_TEST(a_new_person_gets_the_name_one_leaves)
{
    three("a@x.test", NULL, NULL);
    converge();
    const char *a = native_at("a@x.test");
    three("b@x.test", NULL, "a@x.test");
    converge();
    ck_assert_str_eq(native_at("b@x.test"), a);
    ck_assert_str_ne(native_at("a@x.test"), a);
    ck_assert_str_eq(members("Sales"), "uid=b@x.test,ou=people");
    ck_assert_str_eq(members("Support"), "uid=a@x.test,ou=people");
}
END_TEST

/* The one at the end can't move, so nobody behind can. */
START_TEST(a_chain_that_ends_at_an_entry_of_others_stays)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    fake_target_put(&target, MU_USER, "uid=d@x.test,ou=people", "sn", "theirs");
    three("b@x.test", "c@x.test", "d@x.test");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    left_alone(p, "3", "isn't ours");
    left_alone(p, "2", "still held by 3");
    left_alone(p, "1", "still held by 2");
}
END_TEST

START_TEST(the_name_of_who_leaves_is_free_in_the_next_run)
{
    three("a@x.test", "b@x.test", NULL);
    converge();
    three("b@x.test", NULL, NULL);
    const struct mu_plan *p = plan();
    left_alone(p, "1", "still held by 2");
    apply(p);
    only_renames(plan());
    converge();
    ck_assert_str_eq(members("Sales"), "uid=b@x.test,ou=people");
}
END_TEST

/* Whoever was put into a group means the person, not the name. */
START_TEST(a_group_keeps_its_person_when_names_are_swapped)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    three("c@x.test", "b@x.test", "a@x.test");
    converge();
    ck_assert_str_eq(members("Sales"), "uid=b@x.test,ou=people|uid=c@x.test,ou=people");
    ck_assert_str_eq(members("Support"), "uid=a@x.test,ou=people");
    /* And who joins under a name that was passed on is ours to remove. */
    begin();
    user("1", "c@x.test", "X", "active");
    user("2", "b@x.test", "X", "active");
    user("3", "a@x.test", "X", "active");
    group("71", "Sales");
    group("72", "Support");
    member("71", "2");
    member("71", "3");
    end(MU_COMPLETE);
    converge();
    ck_assert_str_eq(members("Sales"), "uid=a@x.test,ou=people|uid=b@x.test,ou=people");
    ck_assert_str_eq(members("Support"), "cn=nobody");
}
END_TEST

START_TEST(one_takes_name_and_group_of_another)
{
    three("a@x.test", NULL, "c@x.test");
    converge();
    begin();
    user("1", "c@x.test", "X", "active");
    user("3", "a@x.test", "X", "active");
    group("71", "Sales");
    group("72", "Support");
    member("71", "3");
    member("72", "1");
    end(MU_COMPLETE);
    converge();
    ck_assert_str_eq(members("Sales"), "uid=a@x.test,ou=people");
    three("c@x.test", NULL, "a@x.test"); /* back again: 3 is ours there, under its new name */
    converge();
    ck_assert_str_eq(members("Sales"), "uid=c@x.test,ou=people");
    ck_assert_str_eq(members("Support"), "uid=a@x.test,ou=people");
}
END_TEST

START_TEST(groups_swap_their_names)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    begin();
    user("1", "a@x.test", "X", "active");
    user("2", "b@x.test", "X", "active");
    user("3", "c@x.test", "X", "active");
    group("71", "Support");
    group("72", "Sales");
    member("71", "1");
    member("71", "2");
    member("72", "3");
    end(MU_COMPLETE);
    only_renames(plan());
    converge();
    ck_assert_str_eq(members("Support"), "uid=a@x.test,ou=people|uid=b@x.test,ou=people");
    ck_assert_str_eq(members("Sales"), "uid=c@x.test,ou=people");
}
END_TEST

START_TEST(two_changes_of_one_person_happen_in_one_run)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    const char *a = native_at("a@x.test");
    begin();
    user("1", "new@x.test", "Married", "active");
    user("2", "b@x.test", "X", "active");
    user("3", "c@x.test", "X", "active");
    group("71", "Sales and more");
    group("72", "Support");
    member("72", "1");
    member("71", "2");
    member("72", "3");
    end(MU_COMPLETE);
    only_renames(plan());
    converge();
    ck_assert_str_eq(native_at("new@x.test"), a);
    ck_assert_str_eq(fake_target_values(&target, "uid=new@x.test,ou=people", "sn"), "Married");
    ck_assert_str_eq(members("Sales and more"), "uid=b@x.test,ou=people");
    ck_assert_str_eq(members("Support"), "uid=c@x.test,ou=people|uid=new@x.test,ou=people");
}
END_TEST

/* Names differ as the target compares them, or they don't. */
START_TEST(letter_case_alone_is_no_other_name)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    begin();
    user("1", "A@X.test", "X", "active");
    user("2", "B@x.test", "X", "active");
    user("3", "c@x.test", "X", "active");
    group("71", "SALES");
    group("72", "Support");
    member("71", "1");
    member("71", "2");
    member("72", "3");
    end(MU_COMPLETE);
    ck_assert_uint_eq(plan()->op_count, 0);
    ck_assert_uint_eq(plan()->left_count, 0);
}
END_TEST

START_TEST(who_asks_for_a_name_that_is_kept_is_left_alone)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    three("b@x.test", "b@x.test", "c@x.test");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    left_alone(p, "1", "asked for by");
    ck_assert_uint_eq(p->left_count, 1);
    ck_assert_str_eq(members("Sales"), "uid=a@x.test,ou=people|uid=b@x.test,ou=people");
}
END_TEST

START_TEST(one_record_that_matches_two_entries_is_left_alone)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    /* Its entry by immutable id is at one name, another entry stands at the name it asks for. */
    fake_target_put(&target, MU_USER, "uid=new@x.test,ou=people", "sn", "theirs");
    three("new@x.test", "b@x.test", "c@x.test");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    left_alone(p, "1", "isn't ours");
    apply(p);
    ck_assert_str_eq(fake_target_values(&target, "uid=new@x.test,ou=people", "sn"), "theirs");
}
END_TEST

static size_t parked(const char **ret_reason)
{
    struct mu_parked *list;
    size_t count;
    ck_assert_int_eq(mu_parked_list(store, arena, "sync s", &list, &count, &err), 0);
    *ret_reason = count ? list[0].reason : "";
    return count;
}

START_TEST(a_conflict_is_parked_until_it_is_solved)
{
    const char *reason;
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    fake_target_put(&target, MU_USER, "uid=d@x.test,ou=people", "sn", "theirs");
    three("a@x.test", "b@x.test", "d@x.test");
    apply(plan());
    ck_assert_uint_eq(parked(&reason), 1);
    ck_assert_ptr_nonnull(strstr(reason, "isn't ours"));
    /* It isn't waited for: the moment it is solved, the person is written. */
    three("a@x.test", "b@x.test", "e@x.test");
    converge();
    ck_assert_uint_eq(parked(&reason), 0);
    ck_assert_str_eq(members("Support"), "uid=e@x.test,ou=people");
}
END_TEST

START_TEST(a_swap_cut_at_any_operation_is_finished_by_the_next_run)
{
    three("a@x.test", "b@x.test", "c@x.test");
    converge();
    const char *at[2] = {"a@x.test", "b@x.test"};
    const char *one = native_at(at[0]), *two = native_at(at[1]);
    for (int stop = 1; stop <= 3; stop++) {
        const char *swap = at[0];
        at[0] = at[1];
        at[1] = swap;
        three(at[0], at[1], "c@x.test");
        const struct mu_plan *p = plan();
        apply_how.stop_after = stop;
        apply(p);
        apply_how.stop_after = 0;
        only_renames(plan());
        converge();
        ck_assert_str_eq(native_at(at[0]), one);
        ck_assert_str_eq(native_at(at[1]), two);
    }
}
END_TEST

START_TEST(only_who_takes_a_name_on_its_way_waits)
{
    const struct mu_op ops[] = {
        {.verb = MU_OP_RENAME, .why = MU_WHY_RENAME, .name = "uid=a", .new_name = "uid=t"},
        {.verb = MU_OP_RENAME, .why = MU_WHY_RENAME, .name = "uid=x", .new_name = "uid=y"},
        {.verb = MU_OP_RENAME, .why = MU_WHY_RENAME, .name = "uid=b", .new_name = "uid=A"},
        {.verb = MU_OP_RENAME, .why = MU_WHY_RENAME, .name = "uid=t", .new_name = "uid=b"},
        {.verb = MU_OP_RENAME, .why = MU_WHY_RENAME, .name = "uid=p", .new_name = "uid=q"},
    };
    const bool waits[] = {false, false, true, true, false};
    struct mu_order *order = mu_order_new(&target.account);
    for (size_t i = 0; i < MU_LEN(ops); i++) {
        bool must = mu_order_waits(order, &ops[i]);
        ck_assert_msg(must == waits[i], "operation %zu", i);
        if (must)
            mu_order_settled(order);
    }
    mu_order_free(order);
}
END_TEST

Suite *names_suite(void)
{
    Suite *s = suite_create("names");
    TCase *c = tcase_create("names");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, two_swap_their_names);
    tcase_add_test(c, three_pass_their_names_around);
    tcase_add_test(c, a_chain_ends_at_a_free_name);
    tcase_add_test(c, a_new_person_gets_the_name_one_leaves);
    tcase_add_test(c, a_chain_that_ends_at_an_entry_of_others_stays);
    tcase_add_test(c, the_name_of_who_leaves_is_free_in_the_next_run);
    tcase_add_test(c, a_group_keeps_its_person_when_names_are_swapped);
    tcase_add_test(c, one_takes_name_and_group_of_another);
    tcase_add_test(c, groups_swap_their_names);
    tcase_add_test(c, two_changes_of_one_person_happen_in_one_run);
    tcase_add_test(c, letter_case_alone_is_no_other_name);
    tcase_add_test(c, who_asks_for_a_name_that_is_kept_is_left_alone);
    tcase_add_test(c, one_record_that_matches_two_entries_is_left_alone);
    tcase_add_test(c, a_conflict_is_parked_until_it_is_solved);
    tcase_add_test(c, a_swap_cut_at_any_operation_is_finished_by_the_next_run);
    tcase_add_test(c, only_who_takes_a_name_on_its_way_waits);
    suite_add_tcase(s, c);
    return s;
}
