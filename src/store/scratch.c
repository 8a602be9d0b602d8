/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Supplements of a pull that wait for the entry they belong to, in a temporary table that dies with
 * the handle.
 */
#include <string.h>

#include "store/sqlite.h"

static const char sql_make[] = "PRAGMA temp.cache_size = -4096;"
                               "CREATE TEMP TABLE IF NOT EXISTS scratch(row INTEGER PRIMARY KEY, "
                               "kind INTEGER NOT NULL, id TEXT, key TEXT,"
                               " body TEXT NOT NULL);"
                               "CREATE INDEX IF NOT EXISTS temp.scratch_id ON scratch(kind, id);"
                               "CREATE INDEX IF NOT EXISTS temp.scratch_key ON scratch(kind, key);";
static const char sql_there[] = "SELECT 1 FROM temp.sqlite_schema WHERE name = 'scratch'";
static const char sql_put[] =
    "INSERT INTO temp.scratch(kind, id, key, body) VALUES(?1, ?2, ?3, ?4)";
static const char sql_by_both[] = "SELECT row, id, body FROM temp.scratch INDEXED BY scratch_id"
                                  " WHERE kind = ?1 AND id = ?2 AND key = ?3 ORDER BY row LIMIT 1";
static const char sql_by_id[] = "SELECT row, id, body FROM temp.scratch INDEXED BY scratch_id"
                                " WHERE kind = ?1 AND id = ?2 ORDER BY row LIMIT 1";
static const char sql_by_key[] = "SELECT row, id, body FROM temp.scratch INDEXED BY scratch_key"
                                 " WHERE kind = ?1 AND key = ?2 ORDER BY row LIMIT 1";
static const char sql_any[] = "SELECT row, id, body FROM temp.scratch INDEXED BY scratch_id"
                              " WHERE kind = ?1 ORDER BY id, row LIMIT 1";
static const char sql_drop[] = "DELETE FROM temp.scratch WHERE row = ?1";
static const char sql_clear[] = "DELETE FROM temp.scratch";

/*
 * 1 there, 0 not (yet): nothing was put, so nothing can be taken. The transaction is for speed: at
 * the end of each SQLite walks all changed pages of the temporary file.
 */
static int is_there(struct mu_store *s, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_there, err);
    if (!stmt || mu_sql_read(s, err) < 0)
        return -1;
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1)
        sqlite3_reset(stmt);
    return rc;
}

int mu_scratch_put(struct mu_store *s, enum mu_kind kind, const char *id, const char *key,
                   const char *body, size_t len, struct mu_err *err)
{
    int there = is_there(s, err);
    if (there < 0 || (there == 0 && mu_sql_exec(s, sql_make, err) < 0))
        return -1;
    if (len > MU_BODY_BYTES_MAX)
        return mu_fail(err, MU_E_LIMIT, "supplement of more than %d bytes", MU_BODY_BYTES_MAX);
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int(stmt, 1, (int)kind);
    mu_sql_text(stmt, 2, id);
    mu_sql_text(stmt, 3, key);
    sqlite3_bind_text(stmt, 4, body, (int)len, SQLITE_STATIC);
    return mu_sql_done(s, stmt, err);
}

static int drop(struct mu_store *s, int64_t row, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_drop, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, row);
    return mu_sql_done(s, stmt, err);
}

/* Takes out the row a select finds; `text` is its second parameter, `more` its third, if it has
 * one. */
static int take(struct mu_store *s, const char *sql, enum mu_kind kind, const char *text,
                const char *more, struct mu_arena *arena, struct mu_entry *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int(stmt, 1, (int)kind);
    if (text)
        mu_sql_text(stmt, 2, text);
    if (more)
        mu_sql_text(stmt, 3, more);
    int rc = mu_sql_step(s, stmt, err);
    if (rc != 1)
        return rc;
    int64_t row = sqlite3_column_int64(stmt, 0);
    struct mu_entry found = {.kind = kind,
                             .id = mu_sql_dup(stmt, 1, arena),
                             .body = mu_sql_dup(stmt, 2, arena),
                             .body_len = (size_t)sqlite3_column_bytes(stmt, 2)};
    sqlite3_reset(stmt);
    if (drop(s, row, err) < 0)
        return -1;
    *ret = found;
    return 1;
}

int mu_scratch_take(struct mu_store *s, enum mu_kind kind, const char *id, const char *key,
                    struct mu_arena *arena, struct mu_entry *ret, struct mu_err *err)
{
    int rc = is_there(s, err);
    if (rc <= 0)
        return rc;
    rc = id && key ? take(s, sql_by_both, kind, id, key, arena, ret, err) : 0;
    if (rc == 0 && key)
        rc = take(s, sql_by_key, kind, key, NULL, arena, ret, err);
    if (rc == 0 && id)
        rc = take(s, sql_by_id, kind, id, NULL, arena, ret, err);
    return rc;
}

int mu_scratch_drain(struct mu_store *s, enum mu_kind kind, struct mu_arena *arena,
                     struct mu_entry *ret, struct mu_err *err)
{
    int rc = is_there(s, err);
    return rc <= 0 ? rc : take(s, sql_any, kind, NULL, NULL, arena, ret, err);
}

int mu_scratch_clear(struct mu_store *s, struct mu_err *err)
{
    int rc = is_there(s, err);
    if (rc <= 0)
        return rc;
    sqlite3_stmt *stmt = mu_sql(s, sql_clear, err);
    return stmt ? mu_sql_done(s, stmt, err) : -1;
}
