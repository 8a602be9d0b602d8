/* SPDX-License-Identifier: Apache-2.0 */
/* The directory as of a snapshot: versions that had begun by then and had not ended before. */
#include <inttypes.h>
#include <string.h>

#include "store/sqlite.h"

/* Two ordered walks, merged by SQLite: live versions, and the (usually few) that ended later. */
static const char sql_rows[] =
    "SELECT id, body, raw FROM entry INDEXED BY entry_live"
    " WHERE account = ?1 AND kind = ?2 AND last IS NULL AND first <= ?3"
    " UNION ALL SELECT id, body, raw FROM entry INDEXED BY entry_past"
    " WHERE account = ?1 AND kind = ?2 AND last >= ?3 AND first <= ?3 ORDER BY id";
static const char sql_entry[] =
    "SELECT id, body, raw FROM entry INDEXED BY entry_live"
    " WHERE account = ?1 AND kind = ?2 AND id = ?4 AND last IS NULL AND first <= ?3"
    " UNION ALL SELECT id, body, raw FROM entry INDEXED BY entry_past"
    " WHERE account = ?1 AND kind = ?2 AND last >= ?3 AND id = ?4 AND first <= ?3 LIMIT 1";

struct mu_rows {
    struct mu_store *store;
    sqlite3_stmt *stmt;
    enum mu_kind kind;
};

int mu_check_snapshot(struct mu_store *s, const char *account, int64_t snapshot,
                      int64_t *ret_account, struct mu_err *err)
{
    static const char sql[] =
        "SELECT a.id, s.finished FROM snapshot s JOIN account a ON a.id = s.account"
        " WHERE s.id = ?1 AND a.name = ?2";
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, snapshot);
    mu_sql_text(stmt, 2, account);
    int rc = mu_sql_step(s, stmt, err);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return mu_fail(err, MU_E_MISSING, "%.64s has no snapshot %" PRId64, account, snapshot);
    *ret_account = sqlite3_column_int64(stmt, 0);
    bool finished = sqlite3_column_int64(stmt, 1) > 0;
    sqlite3_reset(stmt);
    if (!finished)
        return mu_fail(err, MU_E_MISSING, "snapshot %" PRId64 " of %.64s was never finished",
                       snapshot, account);
    return 0;
}

static void bind(sqlite3_stmt *stmt, int64_t account, enum mu_kind kind, int64_t snapshot)
{
    sqlite3_bind_int64(stmt, 1, account);
    sqlite3_bind_int(stmt, 2, (int)kind);
    sqlite3_bind_int64(stmt, 3, snapshot);
}

int mu_rows_open(struct mu_store *s, const char *account, int64_t snapshot, enum mu_kind kind,
                 struct mu_rows **ret, struct mu_err *err)
{
    int64_t number = 0;
    sqlite3_stmt *stmt;
    if (mu_check_snapshot(s, account, snapshot, &number, err) < 0)
        return -1;
    int rc = sqlite3_prepare_v2(s->db, sql_rows, -1, &stmt, NULL);
    if (rc != SQLITE_OK)
        return mu_sql_fail(s, rc, err);
    bind(stmt, number, kind, snapshot);
    struct mu_rows *r = mu_xcalloc(1, sizeof(*r));
    *r = (struct mu_rows){.store = s, .stmt = stmt, .kind = kind};
    *ret = r;
    return 0;
}

int mu_rows_next(struct mu_rows *r, struct mu_entry *ret, struct mu_err *err)
{
    int rc = mu_sql_step(r->store, r->stmt, err);
    if (rc != 1)
        return rc;
    *ret = (struct mu_entry){
        .kind = r->kind,
        .id = (const char *)sqlite3_column_text(r->stmt, 0),
        .body = (const char *)sqlite3_column_text(r->stmt, 1),
        .body_len = (size_t)sqlite3_column_bytes(r->stmt, 1),
        .raw = (const char *)sqlite3_column_text(r->stmt, 2),
        .raw_len = (size_t)sqlite3_column_bytes(r->stmt, 2),
    };
    if (!ret->id || !ret->body)
        return mu_fail(err, MU_E_IO, "store %s: damaged (entry without id or body)",
                       r->store->path);
    return 1;
}

void mu_rows_close(struct mu_rows *r)
{
    if (!r)
        return;
    sqlite3_finalize(r->stmt);
    free(r);
}

static void take_entry(sqlite3_stmt *stmt, enum mu_kind kind, struct mu_arena *arena,
                       struct mu_entry *ret)
{
    *ret = (struct mu_entry){
        .kind = kind,
        .id = mu_sql_dup(stmt, 0, arena),
        .body = mu_sql_dup(stmt, 1, arena),
        .body_len = (size_t)sqlite3_column_bytes(stmt, 1),
        .raw = mu_sql_dup(stmt, 2, arena),
        .raw_len = (size_t)sqlite3_column_bytes(stmt, 2),
    };
}

int mu_entry_get(struct mu_store *s, struct mu_arena *arena, const char *account, int64_t snapshot,
                 enum mu_kind kind, const char *id, struct mu_entry *ret, struct mu_err *err)
{
    int64_t number = 0;
    if (mu_check_snapshot(s, account, snapshot, &number, err) < 0)
        return -1;
    sqlite3_stmt *stmt = mu_sql(s, sql_entry, err);
    if (!stmt)
        return -1;
    bind(stmt, number, kind, snapshot);
    mu_sql_text(stmt, 4, id);
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1) {
        take_entry(stmt, kind, arena, ret);
        sqlite3_reset(stmt);
    }
    return rc;
}
