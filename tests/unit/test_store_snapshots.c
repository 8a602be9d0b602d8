/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots as they are listed and chosen, and the rows behind them. */
#include <string.h>

#include "storage.h"
#include "suites.h"

static int64_t pull_one(const char *account, const char *id, const char *body,
                        enum mu_verdict verdict)
{
    struct mu_pull *p = storage_begin(account);
    storage_put(p, MU_USER, id, body);
    return storage_finish(p, verdict).id;
}

START_TEST(test_empty_store_has_none)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot snap, *list;
    struct mu_rows *rows;
    size_t count = 7;
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "a", 0, &snap, &err), 0);
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, NULL, 1, &snap, &err), 0);
    ck_assert_int_eq(mu_snapshot_list(storage, storage_arena, NULL, 0, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 0);
    storage_failed(mu_rows_open(storage, "a", 1, MU_USER, &rows, &err), &err, MU_E_MISSING,
                   "a has no snapshot 1");
}
END_TEST

START_TEST(test_everything_told_is_kept)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot s;
    struct mu_pull *p = storage_begin("a");
    storage_put(p, MU_USER, "1", "one");
    storage_put(p, MU_USER, "2", "two");
    storage_put(p, MU_GROUP, "1", "group");
    storage_put(p, MU_MEMBERSHIP, "1/1", "in");
    int64_t id = mu_pull_snapshot(p);
    ck_assert_int_eq(storage_finish(p, MU_ADDITIVE).id, id);
    storage_reopen();
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "a", 0, &s, &err), 1);
    ck_assert_int_eq(s.id, id);
    ck_assert_str_eq(s.account, "a");
    ck_assert_str_eq(s.mapping, "mapping-digest");
    ck_assert_str_eq(s.evidence, "{\"why\":1}");
    ck_assert_int_eq(s.verdict, MU_ADDITIVE);
    ck_assert_str_eq(mu_verdict_name(s.verdict), "additive");
    ck_assert_int_gt(s.started, 1700000000);
    ck_assert_int_ge(s.finished, s.started);
    ck_assert_int_eq(s.counts[MU_USER], 2);
    ck_assert_int_eq(s.counts[MU_GROUP], 1);
    ck_assert_int_eq(s.counts[MU_ROLE], 0);
    ck_assert_int_eq(s.counts[MU_MEMBERSHIP], 1);
    ck_assert_int_eq(s.added, 4);
    ck_assert_int_eq(s.changed + s.gone, 0);
}
END_TEST

START_TEST(test_newest_is_finished_and_not_void)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot s;
    int64_t first = pull_one("a", "1", "one", MU_COMPLETE);
    int64_t additive = pull_one("a", "2", "two", MU_ADDITIVE);
    int64_t nothing = pull_one("a", "3", "three", MU_VOID);
    int64_t other = pull_one("b", "1", "one", MU_COMPLETE);
    struct mu_pull *p = storage_begin("a");
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "a", 0, &s, &err), 1);
    ck_assert_int_eq(s.id, additive);
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "a", nothing, &s, &err), 1);
    ck_assert_int_eq(s.verdict, MU_VOID);
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "a", other, &s, &err), 0);
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, NULL, other, &s, &err), 1);
    ck_assert_str_eq(s.account, "b");
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "none", 0, &s, &err), 0);
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "a", mu_pull_snapshot(p), &s, &err),
                     1);
    ck_assert_int_eq(s.finished, 0);
    mu_pull_abort(p);
    ck_assert_int_lt(first, additive);
}
END_TEST

