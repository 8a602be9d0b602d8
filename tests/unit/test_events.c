/* SPDX-License-Identifier: Apache-2.0 */
/* What happened between two snapshots. */
#include "audit/events.h"

#include "world.h"

static const char *told; /* the events as lines */

static void tell(void *arg, const struct mu_event *e)
{
    (void)arg;
    told = mu_printf(arena, "%s%s %s %s %s %s %s %s\n", told, mu_what_name(e->what),
                     mu_schema_of(e->kind)->name, e->id, e->label, e->field ? e->field : "-",
                     e->before ? e->before : "-", e->after ? e->after : "-");
}

static const char *events(int64_t from_id, int64_t to_id)
{
    told = "";
    ck_assert_msg(mu_events(store, "hr", from_id, to_id, tell, NULL, &err) == 0, "%s", err.text);
    return told;
}

/* A person with a role; a group is given a budget. */
static void person(const char *id, const char *name, const char *role, const char *status)
{
    put(MU_USER, id,
        mu_printf(arena,
                  "{\"id\":\"%s\",\"username\":\"u%s\",\"first_name\":\"%s\",\"name\":\"%s\","
                  "\"status\":\"%s\",\"status_raw\":\"%s!\",\"roles\":[{\"id\":\"%s\"}]}",
                  id, id, name, name, status, status, role));
}

static void budgeted(const char *id, const char *name, const char *budget)
{
    put(MU_GROUP, id,
        mu_printf(arena, "{\"id\":\"%s\",\"name\":\"%s\",\"attributes\":{\"budget\":\"%s\"}}", id,
                  name, budget));
}

static void first_read(void)
{
    begin();
    person("1", "Ada", "sender", "active");
    person("2", "Bo", "manager", "active");
    person("3", "Cy", "admin", "active");
    person("4", "Di", "sender", "inactive");
    budgeted("71", "Sales", "100.00");
    budgeted("72", "Ops", "5");
    member("71", "1");
    member("71", "2");
    member("72", "3");
    end(MU_COMPLETE);
}

static void second_read(void)
{
    begin();
    person("1", "Adele", "admin", "active");
    person("2", "Bo", "sender", "inactive");
    person("4", "Di", "sender", "active");
    person("5", "Ed", "sender", "active");
    budgeted("71", "Sales", "100.50");
    budgeted("73", "Legal", "1");
    member("73", "1");
    member("71", "5");
    end(MU_COMPLETE);
}

START_TEST(everything_that_happened_is_told_once)
{
    first_read();
    second_read();
    ck_assert_str_eq(events(1, 2),
                     "renamed user 1 Adele name Ada Adele\n"
                     "promoted user 1 Adele roles [{\"id\":\"sender\"}] [{\"id\":\"admin\"}]\n"
                     "deactivated user 2 Bo status active inactive\n"
                     "demoted user 2 Bo roles [{\"id\":\"manager\"}] [{\"id\":\"sender\"}]\n"
                     "left user 3 Cy - - -\n"
                     "activated user 4 Di status inactive active\n"
                     "joined user 5 Ed - - -\n"
                     "budgeted group 71 Sales attributes/budget 100.00 100.50\n"
                     "removed group 72 Ops - - -\n"
                     "created group 73 Legal - - -\n"
                     "moved user 1 Adele groups Sales Legal\n"
                     "left user 2 Bo groups Sales -\n"
                     "left user 3 Cy groups Ops -\n"
                     "joined user 5 Ed groups - Sales\n");
}
END_TEST

START_TEST(backwards_is_the_other_way_round)
{
    first_read();
    second_read();
    const char *back = events(2, 1);
    ck_assert_ptr_nonnull(strstr(back, "renamed user 1 Ada name Adele Ada\n"));
    ck_assert_ptr_nonnull(strstr(back, "joined user 3 Cy - - -\n"));
    ck_assert_ptr_nonnull(strstr(back, "left user 5 Ed - - -\n"));
    ck_assert_ptr_nonnull(strstr(back, "moved user 1 Ada groups Legal Sales\n"));
}
END_TEST

START_TEST(nothing_happened)
{
    first_read();
    first_read();
    ck_assert_str_eq(events(1, 2), "");
    ck_assert_str_eq(events(1, 1), "");
    ck_assert_int_eq(mu_events(store, "hr", 1, 99, tell, NULL, &err), -1);
    ck_assert_int_eq(err.code, MU_E_MISSING);
}
END_TEST

Suite *events_suite(void)
{
    Suite *s = suite_create("events");
    TCase *c = tcase_create("events");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, everything_that_happened_is_told_once);
    tcase_add_test(c, backwards_is_the_other_way_round);
    tcase_add_test(c, nothing_happened);
    suite_add_tcase(s, c);
    return s;
}
