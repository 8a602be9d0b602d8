/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's chain: whatever is done to a row behind muster's back, through SQL or to the bytes of
 * the file, verifying finds it; and what muster itself does, it doesn't.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "storage.h"
#include "store/chain.h"
#include "suites.h"

static int64_t begin_run(const char *sync)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t run = 0;
    const struct mu_run begun = {
        .sync = sync, .command = "apply", .plan = "hash", .snapshot = 3, .planned = 2};
    ck_assert_msg(mu_run_begin(storage, &begun, &run, &err) == 0, "%s", err.text);
    return run;
}

static void intent(int64_t run, int seq)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_op op = {.seq = seq,
                             .verb = MU_OP_DELETE,
                             .why = MU_WHY_REMOVE,
                             .kind = MU_USER,
                             .id = "1",
                             .label = "Ada",
                             .name = "cn=Ada,dc=x"};
    ck_assert_msg(mu_journal_intent(storage, run, &op, seq == 1 ? &op : NULL, &err) == 0, "%s",
                  err.text);
}

static void outcome(int64_t run, int seq, enum mu_done done, const char *detail)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_journal_outcome(storage, run, seq, done, detail, &err) == 0, "%s", err.text);
}

static void journal(void (*rows)(int64_t run), int64_t run)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_journal_begin(storage, &err) == 0, "%s", err.text);
    rows(run);
    ck_assert_msg(mu_journal_commit(storage, &err) == 0, "%s", err.text);
}

static void first_batch(int64_t run)
{
    intent(run, 1);
    intent(run, 2);
}

static void second_batch(int64_t run)
{
    outcome(run, 2, MU_DONE_OK, NULL);
    outcome(run, 1, MU_DONE_DOUBT, "connection lost");
}

static void settling(int64_t run)
{
    outcome(run, 1, MU_DONE_FAILED, "it never came");
}

static void end(int64_t run)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_run_end(storage, run, "partial", &err) == 0, "%s", err.text);
}

/* Two runs at the same time, doubt that is settled later. */
static void history(void)
{
    struct mu_err err = MU_ERR_INIT;
    int64_t a = begin_run("a"), b = begin_run("b");
    journal(first_batch, a);
    journal(first_batch, b);
    journal(second_batch, a);
    journal(second_batch, b);
    end(b);
    end(a);
    journal(settling, a);
    ck_assert_msg(mu_run_settled(storage, "a", &err) == 0, "%s", err.text);
    mu_store_settle(storage);
}

static struct mu_chain_check verify_against(const char *noted)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_chain_check check = {.fit = -1};
    ck_assert_msg(mu_chain_verify(storage, storage_arena, noted, &check, &err) == 0, "%s",
                  err.text);
    return check;
}

static const char *broken(void)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_chain_check check;
    if (mu_chain_verify(storage, storage_arena, NULL, &check, &err) < 0)
        return mu_strdup(storage_arena, err.text);
    return check.broken;
}

