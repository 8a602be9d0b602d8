/* SPDX-License-Identifier: Apache-2.0 */
/* The store's file: made, refused, shared, full, damaged, locked. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "storage.h"
#include "store/turns.h"
#include "suites.h"

static const char *beside(const char *name)
{
    return mu_printf(storage_arena, "%.*s/%s", (int)(strrchr(storage_path, '/') - storage_path),
                     storage_path, name);
}

static void write_to(const char *path, const void *bytes, size_t len)
{
    struct mu_err err = MU_ERR_INIT;
    ck_assert_msg(mu_write_file(path, bytes, len, 0600, &err) == 0, "%s", err.text);
}

/* What a store looks like that was changed by hand. */
static const char *store_after(const char *name, const char *sql)
{
    const char *path = beside(name);
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    return path;
}

static void refused(const char *uri, enum mu_store_mode mode, enum mu_code code, const char *text)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *s = NULL;
    storage_failed(mu_store_open(uri, mode, &s, &err), &err, code, text);
    ck_assert_ptr_null(s);
}

START_TEST(test_file_is_private_and_lasts)
{
    struct stat st;
    uint8_t key[MU_HASH_KEY_LEN], zero[MU_HASH_KEY_LEN] = {0};
    ck_assert_int_eq(stat(storage_path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(beside("muster.db-wal"), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_gt(mu_store_bytes(storage), 0);
    ck_assert_str_eq(mu_store_path(storage), storage_path);
    memcpy(key, storage->key, sizeof(key));
    ck_assert_mem_ne(key, zero, sizeof(key));
    storage_reopen();
    ck_assert_mem_eq(key, storage->key, sizeof(key));
}
END_TEST

START_TEST(test_uri_forms)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *s;
    ck_assert_int_eq(
        mu_store_open(mu_printf(storage_arena, "sqlite:%s", storage_path), MU_STORE_READ, &s, &err),
        0);
    mu_store_close(s);
    refused("postgresql://db/muster", MU_STORE_WRITE, MU_E_UNSUPPORTED, "PostgreSQL");
    refused("postgres://db/muster", MU_STORE_READ, MU_E_UNSUPPORTED, "PostgreSQL");
    refused("mysql://db/muster", MU_STORE_WRITE, MU_E_CONFIG, "unknown kind of store");
    refused("", MU_STORE_WRITE, MU_E_CONFIG, "path is empty");
    refused("sqlite:", MU_STORE_WRITE, MU_E_CONFIG, "path is empty");
    mu_store_close(NULL);
}
END_TEST

START_TEST(test_paths_that_cannot_be_a_store)
{
    const char *fifo = beside("fifo"), *file = beside("file");
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    write_to(file, "", 0);
    refused("/tmp", MU_STORE_WRITE, MU_E_CONFIG, "/tmp: is a directory");
    refused("/tmp", MU_STORE_READ, MU_E_CONFIG, "is a directory");
    refused(fifo, MU_STORE_WRITE, MU_E_CONFIG, "not a regular file");
    refused(beside("none/muster.db"), MU_STORE_WRITE, MU_E_CONFIG, "none doesn't exist; create it");
    refused(beside("file/muster.db"), MU_STORE_WRITE, MU_E_CONFIG, "file is not a directory");
    refused(beside("other.db"), MU_STORE_READ, MU_E_MISSING, "nothing was pulled yet");
    ck_assert_int_ne(access(beside("other.db"), F_OK), 0);
    refused(file, MU_STORE_READ, MU_E_MISSING, "is empty");
}
END_TEST

START_TEST(test_files_that_are_not_ours)
{
    static char junk[100000];
    memset(junk, 'j', sizeof(junk));
    write_to(beside("short"), "people,and,more\n", 16);
    write_to(beside("long"), junk, sizeof(junk));
    for (enum mu_store_mode mode = MU_STORE_READ; mode <= MU_STORE_WRITE; mode++) {
        refused(beside("short"), mode, MU_E_IO, "file is not a database");
        refused(beside("long"), mode, MU_E_IO, "file is not a database");
        refused(store_after("theirs", "CREATE TABLE IF NOT EXISTS t(a)"), mode, MU_E_CONFIG,
                "another program");
    }
    /* Refusing leaves them as they were. */
    struct mu_err err = MU_ERR_INIT;
    struct mu_buf b = MU_BUF_INIT(200000);
    ck_assert_int_eq(mu_read_file(beside("long"), &b, &err), 0);
    ck_assert_uint_eq(b.len, sizeof(junk));
    ck_assert_mem_eq(b.data, junk, sizeof(junk));
    mu_buf_done(&b);
}
END_TEST

START_TEST(test_other_versions)
{
    int64_t known = storage_int("PRAGMA user_version");
    storage_reopen();
    store_after("muster.db", "PRAGMA user_version = 4711");
    refused(storage_path, MU_STORE_WRITE, MU_E_CONFIG, "version 4711");
    refused(storage_path, MU_STORE_READ, MU_E_CONFIG,
            mu_printf(storage_arena, "up to version %d;", (int)known));
    store_after("muster.db", "PRAGMA user_version = -1");
    refused(storage_path, MU_STORE_WRITE, MU_E_CONFIG, "damaged");
}
END_TEST

START_TEST(test_half_made_store_is_completed)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *s;
    write_to(beside("blank"), "", 0);
    ck_assert_int_eq(mu_store_open(beside("blank"), MU_STORE_WRITE, &s, &err), 0);
    mu_store_close(s);
    store_after("wal", "PRAGMA journal_mode = WAL");
    ck_assert_int_eq(mu_store_open(beside("wal"), MU_STORE_WRITE, &s, &err), 0);
    mu_store_close(s);
}
END_TEST

START_TEST(test_sqlites_magic_names_are_files)
{
    static const char *const names[] = {":memory:", "file:x?mode=memory", "-"};
    struct mu_err err = MU_ERR_INIT;
    int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(chdir(beside("")), 0);
    for (size_t i = 0; i < MU_LEN(names); i++) {
        struct mu_store *s;
        ck_assert_msg(mu_store_open(names[i], MU_STORE_WRITE, &s, &err) == 0, "%s", err.text);
        mu_store_close(s);
        ck_assert_int_eq(access(names[i], R_OK), 0);
    }
    ck_assert_int_eq(fchdir(here), 0);
    close(here);
}
END_TEST

/* Root may write anywhere, so this is tried as nobody. */
START_TEST(test_file_that_may_not_be_written)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct mu_err err = MU_ERR_INIT;
        struct mu_store *s = NULL;
        if (chmod(storage_path, 0444) < 0 || chmod(beside(""), 0755) < 0 ||
            (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0))
            _exit(1);
        int rc = mu_store_open(storage_path, MU_STORE_WRITE, &s, &err);
        if (rc != -1 || err.code != MU_E_IO || !strstr(err.text, "read-only"))
            _exit(2);
        rc = mu_store_open(beside("new.db"), MU_STORE_WRITE, &s, &err);
        _exit(rc == -1 || geteuid() != 65534 ? 0 : 3);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(test_reader_cannot_write)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *s;
    struct mu_pull *p;
    int64_t run;
    const struct mu_run begun = {.sync = "s", .command = "apply"};
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_READ, &s, &err), 0);
    storage_failed(mu_pull_begin(s, "a", "m", &p, &err), &err, MU_E_IO, "reading only");
    storage_failed(mu_run_begin(s, &begun, &run, &err), &err, MU_E_IO, "reading only");
    storage_failed(mu_sql_exec(s, "DELETE FROM snapshot", &err), &err, MU_E_IO, "read-only");
    mu_store_close(s);
}
END_TEST

