/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pull: entries are compared with the live versions; those that are new or differ are written in
 * batches.
 *
 * Versions written by pull S have first = S, those it ends last = S - 1, so that all it did can be
 * told from its number (undo.c) and no reader of an older snapshot sees any of it.
 */
#include "store/pull.h"

#include <inttypes.h>
#include <string.h>

#include "base/time.h"

static const int64_t row_max = (int64_t)1 << 32;

static const char sql_open[] = "SELECT 1 FROM snapshot WHERE id = ?1 AND open = 1";
static const char sql_live[] = "SELECT row, id, body FROM entry INDEXED BY entry_live"
                               " WHERE account = ?1 AND kind = ?2 AND last IS NULL";
static const char sql_top[] = "SELECT coalesce(max(row), 0) FROM entry";
static const char sql_retire[] = "UPDATE entry SET last = ?1 WHERE row = ?2";
static const char sql_insert[] = "INSERT INTO entry(row, account, kind, id, first, hash, body, raw)"
                                 " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

/* ---- beginning ---- */

static int make_account(struct mu_store *s, const char *name, struct mu_err *err)
{
    static const char sql[] = "INSERT OR IGNORE INTO account(name) VALUES(?1)";
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return -1;
    mu_sql_text(stmt, 1, name);
    return mu_sql_done(s, stmt, err);
}

static int top_row(struct mu_store *s, int64_t *ret, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql_top, err);
    if (!stmt || mu_sql_step(s, stmt, err) < 0)
        return -1;
    *ret = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return 0;
}

/* What the newest finished snapshot left live; no need to count rows. */
static int load_start(struct mu_pull *p, struct mu_err *err)
{
    static const char sql[] = "SELECT users, groups, roles, memberships FROM snapshot"
                              " WHERE account = ?1 AND finished > 0 ORDER BY id DESC LIMIT 1";
    sqlite3_stmt *stmt = mu_sql(p->store, sql, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, p->finder.account);
    int rc = mu_sql_step(p->store, stmt, err);
    if (rc == 1) {
        for (int kind = 0; kind < MU_KINDS; kind++)
            p->start[kind] = sqlite3_column_int64(stmt, kind);
        sqlite3_reset(stmt);
    }
    return rc < 0 ? -1 : 0;
}

static int insert_snapshot(struct mu_pull *p, const char *mapping, struct mu_err *err)
{
    static const char sql[] =
        "INSERT INTO snapshot(account, started, mapping, base) VALUES(?1, ?2, ?3, ?4)";
    sqlite3_stmt *stmt = mu_sql(p->store, sql, err);
    if (!stmt || load_start(p, err) < 0 || top_row(p->store, &p->base, err) < 0)
        return -1;
    sqlite3_bind_int64(stmt, 1, p->finder.account);
    sqlite3_bind_int64(stmt, 2, mu_now());
    mu_sql_text(stmt, 3, mapping);
    sqlite3_bind_int64(stmt, 4, p->base);
    if (mu_sql_done(p->store, stmt, err) < 0)
        return -1;
    p->snapshot = sqlite3_last_insert_rowid(p->store->db);
    return 0;
}

static int begin(struct mu_pull *p, const char *account, const char *mapping, struct mu_err *err)
{
    struct mu_store *s = p->store;
    if (mu_sql_begin(s, MU_SQL_LAZY, err) < 0 ||
        mu_sql_end(s, make_account(s, account, err), err) < 0 ||
        mu_account_number(s, account, &p->finder.account, err) < 0 ||
        mu_undo_leftovers(s, p->finder.account, err) < 0 || mu_sql_begin(s, MU_SQL_LAZY, err) < 0)
        return -1;
    return mu_sql_end(s, insert_snapshot(p, mapping, err), err);
}

int mu_pull_begin(struct mu_store *s, const char *account, const char *mapping,
                  struct mu_pull **ret, struct mu_err *err)
{
    mu_assert(!s->pull && !s->journal);
    if (strlen(account) > MU_NAME_BYTES_MAX)
        return mu_fail(err, MU_E_LIMIT, "account %.64s...: name longer than %d bytes", account,
                       MU_NAME_BYTES_MAX);
    struct mu_pull *p = mu_xcalloc(1, sizeof(*p));
    p->store = s;
    p->finder.store = s;
    if (begin(p, account, mapping, err) < 0) {
        free(p);
        return -1;
    }
    mu_batch_init(&p->batch);
    mu_seal_begin(&p->sealing);
    for (int kind = 0; kind < MU_KINDS; kind++)
        p->finder.empty[kind] = p->start[kind] == 0;
    s->pull = p;
    *ret = p;
    return 0;
}

