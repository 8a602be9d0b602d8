/* SPDX-License-Identifier: Apache-2.0 */
/* The store's tables by version, and the checks that a file is a store of ours. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "store/sqlite.h"

enum { APPLICATION_ID = 0x6d757374 /* "must" */ };

/*
 * versions[n] brings a store from version n to n + 1. What was released is never edited, only added
 * to.
 *
 * entry.last is NULL while a version is live. `entry_live` finds and guards live versions;
 * `entry_past` finds the few that ended after a snapshot, and all that a given pull ended.
 * snapshot.base: row ids of a pull are above it; snapshot.open: 1 until the pull ended one way or
 * another. n and link of the journal's rows, superseded and head: store/chain.h.
 */
static const char *const versions[] = {
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('hash-key', randomblob(16));"
    "CREATE TABLE account(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE snapshot(id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL "
    "REFERENCES account,"
    " started INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0, verdict INTEGER NOT NULL "
    "DEFAULT 0,"
    " mapping TEXT, evidence TEXT,"
    " users INTEGER NOT NULL DEFAULT 0, groups INTEGER NOT NULL DEFAULT 0,"
    " roles INTEGER NOT NULL DEFAULT 0, memberships INTEGER NOT NULL DEFAULT 0,"
    " added INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL "
    "DEFAULT 0,"
    " base INTEGER NOT NULL, open INTEGER NOT NULL DEFAULT 1);"
    "CREATE INDEX snapshot_account ON snapshot(account, id);"
    "CREATE TABLE entry(row INTEGER PRIMARY KEY, account INTEGER NOT NULL, kind INTEGER NOT NULL, "
    "id TEXT NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER, hash BLOB NOT NULL, body TEXT NOT NULL, raw TEXT);"
    "CREATE UNIQUE INDEX entry_live ON entry(account, kind, id) WHERE last IS NULL;"
    "CREATE INDEX entry_past ON entry(account, kind, last, id) WHERE last IS NOT NULL;"
    "CREATE TABLE owned(sync TEXT NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT "
    "NULL,"
    " key TEXT NOT NULL, native TEXT, run INTEGER NOT NULL, disabled INTEGER NOT NULL,"
    " PRIMARY KEY(sync, kind, id)) WITHOUT ROWID;"
    "CREATE TABLE former(sync TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,"
    " PRIMARY KEY(sync, key)) WITHOUT ROWID;"
    "CREATE TABLE value(sync TEXT NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL, attr TEXT NOT "
    "NULL, value BLOB NOT NULL, PRIMARY KEY(sync, kind, id, attr, value)) WITHOUT ROWID;"
    "CREATE TABLE run(id INTEGER PRIMARY KEY AUTOINCREMENT, sync TEXT NOT NULL, command TEXT NOT "
    "NULL, plan TEXT,"
    " mapping TEXT, undoes INTEGER NOT NULL DEFAULT 0, snapshot INTEGER NOT NULL, started INTEGER "
    "NOT NULL, finished INTEGER NOT NULL DEFAULT 0,"
    " status TEXT NOT NULL, planned INTEGER NOT NULL, ok INTEGER NOT NULL DEFAULT 0,"
    " failed INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL DEFAULT 0,"
    " doubts INTEGER NOT NULL DEFAULT 0, n INTEGER NOT NULL, link BLOB NOT NULL);"
    "CREATE TABLE step(id INTEGER PRIMARY KEY, op TEXT NOT NULL, inverse TEXT, at INTEGER NOT NULL,"
    " n INTEGER NOT NULL, link BLOB NOT NULL);"
    "CREATE TABLE outcome(id INTEGER PRIMARY KEY, done TEXT NOT NULL, detail TEXT, at INTEGER NOT "
    "NULL, n INTEGER NOT NULL, link BLOB NOT NULL);"
    "CREATE TABLE parked(owner TEXT NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL, label TEXT,"
    " reason TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, next_try INTEGER NOT NULL,"
    " PRIMARY KEY(owner, kind, id)) WITHOUT ROWID;"
    "CREATE TABLE invitation(account TEXT NOT NULL, key TEXT NOT NULL, email TEXT NOT NULL,"
    " first_name TEXT, last_name TEXT, role TEXT, team_group TEXT, group_name TEXT, via TEXT,"
    " detail TEXT, state INTEGER NOT NULL, tries INTEGER NOT NULL, intended INTEGER NOT NULL,"
    " sent INTEGER NOT NULL, expires INTEGER NOT NULL, changed INTEGER NOT NULL,"
    " run INTEGER NOT NULL, PRIMARY KEY(account, key)) WITHOUT ROWID;"
    "CREATE TABLE superseded(n INTEGER PRIMARY KEY, row BLOB NOT NULL, link BLOB NOT NULL);"
    "CREATE TABLE head(n INTEGER NOT NULL, link BLOB NOT NULL);"
    "INSERT INTO head VALUES(0, zeroblob(32));"
    "CREATE TABLE turn(what TEXT PRIMARY KEY, began INTEGER NOT NULL, ended INTEGER NOT NULL,"
    " result TEXT) WITHOUT ROWID;"
    "CREATE TABLE token(name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, methods TEXT, tags TEXT,"
    " accounts TEXT, created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL "
    "DEFAULT 0, revoked INTEGER NOT NULL DEFAULT 0, bearer INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE claim(id INTEGER PRIMARY KEY, token TEXT NOT NULL, tool TEXT NOT NULL, key TEXT,"
    " digest TEXT NOT NULL, what TEXT NOT NULL, run INTEGER NOT NULL, at INTEGER NOT NULL,"
    " ended INTEGER NOT NULL, state INTEGER NOT NULL, answer TEXT);"
    "CREATE UNIQUE INDEX claim_key ON claim(token, key) WHERE key IS NOT NULL;"
    "CREATE INDEX claim_what ON claim(token, what, at);"
    "CREATE TABLE kept_plan(hash TEXT PRIMARY KEY, sync TEXT NOT NULL, by TEXT NOT NULL,"
    " made INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE approval(hash TEXT PRIMARY KEY, by TEXT NOT NULL, at INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, used INTEGER NOT NULL, over INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE leaving(sync TEXT NOT NULL, id TEXT NOT NULL, since INTEGER NOT NULL,"
    " why TEXT NOT NULL, PRIMARY KEY(sync, id)) WITHOUT ROWID;"
    "CREATE TABLE seal(id INTEGER PRIMARY KEY, row BLOB NOT NULL, entries BLOB NOT NULL,"
    " n INTEGER NOT NULL, link BLOB NOT NULL);"
    "CREATE TABLE twin(account TEXT NOT NULL, id TEXT NOT NULL, other TEXT NOT NULL,"
    " native TEXT NOT NULL, PRIMARY KEY(account, id)) WITHOUT ROWID;",
};

