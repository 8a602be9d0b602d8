/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a review decided, on a target whose groups are lists of people: who goes leaves the list and
 * the ledger, who moves stands in one list and not in the other, and the target needs somebody in
 * each.
 */
#include "engine/review.h"
#include "world.h"

static const struct mu_object *object(enum mu_kind kind, const char *text)
{
    for (size_t i = 0; i < target.count; i++)
        if (target.objects[i].kind == kind && strstr(target.objects[i].name, text))
            return &target.objects[i];
    ck_abort_msg("nothing is called %s", text);
}

static struct mu_ruling ruling(enum mu_ruled what, const char *who, const char *group,
                               const char *into)
{
    return (struct mu_ruling){.what = what,
                              .user = object(MU_USER, who)->native,
                              .label = who,
                              .group = group ? object(MU_GROUP, group)->native : NULL,
                              .group_label = group,
                              .to = into ? object(MU_GROUP, into)->native : NULL,
                              .to_label = into};
}

static const struct mu_plan *review(const struct mu_ruling *rulings, size_t count)
{
    const struct mu_plan *p;
    ck_assert_msg(mu_plan_review(store, &sync_conf, &target.account, rulings, count, arena, NULL,
                                 &p, &err) == 0,
                  "%s", err.text);
    return p;
}

static const char *members(const char *group)
{
    return fake_target_values(&target, object(MU_GROUP, group)->name, "member");
}

static void world(void)
{
    setup();
    two_people();
    converge();
}

START_TEST(who_is_revoked_leaves_the_group)
{
    const struct mu_ruling rulings[] = {ruling(MU_RULED_REVOKE, "ada", "Sales", NULL)};
    const struct mu_plan *p = review(rulings, 1);
    ck_assert_uint_eq(p->op_count, 1);
    ck_assert_int_eq(p->ops[0].why, MU_WHY_MEMBERS);
    ck_assert_str_eq(p->ops[0].id, "71");
    ck_assert_str_eq(change_of(&p->ops[0], "member")->remove_who[0], "1");
    ck_assert_int_eq(apply(p).ok, 1);
    ck_assert_ptr_null(strstr(members("Sales"), "ada"));
    ck_assert_ptr_nonnull(strstr(members("Sales"), "bo@"));
    /* the source still says otherwise, and the sync puts it back */
    ck_assert_ptr_nonnull(op_about(plan(), MU_WHY_MEMBERS));
    p = review(rulings, 1);
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_uint_eq(p->left_count, 1);
    ck_assert_msg(strstr(p->left[0].reason, "not in Sales on the target any more"), "%s",
                  p->left[0].reason);
    ck_assert(p->left[0].trouble);
}
END_TEST

START_TEST(the_last_one_leaves_a_placeholder)
{
    const struct mu_ruling rulings[] = {ruling(MU_RULED_REVOKE, "ada", "Sales", NULL),
                                        ruling(MU_RULED_REVOKE, "bo@", "Sales", NULL)};
    const struct mu_plan *p = review(rulings, 2);
    const char *placeholder = target.account.adapter->target->placeholder(&target.account);
    ck_assert_uint_eq(p->op_count, 1);
    ck_assert_uint_eq(change_of(&p->ops[0], "member")->remove_count, 2);
    ck_assert_uint_eq(change_of(&p->ops[0], "member")->add_count, placeholder ? 1 : 0);
    ck_assert_int_eq(apply(p).ok, 1);
    ck_assert_str_eq(members("Sales"), placeholder ? placeholder : "");
}
END_TEST

START_TEST(who_moves_is_in_one_group_only)
{
    const struct mu_ruling rulings[] = {ruling(MU_RULED_MOVE, "ada", "Sales", "Empty")};
    const struct mu_plan *p = review(rulings, 1);
    ck_assert_uint_eq(p->op_count, 2);
    ck_assert_int_eq(apply(p).ok, 2);
    ck_assert_ptr_null(strstr(members("Sales"), "ada"));
    ck_assert_ptr_nonnull(strstr(members("Empty"), "ada"));
}
END_TEST

START_TEST(people_in_no_group_and_unknown_ones)
{
    struct mu_ruling rulings[] = {ruling(MU_RULED_REVOKE, "ada", NULL, NULL),
                                  ruling(MU_RULED_MOVE, "bo@", NULL, "Empty"),
                                  ruling(MU_RULED_REVOKE, "ada", NULL, NULL)};
    rulings[2].user = "nobody";
    const struct mu_plan *p = review(rulings, 3);
    ck_assert_uint_eq(p->op_count, 2);
    for (size_t i = 0; i < p->op_count; i++) {
        ck_assert_int_eq(p->ops[i].verb, MU_OP_MANUAL);
        ck_assert_ptr_nonnull(p->ops[i].note);
    }
    ck_assert_uint_eq(p->left_count, 1);
    ck_assert(p->left[0].trouble);
}
END_TEST

/* The titles of the fake target are roles. */
START_TEST(the_last_with_the_highest_role_is_guarded)
{
    fake_target_put(&target, MU_USER, "uid=eve,ou=users", "title", "Admin");
    fake_target_put(&target, MU_USER, "uid=dan,ou=users", "title", "Admin");
    struct mu_ruling rulings[] = {ruling(MU_RULED_ROLE, "eve", NULL, NULL),
                                  ruling(MU_RULED_ROLE, "dan", NULL, NULL)};
    for (size_t i = 0; i < 2; i++)
        rulings[i].to = rulings[i].to_label = "Regular";
    const struct mu_plan *p = review(rulings, 1);
    ck_assert_int_eq(mu_plan_guard(p, NULL, NULL, &err), 0);
    ck_assert_int_eq(p->ops[0].why, MU_WHY_CHANGE);
    ck_assert_ptr_null(p->ops[0].id);
    p = review(rulings, 2);
    ck_assert_int_eq(mu_plan_guard(p, NULL, NULL, &err), -1);
    ck_assert_msg(strstr(err.text, "people left with the highest role: 0 of 2"), "%s", err.text);
    ck_assert_int_eq(apply(review(rulings, 1)).ok, 1);
    ck_assert_str_eq(fake_target_values(&target, "uid=eve,ou=users", "title"), "Regular");
}
END_TEST

Suite *review_suite(void)
{
    Suite *suite = suite_create("review");
    TCase *tcase = tcase_create("review");
    tcase_add_checked_fixture(tcase, world, teardown);
    tcase_add_test(tcase, who_is_revoked_leaves_the_group);
    tcase_add_test(tcase, the_last_one_leaves_a_placeholder);
    tcase_add_test(tcase, who_moves_is_in_one_group_only);
    tcase_add_test(tcase, people_in_no_group_and_unknown_ones);
    tcase_add_test(tcase, the_last_with_the_highest_role_is_guarded);
    suite_add_tcase(suite, tcase);
    return suite;
}
