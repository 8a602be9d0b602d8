/* SPDX-License-Identifier: Apache-2.0 */
/* The register of invitations: which move is allowed from where, and what counts as a try. */
#include <check.h>

#include "base/io.h"
#include "base/time.h"
#include "storage.h"
#include "store/invitations.h"
#include "suites.h"

enum { FORGET_S = 3600 };

static struct mu_err err;

static struct mu_invitation ada(enum mu_invited state)
{
    return (struct mu_invitation){.account = "sendoso",
                                  .key = "ada@x.test",
                                  .email = "Ada@X.test",
                                  .first_name = "Ada",
                                  .last_name = "Quist",
                                  .role = "regular",
                                  .team_group = "71",
                                  .group_name = "EMEA",
                                  .via = "invite",
                                  .state = state,
                                  .run = 7};
}

static int intend(void)
{
    const struct mu_invitation of = ada(MU_INVITED_INTENDED);
    return mu_invitation_intend(storage, &of, FORGET_S, &err);
}

/* From any state. */
static int go(enum mu_invited state)
{
    const struct mu_invitation to = ada(state);
    int moved = mu_invitation_move(storage, &to, UINT32_MAX, &err);
    ck_assert_msg(moved >= 0, "%s", err.text);
    return moved;
}

static struct mu_invitation now(void)
{
    struct mu_invitation is = {.state = MU_INVITED_STATES};
    ck_assert_int_eq(mu_invitation_get(storage, storage_arena, "sendoso", "ada@x.test", &is, &err),
                     1);
    return is;
}

START_TEST(once)
{
    ck_assert_int_eq(intend(), 0);
    ck_assert_int_eq(go(MU_INVITED_SENT), 1);
    struct mu_invitation to = ada(MU_INVITED_PENDING);
    to.expires = mu_now() + 60;
    to.detail = "sent";
    ck_assert_int_eq(mu_invitation_move(storage, &to, 1U << MU_INVITED_SENT, &err), 1);
    const struct mu_invitation is = now();
    ck_assert_int_eq(is.state, MU_INVITED_PENDING);
    ck_assert_int_eq(is.tries, 1);
    ck_assert_int_eq(is.expires, to.expires);
    ck_assert_int_eq(is.run, 7);
    ck_assert_str_eq(is.email, "Ada@X.test");
    ck_assert_str_eq(is.group_name, "EMEA");
    ck_assert_str_eq(is.detail, "sent");
    ck_assert(is.sent > 0);
}
END_TEST

START_TEST(never_beside_an_open_one)
{
    static const enum mu_invited open[] = {MU_INVITED_INTENDED, MU_INVITED_SENT, MU_INVITED_PENDING,
                                           MU_INVITED_DOUBT};
    static const enum mu_invited ended[] = {MU_INVITED_ACCEPTED, MU_INVITED_EXPIRED,
                                            MU_INVITED_WITHDRAWN, MU_INVITED_REFUSED};
    ck_assert_int_eq(intend(), 0);
    for (size_t i = 0; i < MU_LEN(open); i++) {
        go(open[i]);
        storage_failed(intend(), &err, MU_E_CONFLICT, "Ada@X.test is ");
        ck_assert(mu_invited_open(open[i]));
    }
    for (size_t i = 0; i < MU_LEN(ended); i++) {
        go(ended[i]);
        ck_assert(!mu_invited_open(ended[i]));
        ck_assert_int_eq(intend(), 0);
    }
}
END_TEST

START_TEST(moves_only_from_where_it_may)
{
    const struct mu_invitation to = ada(MU_INVITED_PENDING);
    ck_assert_int_eq(mu_invitation_move(storage, &to, 1U << MU_INVITED_SENT, &err), 0);
    ck_assert_int_eq(intend(), 0);
    ck_assert_int_eq(mu_invitation_move(storage, &to, 1U << MU_INVITED_SENT, &err), 0);
    ck_assert_int_eq(now().state, MU_INVITED_INTENDED);
}
END_TEST

/* How many tries stand there after another one was sent from that state. */
static int64_t tries_after(enum mu_invited state)
{
    go(state);
    ck_assert_int_eq(intend(), 0);
    go(MU_INVITED_SENT);
    return now().tries;
}

