/* SPDX-License-Identifier: Apache-2.0 */
/* Prepared statements, transactions and SQLite's failures in muster's words. */
#include "store/sqlite.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "base/time.h"

enum { BUSY_NAP_MS = 20 };

struct failure {
    int rc;
    enum mu_code code;
    const char *text; /* NULL: SQLite's own words */
};

static const struct failure failures[] = {
    {SQLITE_FULL, MU_E_IO,
     "No space left on device (database or disk is full); free some and run it again"},
    {SQLITE_NOTADB, MU_E_IO,
     "file is not a database; set `store` to a muster store, or to a file that doesn't exist yet"},
    {SQLITE_READONLY, MU_E_IO, "read-only; its file and directory must be writable"},
    {SQLITE_CORRUPT, MU_E_IO,
     "damaged (database disk image is malformed); restore it from a backup"},
    {SQLITE_BUSY, MU_E_BUSY, "another muster is writing to it and did not let go in time"},
    {SQLITE_LOCKED, MU_E_BUSY, "another muster is writing to it and did not let go in time"},
    {SQLITE_CONSTRAINT, MU_E_CONFLICT, NULL},
    {SQLITE_TOOBIG, MU_E_LIMIT, NULL},
};

static const struct failure *failure_of(int rc)
{
    for (size_t i = 0; i < MU_LEN(failures); i++)
        if (failures[i].rc == (rc & 0xff))
            return &failures[i];
    return NULL;
}

int mu_sql_fail(struct mu_store *s, int rc, struct mu_err *err)
{
    const struct failure *known = failure_of(rc);
    const char *words = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);
    int os = s->db ? sqlite3_system_errno(s->db) : 0;
    if (known && known->code == MU_E_BUSY && mu_cancelled())
        mu_fail(err, MU_E_CANCELLED, "store %s: cancelled while waiting for another muster",
                s->path);
    else if (known)
        mu_fail(err, known->code, "store %s: %s", s->path, known->text ? known->text : words);
    else if (os != 0 && ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN)) {
        errno = os;
        mu_fail_errno(err, "store %s: %s", s->path, words);
    } else {
        mu_fail(err, MU_E_IO, "store %s: %s%s", s->path, words,
                (rc & 0xff) == SQLITE_IOERR ? "; is there space, a limit on file sizes, a bad disk?"
                                            : "");
    }
    err->native = rc;
    return -1;
}

int mu_sql_busy(void *store, int times)
{
    struct mu_store *s = store;
    int64_t now = mu_mono_us();
    if (times == 0)
        s->busy_since = now;
    if (mu_cancelled() || now - s->busy_since >= (int64_t)s->busy_ms * 1000)
        return 0;
    nanosleep(&(struct timespec){.tv_nsec = BUSY_NAP_MS * 1000000L}, NULL);
    return 1;
}

sqlite3_stmt *mu_sql(struct mu_store *s, const char *sql, struct mu_err *err)
{
    for (size_t i = 0; i < s->kept_count; i++)
        if (s->kept[i].sql == sql)
            return s->kept[i].stmt;
    mu_assert(s->kept_count < MU_SQL_CACHE);
    struct mu_sql_kept *slot = &s->kept[s->kept_count];
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->stmt, NULL);
    if (rc != SQLITE_OK) {
        mu_sql_fail(s, rc, err);
        return NULL;
    }
    slot->sql = sql;
    s->kept_count++;
    return slot->stmt;
}

void mu_sql_forget(struct mu_store *s)
{
    for (size_t i = 0; i < s->kept_count; i++)
        sqlite3_finalize(s->kept[i].stmt);
    s->kept_count = 0;
}

int mu_sql_step(struct mu_store *s, sqlite3_stmt *stmt, struct mu_err *err)
{
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc != SQLITE_DONE)
        mu_sql_fail(s, rc, err);
    sqlite3_reset(stmt);
    return rc == SQLITE_DONE ? 0 : -1;
}

int mu_sql_done(struct mu_store *s, sqlite3_stmt *stmt, struct mu_err *err)
{
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1)
        sqlite3_reset(stmt);
    return rc < 0 ? -1 : 0;
}

void *mu_sql_list(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, size_t size,
                  mu_sql_take *take, size_t *ret_count, struct mu_err *err)
{
    MU_AUTO(free) char *items = NULL;
    size_t count = 0, room = 0;
    int rc;
    while ((rc = mu_sql_step(s, stmt, err)) == 1) {
        if (count == room) {
            room = room ? room * 2 : 64;
            items = mu_xrealloc(items, room * size);
        }
        if (take(s, stmt, arena, items + count++ * size, err) < 0) {
            sqlite3_reset(stmt);
            return NULL;
        }
    }
    if (rc < 0)
        return NULL;
    void *list = mu_alloc_array(arena, count + 1, size);
    if (items)
        memcpy(list, items, count * size);
    *ret_count = count;
    return list;
}

int mu_sql_exec(struct mu_store *s, const char *sql, struct mu_err *err)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : mu_sql_fail(s, rc, err);
}

int mu_sql_int(struct mu_store *s, const char *sql, int64_t *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
    if (rc != SQLITE_OK)
        return mu_sql_fail(s, rc, err);
    int got = mu_sql_step(s, stmt, err);
    if (got == 1)
        *ret = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return got == 1  ? 0
           : got < 0 ? -1
                     : mu_fail(err, MU_E_IO, "store %s: no answer to: %s", s->path, sql);
}

void mu_sql_text(sqlite3_stmt *stmt, int at, const char *text)
{
    sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

char *mu_sql_dup(sqlite3_stmt *stmt, int column, struct mu_arena *arena)
{
    const unsigned char *text = sqlite3_column_text(stmt, column);
    if (!text)
        return NULL;
    return mu_strndup(arena, (const char *)text, (size_t)sqlite3_column_bytes(stmt, column));
}

static int set_durable(struct mu_store *s, bool durable, struct mu_err *err)
{
    if (s->durable == durable)
        return 0;
    if (mu_sql_exec(s, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL", err) <
        0)
        return -1;
    s->durable = durable;
    return 0;
}

int mu_sql_begin(struct mu_store *s, enum mu_sql_sync sync, struct mu_err *err)
{
    if (s->mode != MU_STORE_WRITE)
        return mu_fail(err, MU_E_IO, "store %s: was opened for reading only", s->path);
    if (s->journal) /* SQLite itself takes a transaction back when the disk is full */
        return !sqlite3_get_autocommit(s->db)
                   ? 0
                   : mu_fail(err, MU_E_IO,
                             "store %s: the journal's transaction was lost to an earlier failure",
                             s->path);
    if (s->pull && mu_pull_rest(s->pull, err) < 0)
        return -1;
    if (set_durable(s, sync == MU_SQL_DURABLE, err) < 0)
        return -1;
    s->head_known = s->head_moved = false;
    return mu_sql_exec(s, "BEGIN IMMEDIATE", err);
}

int mu_sql_read(struct mu_store *s, struct mu_err *err)
{
    if (!s->pull || s->reading)
        return 0;
    if (mu_sql_exec(s, "BEGIN", err) < 0)
        return -1;
    s->reading = true;
    return 0;
}

void mu_sql_rollback(struct mu_store *s)
{
    s->journal = false;
    s->reading = false;
    if (!sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

int mu_sql_end(struct mu_store *s, int rc, struct mu_err *err)
{
    if (s->journal)
        return rc;
    if (rc == 0)
        rc = mu_sql_exec(s, "COMMIT", err);
    if (rc < 0)
        mu_sql_rollback(s);
    return rc;
}
