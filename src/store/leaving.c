/* SPDX-License-Identifier: Apache-2.0 */
/* Countdowns of leavers. */
#include "store/leaving.h"

#include <string.h>

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

int mu_leaving_load(struct mu_store *s, struct mu_arena *arena, const char *sync,
                    struct mu_leaver **ret, size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_load, err);
    struct mu_leaver *list = NULL;
    size_t count = 0, room = 0;
    int rc;
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    while ((rc = mu_sql_step(s, stmt, err)) == 1) {
        if (count == room) {
            room = room ? room * 2 : 64;
            list = mu_xrealloc(list, room * sizeof(*list));
        }
        list[count++] = (struct mu_leaver){.id = mu_sql_dup(stmt, 0, arena),
                                           .why = mu_sql_dup(stmt, 1, arena),
                                           .since = sqlite3_column_int64(stmt, 2)};
    }
    if (rc == 0) {
        *ret = mu_alloc_array(arena, count + 1, sizeof(*list));
        if (count > 0)
            memcpy(*ret, list, count * sizeof(*list));
        *ret_count = count;
    }
    free(list);
    return rc;
}
