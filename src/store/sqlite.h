/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the SQLite store share: the handle, prepared statements, transactions, errors.
 *
 * Statements are prepared once a handle and found again by the address of their text, which is
 * therefore always a `static const char []`. mu_sql gives one ready to bind; after its last use it
 * is reset (mu_sql_done does), so that no read transaction stays open behind it. Iterators prepare
 * their own.
 */
#ifndef MU_STORE_SQLITE_H
#define MU_STORE_SQLITE_H

#include <sqlite3.h>

#include "store/store.h"

enum {
    MU_SQL_CACHE = 64,      /* statements a handle keeps prepared */
    MU_SQL_BUSY_MS = 30000, /* how long another writer is waited for */
    MU_SQL_CHUNK = 4000, /* rows changed in one transaction: keeps write locks and the WAL short */
    MU_NAME_BYTES_MAX = 255,     /* account and sync names */
    MU_BODY_BYTES_MAX = 32 << 20 /* body or raw of one entry */
};

/* A row's place in the journal's chain (store/chain.h). */
struct mu_link {
    int64_t n;
    uint8_t link[MU_DIGEST_LEN];
};

struct mu_sql_kept {
    const char *sql;
    sqlite3_stmt *stmt;
};

struct mu_store {
    sqlite3 *db;
    char *path; /* as it was configured: for messages */
    char *file; /* what SQLite is given: never one of its magic names */
    enum mu_store_mode mode;
    uint8_t key[MU_HASH_KEY_LEN]; /* this store's own, for content hashes */
    struct mu_sql_kept kept[MU_SQL_CACHE];
    size_t kept_count;
    int busy_ms; /* how long to wait; tests and checkpoints shorten it */
    int64_t busy_since;
    bool durable; /* PRAGMA synchronous is FULL now, not NORMAL */
    bool reading; /* mu_sql_read's transaction is open */
    bool held;    /* between mu_store_hold and mu_store_release */
    bool journal; /* between mu_journal_begin and mu_journal_commit */
    struct mu_pull *pull;
    struct mu_link head; /* of the chain, in the transaction at hand */
    bool head_known, head_moved;
};

/* ---- sql.c ---- */

/* Says what SQLite said last, with the file's name and the right code. Always -1. */
int mu_sql_fail(struct mu_store *s, int rc, struct mu_err *err);

sqlite3_stmt *mu_sql(struct mu_store *s, const char *sql, struct mu_err *err); /* NULL: failed */
/* Steps once: 1 row (the caller resets), 0 done (reset). */
int mu_sql_step(struct mu_store *s, sqlite3_stmt *stmt, struct mu_err *err);
/* Runs to the end and resets. */
int mu_sql_done(struct mu_store *s, sqlite3_stmt *stmt, struct mu_err *err);
int mu_sql_exec(struct mu_store *s, const char *sql, struct mu_err *err);

/* Takes a statement's row into an item; what the item holds lives in the arena. */
typedef int mu_sql_take(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, void *item,
                        struct mu_err *err);
/* All rows of a bound statement as an array of items of that size, in the arena, and resets. NULL:
 * failed, and *ret_count is untouched; no rows at all are an empty array. */
void *mu_sql_list(struct mu_store *s, sqlite3_stmt *stmt, struct mu_arena *arena, size_t size,
                  mu_sql_take *take, size_t *ret_count, struct mu_err *err);
/* The one integer that `sql` (no parameters) answers. */
int mu_sql_int(struct mu_store *s, const char *sql, int64_t *ret, struct mu_err *err);
void mu_sql_forget(struct mu_store *s); /* finalises all kept statements */

/* NULL binds NULL; the text outlives the step. */
void mu_sql_text(sqlite3_stmt *stmt, int at, const char *text);
char *mu_sql_dup(sqlite3_stmt *stmt, int column, struct mu_arena *arena); /* NULL stays NULL */

/*
 * A write transaction, or a part of the journal's when that one is open. DURABLE: on the disk when
 * mu_sql_end returns; LAZY: safe from crashes of the process at once, from a power cut after the
 * next durable one or checkpoint.
 */
enum mu_sql_sync { MU_SQL_LAZY, MU_SQL_DURABLE };
int mu_sql_begin(struct mu_store *s, enum mu_sql_sync sync, struct mu_err *err);
/* Commits when rc is 0, else takes back; nothing but rc inside the journal's. Returns rc, or -1. */
int mu_sql_end(struct mu_store *s, int rc, struct mu_err *err);
void mu_sql_rollback(struct mu_store *s);
/*
 * One transaction around many small steps of a pull; no lock that hinders a writer. mu_pull_rest
 * ends it.
 */
