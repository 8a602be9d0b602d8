/* SPDX-License-Identifier: Apache-2.0 */
/* Runs and the journal: intents outlive a kill, outcomes are counted, doubt can be settled. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "storage.h"
#include "suites.h"

static const struct mu_value value = {.bytes = "Ada \xce\xa3", .len = 6};
static const struct mu_opchange change = {.attr = "cn", .add = &value, .add_count = 1};

static struct mu_op create_op(int seq)
{
    return (struct mu_op){.seq = seq,
                          .verb = MU_OP_CREATE,
                          .why = MU_WHY_JOIN,
                          .kind = MU_USER,
                          .id = "1",
                          .label = "Ada",
                          .name = "cn=Ada,dc=x",
                          .changes = &change,
                          .change_count = 1};
}

static struct mu_op delete_op(int seq)
{
    return (struct mu_op){.seq = seq,
                          .verb = MU_OP_DELETE,
                          .why = MU_WHY_REMOVE,
                          .kind = MU_USER,
                          .id = "1",
                          .label = "Ada",
                          .name = "cn=Ada,dc=x"};
}

static int64_t begin_run(const char *sync, int64_t planned)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t run = 0;
    const struct mu_run begun = {.sync = sync,
                                 .command = "apply",
                                 .plan = "plan-hash",
                                 .mapping = "mapping-hash",
                                 .undoes = 5,
                                 .snapshot = 3,
                                 .planned = planned};
    ck_assert_msg(mu_run_begin(storage, &begun, &run, &err) == 0, "%s", err.text);
    return run;
}

static struct mu_run get_run(int64_t id)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_run run;
    ck_assert_int_eq(mu_run_get(storage, storage_arena, id, &run, &err), 1);
    return run;
}

static void intents(int64_t run, int from, int to)
{
    struct mu_err err = MU_ERR_INIT;
    for (int seq = from; seq <= to; seq++) {
        struct mu_op op = create_op(seq), back = delete_op(seq);
        ck_assert_msg(mu_journal_intent(storage, run, &op, seq % 2 ? &back : NULL, &err) == 0, "%s",
                      err.text);
    }
}

static void outcome(int64_t run, int seq, enum mu_done done, const char *detail)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_journal_outcome(storage, run, seq, done, detail, &err) == 0, "%s", err.text);
}

static void begin(void)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_journal_begin(storage, &err) == 0, "%s", err.text);
}

static void commit(void)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_journal_commit(storage, &err) == 0, "%s", err.text);
}

/* "1 ok, 2 failed (why), ..." */
static const char *steps(int64_t run)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_steps *st;
    struct mu_step step;
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    int rc;
    ck_assert_int_eq(mu_steps_open(storage, run, &st, &err), 0);
    while ((rc = mu_steps_next(st, &step, &err)) == 1) {
        mu_buf_printf(&all, "%s%d %s", all.len ? ", " : "", step.seq, step.done);
        if (step.detail)
            mu_buf_printf(&all, " (%s)", step.detail);
    }
    ck_assert_int_eq(rc, 0);
    mu_steps_close(st);
    return mu_strdup(storage_arena, all.data);
}

START_TEST(test_a_run_from_begin_to_end)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t id = begin_run("s", 4);
    struct mu_run run = get_run(id);
    ck_assert_str_eq(run.sync, "s");
    ck_assert_str_eq(run.command, "apply");
    ck_assert_str_eq(run.plan, "plan-hash");
    ck_assert_int_eq(run.snapshot, 3);
    ck_assert_str_eq(run.status, "running");
    ck_assert_int_eq(run.finished, 0);
    ck_assert_int_eq(run.planned, 4);
    begin();
    intents(id, 1, 4);
    commit();
    begin();
    outcome(id, 1, MU_DONE_OK, NULL);
    outcome(id, 2, MU_DONE_FAILED, "no such object");
    outcome(id, 3, MU_DONE_STALE, "differs");
    outcome(id, 4, MU_DONE_SKIPPED, NULL);
    commit();
    ck_assert_int_eq(mu_run_end(storage, id, "partial", &err), 0);
    storage_reopen();
    run = get_run(id);
    ck_assert_str_eq(run.status, "partial");
    ck_assert_int_ge(run.finished, run.started);
    ck_assert(run.ok == 1 && run.failed == 2 && run.skipped == 1);
    ck_assert_str_eq(steps(id), "1 ok, 2 failed (no such object), 3 stale (differs), 4 skipped");
}
END_TEST

