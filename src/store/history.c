/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of an entry, and the steps about it. */
#include "store/history.h"

#include "base/json.h"
#include "store/sqlite.h"

static const char sql_of_one[] =
    "SELECT id, body, raw, first, NULL FROM entry INDEXED BY entry_live"
    " WHERE account = ?1 AND kind = ?2 AND id = ?3 AND last IS NULL"
    " UNION ALL SELECT id, body, raw, first, last FROM entry INDEXED BY entry_past"
    " WHERE account = ?1 AND kind = ?2 AND id = ?3 AND last IS NOT NULL ORDER BY first DESC";
static const char sql_ended[] =
    "SELECT id, body, raw, first, last FROM entry INDEXED BY entry_past"
    " WHERE account = ?1 AND kind = ?2 AND last IS NOT NULL ORDER BY last DESC";

/* ?2 and ?3 are pieces of what mu_op_json writes: cheaper than parsing each operation. */
static const char sql_trail[] =
    "SELECT run.id, run.snapshot, step.id & 16777215, op, inverse, coalesce(done, 'intent'),"
    " detail, coalesce(outcome.at, step.at)"
    " FROM run CROSS JOIN step ON step.id " MU_SQL_STEPS_OF(
        "run.id") " LEFT JOIN outcome ON outcome.id = step.id"
                  " WHERE run.sync = ?1 AND instr(op, ?2) AND instr(op, ?3)"
                  " AND (?4 = 0 OR run.snapshot <= ?4) ORDER BY run.id DESC, step.id DESC";

struct mu_versions {
    struct mu_store *store;
    sqlite3_stmt *stmt;
    bool kept; /* the statement is the handle's, not ours */
    enum mu_kind kind;
};

struct mu_trail {
    struct mu_store *store;
    sqlite3_stmt *stmt;
};

static int prepare(struct mu_store *s, const char *sql, sqlite3_stmt **ret, struct mu_err *err)
{
    int rc = sqlite3_prepare_v2(s->db, sql, -1, ret, NULL);
    return rc == SQLITE_OK ? 0 : mu_sql_fail(s, rc, err);
}

/* Many entries are asked for one after another: their statement is kept, unless it is in use. */
static int prepare_versions(struct mu_store *s, bool one, sqlite3_stmt **ret, bool *ret_kept,
                            struct mu_err *err)
{
    *ret = one ? mu_sql(s, sql_of_one, err) : NULL;
    if (one && !*ret)
        return -1;
    *ret_kept = one && !sqlite3_stmt_busy(*ret);
    return *ret_kept ? 0 : prepare(s, one ? sql_of_one : sql_ended, ret, err);
}

int mu_versions_open(struct mu_store *s, const char *account, enum mu_kind kind, const char *id,
                     struct mu_versions **ret, struct mu_err *err)
{
    int64_t number;
    sqlite3_stmt *stmt = NULL;
    bool kept;
    if (mu_account_number(s, account, &number, err) < 0 ||
        prepare_versions(s, id != NULL, &stmt, &kept, err) < 0)
        return -1;
    sqlite3_bind_int64(stmt, 1, number);
    sqlite3_bind_int(stmt, 2, (int)kind);
    if (id)
        mu_sql_text(stmt, 3, id);
    struct mu_versions *v = mu_xcalloc(1, sizeof(*v));
    *v = (struct mu_versions){.store = s, .stmt = stmt, .kept = kept, .kind = kind};
    *ret = v;
    return 0;
}

int mu_versions_next(struct mu_versions *v, struct mu_version *ret, struct mu_err *err)
{
    int rc = mu_sql_step(v->store, v->stmt, err);
    if (rc != 1)
        return rc;
    bool live = sqlite3_column_type(v->stmt, 4) == SQLITE_NULL;
    *ret = (struct mu_version){
        .entry = {.kind = v->kind,
                  .id = (const char *)sqlite3_column_text(v->stmt, 0),
                  .body = (const char *)sqlite3_column_text(v->stmt, 1),
                  .body_len = (size_t)sqlite3_column_bytes(v->stmt, 1),
                  .raw = (const char *)sqlite3_column_text(v->stmt, 2),
                  .raw_len = (size_t)sqlite3_column_bytes(v->stmt, 2)},
        .first = sqlite3_column_int64(v->stmt, 3),
        .ended = live ? 0 : sqlite3_column_int64(v->stmt, 4) + 1,
    };
    return 1;
}

void mu_versions_close(struct mu_versions *v)
{
    if (!v)
        return;
    if (v->kept)
        sqlite3_reset(v->stmt);
    else
        sqlite3_finalize(v->stmt);
    free(v);
}

/* `"key":"value"` as the writer of operations writes it. */
static void bind_member(sqlite3_stmt *stmt, int at, const char *key, const char *value)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    mu_jw_key(&w, key);
    mu_jw_str(&w, value);
    sqlite3_bind_text(stmt, at, text.data + 1, (int)text.len - 1, SQLITE_TRANSIENT);
}

int mu_trail_open(struct mu_store *s, const char *sync, enum mu_kind kind, const char *id,
                  int64_t snapshot, struct mu_trail **ret, struct mu_err *err)
{
    sqlite3_stmt *stmt;
    if (prepare(s, sql_trail, &stmt, err) < 0)
        return -1;
    mu_sql_text(stmt, 1, sync);
    bind_member(stmt, 2, "id", id);
    bind_member(stmt, 3, "kind", mu_schema_of(kind)->name);
    sqlite3_bind_int64(stmt, 4, snapshot);
    struct mu_trail *t = mu_xcalloc(1, sizeof(*t));
    *t = (struct mu_trail){.store = s, .stmt = stmt};
    *ret = t;
    return 0;
}

int mu_trail_next(struct mu_trail *t, struct mu_trail_step *ret, struct mu_err *err)
{
    int rc = mu_sql_step(t->store, t->stmt, err);
    if (rc != 1)
        return rc;
    *ret = (struct mu_trail_step){
        .run = sqlite3_column_int64(t->stmt, 0),
        .snapshot = sqlite3_column_int64(t->stmt, 1),
        .step = {.seq = sqlite3_column_int(t->stmt, 2),
                 .op = (const char *)sqlite3_column_text(t->stmt, 3),
                 .inverse = (const char *)sqlite3_column_text(t->stmt, 4),
                 .done = (const char *)sqlite3_column_text(t->stmt, 5),
                 .detail = (const char *)sqlite3_column_text(t->stmt, 6),
                 .at = sqlite3_column_int64(t->stmt, 7)},
    };
    return 1;
}

void mu_trail_close(struct mu_trail *t)
{
    if (!t)
        return;
    sqlite3_finalize(t->stmt);
    free(t);
}