static int versions_known(void)
{
    return (int)MU_LEN(versions);
}

struct identity {
    int64_t application, version, tables;
};

static int identify(struct mu_store *s, struct identity *ret, struct mu_err *err)
{
    if (mu_sql_int(s, "SELECT count(*) FROM sqlite_schema", &ret->tables, err) < 0 ||
        mu_sql_int(s, "PRAGMA application_id", &ret->application, err) < 0 ||
        mu_sql_int(s, "PRAGMA user_version", &ret->version, err) < 0)
        return -1;
    return 0;
}

/* A file without any table is one that is just being made. */
static bool is_blank(const struct identity *is)
{
    return is->tables == 0 && is->version == 0 && is->application == 0;
}

static int check(struct mu_store *s, const struct identity *is, struct mu_err *err)
{
    if (is_blank(is))
        return 0;
    if (is->application != APPLICATION_ID)
        return mu_fail(err, MU_E_CONFIG,
                       "store %s: is a database of another program; set `store` to another path",
                       s->path);
    if (is->version > versions_known())
        return mu_fail(err, MU_E_CONFIG,
                       "store %s: has version %" PRId64
                       ", this muster knows up to version %d; use a newer muster",
                       s->path, is->version, versions_known());
    if (is->version < 1)
        return mu_fail(err, MU_E_CONFIG, "store %s: damaged (version %" PRId64 ")", s->path,
                       is->version);
    return 0;
}

