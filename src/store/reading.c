/* SPDX-License-Identifier: Apache-2.0 */
/* Reading as a server does: pieces of a snapshot, lent, through statements that stay prepared. */
#include <string.h>

#include "store/sqlite.h"

/* Two ordered walks, merged by SQLite, as in rows.c; a record of the source that nobody asks for is
 * not even looked up. */
#define LIVE "account = ?1 AND kind = ?2 AND last IS NULL AND first <= ?3"
#define PAST "account = ?1 AND kind = ?2 AND last >= ?3 AND first <= ?3"
#define WALK(columns, beyond, order)                                         \
    "SELECT " columns " FROM entry INDEXED BY entry_live WHERE " LIVE beyond \
    " UNION ALL SELECT " columns " FROM entry INDEXED BY entry_past WHERE " PAST beyond order

static const char sql_forwards[] = WALK("id, body, NULL", " AND id > ?4", " ORDER BY 1");
static const char sql_forwards_raw[] = WALK("id, body, raw", " AND id > ?4", " ORDER BY 1");
static const char sql_backwards[] = WALK("id, body, NULL", " AND id < ?4", " ORDER BY 1 DESC");
static const char sql_backwards_raw[] = WALK("id, body, raw", " AND id < ?4", " ORDER BY 1 DESC");
static const char sql_one[] = WALK("id, body, NULL", " AND id = ?4", " LIMIT 1");
static const char sql_one_raw[] = WALK("id, body, raw", " AND id = ?4", " LIMIT 1");

/* Above every id: they are UTF-8, which knows no such byte. */
static const char beyond_all[] = "\xff";

int mu_reading_of(struct mu_store *s, const char *account, int64_t snapshot, struct mu_at *ret,
                  struct mu_err *err)
{
    int64_t number = 0;
    if (mu_check_snapshot(s, account, snapshot, &number, err) < 0)
        return -1;
    *ret = (struct mu_at){.account = number, .snapshot = snapshot};
    return 0;
}

static sqlite3_stmt *prepare(struct mu_store *s, const char *sql, const struct mu_at *at,
                             enum mu_kind kind, const char *id, struct mu_err *err)
{
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    if (!stmt)
        return NULL;
    sqlite3_bind_int64(stmt, 1, at->account);
    sqlite3_bind_int(stmt, 2, (int)kind);
    sqlite3_bind_int64(stmt, 3, at->snapshot);
    mu_sql_text(stmt, 4, id);
    return stmt;
}

static int lend(struct mu_store *s, sqlite3_stmt *stmt, enum mu_kind kind, mu_walk_each *each,
                void *arg, struct mu_err *err)
{
    struct mu_entry entry = {
        .kind = kind,
        .id = (const char *)sqlite3_column_text(stmt, 0),
        .body = (const char *)sqlite3_column_text(stmt, 1),
        .body_len = (size_t)sqlite3_column_bytes(stmt, 1),
        .raw = (const char *)sqlite3_column_text(stmt, 2),
        .raw_len = (size_t)sqlite3_column_bytes(stmt, 2),
    };
    if (!entry.id || !entry.body)
        return mu_fail(err, MU_E_IO, "store %s: damaged (entry without id or body)", s->path);
    return each(arg, &entry, err);
}

int mu_reading_walk(struct mu_store *s, const struct mu_at *at, const struct mu_walk *walk,
                    mu_walk_each *each, void *arg, struct mu_err *err)
{
    const char *sql = walk->backwards ? (walk->raw ? sql_backwards_raw : sql_backwards)
                                      : (walk->raw ? sql_forwards_raw : sql_forwards);
    const char *from = walk->from ? walk->from : walk->backwards ? beyond_all : "";
    sqlite3_stmt *stmt = prepare(s, sql, at, walk->kind, from, err);
    if (!stmt)
        return -1;
    int rc;
    while ((rc = mu_sql_step(s, stmt, err)) == 1) {
        rc = lend(s, stmt, walk->kind, each, arg, err);
        if (rc != 1)
            break;
    }
    sqlite3_reset(stmt);
    return rc < 0 ? -1 : 0;
}

int mu_reading_get(struct mu_store *s, const struct mu_at *at, enum mu_kind kind, const char *id,
                   bool raw, mu_walk_each *each, void *arg, struct mu_err *err)
{
    sqlite3_stmt *stmt = prepare(s, raw ? sql_one_raw : sql_one, at, kind, id, err);
    int rc = stmt ? mu_sql_step(s, stmt, err) : -1;
    if (rc != 1)
        return rc;
    rc = lend(s, stmt, kind, each, arg, err);
    sqlite3_reset(stmt);
    return rc < 0 ? -1 : 1;
}

int mu_store_version(struct mu_store *s, int64_t *ret, struct mu_err *err)
{
    static const char sql[] = "PRAGMA data_version";
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    int rc = stmt ? mu_sql_step(s, stmt, err) : -1;
    if (rc != 1)
        return rc < 0 ? -1 : mu_fail(err, MU_E_IO, "store %s: no data_version", s->path);
    *ret = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return 0;
}

int mu_store_hold(struct mu_store *s, struct mu_err *err)
{
    static const char sql[] = "BEGIN";
    sqlite3_stmt *stmt = s->held ? NULL : mu_sql(s, sql, err);
    if (!stmt)
        return s->held ? 0 : -1;
    if (mu_sql_done(s, stmt, err) < 0)
        return -1;
    s->held = true;
    return 0;
}

void mu_store_release(struct mu_store *s)
{
    static const char sql[] = "COMMIT";
    struct mu_err ignored = MU_ERR_INIT;
    if (!s->held)
        return;
    s->held = false;
    sqlite3_stmt *stmt = mu_sql(s, sql, &ignored);
    if (!stmt || mu_sql_done(s, stmt, &ignored) < 0)
        mu_sql_rollback(s);
}

void mu_store_seal(const struct mu_store *s, const void *bytes, size_t len,
                   uint8_t ret[MU_HASH_LEN])
{
    static const char purpose[] = "seal";
    uint8_t key[MU_HASH_KEY_LEN]; /* one of its own: content hashes are shown around */
    _Static_assert(MU_HASH_KEY_LEN == MU_HASH_LEN, "a hash makes a key");
    mu_hash(s->key, purpose, sizeof(purpose), key);
    mu_hash(key, bytes, len, ret);
}
