/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger: which objects on a sync's target are ours. */
#include <inttypes.h>
#include <string.h>

#include "store/sqlite.h"

static const char sql_load[] = "SELECT kind, id, name, key, native, run, disabled FROM owned WHERE "
                               "sync = ?1 ORDER BY kind, id";
static const char sql_others[] =
    "SELECT native, sync FROM owned WHERE sync <> ?1 AND native IS NOT NULL";
static const char sql_count[] = "SELECT count(*) FROM owned WHERE sync = ?1";
static const char sql_put[] =
    "INSERT OR REPLACE INTO owned(sync, kind, id, name, key, native, run, disabled)"
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char sql_touch[] =
    "UPDATE owned SET run = ?4 WHERE sync = ?1 AND kind = ?2 AND id = ?3";
static const char sql_drop[] = "DELETE FROM owned WHERE sync = ?1 AND kind = ?2 AND id = ?3";
static const char sql_drop_values[] = "DELETE FROM value WHERE sync = ?1 AND kind = ?2 AND id = ?3";

static int count_rows(struct mu_store *s, const char *sync, size_t *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_count, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    if (mu_sql_step(s, stmt, err) < 0)
        return -1;
    *ret = (size_t)sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return 0;
}

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena,
                    struct mu_owned *ret, struct mu_err *err)
{
    int64_t kind = sqlite3_column_int64(stmt, 0);
    if (kind < 0 || kind >= MU_KINDS)
        return mu_fail(err, MU_E_IO, "store %s: damaged (kind %" PRId64 " in the ledger)", s->path,
                       kind);
    *ret = (struct mu_owned){
        .kind = (enum mu_kind)kind,
        .id = mu_sql_dup(stmt, 1, arena),
        .name = mu_sql_dup(stmt, 2, arena),
        .key = mu_sql_dup(stmt, 3, arena),
        .native = mu_sql_dup(stmt, 4, arena),
        .run = sqlite3_column_int64(stmt, 5),
        .disabled = sqlite3_column_int(stmt, 6) != 0,
    };
    return 0;
}

/*
 * Another muster may write between the count and the rows: rows beyond the count make room for
 * themselves.
 */
int mu_ledger_load(struct mu_store *s, struct mu_arena *arena, const char *sync,
                   struct mu_owned **ret, size_t *ret_count, struct mu_err *err)
{
    size_t room, count = 0;
    if (count_rows(s, sync, &room, err) < 0)
        return -1;
    sqlite3_stmt *stmt = mu_sql(s, sql_load, err);
    if (!stmt)
        return -1;
    struct mu_owned *list = mu_alloc_array(arena, room + 1, sizeof(*list));
    mu_sql_text(stmt, 1, sync);
    int rc;
    while ((rc = mu_sql_step(s, stmt, err)) == 1) {
        if (count == room) {
            struct mu_owned *more = mu_alloc_array(arena, room * 2 + 2, sizeof(*list));
            memcpy(more, list, count * sizeof(*list));
            list = more;
            room = room * 2 + 1;
        }
        if (take_row(s, stmt, arena, &list[count++], err) < 0) {
            sqlite3_reset(stmt);
            return -1;
        }
    }
    if (rc < 0)
        return -1;
    sqlite3_db_release_memory(s->db); /* pages that nobody is going to ask for again */
    *ret = list;
    *ret_count = count;
    return 0;
}

int mu_ledger_others(struct mu_store *s, const char *sync, mu_ledger_other *each, void *arg,
                     struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_others, err);
    int rc;
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    while ((rc = mu_sql_step(s, stmt, err)) == 1)
        each(arg, (const char *)sqlite3_column_text(stmt, 0),
             (const char *)sqlite3_column_text(stmt, 1));
    return rc;
}

static int put(struct mu_store *s, const char *sync, const struct mu_owned *owned,
               struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    sqlite3_bind_int(stmt, 2, (int)owned->kind);
    mu_sql_text(stmt, 3, owned->id);
    mu_sql_text(stmt, 4, owned->name);
    mu_sql_text(stmt, 5, owned->key);
    mu_sql_text(stmt, 6, owned->native);
    sqlite3_bind_int64(stmt, 7, owned->run);
    sqlite3_bind_int(stmt, 8, owned->disabled);
    return mu_sql_done(s, stmt, err);
}

/* `sql` with the three parameters that name an object, and perhaps a fourth. */
static int about(struct mu_store *s, const char *sql, const char *sync, enum mu_kind kind,
                 const char *id, int64_t fourth, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    sqlite3_bind_int(stmt, 2, (int)kind);
    mu_sql_text(stmt, 3, id);
    if (sqlite3_bind_parameter_count(stmt) > 3)
        sqlite3_bind_int64(stmt, 4, fourth);
    return mu_sql_done(s, stmt, err);
}

/*
 * Outside a journal transaction a row is lazy: the run's next journal transaction carries it to the
 * disk.
 */
int mu_ledger_put(struct mu_store *s, const char *sync, const struct mu_owned *owned,
                  struct mu_err *err)
{
    mu_assert((unsigned)owned->kind < MU_KINDS && owned->id && owned->name && owned->key);
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, put(s, sync, owned, err), err);
}

int mu_ledger_touch(struct mu_store *s, const char *sync, enum mu_kind kind, const char *id,
                    int64_t run, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, about(s, sql_touch, sync, kind, id, run, err), err);
}

int mu_ledger_drop(struct mu_store *s, const char *sync, enum mu_kind kind, const char *id,
                   struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    int rc = about(s, sql_drop, sync, kind, id, 0, err);
    if (rc == 0)
        rc = about(s, sql_drop_values, sync, kind, id, 0, err);
    return mu_sql_end(s, rc, err);
}
