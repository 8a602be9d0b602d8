/* SPDX-License-Identifier: Apache-2.0 */
/* Runs: one execution of a plan each, with what came of it. */
#include <inttypes.h>

#include "base/time.h"
#include "store/sqlite.h"

/* clang-format off */
#define OUTCOMES "(SELECT count(*) FROM outcome WHERE id " MU_SQL_STEPS_OF("run.id")
#define COUNT(which) OUTCOMES " AND done IN (" which "))"

/*
 * A stale operation was not done because the target differs from the plan, one in doubt may have
 * been: both count as failed.
 */
#define FAILED "'failed', 'stale', 'doubt'"

/* A finished run keeps its counts; of one that is running or was cut they are counted. */
#define COLUMNS \
    "SELECT id, sync, command, plan, mapping, undoes, snapshot, started, finished, status, planned," \
    " CASE WHEN finished THEN ok ELSE " COUNT("'ok'") " END," \
    " CASE WHEN finished THEN failed ELSE " COUNT(FAILED) " END," \
    " CASE WHEN finished THEN skipped ELSE " COUNT("'skipped'") " END FROM run "

/* What was neither done nor refused was skipped: operations a stopped run never reached have no
 * outcome of their own. */
#define SET_COUNTS \
    "ok = " COUNT("'ok'") ", failed = " COUNT(FAILED) \
    ", skipped = max(0, planned - " COUNT("'ok', " FAILED) ")"

/* Steps without a known end. */
#define DOUBTS \
    "(SELECT count(*) FROM step WHERE id " MU_SQL_STEPS_OF("run.id") ")" \
    " - " OUTCOMES " AND done <> 'doubt')"

/* Runs of sync ?1 with operations that may or may not have reached the target. */
#define DOUBTFUL "sync = ?1 AND (status = 'running' OR doubts > 0)"
/* clang-format on */

static const char sql_begin[] =
    "INSERT INTO run(sync, command, plan, mapping, undoes, snapshot, started, planned, status, n,"
    " link) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'running', 0, x'')";
static const char sql_end[] =
    "UPDATE run SET status = ?2, finished = ?3, " SET_COUNTS ", doubts = " DOUBTS " WHERE id = ?1";
static const char sql_doubtful[] = "SELECT count(*) FROM run WHERE " DOUBTFUL;
static const char sql_next_doubtful[] =
    "SELECT id FROM run WHERE " DOUBTFUL " AND id > ?2 ORDER BY id LIMIT 1";
static const char sql_settled[] =
    "UPDATE run SET status = CASE status WHEN 'running' THEN 'cut' ELSE status END,"
    " finished = CASE finished WHEN 0 THEN ?2 ELSE finished END, " SET_COUNTS
    ", doubts = 0 WHERE id = ?1";
static const char sql_one[] = COLUMNS "WHERE id = ?1";
static const char sql_list[] = COLUMNS "ORDER BY id DESC LIMIT ?1";

int mu_run_begin(struct mu_store *s, const struct mu_run *begun, int64_t *ret_run,
                 struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_begin, err);
    if (!stmt || mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    mu_sql_text(stmt, 1, begun->sync);
    mu_sql_text(stmt, 2, begun->command);
    mu_sql_text(stmt, 3, begun->plan);
    mu_sql_text(stmt, 4, begun->mapping);
    sqlite3_bind_int64(stmt, 5, begun->undoes);
    sqlite3_bind_int64(stmt, 6, begun->snapshot);
    sqlite3_bind_int64(stmt, 7, mu_now());
    sqlite3_bind_int64(stmt, 8, begun->planned);
    int rc = mu_sql_done(s, stmt, err);
    int64_t run = sqlite3_last_insert_rowid(s->db);
    if (rc == 0 && (mu_chain_seal(s, MU_CHAINED_RUN, run, err) < 0 || mu_chain_save(s, err) < 0))
        rc = -1;
    if (mu_sql_end(s, rc, err) < 0)
        return -1;
    *ret_run = run;
    return 0;
}