START_TEST(tries)
{
    ck_assert_int_eq(intend(), 0);
    go(MU_INVITED_SENT);
    ck_assert_int_eq(tries_after(MU_INVITED_EXPIRED), 2);
    ck_assert_int_eq(tries_after(MU_INVITED_REFUSED), 2);
    ck_assert_int_eq(tries_after(MU_INVITED_ACCEPTED), 3);
    ck_assert_int_eq(tries_after(MU_INVITED_WITHDRAWN), 1);
}
END_TEST

START_TEST(expires_when_its_time_is_over)
{
    static const enum mu_invited open[] = {MU_INVITED_SENT, MU_INVITED_PENDING, MU_INVITED_DOUBT};
    ck_assert_int_eq(intend(), 0);
    for (size_t i = 0; i < MU_LEN(open); i++) {
        struct mu_invitation to = ada(open[i]);
        to.expires = 1000;
        ck_assert_int_eq(mu_invitation_move(storage, &to, UINT32_MAX, &err), 1);
        ck_assert_int_eq(mu_invitations_expire(storage, "sendoso", 999, &err), 0);
        ck_assert_int_eq(now().state, open[i]);
        ck_assert_int_eq(mu_invitations_expire(storage, "other", 1000, &err), 0);
        ck_assert_int_eq(now().state, open[i]);
        ck_assert_int_eq(mu_invitations_expire(storage, "sendoso", 1000, &err), 0);
        ck_assert_int_eq(now().state, MU_INVITED_EXPIRED);
    }
    go(MU_INVITED_ACCEPTED);
    ck_assert_int_eq(mu_invitations_expire(storage, "sendoso", 2000, &err), 0);
    ck_assert_int_eq(now().state, MU_INVITED_ACCEPTED);
}
END_TEST

START_TEST(what_a_dead_muster_left)
{
    ck_assert_int_eq(intend(), 0);
    ck_assert_int_eq(mu_invitations_recover(storage, "sendoso", &err), 0);
    ck_assert_int_eq(now().state, MU_INVITED_WITHDRAWN);
    ck_assert_int_eq(now().tries, 0);
    ck_assert_int_eq(intend(), 0);
    go(MU_INVITED_SENT);
    ck_assert_int_eq(mu_invitations_recover(storage, "sendoso", &err), 0);
    ck_assert_int_eq(now().state, MU_INVITED_DOUBT);
    go(MU_INVITED_PENDING);
    ck_assert_int_eq(mu_invitations_recover(storage, "sendoso", &err), 0);
    ck_assert_int_eq(now().state, MU_INVITED_PENDING);
}
END_TEST

START_TEST(lists_by_account)
{
    struct mu_invitation other = ada(MU_INVITED_INTENDED), *list;
    size_t count;
    other.account = "sandbox";
    ck_assert_int_eq(intend(), 0);
    ck_assert_int_eq(mu_invitation_intend(storage, &other, FORGET_S, &err), 0);
    ck_assert_int_eq(mu_invitation_list(storage, storage_arena, "sendoso", &list, &count, &err), 0);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(mu_invitation_list(storage, storage_arena, NULL, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(list[0].account, "sandbox");
    ck_assert_int_eq(
        mu_invitation_get(storage, storage_arena, "sendoso", "bo@x.test", &other, &err), 0);
}
END_TEST

/* In a child that dies before its nth commit. */
static void send_one(void *arg)
{
    (void)arg;
    intend();
    go(MU_INVITED_SENT);
}

START_TEST(durable_step_by_step)
{
    ck_assert(!storage_killed_at(1, send_one, NULL));
    struct mu_invitation is;
    ck_assert_int_eq(mu_invitation_get(storage, storage_arena, "sendoso", "ada@x.test", &is, &err),
                     0);
    ck_assert(!storage_killed_at(2, send_one, NULL));
    ck_assert_int_eq(now().state, MU_INVITED_INTENDED);
}
END_TEST

Suite *invitations_suite(void)
{
    Suite *s = suite_create("invitations");
    TCase *t = tcase_create("invitations");
    tcase_add_checked_fixture(t, storage_setup, storage_teardown);
    tcase_add_test(t, once);
    tcase_add_test(t, never_beside_an_open_one);
    tcase_add_test(t, moves_only_from_where_it_may);
    tcase_add_test(t, tries);
    tcase_add_test(t, expires_when_its_time_is_over);
    tcase_add_test(t, what_a_dead_muster_left);
    tcase_add_test(t, lists_by_account);
    tcase_add_test(t, durable_step_by_step);
    suite_add_tcase(s, t);
    return s;
}
