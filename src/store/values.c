/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of values: what is ours inside of attributes and groups that others write to as well. */
#include "store/sqlite.h"

static const char sql_put[] =
    "INSERT OR IGNORE INTO value(sync, kind, id, attr, value) VALUES(?1, ?2, ?3, ?4, ?5)";
static const char sql_drop[] = "DELETE FROM value WHERE sync = ?1 AND kind = ?2 AND id = ?3"
                               " AND attr = ?4 AND value = ?5";
static const char sql_owned[] = "SELECT 1 FROM value WHERE sync = ?1 AND kind = ?2 AND id = ?3"
                                " AND attr = ?4 AND value = ?5";

static sqlite3_stmt *bound(struct mu_store *s, const char *sql, const char *sync,
                           const struct mu_owned_value *v, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return NULL;
    mu_sql_text(stmt, 1, sync);
    sqlite3_bind_int(stmt, 2, (int)v->kind);
    mu_sql_text(stmt, 3, v->id);
    mu_sql_text(stmt, 4, v->attr);
    sqlite3_bind_blob64(stmt, 5, v->value.bytes, v->value.len, SQLITE_STATIC);
    return stmt;
}

/* Lazy outside a journal transaction, as the rest of the ledger. */
static int change(struct mu_store *s, const char *sql, const char *sync,
                  const struct mu_owned_value *v, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    sqlite3_stmt *stmt = bound(s, sql, sync, v, err);
    return mu_sql_end(s, stmt ? mu_sql_done(s, stmt, err) : -1, err);
}

int mu_value_put(struct mu_store *s, const char *sync, const struct mu_owned_value *v,
                 struct mu_err *err)
{
    return change(s, sql_put, sync, v, err);
}

int mu_value_drop(struct mu_store *s, const char *sync, const struct mu_owned_value *v,
                  struct mu_err *err)
{
    return change(s, sql_drop, sync, v, err);
}

int mu_value_owned(struct mu_store *s, const char *sync, const struct mu_owned_value *v,
                   struct mu_err *err)
{
    sqlite3_stmt *stmt = bound(s, sql_owned, sync, v, err);
    int rc = stmt ? mu_sql_step(s, stmt, err) : -1;
    if (rc == 1)
        sqlite3_reset(stmt);
    return rc;
}