int mu_run_doubtful(struct mu_store *s, const char *sync, int64_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_doubtful, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    if (mu_sql_step(s, stmt, err) < 0)
        return -1;
    *ret_count = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return 0;
}

static int change(struct mu_store *s, sqlite3_stmt *stmt, int64_t run, struct mu_err *err)
{
    if (mu_chain_supersede(s, MU_CHAINED_RUN, run, err) < 0 || mu_sql_done(s, stmt, err) < 0)
        return -1;
    return mu_chain_seal(s, MU_CHAINED_RUN, run, err);
}

static int next_doubtful(struct mu_store *s, const char *sync, int64_t *run, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_next_doubtful, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, sync);
    sqlite3_bind_int64(stmt, 2, *run);
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1) {
        *run = sqlite3_column_int64(stmt, 0);
        sqlite3_reset(stmt);
    }
    return rc;
}

static int settle(struct mu_store *s, const char *sync, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_settled, err);
    int64_t run = 0;
    int rc;
    if (!stmt)
        return -1;
    while ((rc = next_doubtful(s, sync, &run, err)) == 1) {
        sqlite3_bind_int64(stmt, 1, run);
        sqlite3_bind_int64(stmt, 2, mu_now());
        if (change(s, stmt, run, err) < 0)
            return -1;
    }
    return rc < 0 ? -1 : mu_chain_save(s, err);
}

int mu_run_settled(struct mu_store *s, const char *sync, struct mu_err *err)
{
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    return mu_sql_end(s, settle(s, sync, err), err);
}

static int end(struct mu_store *s, int64_t run, const char *status, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_end, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, run);
    mu_sql_text(stmt, 2, status);
    sqlite3_bind_int64(stmt, 3, mu_now());
    return change(s, stmt, run, err) < 0 ? -1 : mu_chain_save(s, err);
}

/* A journal transaction left open by a failure is part of what happened, and is kept. */
int mu_run_end(struct mu_store *s, int64_t run, const char *status, struct mu_err *err)
{
    if (s->journal && mu_journal_commit(s, err) < 0)
        return -1;
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    return mu_sql_end(s, end(s, run, status, err), err);
}

static int take_row(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                    struct mu_err *err)
{
    struct mu_run *ret = item;
    (void)s, (void)err;
    *ret = (struct mu_run){
        .id = sqlite3_column_int64(stmt, 0),
        .sync = mu_sql_dup(stmt, 1, arena),
        .command = mu_sql_dup(stmt, 2, arena),
        .plan = mu_sql_dup(stmt, 3, arena),
        .mapping = mu_sql_dup(stmt, 4, arena),
        .undoes = sqlite3_column_int64(stmt, 5),
        .snapshot = sqlite3_column_int64(stmt, 6),
        .started = sqlite3_column_int64(stmt, 7),
        .finished = sqlite3_column_int64(stmt, 8),
        .status = mu_sql_dup(stmt, 9, arena),
        .planned = sqlite3_column_int64(stmt, 10),
        .ok = sqlite3_column_int64(stmt, 11),
        .failed = sqlite3_column_int64(stmt, 12),
        .skipped = sqlite3_column_int64(stmt, 13),
    };
    return 0;
}

int mu_run_list(struct mu_store *s, struct mu_arena *arena, int limit, struct mu_run **ret,
                size_t *ret_count, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_list, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int(stmt, 1, limit > 0 ? limit : -1);
    struct mu_run *list = mu_sql_list(s, stmt, arena, sizeof(*list), take_row, ret_count, err);
    if (!list)
        return -1;
    *ret = list;
    return 0;
}

int mu_run_get(struct mu_store *s, struct mu_arena *arena, int64_t id, struct mu_run *ret,
               struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_one, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, id);
    int rc = mu_sql_step(s, stmt, err);
    if (rc == 1) {
        rc = take_row(s, stmt, arena, ret, err) < 0 ? -1 : 1;
        sqlite3_reset(stmt);
    }
    return rc;
}
