/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a pull: what is gone, the counts, and the row that makes its entries visible. */
#include <inttypes.h>
#include <string.h>

#include "base/time.h"
#include "store/pull.h"

static const char sql_scan[] =
    "SELECT kind, row FROM entry INDEXED BY entry_live WHERE account = ?1 AND last IS NULL";
static const char sql_retire[] = "UPDATE entry SET last = ?1 WHERE row = ?2";
static const char sql_finish[] =
    "UPDATE snapshot SET open = 0, finished = ?2, verdict = ?3, evidence = ?4, users = ?5, groups "
    "= ?6, roles = ?7,"
    " memberships = ?8, added = ?9, changed = ?10, gone = ?11 WHERE id = ?1 AND open = 1";

static int64_t sum(const int64_t of[MU_KINDS])
{
    int64_t all = 0;
    for (int kind = 0; kind < MU_KINDS; kind++)
        all += of[kind];
    return all;
}

static int find_gone(struct mu_pull *p, struct mu_bits *gone, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(p->store, sql_scan, err);
    int rc;
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, p->finder.account);
    while ((rc = mu_sql_step(p->store, stmt, err)) == 1) {
        int kind = sqlite3_column_int(stmt, 0);
        int64_t row = sqlite3_column_int64(stmt, 1);
        if (kind < 0 || kind >= MU_KINDS || mu_bits_has(&p->seen, row))
            continue;
        p->gone[kind]++;
        if (mu_pull_mark(p, gone, row, err) < 0) {
            sqlite3_reset(stmt);
            return -1;
        }
    }
    return rc;
}

static int retire_chunk(struct mu_pull *p, const struct mu_bits *gone, int64_t *row,
                        struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(p->store, sql_retire, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, p->snapshot - 1);
    for (int done = 0; done < MU_SQL_CHUNK && *row < (int64_t)gone->size * 8; ++*row) {
        if (!mu_bits_has(gone, *row))
            continue;
        sqlite3_bind_int64(stmt, 2, *row);
        if (mu_sql_done(p->store, stmt, err) < 0 || mu_pull_mark(p, &p->ended, *row, err) < 0)
            return -1;
        done++;
    }
    return 0;
}

static int end_unseen(struct mu_pull *p, struct mu_err *err)
{
    struct mu_bits gone = {0};
    int64_t unseen = 0, row = 0;
    int rc = 0;
    for (int kind = 0; rc == 0 && kind < MU_KINDS && unseen == 0; kind++)
        rc = mu_pull_unseen(p, (enum mu_kind)kind, &unseen, err);
    if (rc == 0 && unseen > 0)
        rc = find_gone(p, &gone, err);
    while (rc == 0 && row < (int64_t)gone.size * 8) {
        rc = mu_sql_begin(p->store, MU_SQL_LAZY, err);
        if (rc == 0)
            rc = mu_sql_end(p->store, retire_chunk(p, &gone, &row, err), err);
    }
    free(gone.bytes);
    return rc;
}

static int close_rows(struct mu_pull *p, enum mu_verdict verdict, struct mu_err *err)
{
    if (verdict == MU_VOID) {
        memset(p->added, 0, sizeof(p->added));
        p->changed = 0;
        return mu_undo_pull(p->store, p->finder.account, p->snapshot, p->base, err);
    }
    if (mu_pull_flush(p, err) < 0)
        return -1;
    return verdict == MU_COMPLETE ? end_unseen(p, err) : 0;
}

static int update_snapshot(struct mu_pull *p, enum mu_verdict verdict, const char *evidence,
                           struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(p->store, sql_finish, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, p->snapshot);
    sqlite3_bind_int64(stmt, 2, mu_now());
    sqlite3_bind_int(stmt, 3, (int)verdict);
    mu_sql_text(stmt, 4, evidence);
    for (int kind = 0; kind < MU_KINDS; kind++)
        sqlite3_bind_int64(stmt, 5 + kind, p->start[kind] + p->added[kind] - p->gone[kind]);
    sqlite3_bind_int64(stmt, 9, sum(p->added));
    sqlite3_bind_int64(stmt, 10, p->changed);
    sqlite3_bind_int64(stmt, 11, sum(p->gone));
    if (mu_sql_done(p->store, stmt, err) < 0)
        return -1;
    if (sqlite3_changes(p->store->db) != 1)
        return mu_fail(err, MU_E_CONFLICT,
                       "store %s: snapshot %" PRId64 " was taken back by another muster",
                       p->store->path, p->snapshot);
    return 0;
}

void mu_pull_free(struct mu_pull *p)
{
    struct mu_store *s = p->store;
    if (s->reading)
        mu_sql_rollback(s);
    s->pull = NULL;
    mu_batch_done(&p->batch);
    free(p->seen.bytes);
    free(p->ended.bytes);
    free(p->finder.filter);
    free(p);
}

/* A void one wrote nothing that is left. */
static int seal(struct mu_pull *p, enum mu_verdict verdict, struct mu_err *err)
{
    if (verdict == MU_VOID)
        mu_seal_begin(&p->sealing);
    for (int64_t row = 0; verdict != MU_VOID && row < (int64_t)p->ended.size * 8; row++)
        if (mu_bits_has(&p->ended, row))
            mu_seal_ended(&p->sealing, row);
    return mu_seal_put(p->store, p->snapshot, &p->sealing, err);
}

static int update(struct mu_pull *p, enum mu_verdict verdict, const char *evidence,
                  struct mu_err *err)
{
    return update_snapshot(p, verdict, evidence, err) < 0 ? -1 : seal(p, verdict, err);
}

static int finish(struct mu_pull *p, enum mu_verdict verdict, const char *evidence,
                  struct mu_err *err)
{
    if (close_rows(p, verdict, err) < 0 || mu_sql_begin(p->store, MU_SQL_LAZY, err) < 0 ||
        mu_sql_end(p->store, update(p, verdict, evidence, err), err) < 0)
        return -1;
    mu_store_settle(p->store);
    return 0;
}

int mu_pull_finish(struct mu_pull *p, enum mu_verdict verdict, const char *evidence,
                   struct mu_arena *arena, struct mu_snapshot *snap, struct mu_err *err)
{
    struct mu_store *s = p->store;
    int64_t id = p->snapshot;
    int rc = finish(p, verdict, evidence, err);
    mu_pull_free(p);
    if (rc < 0)
        return -1;
    return mu_snapshot_get(s, arena, NULL, id, snap, err) < 0 ? -1 : 0;
}

static int forget_snapshot(struct mu_pull *p, struct mu_err *err)
{
    static const char sql[] = "DELETE FROM snapshot WHERE id = ?1 AND open = 1";
    sqlite3_stmt *stmt = mu_sql(p->store, sql, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, p->snapshot);
    return mu_sql_done(p->store, stmt, err);
}

/* What fails here (a full disk, most likely) is left to the next pull of the account. */
void mu_pull_abort(struct mu_pull *p)
{
    struct mu_err ignored = MU_ERR_INIT;
    if (!p)
        return;
    if (mu_undo_pull(p->store, p->finder.account, p->snapshot, p->base, &ignored) == 0 &&
        mu_sql_begin(p->store, MU_SQL_LAZY, &ignored) == 0)
        mu_sql_end(p->store, forget_snapshot(p, &ignored), &ignored);
    mu_pull_free(p);
}
