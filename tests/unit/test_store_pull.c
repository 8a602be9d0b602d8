/* SPDX-License-Identifier: Apache-2.0 */
/* Pulls: what a put says, what each verdict leaves, and that no pull that dies is ever seen. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storage.h"
#include "suites.h"

static struct mu_snapshot pull_users(const char *const *pairs, enum mu_verdict verdict)
{
    struct mu_pull *p = storage_begin("a");
    for (; *pairs; pairs += 2)
        storage_put(p, MU_USER, pairs[0], pairs[1]);
    return storage_finish(p, verdict);
}

#define USERS(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

START_TEST(test_put_tells_what_is_new)
{
    struct mu_err err = MU_ERR_INIT;
    bool equal = false;
    enum mu_put put;
    struct mu_entry e = {.kind = MU_USER, .id = "1", .body = "one", .body_len = 3};
    for (size_t batch = 1; batch <= 100; batch += 99) {
        struct mu_pull *p = storage_begin(batch == 1 ? "a" : "b");
        p->batch.max_count = batch;
        ck_assert_int_eq(storage_put(p, MU_USER, "1", "one"), MU_PUT_NEW);
        ck_assert_int_eq(storage_put(p, MU_GROUP, "1", "one"), MU_PUT_NEW);
        ck_assert_int_eq(mu_pull_put(p, &e, &put, &equal, &err), 0);
        ck_assert(put == MU_PUT_REPEATED && equal);
        storage_finish(p, MU_COMPLETE);
        p = storage_begin(batch == 1 ? "a" : "b");
        p->batch.max_count = batch;
        ck_assert_int_eq(storage_put(p, MU_USER, "1", "one"), MU_PUT_SAME);
        ck_assert_int_eq(storage_put(p, MU_GROUP, "1", "other"), MU_PUT_CHANGED);
        ck_assert_int_eq(storage_put(p, MU_GROUP, "1", "one"), MU_PUT_REPEATED);
        ck_assert_int_eq(storage_put(p, MU_USER, "2", "two"), MU_PUT_NEW);
        e.body = "onE";
        ck_assert_int_eq(mu_pull_put(p, &e, &put, &equal, &err), 0);
        ck_assert(put == MU_PUT_REPEATED && !equal);
        e.body = "one";
        struct mu_snapshot s = storage_finish(p, MU_COMPLETE);
        ck_assert_str_eq(storage_rows(s.account, s.id, MU_USER), "1=one 2=two");
        ck_assert_str_eq(storage_rows(s.account, s.id, MU_GROUP), "1=other");
        ck_assert(s.added == 1 && s.changed == 1 && s.gone == 0);
    }
    storage_sound();
}
END_TEST

START_TEST(test_verdicts)
{
    struct mu_snapshot one = pull_users(USERS("1", "a", "2", "b", "3", "c"), MU_COMPLETE);
    struct mu_snapshot two = pull_users(USERS("2", "B", "4", "d"), MU_ADDITIVE);
    ck_assert_str_eq(storage_rows("a", two.id, MU_USER), "1=a 2=B 3=c 4=d");
    ck_assert(two.counts[MU_USER] == 4 && two.added == 1 && two.changed == 1 && two.gone == 0);
    struct mu_snapshot three = pull_users(USERS("1", "A", "5", "e"), MU_VOID);
    ck_assert_str_eq(storage_rows("a", three.id, MU_USER), "1=a 2=B 3=c 4=d");
    ck_assert(three.counts[MU_USER] == 4 && three.added == 0 && three.changed == 0 &&
              three.gone == 0);
    ck_assert_int_gt(three.finished, 0);
    ck_assert_str_eq(three.evidence, "{\"why\":1}");
    struct mu_snapshot four = pull_users(USERS("1", "A", "4", "d"), MU_COMPLETE);
    ck_assert_str_eq(storage_rows("a", four.id, MU_USER), "1=A 4=d");
    ck_assert(four.counts[MU_USER] == 2 && four.added == 0 && four.changed == 1 && four.gone == 2);
    ck_assert_str_eq(storage_rows("a", one.id, MU_USER), "1=a 2=b 3=c");
    ck_assert_str_eq(storage_rows("a", two.id, MU_USER), "1=a 2=B 3=c 4=d");
    storage_sound();
}
END_TEST

START_TEST(test_unseen_counts_down)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t left = -1;
    pull_users(USERS("1", "a", "2", "b", "3", "c"), MU_COMPLETE);
    struct mu_pull *p = storage_begin("a");
    ck_assert_int_eq(mu_pull_unseen(p, MU_USER, &left, &err), 0);
    ck_assert_int_eq(left, 3);
    storage_put(p, MU_USER, "1", "a");
    storage_put(p, MU_USER, "2", "changed");
    storage_put(p, MU_USER, "2", "again");
    storage_put(p, MU_USER, "9", "new");
    ck_assert_int_eq(mu_pull_unseen(p, MU_USER, &left, &err), 0);
    ck_assert_int_eq(left, 1);
    ck_assert_int_eq(mu_pull_unseen(p, MU_GROUP, &left, &err), 0);
    ck_assert_int_eq(left, 0);
    mu_pull_abort(p);
}
END_TEST

START_TEST(test_unchanged_pull_costs_a_row)
{
    enum { USERS_COUNT = 30000 };
    struct mu_snapshot snap;
    int64_t size = 0, rows = 0;
    for (int round = 0; round < 3; round++) {
        struct mu_pull *p = storage_begin("a");
        for (int i = 0; i < USERS_COUNT; i++) {
            /* Another order each time: the walk's shortcut must not matter. */
            int k = round == 2 ? (int)((int64_t)i * 7919 % USERS_COUNT) : i;
            enum mu_put put =
                storage_put(p, MU_USER, mu_printf(storage_arena, "%d", k), "somebody with a body");
            ck_assert_int_eq(put, round == 0 ? MU_PUT_NEW : MU_PUT_SAME);
        }
        snap = storage_finish(p, MU_COMPLETE);
        ck_assert_int_eq(snap.counts[MU_USER], USERS_COUNT);
        storage_reopen();
        if (round > 0) {
            ck_assert_int_eq(storage_int("SELECT count(*) FROM entry"), rows);
            ck_assert_int_le(mu_store_bytes(storage), size + size / 100);
        }
        rows = storage_int("SELECT count(*) FROM entry");
        size = mu_store_bytes(storage);
    }
    ck_assert_int_eq(rows, USERS_COUNT);
}
END_TEST