START_TEST(test_other_writer_is_waited_for)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *other;
    struct mu_pull *p;
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_WRITE, &other, &err), 0);
    ck_assert_int_eq(mu_sql_begin(other, MU_SQL_LAZY, &err), 0);
    storage->busy_ms = 100;
    storage_failed(mu_pull_begin(storage, "a", "m", &p, &err), &err, MU_E_BUSY, "another muster");
    ck_assert_int_eq(mu_sql_end(other, 0, &err), 0);
    mu_pull_abort(storage_begin("a"));
    mu_store_close(other);
}
END_TEST

/* No disk is filled: the file is forbidden to grow. */
START_TEST(test_full_disk_loses_nothing)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_pull *p = storage_begin("a");
    storage_put(p, MU_USER, "1", "one");
    struct mu_snapshot before = storage_finish(p, MU_COMPLETE);
    sqlite3_exec(storage->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL);
    p = storage_begin("a");
    p->batch.max_count = 10;
    int rc = 0;
    for (int i = 0; i < 5000 && rc == 0; i++) {
        const char *id = mu_printf(storage_arena, "%d", i);
        struct mu_entry e = {.kind = MU_USER, .id = id, .body = id, .body_len = strlen(id)};
        enum mu_put put;
        bool equal;
        rc = mu_pull_put(p, &e, &put, &equal, &err);
    }
    storage_failed(rc, &err, MU_E_IO, "No space left");
    mu_pull_abort(p);
    ck_assert_str_eq(storage_rows("a", before.id, MU_USER), "1=one");
    sqlite3_exec(storage->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
    p = storage_begin("a");
    storage_put(p, MU_USER, "2", "two");
    struct mu_snapshot after = storage_finish(p, MU_COMPLETE);
    ck_assert_str_eq(storage_rows("a", after.id, MU_USER), "2=two");
    ck_assert_int_eq(after.gone, 1);
    storage_sound();
}
END_TEST