static void sql(const char *text)
{
    ck_assert_msg(sqlite3_exec(storage->db, text, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", text,
                  sqlite3_errmsg(storage->db));
}

START_TEST(test_an_untouched_journal_fits)
{
    struct mu_chain_head head;
    struct mu_err err = MU_ERR_INIT;
    ck_assert_ptr_null(verify_against(NULL).broken);
    ck_assert_int_eq(verify_against(NULL).fit, 0);
    history();
    storage_reopen();
    struct mu_chain_check check = verify_against(NULL);
    ck_assert_msg(!check.broken, "%s", check.broken);
    ck_assert_int_eq(check.fit, check.head.rows);
    ck_assert_int_eq(check.fit, storage_int("SELECT (SELECT count(*) FROM run) + (SELECT count(*) "
                                            "FROM step) + (SELECT count(*) FROM outcome) +"
                                            " (SELECT count(*) FROM superseded)"));
    ck_assert_int_eq(storage_int("SELECT count(*) FROM superseded"), 4);
    ck_assert_int_eq(mu_chain_head(storage, &head, &err), 0);
    ck_assert_str_eq(head.link, check.head.link);
    ck_assert_uint_eq(strlen(head.link), 64);
}
END_TEST

START_TEST(test_a_head_noted_elsewhere_is_found)
{
    char early[MU_DIGEST_HEX], late[MU_DIGEST_HEX];
    int64_t run = begin_run("a");
    memcpy(early, verify_against(NULL).head.link, sizeof(early));
    journal(first_batch, run);
    ck_assert_int_eq(verify_against(early).noted_at, 1);
    end(run);
    memcpy(late, verify_against(NULL).head.link, sizeof(late));
    ck_assert_int_eq(verify_against(late).noted_at, verify_against(NULL).fit);
    ck_assert_int_eq(verify_against(NULL).noted_at, -1);
    late[5] = late[5] == '0' ? '1' : '0';
    ck_assert_int_eq(verify_against(late).noted_at, -1);
    ck_assert_ptr_null(verify_against(late).broken);
}
END_TEST

struct damage {
    const char *sql, *said;
};

static const struct damage damages[] = {
    {"UPDATE step SET op = replace(op, 'Ada', 'Eve') WHERE n = 4",
     "row 4 was changed: the intent of step 2 of run 1"},
    {"UPDATE outcome SET done = 'ok' WHERE done = 'failed'", "the outcome of step 1 of run 1"},
    {"UPDATE run SET snapshot = 9 WHERE sync = 'b'", "run 2"},
    {"UPDATE run SET sync = 'b' WHERE id = 1", "run 1"},
    {"UPDATE outcome SET detail = '' WHERE detail IS NULL", "was changed"},
    {"UPDATE outcome SET detail = CAST(detail AS BLOB) WHERE detail IS NOT NULL", "was changed"},
    {"UPDATE superseded SET row = replace(row, 'doubt', 'maybe')", "an earlier form"},
    {"DELETE FROM outcome WHERE n = 7", "row 7 is missing"},
    {"DELETE FROM step", "row 3 is missing"},
    {"DELETE FROM superseded WHERE n = 1", "row 1 is missing; the next one there is "},
    {"DELETE FROM run WHERE id = 1", "is missing"},
    {"INSERT INTO step SELECT 999, op, inverse, at, n, link FROM step WHERE n = 3",
     "the intent of step 999 of run 0"},
    {"INSERT INTO step SELECT 999, op, inverse, at, 1000, link FROM step WHERE n = 3",
     "is missing; the next one there is the intent of step 999"},
    {"INSERT INTO step SELECT 999, op, inverse, at, 1 + (SELECT n FROM head), link FROM step"
     " WHERE n = 3",
     "was changed"},
    {"UPDATE step SET n = 7 - n WHERE n IN (3, 4)", "row 3 was changed"},
    {"UPDATE step SET id = id + 10 WHERE n = 4", "row 4 was changed: the intent of step 12"},
    {"UPDATE step SET link = zeroblob(32) WHERE n = 4", "row 4 was changed"},
    {"UPDATE step SET link = hex(link) WHERE n = 4", "row 4 was changed"},
    {"UPDATE head SET n = n - 1", "was added behind the head"},
    {"UPDATE head SET n = n + 1", "is missing"},
    {"UPDATE head SET link = zeroblob(32)", "the head isn't the last row's"},
    {"DELETE FROM head", "has no head"},
    {"DELETE FROM run; DELETE FROM step; DELETE FROM outcome; DELETE FROM superseded",
     "row 1 is missing, and with it all up to row "},
};

START_TEST(test_damage_is_found_and_named)
{
    for (size_t i = 0; i < MU_LEN(damages); i++) {
        if (i > 0) {
            storage_teardown();
            storage_setup();
        }
        history();
        ck_assert_ptr_null(broken());
        sql(damages[i].sql);
        const char *said = broken();
        ck_assert_msg(said && strstr(said, damages[i].said), "%s: said %s, wanted %s",
                      damages[i].sql, said ? said : "nothing", damages[i].said);
    }
}
END_TEST

/* Rows whose last ones were taken off, head and all: only what was noted elsewhere tells. */
START_TEST(test_a_chain_cut_short_never_had_the_head)
{
    char noted[MU_DIGEST_HEX];
    int64_t run = begin_run("a");
    journal(first_batch, run);
    memcpy(noted, verify_against(NULL).head.link, sizeof(noted));
    sql("UPDATE head SET (n, link) = (SELECT n, link FROM step WHERE n = 2);"
        "DELETE FROM step WHERE n > 2");
    struct mu_chain_check check = verify_against(noted);
    ck_assert_ptr_null(check.broken);
    ck_assert_int_eq(check.noted_at, -1);
}
END_TEST

static const char *const tables[] = {"run", "step", "outcome", "seal", "superseded", "head"};

static sqlite3_stmt *prepare(const char *text)
{
    sqlite3_stmt *stmt;
    ck_assert_msg(sqlite3_prepare_v2(storage->db, text, -1, &stmt, NULL) == SQLITE_OK, "%s: %s",
                  text, sqlite3_errmsg(storage->db));
    return stmt;
}

/* All that the journal says, types included. */
static char *whole_journal(void)
{
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t t = 0; t < MU_LEN(tables); t++) {
        sqlite3_stmt *rows = prepare(mu_printf(storage_arena, "SELECT * FROM %s", tables[t]));
        while (sqlite3_step(rows) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(rows); i++) {
                mu_buf_printf(&all, "%d:", sqlite3_column_type(rows, i));
                mu_buf_add(&all, sqlite3_column_blob(rows, i),
                           (size_t)sqlite3_column_bytes(rows, i));
            }
        sqlite3_finalize(rows);
    }
    return mu_strndup(storage_arena, all.data, all.len);
}