/* More rows than one transaction takes. */
START_TEST(test_long_pulls_end_in_chunks)
{
    enum { COUNT = 2 * MU_SQL_CHUNK + 5 };
    struct mu_pull *p = storage_begin("a");
    for (int i = 0; i < COUNT; i++)
        storage_put(p, MU_USER, mu_printf(storage_arena, "%d", i), "old");
    struct mu_snapshot one = storage_finish(p, MU_COMPLETE);
    p = storage_begin("a");
    for (int i = 0; i < COUNT; i++)
        storage_put(p, MU_USER, mu_printf(storage_arena, "%d", i), "new");
    struct mu_snapshot two = storage_finish(p, MU_VOID);
    ck_assert_int_eq(storage_int("SELECT count(*) FROM entry WHERE last IS NULL AND body = 'old'"),
                     COUNT);
    ck_assert_int_eq(storage_int("SELECT count(*) FROM entry"), COUNT);
    p = storage_begin("a");
    storage_put(p, MU_USER, "1", "old");
    struct mu_snapshot three = storage_finish(p, MU_COMPLETE);
    ck_assert_int_eq(three.gone, COUNT - 1);
    ck_assert_str_eq(storage_rows("a", three.id, MU_USER), "1=old");
    ck_assert_int_eq(one.added, COUNT);
    ck_assert_int_eq(two.counts[MU_USER], COUNT);
}
END_TEST

START_TEST(test_records_that_cannot_be_kept)
{
    static char long_id[MU_ID_MAX + 2];
    struct mu_err err = MU_ERR_INIT;
    enum mu_put put;
    bool equal;
    struct mu_pull *p = storage_begin("a");
    struct mu_entry e = {.kind = MU_USER, .id = "", .body = "x", .body_len = 1};
    storage_failed(mu_pull_put(p, &e, &put, &equal, &err), &err, MU_E_DATA, "without an id");
    ck_assert_int_eq(err.blast, MU_HITS_RECORD);
    memset(long_id, 'i', MU_ID_MAX + 1);
    e.id = long_id;
    storage_failed(mu_pull_put(p, &e, &put, &equal, &err), &err, MU_E_DATA, "512 bytes");
    long_id[MU_ID_MAX] = '\0';
    ck_assert_int_eq(mu_pull_put(p, &e, &put, &equal, &err), 0);
    e.id = "1";
    e.body_len = (size_t)MU_BODY_BYTES_MAX + 1;
    storage_failed(mu_pull_put(p, &e, &put, &equal, &err), &err, MU_E_LIMIT, "user of more than");
    ck_assert_int_eq(err.blast, MU_HITS_RECORD);
    struct mu_snapshot snap = storage_finish(p, MU_COMPLETE);
    ck_assert_int_eq(snap.counts[MU_USER], 1);
}
END_TEST