START_TEST(test_damage_is_an_error)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_pull *p = storage_begin("a");
    struct mu_rows *rows;
    struct mu_entry e;
    static const char junk[8192] = {1, 2, 3, 4};
    int rc;
    for (int i = 0; i < 3000; i++)
        storage_put(p, MU_USER, mu_printf(storage_arena, "%d", i),
                    "a body that takes some room in the pages of the file");
    struct mu_snapshot snap = storage_finish(p, MU_COMPLETE);
    storage_reopen();
    mu_store_close(storage);
    int fd = open(storage_path, O_WRONLY | O_CLOEXEC);
    off_t end = lseek(fd, 0, SEEK_END);
    for (off_t at = end / 2; at + 8192 <= end; at += 8192)
        ck_assert_int_eq(pwrite(fd, junk, sizeof(junk), at - at % 8192), sizeof(junk));
    close(fd);
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_WRITE, &storage, &err), 0);
    rc = mu_rows_open(storage, "a", snap.id, MU_USER, &rows, &err);
    ck_assert_int_eq(rc, 0);
    while ((rc = mu_rows_next(rows, &e, &err)) == 1)
        continue;
    storage_failed(rc, &err, MU_E_IO, "damaged");
    mu_rows_close(rows);
}
END_TEST

START_TEST(test_many_may_make_the_store_at_once)
{
    enum { MUSTERS = 8 };
    pid_t children[MUSTERS];
    const char *path = beside("raced.db");
    for (int i = 0; i < MUSTERS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct mu_err err = MU_ERR_INIT;
            struct mu_store *s;
            if (mu_store_open(path, MU_STORE_WRITE, &s, &err) < 0) {
                fprintf(stderr, "%s\n", err.text);
                _exit(1);
            }
            mu_store_close(s);
            _exit(0);
        }
    }
    for (int i = 0; i < MUSTERS; i++) {
        int status;
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_int_eq(status, 0);
    }
}
END_TEST