START_TEST(test_operations_come_back_as_they_were)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_steps *st;
    struct mu_step step;
    int64_t id = begin_run("s", 2);
    begin();
    intents(id, 1, 2);
    commit();
    ck_assert_int_eq(mu_steps_open(storage, id, &st, &err), 0);
    ck_assert_int_eq(mu_steps_next(st, &step, &err), 1);
    for (int i = 0; i < 2; i++) {
        struct mu_op op;
        const char *text = i ? step.inverse : step.op;
        ck_assert_msg(mu_op_read(storage_arena, text, strlen(text), &op, &err) == 0, "%s",
                      err.text);
        ck_assert_int_eq(op.verb, i ? MU_OP_DELETE : MU_OP_CREATE);
        ck_assert_str_eq(op.name, "cn=Ada,dc=x");
        ck_assert_uint_eq(op.change_count, i ? 0 : 1);
    }
    ck_assert_int_gt(step.at, 1700000000);
    ck_assert_int_eq(mu_steps_next(st, &step, &err), 1);
    ck_assert_ptr_null(step.inverse);
    ck_assert_ptr_null(step.detail);
    ck_assert_int_eq(mu_steps_next(st, &step, &err), 0);
    mu_steps_close(st);
    mu_steps_close(NULL);
}
END_TEST

static void run_two_batches(void *arg)
{
    int64_t id = begin_run(arg, 4);
    begin();
    intents(id, 1, 2);
    commit();
    begin();
    outcome(id, 1, MU_DONE_OK, NULL);
    outcome(id, 2, MU_DONE_OK, NULL);
    intents(id, 3, 4);
    commit();
    begin();
    outcome(id, 3, MU_DONE_OK, NULL);
    commit();
}

static int64_t doubtful(const char *sync)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t count = -1;
    ck_assert_msg(mu_run_doubtful(storage, sync, &count, &err) == 0, "%s", err.text);
    return count;
}

static void settle(const char *sync)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_run_settled(storage, sync, &err) == 0, "%s", err.text);
}

START_TEST(test_a_killed_run_leaves_its_intents)
{
    static const char *const left[] = {"", "1 intent, 2 intent", "1 ok, 2 ok, 3 intent, 4 intent",
                                       "1 ok, 2 ok, 3 ok, 4 intent"};
    static const int64_t ok[] = {0, 0, 2, 3};
    static char sync[] = "s";
    for (int nth = 2; nth <= 5; nth++) {
        ck_assert_int_eq(storage_killed_at(nth, run_two_batches, sync), nth == 5);
        int64_t id = storage_int("SELECT max(id) FROM run");
        ck_assert_str_eq(steps(id), left[nth - 2]);
        struct mu_run run = get_run(id);
        ck_assert_str_eq(run.status, "running");
        ck_assert_int_eq(run.ok, ok[nth - 2]);
        ck_assert_int_eq(doubtful("other"), 0);
        ck_assert_int_eq(doubtful("s"), 1);
        settle("other");
        ck_assert_str_eq(get_run(id).status, "running");
        settle("s");
        ck_assert_int_eq(doubtful("s"), 0);
        ck_assert_str_eq(get_run(id).status, "cut");
        ck_assert_int_gt(get_run(id).finished, 0);
        ck_assert_int_eq(get_run(id).ok, ok[nth - 2]);
    }
}
END_TEST

/* Steps in doubt of a sync, as "run.seq ...". */
static const char *doubts(const char *sync)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_steps *steps_of;
    struct mu_step step;
    const char *text = "";
    ck_assert_int_eq(mu_steps_doubtful(storage, sync, &steps_of, &err), 0);
    while (mu_steps_next(steps_of, &step, &err) == 1)
        text = mu_printf(storage_arena, "%s %lld.%d", text, (long long)step.run, step.seq);
    mu_steps_close(steps_of);
    return text;
}

START_TEST(test_doubt_is_settled_later)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t id = begin_run("s", 3);
    begin();
    intents(id, 1, 3);
    outcome(id, 1, MU_DONE_DOUBT, "connection lost");
    outcome(id, 2, MU_DONE_OK, NULL);
    commit();
    ck_assert_int_eq(mu_run_end(storage, id, "partial", &err), 0);
    ck_assert_int_eq(doubtful("s"), 1);
    ck_assert_str_eq(doubts("s"),
                     mu_printf(storage_arena, " %lld.1 %lld.3", (long long)id, (long long)id));
    ck_assert_str_eq(doubts("other"), "");
    ck_assert_int_eq(get_run(id).failed, 1);
    begin();
    outcome(id, 1, MU_DONE_OK, NULL);
    outcome(id, 3, MU_DONE_SKIPPED, "settled");
    ck_assert_int_eq(mu_run_settled(storage, "s", &err), 0);
    commit();
    struct mu_run run = get_run(id);
    ck_assert(run.ok == 2 && run.failed == 0 && run.skipped == 1);
    ck_assert_str_eq(run.status, "partial");
    ck_assert_str_eq(steps(id), "1 ok, 2 ok, 3 skipped (settled)");
    ck_assert_str_eq(doubts("s"), "");
}
END_TEST

