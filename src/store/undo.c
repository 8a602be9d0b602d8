/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking back a pull: first all versions it wrote, then the ends it gave to others; the other order
 * would meet two live versions of one id. Every step can be repeated, so a muster that dies here
 * too leaves nothing but more to take back.
 */
#include "store/sqlite.h"

static const char sql_delete[] =
    "DELETE FROM entry WHERE row > ?1 AND row <= ?2 AND account = ?3 AND first = ?4";
static const char sql_revive[] =
    "UPDATE entry SET last = NULL WHERE row IN (SELECT row FROM entry INDEXED BY entry_past"
    " WHERE account = ?1 AND kind = ?2 AND last = ?3 LIMIT ?4)";

static int delete_rows(struct mu_store *s, int64_t account, int64_t snapshot, int64_t from,
                       struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_delete, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, from);
    sqlite3_bind_int64(stmt, 2, from + MU_SQL_CHUNK);
    sqlite3_bind_int64(stmt, 3, account);
    sqlite3_bind_int64(stmt, 4, snapshot);
    return mu_sql_done(s, stmt, err);
}

static int revive_rows(struct mu_store *s, int64_t account, int kind, int64_t snapshot,
                       struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_revive, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, account);
    sqlite3_bind_int(stmt, 2, kind);
    sqlite3_bind_int64(stmt, 3, snapshot - 1);
    sqlite3_bind_int(stmt, 4, MU_SQL_CHUNK);
    return mu_sql_done(s, stmt, err);
}

int mu_undo_pull(struct mu_store *s, int64_t account, int64_t snapshot, int64_t base,
                 struct mu_err *err)
{
    int64_t top = 0;
    if (mu_sql_int(s, "SELECT coalesce(max(row), 0) FROM entry", &top, err) < 0)
        return -1;
    for (int64_t from = base; from < top; from += MU_SQL_CHUNK)
        if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0 ||
            mu_sql_end(s, delete_rows(s, account, snapshot, from, err), err) < 0)
            return -1;
    for (int kind = 0; kind < MU_KINDS;) {
        if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0 ||
            mu_sql_end(s, revive_rows(s, account, kind, snapshot, err), err) < 0)
            return -1;
        if (sqlite3_changes(s->db) < MU_SQL_CHUNK)
            kind++;
    }
    return 0;
}

static int mark_closed(struct mu_store *s, int64_t snapshot, struct mu_err *err)
{
    static const char sql[] = "UPDATE snapshot SET open = 0 WHERE id = ?1";
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, snapshot);
    return mu_sql_done(s, stmt, err);
}

int mu_undo_leftovers(struct mu_store *s, int64_t account, struct mu_err *err)
{
    static const char sql[] =
        "SELECT id, base FROM snapshot WHERE account = ?1 AND open = 1 ORDER BY id DESC LIMIT 1";
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    int rc;
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, account);
    while ((rc = mu_sql_step(s, stmt, err)) == 1) {
        int64_t snapshot = sqlite3_column_int64(stmt, 0), base = sqlite3_column_int64(stmt, 1);
        sqlite3_reset(stmt);
        if (mu_undo_pull(s, account, snapshot, base, err) < 0 ||
            mu_sql_begin(s, MU_SQL_LAZY, err) < 0 ||
            mu_sql_end(s, mark_closed(s, snapshot, err), err) < 0)
            return -1;
    }
    return rc;
}
