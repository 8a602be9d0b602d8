/* SPDX-License-Identifier: Apache-2.0 */
/* The journal's chain computed again, and what a snapshot's entries come to. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "model/schema.h"
#include "store/chain.h"
#include "store/seal.h"

enum { SUPERSEDED = MU_CHAINED };

/* Only numbers are sorted; rows are looked up one by one. */
static const char sql_order[] =
    "SELECT n, 0, id FROM run UNION ALL SELECT n, 1, id FROM step"
    " UNION ALL SELECT n, 2, id FROM outcome UNION ALL SELECT n, 3, id FROM seal"
    " UNION ALL SELECT n, 4, n FROM superseded ORDER BY 1";
static const char sql_superseded[] = "SELECT n, row, link FROM superseded WHERE n = ?1";

struct place {
    int64_t n;
    int table;
    int64_t id;
};

struct verifying {
    struct mu_store *store;
    struct mu_arena *arena;
    const char *noted;
    struct mu_link last; /* of the rows that fit */
    struct mu_buf row;
    struct mu_chain_check *check;
};

static const char *name(struct mu_arena *arena, const struct place *at)
{
    static const char *const parts[] = {
        [MU_CHAINED_STEP] = "the intent", [MU_CHAINED_OUTCOME] = "the outcome"};
    if (at->table == SUPERSEDED)
        return "an earlier form of a row that changed by right";
    if (at->table == MU_CHAINED_SEAL)
        return mu_printf(arena, "the seal of snapshot %" PRId64, at->id);
    if (at->table == MU_CHAINED_RUN)
        return mu_printf(arena, "run %" PRId64, at->id);
    return mu_printf(arena, "%s of step %" PRId64 " of run %" PRId64, parts[at->table],
                     at->id & MU_STEPS_MAX, at->id >> 24);
}

/* What follows is 0: the table has no such row, or nothing there that could be one. */
static int read_superseded(struct verifying *v, int64_t n, struct mu_link *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(v->store, sql_superseded, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, n);
    int rc = mu_sql_step(v->store, stmt, err);
    if (rc != 1)
        return rc;
    bool right = mu_chain_place(stmt, ret) && sqlite3_column_type(stmt, 1) == SQLITE_BLOB;
    mu_buf_reset(&v->row);
    if (right)
        mu_buf_add(&v->row, sqlite3_column_blob(stmt, 1), (size_t)sqlite3_column_bytes(stmt, 1));
    sqlite3_reset(stmt);
    return right;
}

static int read_row(struct verifying *v, const struct place *at, struct mu_link *ret,
                    struct mu_err *err)
{
    if (at->table == SUPERSEDED)
        return read_superseded(v, at->id, ret, err);
    sqlite3_stmt *stmt = mu_chain_select(v->store, (enum mu_chained)at->table, at->id, err);
    int rc = stmt ? mu_sql_step(v->store, stmt, err) : -1;
    if (rc != 1)
        return rc;
    bool right = mu_chain_take(stmt, (enum mu_chained)at->table, &v->row, ret);
    sqlite3_reset(stmt);
    return right;
}

static void note(struct verifying *v)
{
    char hex[MU_DIGEST_HEX];
    if (!v->noted || v->check->noted_at >= 0)
        return;
    mu_digest_hex(v->last.link, hex);
    if (mu_streq(hex, v->noted))
        v->check->noted_at = v->last.n;
}

/* 1: the row that says it is number n fits; 0: what is wrong with it went into check->broken. */
static int look(struct verifying *v, const struct place *at, struct mu_err *err)
{
    struct mu_link is = {.n = 0};
    uint8_t right[MU_DIGEST_LEN] = {0};
    struct mu_chain_check *check = v->check;
    if (at->n > v->last.n + 1)
        check->broken = mu_printf(v->arena, "row %" PRId64 " is missing; the next one there is %s",
                                  v->last.n + 1, name(v->arena, at));
    else if (at->n <= v->last.n)
        check->broken =
            mu_printf(v->arena, "%s was inserted or moved: there is another row %" PRId64,
                      name(v->arena, at), at->n);
    if (check->broken)
        return 0;
    int rc = read_row(v, at, &is, err);
    if (rc < 0)
        return -1;
    if (rc == 1)
        mu_chain_after(&v->last, &v->row, right);
    if (rc == 0 || is.n != at->n || memcmp(right, is.link, sizeof(right)) != 0) {
        check->broken =
            mu_printf(v->arena, "row %" PRId64 " was changed: %s", at->n, name(v->arena, at));
        return 0;
    }
    v->last = is;
    note(v);
    return 1;
}

