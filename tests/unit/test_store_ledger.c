/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: put, replaced, dropped, by sync; part of the journal's transaction when there is one.
 */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "storage.h"
#include "suites.h"

static void put(const char *sync, const struct mu_owned *owned)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_ledger_put(storage, sync, owned, &err) == 0, "%s", err.text);
}

static struct mu_owned *load(const char *sync, size_t expected)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_owned *list;
    size_t count;
    ck_assert_msg(mu_ledger_load(storage, storage_arena, sync, &list, &count, &err) == 0, "%s",
                  err.text);
    ck_assert_uint_eq(count, expected);
    return list;
}

static const struct mu_owned ada = {
    .kind = MU_USER, .id = "1", .name = "cn=Ada,dc=x", .key = "cn=ada,dc=x", .run = 7};

START_TEST(test_rows_are_kept_whole)
{
    struct mu_owned team = {.kind = MU_GROUP,
                            .id = "1",
                            .name = "cn=\xce\xa3\\, x",
                            .key = "cn=\xcf\x83\\2c x",
                            .native = "0f9d-uuid",
                            .run = 8,
                            .disabled = true};
    put("s", &team);
    put("s", &ada);
    storage_reopen();
    struct mu_owned *got = load("s", 2);
    ck_assert_int_eq(got[0].kind, MU_USER);
    ck_assert_str_eq(got[0].id, "1");
    ck_assert_str_eq(got[0].name, ada.name);
    ck_assert_str_eq(got[0].key, ada.key);
    ck_assert_ptr_null(got[0].native);
    ck_assert_int_eq(got[0].run, 7);
    ck_assert(!got[0].disabled);
    ck_assert_int_eq(got[1].kind, MU_GROUP);
    ck_assert_str_eq(got[1].name, team.name);
    ck_assert_str_eq(got[1].key, team.key);
    ck_assert_str_eq(got[1].native, team.native);
    ck_assert_int_eq(got[1].run, 8);
    ck_assert(got[1].disabled);
}
END_TEST

START_TEST(test_put_replaces_and_drop_removes)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_owned again = ada;
    again.name = "cn=Ada,ou=inactive,dc=x";
    again.native = "uuid";
    put("s", &ada);
    put("s", &again);
    put("other", &ada);
    ck_assert_str_eq(load("s", 1)[0].name, again.name);
    ck_assert_str_eq(load("other", 1)[0].name, ada.name);
    ck_assert_int_eq(mu_ledger_drop(storage, "s", MU_GROUP, "1", &err), 0);
    load("s", 1);
    ck_assert_int_eq(mu_ledger_drop(storage, "s", MU_USER, "1", &err), 0);
    load("s", 0);
    load("other", 1);
    load("never heard of", 0);
}
END_TEST

START_TEST(test_rows_share_the_fate_of_the_journal)
{
    struct mu_err err = MU_ERR_INIT;
    put("s", &ada);
    ck_assert_int_eq(mu_journal_begin(storage, &err), 0);
    ck_assert_int_eq(mu_ledger_drop(storage, "s", MU_USER, "1", &err), 0);
    storage_reopen();
    load("s", 1);
    ck_assert_int_eq(mu_journal_begin(storage, &err), 0);
    ck_assert_int_eq(mu_ledger_drop(storage, "s", MU_USER, "1", &err), 0);
    ck_assert_int_eq(mu_journal_commit(storage, &err), 0);
    storage_reopen();
    load("s", 0);
}
END_TEST

START_TEST(test_many_rows_come_by_kind_and_id)
{
    enum { ROWS = 3000 };
    struct mu_err err = MU_ERR_INIT;
    ck_assert_int_eq(mu_journal_begin(storage, &err), 0);
    for (int i = 0; i < ROWS; i++) {
        const char *id = mu_printf(storage_arena, "%04d", (i * 7) % ROWS);
        put("s",
            &(struct mu_owned){
                .kind = i % 2 ? MU_USER : MU_GROUP, .id = id, .name = id, .key = id, .native = id});
    }
    ck_assert_int_eq(mu_journal_commit(storage, &err), 0);
    struct mu_owned *got = load("s", ROWS);
    for (int i = 1; i < ROWS; i++) {
        ck_assert(got[i - 1].kind < got[i].kind ||
                  (got[i - 1].kind == got[i].kind && strcmp(got[i - 1].id, got[i].id) < 0));
        ck_assert_str_eq(got[i].native, got[i].id);
    }
}
END_TEST

