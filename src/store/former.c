/* SPDX-License-Identifier: Apache-2.0 */
/* Names that were, for groups that still say them. */

#include "store/sqlite.h"

static const char sql_put[] = "INSERT OR REPLACE INTO former(sync, key, id) VALUES(?1, ?2, ?3)";
static const char sql_load[] = "SELECT key, id FROM former WHERE sync = ?1 ORDER BY key";
static const char sql_clear[] = "DELETE FROM former WHERE sync = ?1";

/* Lazy outside a journal transaction, as the rest of the ledger. key and id NULL: not bound. */
static int change(struct mu_store *s, const char *sql, const char *sync, const char *key,
                  const char *id, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return mu_sql_end(s, -1, err);
    mu_sql_text(stmt, 1, sync);
    if (key) {
        mu_sql_text(stmt, 2, key);
        mu_sql_text(stmt, 3, id);
    }
    return mu_sql_end(s, mu_sql_done(s, stmt, err), err);
}

int mu_former_put(struct mu_store *s, const char *sync, const char *key, const char *id,
                  struct mu_err *err)
{
    return change(s, sql_put, sync, key, id, err);
}

int mu_former_clear(struct mu_store *s, const char *sync, struct mu_err *err)
{
    return change(s, sql_clear, sync, NULL, NULL, err);
}

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                    struct mu_err *err)
{
    struct mu_former *ret = item;
    (void)s, (void)err;
    *ret = (struct mu_former){.key = mu_sql_dup(stmt, 0, arena), .id = mu_sql_dup(stmt, 1, arena)};
    return 0;
}

int mu_former_load(struct mu_store *s, struct mu_arena *arena, const char *sync,
                   struct mu_former **ret, size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_load, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    struct mu_former *list = mu_sql_list(s, stmt, arena, sizeof(*list), take_row, ret_count, err);
    if (!list)
        return -1;
    *ret = list;
    return 0;
}