static int look_at_head(struct verifying *v, struct mu_err *err)
{
    struct mu_link head = {.n = 0};
    if (mu_chain_last(v->store, &head, err) < 0)
        return -1;
    if (head.n > v->last.n)
        v->check->broken =
            mu_printf(v->arena, "row %" PRId64 " is missing, and with it all up to row %" PRId64,
                      v->last.n + 1, head.n);
    else if (head.n < v->last.n)
        v->check->broken =
            mu_printf(v->arena, "row %" PRId64 " was added behind the head", head.n + 1);
    else if (memcmp(head.link, v->last.link, MU_DIGEST_LEN) != 0)
        v->check->broken = "the head isn't the last row's";
    return 0;
}

static int walk(struct verifying *v, struct mu_err *err)
{
    sqlite3_stmt *order = mu_sql(v->store, sql_order, err);
    int rc, fits = 1;
    if (!order)
        return -1;
    note(v);
    while ((rc = mu_sql_step(v->store, order, err)) == 1) {
        const struct place at = {.n = sqlite3_column_int64(order, 0),
                                 .table = sqlite3_column_int(order, 1),
                                 .id = sqlite3_column_int64(order, 2)};
        if ((fits = look(v, &at, err)) != 1)
            break;
    }
    sqlite3_reset(order);
    v->check->fit = v->last.n;
    if (rc < 0 || fits < 0)
        return -1;
    return fits == 0 ? 0 : look_at_head(v, err);
}

int mu_chain_verify(struct mu_store *s, struct mu_arena *arena, const char *noted,
                    struct mu_chain_check *ret, struct mu_err *err)
{
    struct mu_chain_check check = {.noted_at = -1};
    struct verifying v = {.store = s,
                          .arena = arena,
                          .noted = noted,
                          .row = MU_BUF_INIT(MU_BUF_MAX),
                          .check = &check};
    if (mu_sql_exec(s, "BEGIN", err) < 0)
        return -1;
    int rc = mu_chain_head(s, &check.head, err) < 0 || walk(&v, err) < 0 ? -1 : 0;
    if (rc == 0 && !check.broken)
        rc = mu_seal_verify(s, arena, &check.sealed, &check.broken_seal, err);
    sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    mu_buf_done(&v.row);
    if (rc == 0)
        *ret = check;
    return rc;
}

/* ---- snapshots ---- */

static int digest_kind(struct mu_store *s, const struct mu_snapshot *snap, enum mu_kind kind,
                       struct mu_digesting *d, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf value = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_rows *rows;
    struct mu_entry e;
    int rc;
    const char *name = mu_schema_of(kind)->name;
    if (mu_rows_open(s, snap->account, snap->id, kind, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &e, err)) == 1) {
        mu_buf_reset(&value);
        mu_chain_text(&value, name, strlen(name));
        mu_chain_text(&value, e.id, strlen(e.id));
        mu_chain_text(&value, e.body, e.body_len);
        mu_digest_add(d, value.data, value.len);
    }
    mu_rows_close(rows);
    return rc;
}

int mu_snapshot_digest(struct mu_store *s, const struct mu_snapshot *snap,
                       char ret_hex[MU_DIGEST_HEX], struct mu_err *err)
{
    struct mu_digesting d;
    uint8_t digest[MU_DIGEST_LEN];
    mu_digest_begin(&d);
    for (int kind = 0; kind < MU_KINDS; kind++)
        if (digest_kind(s, snap, (enum mu_kind)kind, &d, err) < 0)
            return -1;
    mu_digest_end(&d, digest);
    mu_digest_hex(digest, ret_hex);
    return 0;
}