int64_t mu_pull_snapshot(const struct mu_pull *p)
{
    return p->snapshot;
}

int mu_pull_rest(struct mu_pull *p, struct mu_err *err)
{
    return mu_find_rest(&p->finder, err);
}

/* ---- putting ---- */

int mu_pull_mark(struct mu_pull *p, struct mu_bits *bits, int64_t row, struct mu_err *err)
{
    if (row < 1 || row > row_max)
        return mu_fail(err, MU_E_LIMIT,
                       "store %s: row %" PRId64 " is out of range (1 to %" PRId64 ")",
                       p->store->path, row, row_max);
    size_t at = (size_t)(row >> 3);
    if (at >= bits->size) {
        size_t size = at + at / 2 + 4096;
        bits->bytes = mu_xrealloc(bits->bytes, size);
        memset(bits->bytes + bits->size, 0, size - bits->size);
        bits->size = size;
    }
    bits->bytes[at] = (uint8_t)(bits->bytes[at] | 1u << (row & 7));
    return 0;
}

/* Refuses to go on after another muster has taken this pull for a dead one. */
static int check_open(struct mu_pull *p, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(p->store, sql_open, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, p->snapshot);
    int rc = mu_sql_step(p->store, stmt, err);
    if (rc == 1)
        sqlite3_reset(stmt);
    return rc != 0 ? rc
                   : mu_fail(err, MU_E_CONFLICT,
                             "store %s: snapshot %" PRId64 " was taken back by another muster",
                             p->store->path, p->snapshot);
}

static int retire(struct mu_pull *p, int64_t row, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(p->store, sql_retire, err);
    if (!stmt)
        return -1;
    sqlite3_bind_int64(stmt, 1, p->snapshot - 1);
    sqlite3_bind_int64(stmt, 2, row);
    return mu_sql_done(p->store, stmt, err);
}

static int insert(struct mu_pull *p, sqlite3_stmt *stmt, const struct mu_waiting *w, int64_t row,
                  struct mu_err *err)
{
    const struct mu_entry *e = &w->entry;
    sqlite3_bind_int64(stmt, 1, row);
    sqlite3_bind_int64(stmt, 2, p->finder.account);
    sqlite3_bind_int(stmt, 3, (int)e->kind);
    mu_sql_text(stmt, 4, e->id);
    sqlite3_bind_int64(stmt, 5, p->snapshot);
    sqlite3_bind_blob(stmt, 6, w->hash, MU_HASH_LEN, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 7, e->body, (int)e->body_len, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 8, e->raw, (int)e->raw_len, SQLITE_STATIC);
    mu_find_wrote(&p->finder, e);
    return mu_sql_done(p->store, stmt, err);
}

static int write_batch(struct mu_pull *p, struct mu_err *err)
{
    int64_t row;
    sqlite3_stmt *stmt = mu_sql(p->store, sql_insert, err);
    if (!stmt || check_open(p, err) < 0 || top_row(p->store, &row, err) < 0)
        return -1;
    if (row < p->base)
        row = p->base;
    for (size_t i = 0; i < p->batch.count; i++) {
        const struct mu_waiting *w = p->batch.rows[i];
        if (w->replaces &&
            (retire(p, w->replaces, err) < 0 || mu_pull_mark(p, &p->ended, w->replaces, err) < 0))
            return -1;
        if (mu_pull_mark(p, &p->seen, ++row, err) < 0 || insert(p, stmt, w, row, err) < 0)
            return -1;
        mu_seal_wrote(&p->sealing, row, &w->entry);
    }
    return 0;
}

int mu_pull_flush(struct mu_pull *p, struct mu_err *err)
{
    if (p->batch.count == 0)
        return 0;
    if (mu_sql_begin(p->store, MU_SQL_LAZY, err) < 0 ||
        mu_sql_end(p->store, write_batch(p, err), err) < 0)
        return -1;
    mu_batch_reset(&p->batch);
    return 0;
}