START_TEST(test_list_is_newest_first_and_bounded)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot *list;
    size_t count;
    for (int i = 0; i < 100; i++)
        pull_one(i % 2 ? "a" : "b", "1", "one", MU_COMPLETE);
    ck_assert_int_eq(mu_snapshot_list(storage, storage_arena, NULL, 0, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 100);
    for (size_t i = 1; i < count; i++)
        ck_assert_int_gt(list[i - 1].id, list[i].id);
    ck_assert_int_eq(mu_snapshot_list(storage, storage_arena, "a", 0, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 50);
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(list[i].account, "a");
    ck_assert_int_eq(mu_snapshot_list(storage, storage_arena, "a", 3, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 3);
}
END_TEST

START_TEST(test_only_own_finished_snapshots_can_be_read)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_rows *rows;
    struct mu_entry e;
    int64_t a = pull_one("a", "1", "one", MU_COMPLETE);
    struct mu_pull *p = storage_begin("a");
    int64_t open = mu_pull_snapshot(p);
    storage_failed(mu_rows_open(storage, "a", open, MU_USER, &rows, &err), &err, MU_E_MISSING,
                   "never finished");
    storage_failed(mu_entry_get(storage, storage_arena, "a", open, MU_USER, "1", &e, &err), &err,
                   MU_E_MISSING, "never finished");
    storage_failed(mu_rows_open(storage, "b", a, MU_USER, &rows, &err), &err, MU_E_MISSING,
                   "b has no snapshot");
    mu_pull_abort(p);
    storage_failed(mu_rows_open(storage, "a", open, MU_USER, &rows, &err), &err, MU_E_MISSING,
                   "no snapshot");
    mu_rows_close(NULL);
}
END_TEST

START_TEST(test_rows_come_in_byte_order)
{
    static const char *const ids[] = {"b", "10", "9", "B", "\xce\xa3", "a b", "1", "~", "a"};
    struct mu_pull *p = storage_begin("a");
    for (size_t i = 0; i < MU_LEN(ids); i++)
        storage_put(p, MU_GROUP, ids[i], i % 2 ? "x" : "y");
    struct mu_snapshot one = storage_finish(p, MU_COMPLETE);
    ck_assert_str_eq(storage_rows("a", one.id, MU_GROUP),
                     "1=y 10=x 9=y B=x a=y a b=x b=y ~=x \xce\xa3=y");
    /* Versions that ended are merged in where they belong. */
    p = storage_begin("a");
    storage_put(p, MU_GROUP, "9", "new");
    storage_put(p, MU_GROUP, "B", "new");
    storage_put(p, MU_GROUP, "C", "new");
    struct mu_snapshot two = storage_finish(p, MU_COMPLETE);
    ck_assert_str_eq(storage_rows("a", one.id, MU_GROUP),
                     "1=y 10=x 9=y B=x a=y a b=x b=y ~=x \xce\xa3=y");
    ck_assert_str_eq(storage_rows("a", two.id, MU_GROUP), "9=new B=new C=new");
    ck_assert_str_eq(storage_rows("a", two.id, MU_USER), "");
}
END_TEST

START_TEST(test_one_entry_as_of_any_snapshot)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_entry e;
    int64_t one = pull_one("a", "1", "first", MU_COMPLETE),
            two = pull_one("a", "1", "second", MU_COMPLETE);
    int64_t three = pull_one("a", "2", "other", MU_COMPLETE),
            four = pull_one("a", "1", "first", MU_COMPLETE);
    const char *bodies[] = {"first", "second", NULL, "first"};
    int64_t ids[] = {one, two, three, four};
    for (size_t i = 0; i < MU_LEN(ids); i++) {
        int rc = mu_entry_get(storage, storage_arena, "a", ids[i], MU_USER, "1", &e, &err);
        ck_assert_int_eq(rc, bodies[i] != NULL);
        if (rc == 1) {
            ck_assert_str_eq(e.body, bodies[i]);
            ck_assert_uint_eq(e.body_len, strlen(bodies[i]));
            ck_assert_str_eq(e.raw, "1");
            ck_assert_uint_eq(e.raw_len, 1);
        }
    }
    ck_assert_int_eq(mu_entry_get(storage, storage_arena, "a", one, MU_GROUP, "1", &e, &err), 0);
    ck_assert_int_eq(mu_entry_get(storage, storage_arena, "a", one, MU_USER, "", &e, &err), 0);
}
END_TEST

START_TEST(test_reader_keeps_its_view_while_others_write)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *reader;
    struct mu_rows *rows;
    struct mu_entry e;
    struct mu_pull *p = storage_begin("a");
    for (int i = 0; i < 100; i++)
        storage_put(p, MU_USER, mu_printf(storage_arena, "%03d", i), "old");
    struct mu_snapshot snap = storage_finish(p, MU_COMPLETE);
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_READ, &reader, &err), 0);
    ck_assert_int_eq(mu_rows_open(reader, "a", snap.id, MU_USER, &rows, &err), 0);
    ck_assert_int_eq(mu_rows_next(rows, &e, &err), 1);
    p = storage_begin("a");
    p->batch.max_count = 1;
    for (int i = 0; i < 100; i += 2)
        storage_put(p, MU_USER, mu_printf(storage_arena, "%03d", i), "new");
    storage_finish(p, MU_COMPLETE);
    for (int i = 1; i < 100; i++) {
        ck_assert_int_eq(mu_rows_next(rows, &e, &err), 1);
        ck_assert_str_eq(e.id, mu_printf(storage_arena, "%03d", i));
        ck_assert_str_eq(e.body, "old");
    }
    ck_assert_int_eq(mu_rows_next(rows, &e, &err), 0);
    mu_rows_close(rows);
    mu_store_close(reader);
}
END_TEST

Suite *store_snapshots_suite(void)
{
    Suite *suite = suite_create("store_snapshots");
    TCase *tcase = tcase_create("snapshots");
    tcase_add_checked_fixture(tcase, storage_setup, storage_teardown);
    tcase_add_test(tcase, test_empty_store_has_none);
    tcase_add_test(tcase, test_everything_told_is_kept);
    tcase_add_test(tcase, test_newest_is_finished_and_not_void);
    tcase_add_test(tcase, test_list_is_newest_first_and_bounded);
    tcase_add_test(tcase, test_only_own_finished_snapshots_can_be_read);
    tcase_add_test(tcase, test_rows_come_in_byte_order);
    tcase_add_test(tcase, test_one_entry_as_of_any_snapshot);
    tcase_add_test(tcase, test_reader_keeps_its_view_while_others_write);
    suite_add_tcase(suite, tcase);
    return suite;
}