int mu_sql_read(struct mu_store *s, struct mu_err *err);

int mu_sql_busy(void *store, int times); /* SQLite's busy handler */

/* ---- migrate.c ---- */

/*
 * Refuses what isn't a muster store or is a newer one; brings an older one up to date when it may
 * be written.
 */
int mu_store_migrate(struct mu_store *s, struct mu_err *err);

/* ---- sqlite_open.c ---- */

/*
 * Empties a WAL that grew into the file, if nobody reads right now; SQLite does it later otherwise.
 * Within no transaction.
 */
void mu_store_settle(struct mu_store *s);

/* ---- snapshots.c ---- */

/* Number of an account; 0: the store doesn't know it. */
int mu_account_number(struct mu_store *s, const char *name, int64_t *ret, struct mu_err *err);

/* ---- rows.c ---- */

/*
 * Only a finished snapshot of this account can be read: the rows of others are not all there, or
 * not there to stay.
 */
int mu_check_snapshot(struct mu_store *s, const char *account, int64_t snapshot,
                      int64_t *ret_account, struct mu_err *err);

/* ---- pull.c ---- */

/*
 * Ends the transaction behind a pull's lookups, which would keep the handle from writing after
 * others did.
 */
int mu_pull_rest(struct mu_pull *p, struct mu_err *err);

/* ---- chain.c: rows that go into the journal's chain (store/chain.h) ---- */

enum mu_chained {
    MU_CHAINED_RUN,
    MU_CHAINED_STEP,
    MU_CHAINED_OUTCOME,
    MU_CHAINED_SEAL,
    MU_CHAINED
};

/* Within a write transaction, for many rows: begins one in an empty buffer; its columns follow in
 * the table's order. mu_chain_link says its place, which is bound as n and link from parameter `at`
 * on. The chain moves on when the row was written. */
int mu_chain_row(struct mu_store *s, enum mu_chained table, struct mu_buf *ret, struct mu_err *err);
void mu_chain_int(struct mu_buf *row, int64_t value);
void mu_chain_text(struct mu_buf *row, const char *text, size_t len); /* NULL: null */
void mu_chain_blob(struct mu_buf *row, const void *bytes, size_t len);
void mu_chain_column(struct mu_buf *row, sqlite3_stmt *stmt, int at);
void mu_chain_link(const struct mu_store *s, const struct mu_buf *row, struct mu_link *ret);
void mu_chain_bind(sqlite3_stmt *stmt, int at, const struct mu_link *link);
void mu_chain_moved(struct mu_store *s, const struct mu_link *link);

/* For few: keeps what a row was before it changes, and gives one that was written its place. */
int mu_chain_supersede(struct mu_store *s, enum mu_chained table, int64_t id, struct mu_err *err);
int mu_chain_seal(struct mu_store *s, enum mu_chained table, int64_t id, struct mu_err *err);

/* Before the commit: writes the head down. */
int mu_chain_save(struct mu_store *s, struct mu_err *err);

/* Checking: a statement for one row, which begins with n and ends with the link; the place of the
 * row it stands on (false: nothing that could be one), and what it holds; the link that a row has
 * behind another. */
int mu_chain_last(struct mu_store *s, struct mu_link *ret, struct mu_err *err);
sqlite3_stmt *mu_chain_select(struct mu_store *s, enum mu_chained table, int64_t id,
                              struct mu_err *err);
bool mu_chain_place(sqlite3_stmt *stmt, struct mu_link *ret);
bool mu_chain_take(sqlite3_stmt *stmt, enum mu_chained table, struct mu_buf *ret,
                   struct mu_link *ret_link);
void mu_chain_after(const struct mu_link *before, const struct mu_buf *row,
                    uint8_t ret[MU_DIGEST_LEN]);

/* ---- undo.c: taking back what an unfinished pull wrote ---- */

/*
 * In chunks, each its own transaction; may be cut and begun again at any point. `base`: as kept
 * with the snapshot.
 */
int mu_undo_pull(struct mu_store *s, int64_t account, int64_t snapshot, int64_t base,
                 struct mu_err *err);
/* All unfinished pulls of an account. */
int mu_undo_leftovers(struct mu_store *s, int64_t account, struct mu_err *err);

/* A step and its outcome are rows of the same number: the run's, and behind it the sequence's. Both
 * tables only ever grow at their ends; an outcome never rewrites its step. */
#define MU_SQL_STEP(run, seq) "((" run ") << 24) + " seq
#define MU_SQL_STEPS_OF(run) "BETWEEN " MU_SQL_STEP(run, "0") " AND " MU_SQL_STEP(run, "16777215")
enum { MU_STEPS_MAX = 16777215 };

#endif
