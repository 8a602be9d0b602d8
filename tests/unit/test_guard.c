/* SPDX-License-Identifier: Apache-2.0 */
/* Guards: each kind at its limit and over it, who may not be touched, who must be there. */
#include "world.h"

enum { PEOPLE = 40 };

static void person(int i, const char *status, const char *title, const char *role)
{
    put(MU_USER, mu_printf(arena, "%d", i),
        mu_printf(arena,
                  "{\"id\":\"%d\",\"username\":\"u%d@x.test\",\"last_name\":\"U\",\"name\":\"U%d\","
                  "\"title\":\"%s\",\"roles\":[%s],\"status\":\"%s\"}",
                  i, i, i, title,
                  *role ? mu_printf(arena, "{\"id\":\"%s\",\"name\":\"%s\"}", role, role) : "",
                  status));
}

/* Plain people numbered from..to-1. */
static void people(int from_id, int to_id, const char *status)
{
    for (int i = from_id; i < to_id; i++)
        person(i, status, "Regular", "");
}

/* How a plan is refused; NULL: it isn't. */
static const char *refusal(const struct mu_plan *p)
{
    if (mu_plan_guard(p, NULL, NULL, &err) == 0)
        return NULL;
    ck_assert_int_eq(err.code, MU_E_REFUSED);
    return err.text;
}

static void refused(const char *words)
{
    const char *text = refusal(plan());
    ck_assert_msg(text && strstr(text, words), "wanted '%s', got: %s", words, text ? text : "-");
}

static void allowed(void)
{
    const char *text = refusal(plan());
    ck_assert_msg(!text, "%s", text);
}

static void all_here(void)
{
    begin();
    people(0, PEOPLE, "active");
    end(MU_COMPLETE);
    converge();
}

/* The first so many are inactive. */
static void inactive(int count)
{
    begin();
    people(0, count, "inactive");
    people(count, PEOPLE, "active");
    end(MU_COMPLETE);
}

START_TEST(set_aside)
{
    all_here();
    inactive(10);
    allowed();
    inactive(11);
    refused("users set aside: 11 of 40 (limit 10 or 5 %, guards.disable)");
    sync_conf.guards.disable.percent = 28;
    allowed();
    ck_assert_int_eq(target.writes, PEOPLE + MU_PLACES);
}
END_TEST

START_TEST(removed)
{
    all_here();
    sync_conf.gone = MU_REMOVE_DELETE;
    sync_conf.guards.remove = (struct mu_limit){2, 0, 0};
    begin();
    people(2, PEOPLE, "active");
    end(MU_COMPLETE);
    allowed();
    begin();
    people(3, PEOPLE, "active");
    end(MU_COMPLETE);
    refused("users removed: 3 of 40 (limit 2, guards.remove)");
}
END_TEST

START_TEST(groups_removed)
{
    begin();
    for (int i = 0; i < 4; i++)
        group(mu_printf(arena, "%d", 100 + i), mu_printf(arena, "G%d", i));
    end(MU_COMPLETE);
    converge();
    sync_conf.guards.groups = (struct mu_limit){1, 25, 0};
    begin();
    group("100", "G0");
    group("101", "G1");
    end(MU_COMPLETE);
    refused("groups removed: 2 of 4 (limit 1 or 25 %, guards.groups)");
    begin();
    group("100", "G0");
    group("101", "G1");
    group("102", "G2");
    end(MU_COMPLETE);
    allowed();
}
END_TEST

static void team(int from_id, int to_id)
{
    begin();
    people(0, PEOPLE, "active");
    group("100", "Team");
    for (int i = from_id; i < to_id; i++)
        member("100", mu_printf(arena, "%d", i));
    end(MU_COMPLETE);
}

START_TEST(members_of_one_group)
{
    team(0, 20);
    converge();
    sync_conf.guards.members = (struct mu_limit){3, 30, 20};
    team(6, 20);
    allowed();
    team(7, 20);
    refused("members of Team: 7 of 20 (limit 3 or 30 %, guards.members)");
    sync_conf.guards.members.from = 21;
    allowed();
}
END_TEST

START_TEST(roles_lowered)
{
    begin();
    for (int i = 0; i < 5; i++)
        person(i, "active", i ? "Manager" : "Admin", "");
    end(MU_COMPLETE);
    converge();
    sync_conf.guards.roles = (struct mu_limit){2, 0, 0};
    begin();
    person(0, "active", "Manager", "");
    for (int i = 1; i < 5; i++)
        person(i, "active", "Admin", "");
    end(MU_COMPLETE);
    allowed(); /* one is lowered, others are raised */
    begin();
    person(0, "active", "Manager", "");
    for (int i = 1; i < 5; i++)
        person(i, "active", i < 3 ? "Regular" : "Manager", "");
    end(MU_COMPLETE);
    refused("roles lowered: 3 of 5 (limit 2, guards.roles)");
}
END_TEST