START_TEST(test_aborted_pull_leaves_nothing)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot *list;
    size_t count;
    struct mu_snapshot one = pull_users(USERS("1", "a", "2", "b"), MU_COMPLETE);
    struct mu_pull *p = storage_begin("a");
    p->batch.max_count = 1;
    storage_put(p, MU_USER, "1", "changed");
    storage_put(p, MU_USER, "3", "new");
    int64_t id = mu_pull_snapshot(p);
    mu_pull_abort(p);
    mu_pull_abort(NULL);
    ck_assert_int_eq(mu_snapshot_list(storage, storage_arena, NULL, 0, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(storage_int("SELECT count(*) FROM entry"), 2);
    ck_assert_str_eq(storage_rows("a", one.id, MU_USER), "1=a 2=b");
    p = storage_begin("a");
    ck_assert_int_gt(mu_pull_snapshot(p), id);
    mu_pull_abort(p);
}
END_TEST

/*
 * Rows of two pulls lie mixed, and one takes its own back while the other goes on below the highest
 * row.
 */
START_TEST(test_pulls_of_two_accounts_do_not_meet)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *mine = storage, *other;
    struct mu_pull *a, *b;
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_WRITE, &other, &err), 0);
    storage = other;
    b = storage_begin("b");
    b->batch.max_count = 1;
    for (int i = 0; i < 50; i++)
        storage_put(b, MU_USER, mu_printf(storage_arena, "%d", i), "b");
    storage = mine;
    a = storage_begin("a");
    a->batch.max_count = 1;
    mu_pull_abort(b);
    storage_put(a, MU_USER, "1", "one");
    storage_put(a, MU_USER, "2", "two");
    storage_put(a, MU_USER, "3", "three");
    mu_pull_abort(a);
    ck_assert_int_eq(storage_int("SELECT count(*) FROM entry"), 0);
    mu_store_close(other);
}
END_TEST

START_TEST(test_pull_that_was_taken_for_dead_stops)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *mine = storage, *other;
    struct mu_snapshot snap;
    struct mu_pull *p = storage_begin("a"), *second;
    p->batch.max_count = 1;
    storage_put(p, MU_USER, "1", "one");
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_WRITE, &other, &err), 0);
    storage = other;
    second = storage_begin("a");
    storage = mine;
    struct mu_entry e = {.kind = MU_USER, .id = "2", .body = "two", .body_len = 3};
    enum mu_put put;
    bool equal;
    storage_failed(mu_pull_put(p, &e, &put, &equal, &err), &err, MU_E_CONFLICT,
                   "taken back by another muster");
    storage_failed(mu_pull_finish(p, MU_COMPLETE, "{}", storage_arena, &snap, &err), &err,
                   MU_E_CONFLICT, "taken back");
    mu_pull_abort(second);
    mu_store_close(other);
    ck_assert_int_eq(storage_int("SELECT count(*) FROM entry"), 0);
}
END_TEST

START_TEST(test_idle_pull_that_was_taken_for_dead_stops)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *mine = storage, *other;
    struct mu_snapshot snap;
    struct mu_pull *p = storage_begin("a"), *second;
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_WRITE, &other, &err), 0);
    storage = other;
    second = storage_begin("a");
    storage = mine;
    storage_failed(mu_pull_finish(p, MU_COMPLETE, "{}", storage_arena, &snap, &err), &err,
                   MU_E_CONFLICT, "taken back");
    mu_pull_abort(second);
    mu_store_close(other);
}
END_TEST

/*
 * A pull reads in one transaction as long as it can; that must not keep its handle from writing
 * after others did.
 */
START_TEST(test_lookups_do_not_block_writes)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *other;
    int64_t run;
    const struct mu_run begun = {.sync = "s", .command = "apply"};
    pull_users(USERS("1", "a", "2", "b", "3", "c"), MU_COMPLETE);
    struct mu_pull *p = storage_begin("a");
    storage_put(p, MU_USER, "1", "a");
    storage_put(p, MU_USER, "2", "b");
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_WRITE, &other, &err), 0);
    ck_assert_int_eq(mu_run_begin(other, &begun, &run, &err), 0);
    ck_assert_msg(mu_run_begin(storage, &begun, &run, &err) == 0, "%s", err.text);
    storage_put(p, MU_USER, "3", "c");
    ck_assert_int_eq(mu_run_begin(other, &begun, &run, &err), 0);
    struct mu_snapshot snap = storage_finish(p, MU_COMPLETE);
    ck_assert(snap.changed == 0 && snap.gone == 0 && snap.added == 0);
    mu_store_close(other);
}
END_TEST

