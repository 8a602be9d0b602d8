/* SPDX-License-Identifier: Apache-2.0 */
/* Parking: what the target refused waits for its next try, the rest goes on, and the row clears. */
#include "engine/park.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/apply.h"
#include "fake_target.h"
#include "storage.h"
#include "suites.h"

static struct fake_target target;
static struct mu_account_def from = {.name = "hr"}, to = {.name = "fake"};
static struct mu_sync sync_conf;
static struct mu_err err;

static void setup(void)
{
    storage_setup();
    fake_target_init(&target, MU_TEST_DATA "/../mappings");
    err = (struct mu_err)MU_ERR_INIT;
    sync_conf = (struct mu_sync){.name = "s",
                                 .from = &from,
                                 .to = &to,
                                 .inactive = MU_REMOVE_DISABLE,
                                 .gone = MU_REMOVE_DELETE,
                                 .gone_groups = MU_REMOVE_DELETE,
                                 .plan_age = 3600,
                                 .guards = {.disable = {1000, 100, 0}}};
}

static void teardown(void)
{
    fake_target_done(&target);
    storage_teardown();
}

static size_t parked(const char *owner, struct mu_parked **ret)
{
    size_t count;
    ck_assert_msg(mu_parked_list(storage, storage_arena, owner, ret, &count, &err) == 0, "%s",
                  err.text);
    return count;
}

/* So many people, all in one group. */
static void people(int count)
{
    struct mu_pull *p = storage_begin("hr");
    for (int i = 0; i < count; i++) {
        const char *id = mu_printf(storage_arena, "%d", i);
        storage_put(p, MU_USER, id,
                    mu_printf(storage_arena,
                              "{\"id\":\"%d\",\"username\":\"u%d@x.test\",\"last_name\":\"L\","
                              "\"name\":\"N\",\"emails\":[{\"email\":\"u%d@x.test\","
                              "\"is_primary\":true}],\"status\":\"active\"}",
                              i, i, i));
        storage_put(p, MU_MEMBERSHIP, mu_membership_id(storage_arena, "71", id), "{}");
    }
    storage_put(p, MU_GROUP, "71", "{\"id\":\"71\",\"name\":\"Sales\",\"group_type\":\"team\"}");
    storage_finish(p, MU_COMPLETE);
}

static const struct mu_plan *plan(void)
{
    const struct mu_plan *p;
    ck_assert_msg(mu_plan_make(storage, &sync_conf, &target.account, NULL, storage_arena, NULL, &p,
                               &err) == 0,
                  "%s", err.text);
    return p;
}

static struct mu_applied apply(const struct mu_plan *p)
{
    static const struct mu_apply_how how = {.command = "apply"};
    struct mu_applied done;
    ck_assert_msg(
        mu_apply(storage, &sync_conf, &target.account, p, &how, NULL, NULL, NULL, &done, &err) == 0,
        "%s", err.text);
    return done;
}

static struct mu_applied refused(int first, int last)
{
    target.fail_from = target.writes + first;
    target.fail_to = target.writes + last;
    struct mu_applied done = apply(plan());
    target.fail_from = target.fail_to = 0;
    return done;
}

/* As if the gap had passed. */
static void wait_for_next_try(void)
{
    struct mu_parked *list;
    size_t count = parked("sync s", &list);
    for (size_t i = 0; i < count; i++) {
        list[i].next_try = mu_now() - 1;
        ck_assert_int_eq(mu_parked_put(storage, &list[i], &err), 0);
    }
}

START_TEST(test_rows_are_kept_whole)
{
    struct mu_parked ada = {.owner = "sync s",
                            .kind = MU_USER,
                            .id = "1",
                            .label = "Ada",
                            .reason = "no",
                            .first_seen = 10,
                            .last_seen = 20,
                            .tries = 3,
                            .next_try = 30};
    struct mu_parked team = {.owner = "pull hr", .kind = MU_GROUP, .id = "1", .reason = "bad"};
    struct mu_parked *list;
    ck_assert_int_eq(mu_parked_put(storage, &ada, &err), 0);
    ck_assert_int_eq(mu_parked_put(storage, &team, &err), 0);
    ada.tries = 4;
    ck_assert_int_eq(mu_parked_put(storage, &ada, &err), 0);
    storage_reopen();
    ck_assert_uint_eq(parked(NULL, &list), 2);
    ck_assert_str_eq(list[0].owner, "pull hr");
    ck_assert_int_eq(list[0].kind, MU_GROUP);
    ck_assert_ptr_null(list[0].label);
    ck_assert_uint_eq(parked("sync s", &list), 1);
    ck_assert_str_eq(list[0].label, "Ada");
    ck_assert_str_eq(list[0].reason, "no");
    ck_assert_int_eq(list[0].first_seen, 10);
    ck_assert_int_eq(list[0].last_seen, 20);
    ck_assert_int_eq(list[0].tries, 4);
    ck_assert_int_eq(list[0].next_try, 30);
    ck_assert_int_eq(mu_parked_drop(storage, "sync s", MU_USER, "1", &err), 0);
    ck_assert_uint_eq(parked("sync s", &list), 0);
}
END_TEST

static void try_once(const char *what, const char *name)
{
    struct mu_parking *p;
    struct mu_err why = {.code = MU_E_REMOTE, .text = "no"};
    ck_assert_int_eq(mu_parking_open(storage, what, name, &p, &err), 0);
    mu_parking_refused(p, MU_USER, "1", NULL, &why);
    mu_parking_ok(p, MU_USER, "1");
    ck_assert_int_eq(mu_parking_settle(p, MU_PARKING_DROP_REST, &err), 0);
    mu_parking_free(p);
}

