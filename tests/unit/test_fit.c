/* SPDX-License-Identifier: Apache-2.0 */
/* Targets that set aside by a value, know names for ids, and say what they can't do. */
#include "world.h"

static const char ada[] = "uid=ada@x.test,ou=people", bo[] = "uid=bo@x.test,ou=people";

static void choosy_setup(void)
{
    setup();
    fake_target_choosy(&target);
}

static void people(const char *status, const char *title)
{
    begin();
    put(MU_USER, "1",
        mu_printf(
            arena,
            "{\"id\":\"1\",\"username\":\"ada@x.test\",\"last_name\":\"Ada\",\"name\":\"Ada\","
            "\"title\":\"%s\",\"emails\":[{\"email\":\"ada@x.test\"}],\"status\":\"%s\"}",
            title, status));
    user("2", "bo@x.test", "Bo", "active");
    end(MU_COMPLETE);
}

/* NULL: nobody of that id is left alone. */
static const struct mu_left *find_left(const struct mu_plan *p, const char *id)
{
    for (size_t i = 0; i < p->left_count; i++)
        if (mu_streq(p->left[i].id, id))
            return &p->left[i];
    return NULL;
}

static const struct mu_left *left_of(const struct mu_plan *p, const char *id)
{
    const struct mu_left *left = find_left(p, id);
    ck_assert_ptr_nonnull(left);
    return left;
}

/* The plan's operation that sets somebody aside; the test ends when there is none. */
static const struct mu_op *setting_aside(void)
{
    const struct mu_op *op = op_about(plan(), MU_WHY_DISABLE);
    ck_assert_ptr_nonnull(op);
    return op;
}

static struct mu_object *object_of(const char *name)
{
    struct mu_object *o = fake_target_find(&target, name);
    ck_assert_ptr_nonnull(o);
    return o;
}

START_TEST(aside_by_a_value)
{
    people("active", "Clerk");
    converge();
    people("inactive", "Clerk");
    const struct mu_op *op = setting_aside();
    ck_assert_int_eq(op->verb, MU_OP_MODIFY);
    ck_assert_str_eq(op->name, ada);
    ck_assert(change_of(op, "active")->absent);
    ck_assert(!change_of(op, "active")->drift);
    converge();
    ck_assert_str_eq(fake_target_values(&target, ada, "active"), "false");
    people("active", "Clerk");
    ck_assert(!change_of(op_about(plan(), MU_WHY_ENABLE), "active")->drift);
    converge();
    ck_assert_str_eq(fake_target_values(&target, ada, "active"), "true");
}
END_TEST

START_TEST(who_is_gone_is_set_aside_likewise)
{
    people("active", "Clerk");
    converge();
    begin();
    user("2", "bo@x.test", "Bo", "active");
    end(MU_COMPLETE);
    converge();
    ck_assert_str_eq(fake_target_values(&target, ada, "active"), "false");
}
END_TEST

/* Somebody else did it, or took it back. */
START_TEST(drift)
{
    people("active", "Clerk");
    converge();
    fake_target_put(&target, MU_USER, ada, "active", "false");
    ck_assert(change_of(op_about(plan(), MU_WHY_ENABLE), "active")->drift);
}
END_TEST

START_TEST(names_for_values)
{
    people("active", "boss");
    converge();
    ck_assert_str_eq(fake_target_values(&target, ada, "title"), "Manager");
    people("active", "nobody");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_str_eq(left_of(p, "1")->reason, "title: there is no nobody");
    people("inactive", "nobody"); /* who leaves needs no title */
    ck_assert_ptr_nonnull(op_about(plan(), MU_WHY_DISABLE));
}
END_TEST

static const char *by_hand(struct mu_arena *a, struct mu_op *op, bool *ret_trouble)
{
    (void)ret_trouble;
    if (mu_streq(op->id, "1")) {
        op->verb = MU_OP_MANUAL;
        op->note = mu_strdup(a, "do it there");
    }
    op->one_way = op->verb == MU_OP_CREATE && op->id;
    return NULL;
}

START_TEST(steps_for_a_person)
{
    people("active", "Clerk");
    target.fit = by_hand;
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 5); /* two people, three containers */
    ck_assert_int_eq(p->one_way, 1);   /* what a person does isn't ours to take back */
    struct mu_applied done = apply(p);
    ck_assert_int_eq(done.manual, 1);
    ck_assert_ptr_null(fake_target_find(&target, ada));
    ck_assert_ptr_nonnull(fake_target_find(&target, bo));
}
END_TEST

static const char *nothing_or_trouble(struct mu_arena *a, struct mu_op *op, bool *ret_trouble)
{
    (void)a;
    *ret_trouble = mu_streq(op->id, "1");
    return *ret_trouble ? "not so" : mu_streq(op->id, "2") ? "" : NULL;
}

START_TEST(left_or_dropped)
{
    people("active", "Clerk");
    target.fit = nothing_or_trouble;
    const struct mu_plan *p = plan();
    ck_assert_ptr_null(op_about(p, MU_WHY_JOIN));
    ck_assert_str_eq(left_of(p, "1")->reason, "not so");
    ck_assert(left_of(p, "1")->trouble);
    ck_assert_ptr_null(find_left(p, "2"));
}
END_TEST

/* Nothing is planned about an object that is held, whatever the source says. */
START_TEST(held)
{
    people("active", "Clerk");
    converge();
    object_of(ada)->held = "in doubt";
    people("active", "Lead");
    const struct mu_plan *p = plan();
    ck_assert_uint_eq(p->op_count, 0);
    ck_assert_str_eq(left_of(p, "1")->reason, "in doubt");
    begin();
    user("2", "bo@x.test", "Bo", "active");
    end(MU_COMPLETE);
    ck_assert_uint_eq(plan()->op_count, 0);
}
END_TEST

START_TEST(learns_an_id)
{
    struct mu_owned *owned;
    size_t count;
    people("active", "Clerk");
    converge();
    struct mu_owned without = {
        .kind = MU_USER, .id = "1", .name = ada, .key = ada, .native = NULL, .run = 1};
    ck_assert_int_eq(mu_ledger_put(store, "s", &without, &err), 0);
    ck_assert_uint_eq(plan()->op_count, 0);
    ck_assert_int_eq(mu_ledger_load(store, arena, "s", &owned, &count, &err), 0);
    for (size_t i = 0; i < count; i++)
        ck_assert_ptr_nonnull(owned[i].native);
}
END_TEST

START_TEST(refused_to_set_aside)
{
    people("active", "Clerk");
    converge();
    people("inactive", "Clerk");
    target.fail_from = 1;
    target.fail_to = 1000;
    struct mu_applied done = apply(plan());
    ck_assert_int_eq(done.failed, 1);
    const struct mu_op *op = setting_aside();
    ck_assert_int_eq(op->verb, MU_OP_MANUAL);
    ck_assert_ptr_nonnull(strstr(op->note, "refused"));
}
END_TEST

Suite *fit_suite(void)
{
    Suite *s = suite_create("fit");
    TCase *t = tcase_create("fit");
    tcase_add_checked_fixture(t, choosy_setup, teardown);
    tcase_add_test(t, aside_by_a_value);
    tcase_add_test(t, who_is_gone_is_set_aside_likewise);
    tcase_add_test(t, drift);
    tcase_add_test(t, names_for_values);
    tcase_add_test(t, steps_for_a_person);
    tcase_add_test(t, left_or_dropped);
    tcase_add_test(t, held);
    tcase_add_test(t, learns_an_id);
    tcase_add_test(t, refused_to_set_aside);
    suite_add_tcase(s, t);
    return s;
}