static int owned_value(const char *sync, enum mu_kind kind, const char *id, const char *attr,
                       const char *bytes, size_t len)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_owned_value v = {
        .kind = kind, .id = id, .attr = attr, .value = {.bytes = bytes, .len = len}};
    return mu_value_owned(storage, sync, &v, &err);
}

START_TEST(test_former_names_are_kept_until_cleared)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_arena *arena = mu_arena_new();
    struct mu_former *list;
    size_t count;
    ck_assert_int_eq(mu_former_put(storage, "s", "uid=old", "7", &err), 0);
    ck_assert_int_eq(mu_former_put(storage, "s", "uid=older", "7", &err), 0);
    ck_assert_int_eq(mu_former_put(storage, "s", "uid=old", "8", &err), 0);
    ck_assert_int_eq(mu_former_put(storage, "t", "uid=old", "9", &err), 0);
    ck_assert_int_eq(mu_former_load(storage, arena, "s", &list, &count, &err), 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(list[0].key, "uid=old");
    ck_assert_str_eq(list[0].id, "8");
    ck_assert_int_eq(mu_former_clear(storage, "s", &err), 0);
    ck_assert_int_eq(mu_former_load(storage, arena, "s", &list, &count, &err), 0);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(mu_former_load(storage, arena, "t", &list, &count, &err), 0);
    ck_assert_uint_eq(count, 1);
    mu_arena_free(arena);
}
END_TEST

START_TEST(test_values_are_ours_one_by_one)
{
    static const char binary[] = "a\0b";
    struct mu_err err = MU_ERR_INIT;
    const struct mu_owned_value
        member = {.kind = MU_GROUP, .id = "1", .attr = "member", .value = {"7", 1}},
        mail = {.kind = MU_USER, .id = "1", .attr = "mail", .value = {binary, 3}};
    put("s", &ada);
    ck_assert_int_eq(mu_value_put(storage, "s", &member, &err), 0);
    ck_assert_int_eq(mu_value_put(storage, "s", &member, &err), 0);
    ck_assert_int_eq(mu_value_put(storage, "s", &mail, &err), 0);
    storage_reopen();
    ck_assert_int_eq(owned_value("s", MU_GROUP, "1", "member", "7", 1), 1);
    ck_assert_int_eq(owned_value("s", MU_GROUP, "1", "member", "8", 1), 0);
    ck_assert_int_eq(owned_value("s", MU_USER, "1", "member", "7", 1), 0);
    ck_assert_int_eq(owned_value("t", MU_GROUP, "1", "member", "7", 1), 0);
    ck_assert_int_eq(owned_value("s", MU_USER, "1", "mail", binary, 3), 1);
    ck_assert_int_eq(owned_value("s", MU_USER, "1", "mail", binary, 1), 0);
    ck_assert_int_eq(mu_value_drop(storage, "s", &member, &err), 0);
    ck_assert_int_eq(owned_value("s", MU_GROUP, "1", "member", "7", 1), 0);
    ck_assert_int_eq(mu_ledger_drop(storage, "s", MU_USER, "1", &err), 0);
    ck_assert_int_eq(owned_value("s", MU_USER, "1", "mail", binary, 3), 0);
}
END_TEST

START_TEST(test_touch_tells_the_run)
{
    struct mu_err err = MU_ERR_INIT;
    put("s", &ada);
    ck_assert_int_eq(mu_ledger_touch(storage, "s", MU_USER, "1", 9, &err), 0);
    ck_assert_int_eq(mu_ledger_touch(storage, "s", MU_USER, "2", 9, &err), 0);
    ck_assert_int_eq(load("s", 1)[0].run, 9);
}
END_TEST

Suite *store_ledger_suite(void)
{
    Suite *suite = suite_create("store_ledger");
    TCase *tcase = tcase_create("ledger");
    tcase_add_checked_fixture(tcase, storage_setup, storage_teardown);
    tcase_add_test(tcase, test_rows_are_kept_whole);
    tcase_add_test(tcase, test_put_replaces_and_drop_removes);
    tcase_add_test(tcase, test_rows_share_the_fate_of_the_journal);
    tcase_add_test(tcase, test_many_rows_come_by_kind_and_id);
    tcase_add_test(tcase, test_former_names_are_kept_until_cleared);
    tcase_add_test(tcase, test_values_are_ours_one_by_one);
    tcase_add_test(tcase, test_touch_tells_the_run);
    suite_add_tcase(suite, tcase);
    return suite;
}