START_TEST(protected_people_and_groups)
{
    static const char *const protect[] = {"u7@*", "Board", NULL};
    sync_conf.guards.protect = protect;
    begin();
    person(7, "active", "Manager", "");
    group("100", "Board");
    end(MU_COMPLETE);
    converge();
    begin();
    person(7, "inactive", "Manager", "");
    group("100", "Board");
    end(MU_COMPLETE);
    refused("protected: U7: 1 of 1 (limit 0, guards.protect)");
    begin();
    person(7, "active", "Regular", "");
    group("100", "Board");
    end(MU_COMPLETE);
    refused("protected: U7");
    begin();
    person(7, "active", "Manager", "");
    end(MU_COMPLETE);
    refused("protected: ");
    begin();
    person(7, "active", "Admin", "");
    group("100", "Board");
    end(MU_COMPLETE);
    allowed();
}
END_TEST

static void two_admins(const char *first, const char *second)
{
    begin();
    person(0, first, "X", "admin");
    person(1, second, "X", "admin");
    person(2, "active", "X", "sender");
    end(MU_COMPLETE);
}

START_TEST(the_last_admin)
{
    two_admins("active", "active");
    converge();
    two_admins("inactive", "active");
    allowed();
    sync_conf.guards.admins = 2;
    refused("admins left: 1 of 2 (limit 2, guards.admins)");
    sync_conf.guards.admins = 1;
    two_admins("inactive", "inactive");
    refused("admins left: 0 of 2 (limit 1, guards.admins)");
    begin();
    person(2, "active", "X", "sender");
    end(MU_COMPLETE);
    refused("admins left: 0 of 0");
    sync_conf.guards.admins = 0;
    allowed();
}
END_TEST

START_TEST(without_roles_in_the_source_there_is_no_last_admin)
{
    all_here();
    inactive(1);
    allowed();
}
END_TEST

START_TEST(a_canary_must_be_on_the_target)
{
    static const char *const canary[] = {"u3@x.test", "39", "uid=u4@x.test,ou=people", NULL};
    sync_conf.guards.canary = canary;
    begin();
    people(0, PEOPLE, "active");
    end(MU_COMPLETE);
    allowed(); /* before the first run */
    converge();
    allowed();
    *fake_target_find(&target, "uid=u3@x.test,ou=people") = target.objects[--target.count];
    refused("not found on the target: u3@x.test: 1 of 1 (limit 0, guards.canary)");
    *fake_target_find(&target, "uid=u39@x.test,ou=people") = target.objects[--target.count];
    refused("not found on the target: 39");
}
END_TEST

START_TEST(one_plan_is_allowed_by_its_hash_and_no_other)
{
    all_here();
    inactive(11);
    const struct mu_plan *p = plan();
    ck_assert_int_eq(mu_plan_guard(p, NULL, NULL, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "muster plan s -o FILE"));
    ck_assert_int_eq(mu_plan_guard(p, "p.json", NULL, &err), -1);
    ck_assert_ptr_nonnull(
        strstr(err.text, mu_printf(arena, "muster apply p.json --allow %s", p->hash)));
    inactive(12);
    ck_assert_int_eq(mu_plan_guard(plan(), "p.json", p->hash, &err), -1);
    ck_assert_int_eq(mu_plan_guard(p, "p.json", p->hash, &err), 0);
}
END_TEST

START_TEST(each_guard_that_refuses_is_named)
{
    static const char *const protect[] = {"u0@x.test", NULL};
    sync_conf.guards.protect = protect;
    all_here();
    inactive(11);
    refused("users set aside: 11 of 40");
    refused("; protected: U0");
}
END_TEST

static const char *one_way(struct mu_account *a, struct mu_arena *ops, struct mu_op *op,
                           bool *ret_trouble)
{
    (void)a;
    (void)ops;
    (void)ret_trouble;
    op->one_way = op->verb == MU_OP_CREATE && op->kind == MU_USER;
    return NULL;
}

/* Who can't be uninvited is counted; plain creations aren't. */
START_TEST(invitations)
{
    static struct mu_target_ops ops;
    static struct mu_adapter adapter;
    sync_conf.guards.invite = (struct mu_limit){5, 10, 0};
    begin();
    people(0, PEOPLE, "active");
    end(MU_COMPLETE);
    allowed();
    adapter = *target.account.adapter;
    ops = *adapter.target;
    ops.fit = one_way;
    adapter.target = &ops;
    target.account.adapter = &adapter;
    refused("people invited: 40 of 0 (limit 5 or 10 %, guards.invite)");
    const struct mu_plan *p = plan();
    ck_assert_int_eq(mu_plan_guard(p, NULL, p->hash, &err), 0);
    begin();
    people(0, 5, "active");
    end(MU_COMPLETE);
    allowed();
}
END_TEST

Suite *guard_suite(void)
{
    Suite *s = suite_create("guard");
    TCase *c = tcase_create("guard");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, invitations);
    tcase_add_test(c, set_aside);
    tcase_add_test(c, removed);
    tcase_add_test(c, groups_removed);
    tcase_add_test(c, members_of_one_group);
    tcase_add_test(c, roles_lowered);
    tcase_add_test(c, protected_people_and_groups);
    tcase_add_test(c, the_last_admin);
    tcase_add_test(c, without_roles_in_the_source_there_is_no_last_admin);
    tcase_add_test(c, a_canary_must_be_on_the_target);
    tcase_add_test(c, one_plan_is_allowed_by_its_hash_and_no_other);
    tcase_add_test(c, each_guard_that_refuses_is_named);
    suite_add_tcase(s, c);
    return s;
}