static int check_entry(const struct mu_entry *e, struct mu_err *err)
{
    size_t len = e->id ? strnlen(e->id, MU_ID_MAX + 1) : 0;
    mu_assert((unsigned)e->kind < MU_KINDS && e->body);
    if (len > 0 && len <= MU_ID_MAX && e->body_len <= MU_BODY_BYTES_MAX &&
        e->raw_len <= MU_BODY_BYTES_MAX)
        return 0;
    const char *kind = mu_schema_of(e->kind)->name;
    if (len == 0)
        mu_fail(err, MU_E_DATA, "%s without an id", kind);
    else if (len > MU_ID_MAX)
        mu_fail(err, MU_E_DATA, "%s with an id of more than %d bytes", kind, MU_ID_MAX);
    else
        mu_fail(err, MU_E_LIMIT, "%s of more than %d bytes", kind, MU_BODY_BYTES_MAX);
    err->blast = MU_HITS_RECORD;
    return -1;
}

static int add(struct mu_pull *p, const struct mu_entry *e, const uint8_t hash[MU_HASH_LEN],
               int64_t replaces, struct mu_err *err)
{
    mu_batch_add(&p->batch, e, hash, replaces);
    if (replaces)
        p->changed++;
    else
        p->added[e->kind]++;
    return mu_batch_full(&p->batch) ? mu_pull_flush(p, err) : 0;
}

int mu_pull_put(struct mu_pull *p, const struct mu_entry *entry, enum mu_put *ret, bool *ret_equal,
                struct mu_err *err)
{
    uint8_t hash[MU_HASH_LEN];
    struct mu_live live = {0};
    if (check_entry(entry, err) < 0)
        return -1;
    mu_hash(p->store->key, entry->body, entry->body_len, hash);
    const struct mu_waiting *waiting = mu_batch_find(&p->batch, entry->kind, entry->id);
    int found = waiting ? 0 : mu_find_live(&p->finder, entry, hash, &live, err);
    if (found < 0)
        return -1;
    if (waiting || (found && mu_bits_has(&p->seen, live.row))) {
        *ret_equal = waiting ? memcmp(waiting->hash, hash, MU_HASH_LEN) == 0 : live.same;
        *ret = MU_PUT_REPEATED;
        return 0;
    }
    if (found && mu_pull_mark(p, &p->seen, live.row, err) < 0)
        return -1;
    p->found[entry->kind] += found;
    if (!live.same && add(p, entry, hash, live.row, err) < 0)
        return -1;
    *ret = live.same ? MU_PUT_SAME : found ? MU_PUT_CHANGED : MU_PUT_NEW;
    return 0;
}

int mu_pull_unseen(struct mu_pull *p, enum mu_kind kind, int64_t *ret, struct mu_err *err)
{
    mu_assert((unsigned)kind < MU_KINDS);
    if (p->found[kind] > p->start[kind])
        return mu_fail(err, MU_E_IO,
                       "store %s: damaged (snapshots and entries disagree on a count)",
                       p->store->path);
    *ret = p->start[kind] - p->found[kind];
    return 0;
}

int mu_pull_each_unseen(struct mu_pull *p, enum mu_kind kind,
                        void (*each)(void *arg, const struct mu_entry *entry), void *arg,
                        struct mu_err *err)
{
    int64_t unseen = 0;
    int rc;
    if (mu_pull_flush(p, err) < 0 || mu_pull_unseen(p, kind, &unseen, err) < 0)
        return -1;
    sqlite3_stmt *stmt = unseen > 0 ? mu_sql(p->store, sql_live, err) : NULL;
    if (!stmt)
        return unseen > 0 ? -1 : 0;
    sqlite3_bind_int64(stmt, 1, p->finder.account);
    sqlite3_bind_int(stmt, 2, (int)kind);
    while ((rc = mu_sql_step(p->store, stmt, err)) == 1) {
        if (mu_bits_has(&p->seen, sqlite3_column_int64(stmt, 0)))
            continue;
        struct mu_entry entry = {.kind = kind,
                                 .id = (const char *)sqlite3_column_text(stmt, 1),
                                 .body = (const char *)sqlite3_column_text(stmt, 2),
                                 .body_len = (size_t)sqlite3_column_bytes(stmt, 2)};
        each(arg, &entry);
    }
    return rc;
}