/* In one read transaction: another process may be making the tables at this moment. */
static int identify_at_once(struct mu_store *s, struct identity *ret, struct mu_err *err)
{
    if (mu_sql_exec(s, "BEGIN", err) < 0)
        return -1;
    int rc = identify(s, ret, err);
    sqlite3_exec(s->db, rc == 0 ? "COMMIT" : "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

static int upgrade(struct mu_store *s, struct mu_err *err)
{
    struct identity is;
    char pragma[64];
    if (identify(s, &is, err) < 0 || check(s, &is, err) < 0)
        return -1;
    for (int64_t v = is.version; v < versions_known(); v++)
        if (mu_sql_exec(s, versions[v], err) < 0)
            return -1;
    sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA application_id = %d", APPLICATION_ID);
    if (mu_sql_exec(s, pragma, err) < 0)
        return -1;
    sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA user_version = %d", versions_known());
    return mu_sql_exec(s, pragma, err);
}

/*
 * The switch to WAL needs the file alone for a moment, and SQLite answers "busy" to it without
 * asking the busy handler; it lasts, so this is done once in a store's life.
 */
static int ensure_wal(struct mu_store *s, struct mu_err *err)
{
    int64_t deadline = mu_mono_us() + (int64_t)s->busy_ms * 1000;
    int rc;
    while ((rc = sqlite3_exec(s->db, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL", NULL,
                              NULL, NULL)) == SQLITE_BUSY &&
           mu_mono_us() < deadline)
        nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000L}, NULL);
    return rc == SQLITE_OK ? 0 : mu_sql_fail(s, rc, err);
}

static int load_key(struct mu_store *s, struct mu_err *err)
{
    static const char sql[] = "SELECT value FROM meta WHERE name = 'hash-key'";
    sqlite3_stmt *stmt = mu_sql(s, sql, err);
    int rc = stmt ? mu_sql_step(s, stmt, err) : -1;
    if (rc < 0)
        return -1;
    bool right = rc == 1 && sqlite3_column_bytes(stmt, 0) == MU_HASH_KEY_LEN;
    if (right)
        memcpy(s->key, sqlite3_column_blob(stmt, 0), MU_HASH_KEY_LEN);
    sqlite3_reset(stmt);
    return right ? 0 : mu_fail(err, MU_E_IO, "store %s: damaged (no hash key)", s->path);
}

int mu_store_migrate(struct mu_store *s, struct mu_err *err)
{
    struct identity is;
    if (identify_at_once(s, &is, err) < 0 || check(s, &is, err) < 0)
        return -1;
    if (s->mode == MU_STORE_READ && is_blank(&is))
        return mu_fail(err, MU_E_MISSING, "store %s: is empty; nothing was pulled into it yet",
                       s->path);
    if (s->mode == MU_STORE_READ && is.version < versions_known())
        return mu_fail(err, MU_E_CONFIG,
                       "store %s: has version %" PRId64
                       ", this muster needs %d; a pull will bring it up to date",
                       s->path, is.version, versions_known());
    if (s->mode == MU_STORE_WRITE && ensure_wal(s, err) < 0)
        return -1;
    if (is.version < versions_known() &&
        (mu_sql_begin(s, MU_SQL_DURABLE, err) < 0 || mu_sql_end(s, upgrade(s, err), err) < 0))
        return -1;
    return load_key(s, err);
}
