/* SPDX-License-Identifier: Apache-2.0 */
/* Plans kept under their hash, and what people said of them. */
#include "store/approvals.h"

#include <string.h>

#include "base/time.h"
#include "store/sqlite.h"

static const char sql_forget[] = "DELETE FROM kept_plan WHERE made < ?1";
static const char sql_keep[] =
    "INSERT OR REPLACE INTO kept_plan(hash, sync, by, made, body) VALUES(?1, ?2, ?3, ?4, ?5)";
static const char sql_kept[] = "SELECT hash, sync, by, made, body FROM kept_plan WHERE hash = ?1";
static const char sql_put[] = "INSERT OR REPLACE INTO approval(hash, by, at, expires, used, over)"
                              " VALUES(?1, ?2, ?3, ?4, 0, ?5)";
static const char sql_get[] =
    "SELECT hash, by, at, expires, used, over FROM approval WHERE hash = ?1";
static const char sql_use[] =
    "UPDATE approval SET used = ?2 WHERE hash = ?1 AND used = 0 AND expires > ?2";

static int forget(struct mu_store *s, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_forget, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, mu_now() - MU_PLAN_KEPT_S);
    return mu_sql_done(s, stmt, err);
}

static int keep(struct mu_store *s, const struct mu_kept_plan *p, struct mu_err *err)
{
    sqlite3_stmt *stmt = forget(s, err) == 0 ? mu_sql(s, sql_keep, err) : NULL;
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, p->hash);
    mu_sql_text(stmt, 2, p->sync);
    mu_sql_text(stmt, 3, p->by);
    sqlite3_bind_int64(stmt, 4, p->made);
    sqlite3_bind_text64(stmt, 5, p->body, p->len, SQLITE_STATIC, SQLITE_UTF8);
    return mu_sql_done(s, stmt, err);
}

int mu_plan_keep(struct mu_store *s, const struct mu_kept_plan *plan, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    return mu_sql_end(s, keep(s, plan, err), err);
}

int mu_plan_kept(struct mu_store *s, struct mu_arena *arena, const char *hash,
                 struct mu_kept_plan *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_kept, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, hash);
    int rc = mu_sql_step(s, stmt, err);
    if (rc != 1)
        return rc;
    *ret = (struct mu_kept_plan){.hash = mu_sql_dup(stmt, 0, arena),
                                 .sync = mu_sql_dup(stmt, 1, arena),
                                 .by = mu_sql_dup(stmt, 2, arena),
                                 .made = sqlite3_column_int64(stmt, 3),
                                 .body = mu_sql_dup(stmt, 4, arena),
                                 .len = (size_t)sqlite3_column_bytes(stmt, 4)};
    sqlite3_reset(stmt);
    return 1;
}

static int put(struct mu_store *s, const struct mu_approval *a, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_put, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, a->hash);
    mu_sql_text(stmt, 2, a->by);
    sqlite3_bind_int64(stmt, 3, a->at);
    sqlite3_bind_int64(stmt, 4, a->expires);
    sqlite3_bind_int(stmt, 5, a->over_guards);
    return mu_sql_done(s, stmt, err);
}

int mu_approval_put(struct mu_store *s, const struct mu_approval *a, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    return mu_sql_end(s, put(s, a, err), err);
}

int mu_approval_get(struct mu_store *s, struct mu_arena *arena, const char *hash,
                    struct mu_approval *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_get, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, hash);
    int rc = mu_sql_step(s, stmt, err);
    if (rc != 1)
        return rc;
    *ret = (struct mu_approval){.hash = mu_sql_dup(stmt, 0, arena),
                                .by = mu_sql_dup(stmt, 1, arena),
                                .at = sqlite3_column_int64(stmt, 2),
                                .expires = sqlite3_column_int64(stmt, 3),
                                .used = sqlite3_column_int64(stmt, 4),
                                .over_guards = sqlite3_column_int(stmt, 5) != 0};
    sqlite3_reset(stmt);
    return 1;
}

static int use(struct mu_store *s, const char *hash, int64_t now, int *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_use, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, hash);
    sqlite3_bind_int64(stmt, 2, now);
    if (mu_sql_done(s, stmt, err) < 0)
        return -1;
    *ret = sqlite3_changes(s->db);
    return 0;
}

int mu_approval_use(struct mu_store *s, const char *hash, int64_t now, struct mu_err *err)
{
    int changed = 0;
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0 ||
        mu_sql_end(s, use(s, hash, now, &changed, err), err) < 0)
        return -1;
    return changed ? 1 : 0;
}
