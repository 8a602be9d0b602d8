/* SPDX-License-Identifier: Apache-2.0 */
/* Turns of scheduled work: one row each. */
#include "store/turns.h"

#include "store/sqlite.h"

static const char sql_get[] = "SELECT began, ended, result FROM turn WHERE what = ?1";
static const char sql_put[] =
    "INSERT OR REPLACE INTO turn(what, began, ended, result) VALUES(?1, ?2, ?3, ?4)";

int mu_turn_get(struct mu_store *s, struct mu_arena *arena, const char *what, struct mu_turn *ret,
                struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_get, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, what);
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1) {
        *ret = (struct mu_turn){.what = mu_strdup(arena, what),
                                .began = sqlite3_column_int64(stmt, 0),
                                .ended = sqlite3_column_int64(stmt, 1),
                                .result = mu_sql_dup(stmt, 2, arena)};
        sqlite3_reset(stmt);
    }
    return rc;
}

static int put(struct mu_store *s, const struct mu_turn *turn, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, turn->what);
    sqlite3_bind_int64(stmt, 2, turn->began);
    sqlite3_bind_int64(stmt, 3, turn->ended);
    mu_sql_text(stmt, 4, turn->result);
    return mu_sql_done(s, stmt, err);
}

int mu_turn_put(struct mu_store *s, const struct mu_turn *turn, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, put(s, turn, err), err);
}
