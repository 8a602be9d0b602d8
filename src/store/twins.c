/* SPDX-License-Identifier: Apache-2.0 */
/* Two ids of one person. */
#include "store/twins.h"

#include "store/sqlite.h"

static const char sql_put[] =
    "INSERT OR REPLACE INTO twin(account, id, other, native) VALUES(?1, ?2, ?3, ?4)";
static const char sql_load[] = "SELECT id, other, native FROM twin WHERE account = ?1 ORDER BY id";

static int put(struct mu_store *s, const char *account, const struct mu_twin *twin,
               struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, account);
    mu_sql_text(stmt, 2, twin->id);
    mu_sql_text(stmt, 3, twin->other);
    mu_sql_text(stmt, 4, twin->native);
    return mu_sql_done(s, stmt, err);
}

int mu_twin_put(struct mu_store *s, const char *account, const struct mu_twin *twin,
                struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, put(s, account, twin, err), err);
}

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                    struct mu_err *err)
{
    struct mu_twin *ret = item;
    (void)s, (void)err;
    *ret = (struct mu_twin){.id = mu_sql_dup(stmt, 0, arena),
                            .other = mu_sql_dup(stmt, 1, arena),
                            .native = mu_sql_dup(stmt, 2, arena)};
    return 0;
}

int mu_twin_load(struct mu_store *s, struct mu_arena *arena, const char *account,
                 struct mu_twin **ret, size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_load, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, account);
    struct mu_twin *list = mu_sql_list(s, stmt, arena, sizeof(*list), take_row, ret_count, err);
    if (!list)
        return -1;
    *ret = list;
    return 0;
}