/* ---- death at every commit ---- */

struct drill {
    enum mu_verdict verdict;
    bool abort;
};

static const char before[] = "1=a 2=b 3=c 4=d";
static const char after_complete[] = "1=a 2=B 5=e 6=f";
static const char after_additive[] = "1=a 2=B 3=c 4=d 5=e 6=f";

static void drill(void *arg)
{
    const struct drill *d = arg;
    struct mu_pull *p = storage_begin("a");
    p->batch.max_count = 1;
    storage_put(p, MU_USER, "5", "e");
    storage_put(p, MU_USER, "1", "a");
    storage_put(p, MU_USER, "2", "B");
    storage_put(p, MU_USER, "6", "f");
    if (d->abort)
        mu_pull_abort(p);
    else
        storage_finish(p, d->verdict);
}

/* Readers see the old or the new state; the next pull starts from it, whatever lies around. */
static void check_after_death(int64_t old, const char *wanted)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot now;
    ck_assert_int_eq(mu_snapshot_get(storage, storage_arena, "a", 0, &now, &err), 1);
    ck_assert_str_eq(storage_rows("a", old, MU_USER), before);
    const char *seen = storage_rows("a", now.id, MU_USER);
    ck_assert_str_eq(seen, now.id == old ? before : wanted);
    struct mu_pull *p = storage_begin("a");
    struct mu_snapshot next = storage_finish(p, MU_ADDITIVE);
    ck_assert_str_eq(storage_rows("a", next.id, MU_USER), seen);
    ck_assert_int_eq(next.counts[MU_USER], now.counts[MU_USER]);
    ck_assert_int_eq(storage_int("SELECT count(*) FROM snapshot WHERE open = 1"), 0);
    storage_sound();
}

START_TEST(test_death_at_any_commit_is_harmless)
{
    static const struct drill drills[] = {
        {.verdict = MU_COMPLETE}, {.verdict = MU_ADDITIVE}, {.verdict = MU_VOID}, {.abort = true}};
    struct drill now = drills[_i];
    const char *wanted = now.verdict == MU_COMPLETE ? after_complete : after_additive;
    bool survived = false;
    int deaths = 0;
    for (int nth = 1; !survived; nth++) {
        storage_teardown();
        storage_setup();
        struct mu_snapshot old =
            pull_users(USERS("1", "a", "2", "b", "3", "c", "4", "d"), MU_COMPLETE);
        survived = storage_killed_at(nth, drill, &now);
        deaths += !survived;
        check_after_death(old.id, wanted);
        ck_assert_int_lt(nth, 100);
    }
    ck_assert_int_ge(deaths, 6);
}
END_TEST

static void recover(void *arg)
{
    (void)arg;
    mu_pull_abort(storage_begin("a"));
}

START_TEST(test_death_while_recovering_is_harmless)
{
    struct drill complete = {.verdict = MU_COMPLETE};
    bool survived = false;
    for (int nth = 1; !survived; nth++) {
        storage_teardown();
        storage_setup();
        struct mu_snapshot old =
            pull_users(USERS("1", "a", "2", "b", "3", "c", "4", "d"), MU_COMPLETE);
        ck_assert(!storage_killed_at(7, drill, &complete));
        survived = storage_killed_at(nth, recover, NULL);
        check_after_death(old.id, before);
        ck_assert_int_lt(nth, 100);
    }
}
END_TEST

Suite *store_pull_suite(void)
{
    Suite *suite = suite_create("store_pull");
    TCase *tcase = tcase_create("pull");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, storage_setup, storage_teardown);
    tcase_add_test(tcase, test_put_tells_what_is_new);
    tcase_add_test(tcase, test_verdicts);
    tcase_add_test(tcase, test_unseen_counts_down);
    tcase_add_test(tcase, test_unchanged_pull_costs_a_row);
    tcase_add_test(tcase, test_long_pulls_end_in_chunks);
    tcase_add_test(tcase, test_records_that_cannot_be_kept);
    tcase_add_test(tcase, test_aborted_pull_leaves_nothing);
    tcase_add_test(tcase, test_pulls_of_two_accounts_do_not_meet);
    tcase_add_test(tcase, test_pull_that_was_taken_for_dead_stops);
    tcase_add_test(tcase, test_idle_pull_that_was_taken_for_dead_stops);
    tcase_add_test(tcase, test_lookups_do_not_block_writes);
    tcase_add_test(tcase, test_death_while_recovering_is_harmless);
    tcase_add_loop_test(tcase, test_death_at_any_commit_is_harmless, 0, 4);
    suite_add_tcase(suite, tcase);
    return suite;
}