START_TEST(test_gaps_grow)
{
    static const int gaps[] = {300, 1800, 7200, 43200, 86400, 86400};
    struct mu_parked *list;
    for (size_t i = 0; i < MU_LEN(gaps); i++) {
        try_once("sync", "s");
        ck_assert_uint_eq(parked("sync s", &list), 1);
        ck_assert_int_eq(list[0].tries, (int)i + 1);
        ck_assert_int_eq(list[0].next_try - list[0].last_seen, gaps[i]);
    }
    try_once("pull", "hr");
    ck_assert_uint_eq(parked("pull hr", &list), 1);
    ck_assert_int_eq(list[0].next_try, 0);
}
END_TEST

START_TEST(test_refused_waits_and_the_rest_goes_on)
{
    struct mu_parked *list;
    people(5);
    struct mu_applied done = refused(4, 4);
    ck_assert_int_eq(done.failed, 1);
    ck_assert_uint_eq(parked("sync s", &list), 1);
    ck_assert_int_eq(list[0].kind, MU_USER);
    ck_assert_ptr_nonnull(strstr(list[0].reason, "refused"));

    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0); /* the group doesn't name the person either */
    ck_assert_uint_eq(p->left_count, 1);
    ck_assert(p->left[0].trouble);
    ck_assert_ptr_nonnull(strstr(p->left[0].reason, "parked after 1 try, next try from 20"));
    ck_assert_int_eq(mu_parking_prune(storage, p, &err), 0);
    ck_assert_uint_eq(parked("sync s", &list), 1);

    wait_for_next_try();
    done = apply(plan());
    ck_assert_int_eq(done.ok, 2); /* the person, and the group's member */
    ck_assert_uint_eq(parked("sync s", &list), 0);
    ck_assert_uint_eq(plan()->op_count, 0);
}
END_TEST

START_TEST(test_another_refusal_waits_longer)
{
    struct mu_parked *list;
    people(2);
    refused(4, 4);
    wait_for_next_try();
    refused(1, 1);
    ck_assert_uint_eq(parked("sync s", &list), 1);
    ck_assert_int_eq(list[0].tries, 2);
    ck_assert_int_eq(list[0].next_try - list[0].last_seen, 1800);
}
END_TEST

START_TEST(test_refused_members_wait_for_their_group)
{
    struct mu_parked *list;
    people(3);
    apply(plan());
    people(4);
    refused(2, 2);
    ck_assert_uint_eq(parked("sync s", &list), 1);
    ck_assert_int_eq(list[0].kind, MU_GROUP);
    people(5);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 1);
    ck_assert_int_eq(p->ops[0].kind, MU_USER);
    wait_for_next_try();
    apply(plan());
    ck_assert_uint_eq(parked("sync s", &list), 0);
    ck_assert_uint_eq(plan()->op_count, 0);
}
END_TEST

START_TEST(test_a_refused_removal_waits)
{
    struct mu_parked *list;
    people(3);
    apply(plan());
    people(2);
    refused(2, 2);
    ck_assert_uint_eq(parked("sync s", &list), 1);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_uint_eq(p->left_count, 1);
    wait_for_next_try();
    apply(plan());
    ck_assert_uint_eq(parked("sync s", &list), 0);
}
END_TEST

START_TEST(test_no_longer_needed_clears)
{
    struct mu_parked *list;
    people(3);
    apply(plan());
    people(4);
    refused(1, 1);
    ck_assert_uint_eq(parked("sync s", &list), 1);
    people(3);
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_int_eq(mu_parking_prune(storage, p, &err), 0);
    ck_assert_uint_eq(parked("sync s", &list), 0);
}
END_TEST

START_TEST(test_many_failures_of_one_kind_stop_the_run)
{
    struct mu_parked *list;
    people(200);
    struct mu_applied done = refused(4, 1000);
    ck_assert_int_ne(done.stopped.code, MU_OK);
    ck_assert_ptr_nonnull(strstr(done.stopped.text, "50 failures alike"));
    ck_assert_int_gt(done.skipped, 100);
    ck_assert(done.partial);
    ck_assert_uint_eq(parked("sync s", &list), 0);
    done = apply(plan());
    ck_assert_int_eq(done.stopped.code, MU_OK);
    ck_assert_uint_eq(plan()->op_count, 0);
}
END_TEST

START_TEST(test_failures_of_several_kinds_do_not)
{
    struct mu_parked *list;
    people(90);
    target.odd_failures = true; /* every other one with another code: 45 of each */
    struct mu_applied done = refused(4, 1000);
    ck_assert_int_eq(done.stopped.code, MU_OK);
    ck_assert_int_eq(done.failed, 90);
    ck_assert_int_eq(done.skipped, 1); /* the group, of which nobody is there */
    ck_assert_uint_eq(parked("sync s", &list), 90);
}
END_TEST

Suite *park_suite(void)
{
    Suite *s = suite_create("park");
    TCase *c = tcase_create("park");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, test_rows_are_kept_whole);
    tcase_add_test(c, test_gaps_grow);
    tcase_add_test(c, test_refused_waits_and_the_rest_goes_on);
    tcase_add_test(c, test_another_refusal_waits_longer);
    tcase_add_test(c, test_refused_members_wait_for_their_group);
    tcase_add_test(c, test_a_refused_removal_waits);
    tcase_add_test(c, test_no_longer_needed_clears);
    tcase_add_test(c, test_many_failures_of_one_kind_stop_the_run);
    tcase_add_test(c, test_failures_of_several_kinds_do_not);
    suite_add_tcase(s, c);
    return s;
}