static void put_back(const char *table)
{
    sql(mu_printf(storage_arena, "DELETE FROM %1$s; INSERT INTO %1$s SELECT * FROM saved_%1$s",
                  table));
}

/* The value of the row's column with one byte turned over, of the same type. */
static void bind_flipped(sqlite3_stmt *to, sqlite3_stmt *from, int column, int byte)
{
    int type = sqlite3_column_type(from, column), len = sqlite3_column_bytes(from, column);
    char *bytes = mu_alloc(storage_arena, (size_t)len + 1);
    if (type == SQLITE_INTEGER) {
        sqlite3_bind_int64(to, 1, sqlite3_column_int64(from, column) ^ (0x55LL << 8 * byte));
    } else if (len > 0) {
        memcpy(bytes, sqlite3_column_blob(from, column), (size_t)len);
        bytes[byte] ^= 0x15;
        if (type == SQLITE_TEXT)
            sqlite3_bind_text(to, 1, bytes, len, SQLITE_TRANSIENT);
        else
            sqlite3_bind_blob(to, 1, bytes, len, SQLITE_TRANSIENT);
    } else {
        sqlite3_bind_text(to, 1, "x", -1, SQLITE_STATIC); /* in the place of nothing */
    }
}

static int bytes_of(sqlite3_stmt *row, int column)
{
    int len = sqlite3_column_bytes(row, column);
    return sqlite3_column_type(row, column) == SQLITE_INTEGER ? 7 : len > 0 ? len : 1;
}

static int flip_column(const char *table, sqlite3_stmt *row, int column)
{
    const char *name = sqlite3_column_name(row, column);
    int bytes = bytes_of(row, column);
    for (int byte = 0; byte < bytes; byte++) {
        sqlite3_stmt *update = prepare(
            mu_printf(storage_arena, "UPDATE OR REPLACE %s SET %s = ?1 WHERE n = ?2", table, name));
        bind_flipped(update, row, column, byte);
        sqlite3_bind_int64(update, 2, sqlite3_column_int64(row, 0));
        ck_assert_int_eq(sqlite3_step(update), SQLITE_DONE);
        ck_assert_int_eq(sqlite3_changes(storage->db), 1);
        sqlite3_finalize(update);
        ck_assert_msg(broken(), "%s.%s, byte %d of row %lld", table, name, byte,
                      (long long)sqlite3_column_int64(row, 0));
        put_back(table);
    }
    return bytes;
}

static int flip_table(const char *table)
{
    int flipped = 0;
    sql(mu_printf(storage_arena, "CREATE TEMP TABLE saved_%1$s AS SELECT * FROM %1$s", table));
    sqlite3_stmt *row =
        prepare(mu_printf(storage_arena, "SELECT n AS n, * FROM temp.saved_%s", table));
    while (sqlite3_step(row) == SQLITE_ROW)
        for (int column = 1; column < sqlite3_column_count(row); column++)
            flipped += flip_column(table, row, column);
    sqlite3_finalize(row);
    return flipped;
}

START_TEST(test_each_byte_of_each_column_counts)
{
    int flipped = 0;
    history();
    sql("PRAGMA synchronous = OFF");
    for (size_t t = 0; t < MU_LEN(tables); t++)
        flipped += flip_table(tables[t]);
    ck_assert_int_gt(flipped, 1500);
    ck_assert_ptr_null(broken());
}
END_TEST

/* ---- the file's own bytes ---- */

