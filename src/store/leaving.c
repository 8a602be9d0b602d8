/* SPDX-License-Identifier: Apache-2.0 */
/* Countdowns of leavers. */
#include "store/leaving.h"

#include "store/sqlite.h"

static const char sql_put[] =
    "INSERT OR REPLACE INTO leaving(sync, id, since, why) VALUES(?1, ?2, ?3, ?4)";
static const char sql_drop[] = "DELETE FROM leaving WHERE sync = ?1 AND id = ?2";
static const char sql_load[] = "SELECT id, why, since FROM leaving WHERE sync = ?1 ORDER BY id";

static int put(struct mu_store *s, const char *sync, const struct mu_leaver *leaver,
               struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    mu_sql_text(stmt, 2, leaver->id);
    sqlite3_bind_int64(stmt, 3, leaver->since);
    mu_sql_text(stmt, 4, leaver->why);
    return mu_sql_done(s, stmt, err);
}

int mu_leaving_put(struct mu_store *s, const char *sync, const struct mu_leaver *leaver,
                   struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, put(s, sync, leaver, err), err);
}

static int drop(struct mu_store *s, const char *sync, const char *id, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_drop, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    mu_sql_text(stmt, 2, id);
    return mu_sql_done(s, stmt, err);
}

int mu_leaving_drop(struct mu_store *s, const char *sync, const char *id, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, drop(s, sync, id, err), err);
}

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                    struct mu_err *err)
{
    struct mu_leaver *ret = item;
    (void)s, (void)err;
    *ret = (struct mu_leaver){.id = mu_sql_dup(stmt, 0, arena),
                              .why = mu_sql_dup(stmt, 1, arena),
                              .since = sqlite3_column_int64(stmt, 2)};
    return 0;
}

int mu_leaving_load(struct mu_store *s, struct mu_arena *arena, const char *sync,
                    struct mu_leaver **ret, size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_load, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    struct mu_leaver *list = mu_sql_list(s, stmt, arena, sizeof(*list), take_row, ret_count, err);
    if (!list)
        return -1;
    *ret = list;
    return 0;
}