START_TEST(test_mistakes_are_errors)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_run run;
    struct mu_op op = create_op(1);
    int64_t id = begin_run("s", 1);
    begin();
    intents(id, 1, 1);
    storage_failed(mu_journal_intent(storage, id, &op, NULL, &err), &err, MU_E_CONFLICT,
                   "has a step 1 already");
    storage_failed(mu_journal_outcome(storage, id, 9, MU_DONE_OK, NULL, &err), &err, MU_E_MISSING,
                   "no step 9");
    storage_failed(mu_journal_outcome(storage, 99, 1, MU_DONE_OK, NULL, &err), &err, MU_E_MISSING,
                   "run 99");
    commit();
    ck_assert_str_eq(steps(id), "1 intent");
    storage_failed(mu_run_end(storage, 99, "done", &err), &err, MU_E_MISSING, "no run 99");
    ck_assert_int_eq(mu_run_get(storage, storage_arena, 99, &run, &err), 0);
    ck_assert_str_eq(steps(99), "");
}
END_TEST

START_TEST(test_end_keeps_what_a_failure_left_open)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t id = begin_run("s", 2);
    begin();
    intents(id, 1, 2);
    outcome(id, 1, MU_DONE_OK, NULL);
    ck_assert_int_eq(mu_run_end(storage, id, "failed", &err), 0);
    storage_reopen();
    ck_assert_str_eq(steps(id), "1 ok, 2 intent");
    ck_assert_str_eq(get_run(id).status, "failed");
}
END_TEST

/* No disk is filled: the file is forbidden to grow. */
START_TEST(test_full_disk_is_told)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t id = begin_run("s", 10000);
    int rc = 0;
    begin();
    intents(id, 1, 1);
    commit();
    sqlite3_exec(storage->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL);
    begin();
    for (int seq = 2; seq < 10000 && rc == 0; seq++) {
        struct mu_op op = create_op(seq);
        rc = mu_journal_intent(storage, id, &op, NULL, &err);
    }
    storage_failed(rc, &err, MU_E_IO, "No space left");
    mu_journal_commit(storage, &err);
    sqlite3_exec(storage->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
    storage_reopen();
    ck_assert_msg(mu_starts(steps(id), "1 intent"), "%s", steps(id));
    begin();
    outcome(id, 1, MU_DONE_OK, NULL);
    commit();
    storage_sound();
}
END_TEST

START_TEST(test_runs_are_listed_newest_first)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_run *list;
    size_t count;
    ck_assert_int_eq(mu_run_list(storage, storage_arena, 0, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 0);
    for (int i = 0; i < 70; i++)
        begin_run(i % 2 ? "s" : "t", i);
    ck_assert_int_eq(mu_run_list(storage, storage_arena, 0, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 70);
    ck_assert_int_eq(list[0].planned, 69);
    for (size_t i = 1; i < count; i++)
        ck_assert_int_gt(list[i - 1].id, list[i].id);
    ck_assert_int_eq(mu_run_list(storage, storage_arena, 5, &list, &count, &err), 0);
    ck_assert_uint_eq(count, 5);
}
END_TEST

Suite *store_journal_suite(void)
{
    Suite *suite = suite_create("store_journal");
    TCase *tcase = tcase_create("journal");
    tcase_add_checked_fixture(tcase, storage_setup, storage_teardown);
    tcase_add_test(tcase, test_a_run_from_begin_to_end);
    tcase_add_test(tcase, test_operations_come_back_as_they_were);
    tcase_add_test(tcase, test_a_killed_run_leaves_its_intents);
    tcase_add_test(tcase, test_doubt_is_settled_later);
    tcase_add_test(tcase, test_mistakes_are_errors);
    tcase_add_test(tcase, test_end_keeps_what_a_failure_left_open);
    tcase_add_test(tcase, test_full_disk_is_told);
    tcase_add_test(tcase, test_runs_are_listed_newest_first);
    suite_add_tcase(suite, tcase);
    return suite;
}
