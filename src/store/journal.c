/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: what was about to be written to a target, and what became of it. */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/time.h"
#include "store/sqlite.h"

static const char sql_intent[] =
    "INSERT INTO step(id, op, inverse, at, n, link) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
static const char sql_outcome[] = "INSERT INTO outcome(id, done, detail, at, n, link)"
                                  " SELECT id, ?2, ?3, ?4, ?5, ?6 FROM step WHERE id = ?1";
static const char sql_settled[] =
    "UPDATE outcome SET done = ?2, detail = ?3, at = ?4, n = ?5, link = ?6 WHERE id = ?1";
#define STEP_COLUMNS                                                                   \
    "SELECT step.id >> 24, step.id & 16777215, op, inverse, coalesce(done, 'intent')," \
    " detail, coalesce(outcome.at, step.at) "
static const char sql_steps[] =
    STEP_COLUMNS "FROM step LEFT JOIN outcome ON outcome.id = step.id"
                 " WHERE step.id " MU_SQL_STEPS_OF("?1") " ORDER BY step.id";
static const char sql_doubtful[] =
    STEP_COLUMNS "FROM run CROSS JOIN step ON step.id " MU_SQL_STEPS_OF(
        "run.id") " LEFT JOIN outcome ON outcome.id = step.id"
                  " WHERE run.sync = ?1 AND (run.status = 'running' OR run.doubts > 0)"
                  " AND coalesce(outcome.done, 'doubt') = 'doubt' ORDER BY step.id";

static const char *const outcomes[] = {[MU_DONE_OK] = "ok",
                                       [MU_DONE_FAILED] = "failed",
                                       [MU_DONE_STALE] = "stale",
                                       [MU_DONE_SKIPPED] = "skipped",
                                       [MU_DONE_DOUBT] = "doubt"};

int mu_journal_begin(struct mu_store *s, struct mu_err *err)
{
    mu_assert(!s->journal && !s->pull);
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    s->journal = true;
    return 0;
}

int mu_journal_commit(struct mu_store *s, struct mu_err *err)
{
    mu_assert(s->journal);
    int rc = mu_sql_begin(s, MU_SQL_DURABLE, err) < 0 || mu_chain_save(s, err) < 0 ? -1 : 0;
    s->journal = false;
    return mu_sql_end(s, rc, err);
}

void mu_journal_abort(struct mu_store *s)
{
    if (s->journal)
        mu_sql_rollback(s);
}

static int64_t number(int64_t run, int seq)
{
    return (run << 24) + seq;
}

static int check_intent(int seq, const struct mu_buf *op, const struct mu_buf *inverse,
                        struct mu_err *err)
{
    if (seq < 0 || seq > MU_STEPS_MAX)
        return mu_fail(err, MU_E_LIMIT, "operation %d: a run has at most %d", seq, MU_STEPS_MAX);
    if (op->full || inverse->full || op->len > MU_BODY_BYTES_MAX ||
        inverse->len > MU_BODY_BYTES_MAX)
        return mu_fail(err, MU_E_LIMIT, "operation %d is longer than %d bytes", seq,
                       MU_BODY_BYTES_MAX);
    return 0;
}

static int link_intent(struct mu_store *s, int64_t id, const struct mu_buf *op,
                       const struct mu_buf *inverse, int64_t at, struct mu_link *ret,
                       struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf row = MU_BUF_INIT(MU_BUF_MAX);
    if (mu_chain_row(s, MU_CHAINED_STEP, &row, err) < 0)
        return -1;
    mu_chain_int(&row, id);
    mu_chain_text(&row, op->data, op->len);
    mu_chain_text(&row, inverse->len > 0 ? inverse->data : NULL, inverse->len);
    mu_chain_int(&row, at);
    mu_chain_link(s, &row, ret);
    return 0;
}

static int insert_intent(struct mu_store *s, int64_t run, int seq, const struct mu_buf *op,
                         const struct mu_buf *inverse, struct mu_err *err)
{
    struct mu_link link;
    int64_t id = number(run, seq), at = mu_now();
    sqlite3_stmt *stmt = mu_sql(s, sql_intent, err);
    if (!stmt || check_intent(seq, op, inverse, err) < 0 ||
        link_intent(s, id, op, inverse, at, &link, err) < 0)
        return -1;
    sqlite3_bind_int64(stmt, 1, id);
    sqlite3_bind_text(stmt, 2, op->data, (int)op->len, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, inverse->len > 0 ? inverse->data : NULL, (int)inverse->len,
                      SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 4, at);
    mu_chain_bind(stmt, 5, &link);
    if (mu_sql_done(s, stmt, err) == 0) {
        mu_chain_moved(s, &link);
        return 0;
    }
    if (err->code == MU_E_CONFLICT)
        mu_fail(err, MU_E_CONFLICT, "store %s: run %" PRId64 " has a step %d already", s->path, run,
                seq);
    return -1;
}

