/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that must not be made twice, and plans that a person approved. */
#include "store/claims.h"

#include "base/time.h"
#include "storage.h"
#include "store/approvals.h"
#include "suites.h"

static const struct mu_claim keyed = {
    .token = "t", .tool = "gift", .key = "k", .digest = "d", .what = "w"};
static const struct mu_claim plain = {.token = "t", .tool = "gift", .digest = "d", .what = "w"};

static int take(struct mu_claim asked, int64_t at, int64_t *ret_id)
{
    struct mu_err err = MU_ERR_INIT;
    asked.at = at;
    int taken = mu_claim_take(storage, &asked, 600, ret_id, &err);
    ck_assert_msg(taken >= 0, "%s", err.text);
    return taken;
}

static struct mu_claim found(const struct mu_claim *asked)
{
    struct mu_claim ret = {.id = 0};
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_ge(mu_claim_find(storage, storage_arena, asked, 600, &ret, &err), 0);
    return ret;
}

static void end(int64_t id, enum mu_claim_state state, const char *answer)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_claim_end(storage, id, state, answer, &err) == 0, "%s", err.text);
}

START_TEST(test_keyed)
{
    int64_t id = 0, again = 0;
    ck_assert_int_eq(take(keyed, mu_now(), &id), 1);
    ck_assert_int_eq(take(keyed, mu_now(), &again), 0); /* open */
    end(id, MU_CLAIM_DONE, "{}");
    ck_assert_int_eq(take(keyed, mu_now(), &again), 0); /* done, however long ago */
    struct mu_claim is = found(&keyed);
    ck_assert_int_eq(is.state, MU_CLAIM_DONE);
    ck_assert_str_eq(is.answer, "{}");
    ck_assert_int_ne(is.ended, 0);
    struct mu_claim other = keyed;
    other.token = "another";
    ck_assert_int_eq(take(other, mu_now(), &again), 1); /* has keys of its own */
}
END_TEST

START_TEST(test_failed)
{
    int64_t id = 0, again = 0;
    struct mu_claim other = keyed;
    other.digest = "e";
    ck_assert_int_eq(take(keyed, mu_now(), &id), 1);
    end(id, MU_CLAIM_FAILED, NULL);
    ck_assert_int_eq(take(other, mu_now(), &again), 0); /* another call by that key */
    ck_assert_int_eq(take(keyed, mu_now(), &again), 1);
    ck_assert_int_eq(again, id);
    ck_assert_int_eq(found(&keyed).state, MU_CLAIM_OPEN);
    end(id, MU_CLAIM_DOUBT, NULL);
    ck_assert_int_eq(take(keyed, mu_now(), &again), 0);
}
END_TEST

START_TEST(test_plain)
{
    int64_t id = 0;
    ck_assert_int_eq(take(plain, mu_now() - 601, &id), 1);
    ck_assert_int_eq(found(&plain).id, 0); /* too long ago to stand in the way */
    ck_assert_int_eq(take(plain, mu_now(), &id), 1);
    ck_assert_int_eq(found(&plain).id, id);
    ck_assert_int_eq(take(plain, mu_now(), &id), 0);
    struct mu_claim reworded = plain, other = plain;
    reworded.digest = "e";
    ck_assert_int_eq(take(reworded, mu_now(), &id), 0); /* does the same */
    other.what = "x";
    ck_assert_int_eq(take(other, mu_now(), &id), 1);
    end(found(&plain).id, MU_CLAIM_FAILED, NULL);
    ck_assert_int_eq(take(plain, mu_now(), &id), 1);
    ck_assert_int_eq(take(keyed, mu_now(), &id), 1); /* meant as a second one */
}
END_TEST

static void approve(int64_t expires)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_approval a = {.hash = "h", .by = "ada", .at = 1, .expires = expires};
    ck_assert_int_eq(mu_approval_put(storage, &a, &err), 0);
}

START_TEST(test_approval)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_approval a;
    ck_assert_int_eq(mu_approval_use(storage, "h", 10, &err), 0);
    approve(20);
    ck_assert_int_eq(mu_approval_use(storage, "h", 20, &err), 0); /* over */
    ck_assert_int_eq(mu_approval_use(storage, "h", 19, &err), 1);
    ck_assert_int_eq(mu_approval_use(storage, "h", 19, &err), 0); /* used */
    ck_assert_int_eq(mu_approval_get(storage, storage_arena, "h", &a, &err), 1);
    ck_assert_int_eq(a.used, 19);
    ck_assert_str_eq(a.by, "ada");
    approve(30); /* anew */
    ck_assert_int_eq(mu_approval_use(storage, "h", 21, &err), 1);
}
END_TEST

START_TEST(test_kept)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_kept_plan p = {.hash = "h", .sync = "s", .by = "t", .body = "{}", .len = 2};
    p.made = mu_now() - MU_PLAN_KEPT_S - 1;
    ck_assert_int_eq(mu_plan_keep(storage, &p, &err), 0);
    p.hash = "i";
    p.made = mu_now();
    ck_assert_int_eq(mu_plan_keep(storage, &p, &err), 0);
    ck_assert_int_eq(mu_plan_kept(storage, storage_arena, "h", &p, &err), 0); /* forgotten */
    ck_assert_int_eq(mu_plan_kept(storage, storage_arena, "i", &p, &err), 1);
    ck_assert_str_eq(p.body, "{}");
    ck_assert_uint_eq(p.len, 2);
}
END_TEST

Suite *claims_suite(void)
{
    Suite *s = suite_create("claims");
    TCase *tc = tcase_create("claims");
    tcase_add_checked_fixture(tc, storage_setup, storage_teardown);
    tcase_add_test(tc, test_keyed);
    tcase_add_test(tc, test_failed);
    tcase_add_test(tc, test_plain);
    tcase_add_test(tc, test_approval);
    tcase_add_test(tc, test_kept);
    suite_add_tcase(s, tc);
    return s;
}