enum { PAGE = 8192 };

static size_t varint(const uint8_t *at, size_t *len)
{
    size_t value = 0;
    for (*len = 1;; ++*len, at++) {
        value = value << 7 | (*at & 0x7f);
        if (!(*at & 0x80))
            return value;
    }
}

static size_t be16(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

/* A byte in the file is another one: verifying says so, or the journal says what it said before. */
static void flip_byte(int fd, off_t at, uint8_t mask, const char *before)
{
    uint8_t was, is;
    ck_assert_int_eq(pread(fd, &was, 1, at), 1);
    is = was ^ mask;
    ck_assert_int_eq(pwrite(fd, &is, 1, at), 1);
    sql("PRAGMA shrink_memory");
    ck_assert_msg(broken() || mu_streq(whole_journal(), before), "byte %lld of the file",
                  (long long)at);
    ck_assert_int_eq(pwrite(fd, &was, 1, at), 1);
    sql("PRAGMA shrink_memory");
}

/* Each cell of a leaf: lengths, row id, payload. */
static int flip_page(int fd, off_t page, uint8_t mask, const char *before)
{
    uint8_t bytes[PAGE];
    size_t len, id_len;
    int flipped = 0;
    ck_assert_int_eq(pread(fd, bytes, PAGE, page), PAGE);
    ck_assert_msg(bytes[0] == 13, "the page is no leaf of a table: %d", bytes[0]);
    for (size_t cell = 0; cell < be16(bytes + 3); cell++) {
        size_t at = be16(bytes + 8 + 2 * cell);
        size_t end = varint(bytes + at, &len);
        varint(bytes + at + len, &id_len);
        for (end += at + len + id_len; at < end; at++, flipped++)
            flip_byte(fd, page + (off_t)at, mask, before);
    }
    return flipped;
}

START_TEST(test_each_byte_of_the_file_counts)
{
    static const uint8_t masks[] = {0xff, 0x01, 0x08, 0x80};
    int flipped = 0;
    history();
    sql("PRAGMA wal_checkpoint(TRUNCATE)");
    int fd = open(storage_path, O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    const char *before = whole_journal();
    for (size_t t = 0; t < MU_LEN(tables); t++) {
        int64_t page = storage_int(mu_printf(
            storage_arena, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'", tables[t]));
        for (size_t m = 0; m < MU_LEN(masks); m++)
            flipped += flip_page(fd, (page - 1) * PAGE, masks[m], before);
    }
    ck_assert_int_gt(flipped, 4 * 1500);
    ck_assert_ptr_null(broken());
    close(fd);
}
END_TEST

START_TEST(test_equal_entries_have_equal_digests)
{
    char first[MU_DIGEST_HEX], other[MU_DIGEST_HEX];
    struct mu_err err = MU_ERR_INIT;
    struct mu_snapshot snap[3];
    static const char *const bodies[] = {"{\"id\":\"1\"}", "{\"id\":\"2\"}", "{\"id\":\"1\"}"};
    for (int i = 0; i < 3; i++) {
        struct mu_pull *p = storage_begin("a");
        storage_put(p, MU_USER, "1", bodies[i]);
        snap[i] = storage_finish(p, MU_COMPLETE);
    }
    ck_assert_int_eq(mu_snapshot_digest(storage, &snap[0], first, &err), 0);
    for (int i = 1; i < 3; i++) {
        ck_assert_int_eq(mu_snapshot_digest(storage, &snap[i], other, &err), 0);
        ck_assert_int_eq(mu_streq(first, other), i == 2);
    }
}
END_TEST

Suite *store_chain_suite(void)
{
    Suite *suite = suite_create("store_chain");
    TCase *tcase = tcase_create("chain");
    tcase_add_checked_fixture(tcase, storage_setup, storage_teardown);
    tcase_set_timeout(tcase, 600);
    tcase_add_test(tcase, test_an_untouched_journal_fits);
    tcase_add_test(tcase, test_a_head_noted_elsewhere_is_found);
    tcase_add_test(tcase, test_damage_is_found_and_named);
    tcase_add_test(tcase, test_a_chain_cut_short_never_had_the_head);
    tcase_add_test(tcase, test_each_byte_of_each_column_counts);
    tcase_add_test(tcase, test_each_byte_of_the_file_counts);
    tcase_add_test(tcase, test_equal_entries_have_equal_digests);
    suite_add_tcase(suite, tcase);
    return suite;
}