int mu_journal_intent(struct mu_store *s, int64_t run, const struct mu_op *op,
                      const struct mu_op *inverse, struct mu_err *err)
{
    struct mu_buf forth = MU_BUF_INIT(MU_BUF_MAX), back = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_assert(s->journal);
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0)
        return -1;
    mu_jw_init(&w, &forth, false);
    mu_op_json(op, &w);
    if (inverse) {
        mu_jw_init(&w, &back, false);
        mu_op_json(inverse, &w);
    }
    int rc = insert_intent(s, run, op->seq, &forth, &back, err);
    mu_buf_done(&forth);
    mu_buf_done(&back);
    return rc;
}

struct ending {
    int64_t id, at;
    const char *done, *detail;
    struct mu_link link;
};

static int link_outcome(struct mu_store *s, struct ending *e, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf row = MU_BUF_INIT(MU_BUF_MAX);
    if (mu_chain_row(s, MU_CHAINED_OUTCOME, &row, err) < 0)
        return -1;
    mu_chain_int(&row, e->id);
    mu_chain_text(&row, e->done, strlen(e->done));
    mu_chain_text(&row, e->detail, e->detail ? strlen(e->detail) : 0);
    mu_chain_int(&row, e->at);
    mu_chain_link(s, &row, &e->link);
    return 0;
}

/* How many rows were written. */
static int write_outcome(struct mu_store *s, const char *sql, const struct ending *e,
                         struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, e->id);
    mu_sql_text(stmt, 2, e->done);
    mu_sql_text(stmt, 3, e->detail);
    sqlite3_bind_int64(stmt, 4, e->at);
    mu_chain_bind(stmt, 5, &e->link);
    return mu_sql_done(s, stmt, err) < 0 ? -1 : sqlite3_changes(s->db);
}

/* May be called again for a step: doubt that is settled later. */
int mu_journal_outcome(struct mu_store *s, int64_t run, int seq, enum mu_done done,
                       const char *detail, struct mu_err *err)
{
    mu_assert(s->journal && (size_t)done < MU_LEN(outcomes));
    struct ending e = {
        .id = number(run, seq), .at = mu_now(), .done = outcomes[done], .detail = detail};
    struct mu_err again = MU_ERR_INIT;
    if (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0 || link_outcome(s, &e, err) < 0)
        return -1;
    int rows = write_outcome(s, sql_outcome, &e, &again);
    if (rows < 0 && again.code != MU_E_CONFLICT) {
        *err = again;
        return -1;
    }
    if (rows < 0 && mu_chain_supersede(s, MU_CHAINED_OUTCOME, e.id, err) == 0)
        rows = write_outcome(s, sql_settled, &e, err);
    if (rows > 0)
        mu_chain_moved(s, &e.link);
    if (rows == 0)
        mu_fail(err, MU_E_MISSING, "store %s: run %" PRId64 " has no step %d", s->path, run, seq);
    return rows > 0 ? 0 : -1;
}

struct mu_steps {
    struct mu_store *store;
    sqlite3_stmt *stmt;
};

static int open_steps(struct mu_store *s, const char *sql, struct mu_steps **ret,
                      struct mu_err *err)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
    if (rc != SQLITE_OK)
        return mu_sql_fail(s, rc, err);
    struct mu_steps *st = mu_xcalloc(1, sizeof(*st));
    *st = (struct mu_steps){.store = s, .stmt = stmt};
    *ret = st;
    return 0;
}

int mu_steps_open(struct mu_store *s, int64_t run, struct mu_steps **ret, struct mu_err *err)
{
    if (open_steps(s, sql_steps, ret, err) < 0)
        return -1;
    sqlite3_bind_int64((*ret)->stmt, 1, run);
    return 0;
}

int mu_steps_doubtful(struct mu_store *s, const char *sync, struct mu_steps **ret,
                      struct mu_err *err)
{
    if (open_steps(s, sql_doubtful, ret, err) < 0)
        return -1;
    sqlite3_bind_text((*ret)->stmt, 1, sync, -1, SQLITE_TRANSIENT);
    return 0;
}

int mu_steps_next(struct mu_steps *st, struct mu_step *ret, struct mu_err *err)
{
    int rc = mu_sql_step(st->store, st->stmt, err);
    if (rc != 1)
        return rc;
    *ret = (struct mu_step){
        .run = sqlite3_column_int64(st->stmt, 0),
        .seq = sqlite3_column_int(st->stmt, 1),
        .op = (const char *)sqlite3_column_text(st->stmt, 2),
        .inverse = (const char *)sqlite3_column_text(st->stmt, 3),
        .done = (const char *)sqlite3_column_text(st->stmt, 4),
        .detail = (const char *)sqlite3_column_text(st->stmt, 5),
        .at = sqlite3_column_int64(st->stmt, 6),
    };
    return 1;
}

void mu_steps_close(struct mu_steps *st)
{
    if (!st)
        return;
    sqlite3_finalize(st->stmt);
    free(st);
}