START_TEST(test_locks_exclude_by_name_and_end_with_the_process)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_lock *lock, *other;
    int ready[2], status;
    char c;
    ck_assert_int_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (mu_store_lock(storage, "pull sendoso", 0, &lock, &err) < 0 ||
            write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    ck_assert_int_eq(read(ready[0], &c, 1), 1);
    storage_failed(mu_store_lock(storage, "pull sendoso", 0, &lock, &err), &err, MU_E_BUSY,
                   "pull-sendoso.lock");
    ck_assert_int_eq(mu_store_lock(storage, "pull corp", 0, &other, &err), 0);
    mu_unlock(other);
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(mu_store_lock(storage, "pull sendoso", 0, &lock, &err), 0);
    mu_unlock(lock);
    close(ready[0]);
    close(ready[1]);
    /* No name leads out of the store's directory. */
    ck_assert_int_eq(mu_store_lock(storage, "pull ../../x", 0, &lock, &err), 0);
    mu_unlock(lock);
    ck_assert_int_eq(access(beside("muster.db.pull-%2E%2E%2F%2E%2E%2Fx.lock"), F_OK), 0);
}
END_TEST

static int64_t cached(const struct mu_store *s)
{
    int now = 0, most;
    sqlite3_db_status(s->db, SQLITE_DBSTATUS_CACHE_USED, &now, &most, 0);
    return now;
}

/* The name of the last turn. */
static const char *put_turns(int count)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_turn turn = {0};
    for (int i = 0; i < count; i++) {
        turn.what = mu_printf(storage_arena, "pull %04d, with a name that takes some room", i);
        ck_assert_msg(mu_turn_put(storage, &turn, &err) == 0, "%s", err.text);
    }
    return turn.what;
}

START_TEST(test_handle_that_spares_keeps_little)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_store *reader;
    struct mu_turn turn;
    put_turns(8000);
    ck_assert_int_eq(mu_store_open(storage_path, MU_STORE_READ, &reader, &err), 0);
    for (int spare = 0; spare < 2; spare++) {
        if (spare)
            ck_assert_int_eq(mu_store_spare(reader, &err), 0);
        for (int i = 0; i < 8000; i++) {
            const char *what =
                mu_printf(storage_arena, "pull %04d, with a name that takes some room", i);
            ck_assert_int_eq(mu_turn_get(reader, storage_arena, what, &turn, &err), 1);
        }
        ck_assert_int_eq(cached(reader) < 320 << 10, spare);
    }
    mu_store_close(reader);
}
END_TEST

START_TEST(test_handle_at_rest_keeps_little)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_turn turn = {.what = put_turns(2000)};
    int64_t busy = cached(storage);
    mu_store_rest(storage);
    ck_assert_int_lt(cached(storage), busy / 4);
    ck_assert_msg(mu_turn_get(storage, storage_arena, turn.what, &turn, &err) == 1, "%s", err.text);
}
END_TEST

Suite *store_open_suite(void)
{
    Suite *suite = suite_create("store_open");
    TCase *tcase = tcase_create("open");
    tcase_add_checked_fixture(tcase, storage_setup, storage_teardown);
    tcase_add_test(tcase, test_file_is_private_and_lasts);
    tcase_add_test(tcase, test_uri_forms);
    tcase_add_test(tcase, test_paths_that_cannot_be_a_store);
    tcase_add_test(tcase, test_files_that_are_not_ours);
    tcase_add_test(tcase, test_other_versions);
    tcase_add_test(tcase, test_half_made_store_is_completed);
    tcase_add_test(tcase, test_sqlites_magic_names_are_files);
    tcase_add_test(tcase, test_file_that_may_not_be_written);
    tcase_add_test(tcase, test_reader_cannot_write);
    tcase_add_test(tcase, test_other_writer_is_waited_for);
    tcase_add_test(tcase, test_full_disk_loses_nothing);
    tcase_add_test(tcase, test_damage_is_an_error);
    tcase_add_test(tcase, test_many_may_make_the_store_at_once);
    tcase_add_test(tcase, test_locks_exclude_by_name_and_end_with_the_process);
    tcase_add_test(tcase, test_handle_that_spares_keeps_little);
    tcase_add_test(tcase, test_handle_at_rest_keeps_little);
    suite_add_tcase(suite, tcase);
    return suite;
}
