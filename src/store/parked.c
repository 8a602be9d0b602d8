/* SPDX-License-Identifier: Apache-2.0 */
/* Parked records and operations: one row each, until it clears. */
#include <inttypes.h>

#include "store/sqlite.h"

#define COLUMNS \
    "SELECT owner, kind, id, label, reason, first_seen, last_seen, tries, next_try FROM parked "

static const char sql_put[] =
    "INSERT OR REPLACE INTO parked(owner, kind, id, label, reason, first_seen, last_seen, tries,"
    " next_try) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char sql_drop[] = "DELETE FROM parked WHERE owner = ?1 AND kind = ?2 AND id = ?3";
static const char sql_list[] = COLUMNS "ORDER BY owner, kind, id";
static const char sql_list_of[] = COLUMNS "WHERE owner = ?1 ORDER BY kind, id";

static int put(struct mu_store *s, const struct mu_parked *p, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt)
        return -1;
    const int64_t numbers[] = {p->first_seen, p->last_seen, p->tries, p->next_try};
    mu_sql_text(stmt, 1, p->owner);
    sqlite3_bind_int(stmt, 2, (int)p->kind);
    mu_sql_text(stmt, 3, p->id);
    mu_sql_text(stmt, 4, p->label);
    mu_sql_text(stmt, 5, p->reason);
    for (int i = 0; i < (int)MU_LEN(numbers); i++)
        sqlite3_bind_int64(stmt, 6 + i, numbers[i]);
    return mu_sql_done(s, stmt, err);
}

int mu_parked_put(struct mu_store *s, const struct mu_parked *parked, struct mu_err *err)
{
    mu_assert((unsigned)parked->kind < MU_KINDS && parked->owner && parked->id && parked->reason);
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, put(s, parked, err), err);
}

static int drop(struct mu_store *s, const char *owner, enum mu_kind kind, const char *id,
                struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_drop, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, owner);
    sqlite3_bind_int(stmt, 2, (int)kind);
    mu_sql_text(stmt, 3, id);
    return mu_sql_done(s, stmt, err);
}

int mu_parked_drop(struct mu_store *s, const char *owner, enum mu_kind kind, const char *id,
                   struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, drop(s, owner, kind, id, err), err);
}

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                    struct mu_err *err)
{
    struct mu_parked *ret = item;
    int64_t kind = sqlite3_column_int64(stmt, 1);
    if (kind < 0 || kind >= MU_KINDS)
        return mu_fail(err, MU_E_IO, "store %s: damaged (kind %" PRId64 " among the parked)",
                       s->path, kind);
    *ret = (struct mu_parked){
        .owner = mu_sql_dup(stmt, 0, arena),
        .kind = (enum mu_kind)kind,
        .id = mu_sql_dup(stmt, 2, arena),
        .label = mu_sql_dup(stmt, 3, arena),
        .reason = mu_sql_dup(stmt, 4, arena),
        .first_seen = sqlite3_column_int64(stmt, 5),
        .last_seen = sqlite3_column_int64(stmt, 6),
        .tries = sqlite3_column_int64(stmt, 7),
        .next_try = sqlite3_column_int64(stmt, 8),
    };
    return 0;
}

int mu_parked_list(struct mu_store *s, struct mu_arena *arena, const char *owner,
                   struct mu_parked **ret, size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, owner ? sql_list_of : sql_list, err);
    if (!stmt)
        return -1;
    if (owner)
        mu_sql_text(stmt, 1, owner);
    struct mu_parked *list = mu_sql_list(s, stmt, arena, sizeof(*list), take_row, ret_count, err);
    if (!list)
        return -1;
    *ret = list;
    return 0;
}
