/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: snapshots of accounts with versioned entries, the ledger of what is ours on targets,
 * runs and their journal. One SQLite file in WAL mode (sqlite.h and the files beside it);
 * PostgreSQL will stand behind this header when many workers share the work.
 *
 * Entries are versioned by snapshot (`first`..`last`), so a pull that changes nothing writes one
 * row. A pull commits in batches; its rows become visible only when its snapshot is finished, and
 * those of a pull that died are undone by the next one. Snapshot ids grow over all accounts.
 * Strings given in are copied; strings given out live in the arena named.
 *
 * One store handle belongs to one thread. Any number of processes may read; one writes at a time,
 * for moments only (SQLite's lock, waited for up to 30 s, then MU_E_BUSY). Don't write through a
 * handle while an iterator of it is open: when another muster has written since it began, SQLite
 * refuses at once. Long work takes a named lock (mu_store_lock), so that two musters never pull one
 * account or run one sync at once.
 *
 * Errors: MU_E_IO with the file's name and SQLite's words (not a database, read-only, disk full:
 * `No space left`), MU_E_CONFIG when the path can't be a store (directory, missing parent, another
 * program's database, newer version: says both versions), MU_E_MISSING when there is nothing to
 * read yet, MU_E_CONFLICT when another muster took a pull for dead.
 */
#ifndef MU_STORE_STORE_H
#define MU_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "model/entry.h"
#include "model/op.h"

struct mu_store;

/* WRITE creates the file (mode 0600) and migrates it */
enum mu_store_mode { MU_STORE_READ, MU_STORE_WRITE };

int mu_store_open(const char *uri, enum mu_store_mode mode, struct mu_store **ret,
                  struct mu_err *err);
/* NULL is fine; open pulls and runs are left for recovery */
void mu_store_close(struct mu_store *s);
const char *mu_store_path(const struct mu_store *s);
bool mu_store_writable(const struct mu_store *s);
int64_t mu_store_bytes(const struct mu_store *s); /* size on disk, WAL included */
/* For one of many handles that live long and look up a few entries at a time: it keeps 256 KiB of the
 * file in memory from now on, a twelfth of what a reader does otherwise. */
int mu_store_spare(struct mu_store *s, struct mu_err *err);
/* Gives back what a handle keeps in memory of the file; for one that won't be used for a while. */
void mu_store_rest(struct mu_store *s);
/*
 * From now on all handles of the process together keep little of the file in memory (about 24 MiB), so
 * that a process with many of them, which lives long, doesn't grow as the file does. Beyond that each
 * makes do with what it has.
 */
void mu_store_share_memory(void);

/* A lock between processes: "pull sendoso", "sync teams-to-ldap". Released by mu_unlock (base/io.h)
 * or by dying. */
struct mu_lock;
int mu_store_lock(struct mu_store *s, const char *what, int wait_s, struct mu_lock **ret,
                  struct mu_err *err);
/* A share of it (mu_lock_share). */
int mu_store_share(struct mu_store *s, const char *what, int wait_s, struct mu_lock **ret,
                   struct mu_err *err);

/* ---- snapshots ---- */

enum mu_verdict { MU_VOID, MU_ADDITIVE, MU_COMPLETE };
const char *mu_verdict_name(enum mu_verdict v);

struct mu_snapshot {
    int64_t id;
    const char *account;
    int64_t started, finished; /* Unix seconds; finished 0: was never finished */
    enum mu_verdict verdict;
    const char *mapping;          /* digest of the mappings it was read with */
    const char *evidence;         /* JSON document, see engine/verdict.h */
    int64_t counts[MU_KINDS];     /* entries live after this snapshot */
    int64_t added, changed, gone; /* over all kinds, against the one before */
};

/* Writing. One pull at a time per store handle. */
struct mu_pull;
int mu_pull_begin(struct mu_store *s, const char *account, const char *mapping,
                  struct mu_pull **ret, struct mu_err *err);
int64_t mu_pull_snapshot(const struct mu_pull *p);

enum mu_put { MU_PUT_SAME, MU_PUT_NEW, MU_PUT_CHANGED, MU_PUT_REPEATED };
/* Hot: once per record. REPEATED: this pull has put that id before; `*ret_equal` tells whether with
 * the same body. The first one stays. */
int mu_pull_put(struct mu_pull *p, const struct mu_entry *entry, enum mu_put *ret, bool *ret_equal,
                struct mu_err *err);

/* Live entries of a kind that this pull has not put (so far). */
int mu_pull_unseen(struct mu_pull *p, enum mu_kind kind, int64_t *ret, struct mu_err *err);
/* The same one by one, when all was put: id and body, lent for the call; each puts nothing. */
int mu_pull_each_unseen(struct mu_pull *p, enum mu_kind kind,
                        void (*each)(void *arg, const struct mu_entry *entry), void *arg,
                        struct mu_err *err);

/* Complete: unseen entries end with this snapshot. Additive: they stay. Void: everything this pull
 * put is taken back; the snapshot's row stays as a witness. Fills *snap (counts, added, changed,
 * gone; finished). Frees the pull, also on failure. */
int mu_pull_finish(struct mu_pull *p, enum mu_verdict verdict, const char *evidence,
                   struct mu_arena *arena, struct mu_snapshot *snap, struct mu_err *err);
void mu_pull_abort(struct mu_pull *p); /* as void, without a witness; NULL is fine */

/* Scratch rows of a pull (SQLite temp table, flat memory): supplements waiting for the entry they
 * belong to. */
int mu_scratch_put(struct mu_store *s, enum mu_kind kind, const char *id, const char *key,
                   const char *body, size_t len, struct mu_err *err);
/* By id and key, else by key, else by id (either may be NULL), which another interface may have
 * given somebody else; 1 found and taken out, 0 none. */
int mu_scratch_take(struct mu_store *s, enum mu_kind kind, const char *id, const char *key,
                    struct mu_arena *arena, struct mu_entry *ret, struct mu_err *err);
/* What is left, one after another, taken out: 1 item, 0 end. */
int mu_scratch_drain(struct mu_store *s, enum mu_kind kind, struct mu_arena *arena,
                     struct mu_entry *ret, struct mu_err *err);
int mu_scratch_clear(struct mu_store *s, struct mu_err *err);

/* Reading. id 0: the newest finished one of the account that is not void. 1 found, 0 none. account
 * NULL: any, with an id. */
int mu_snapshot_get(struct mu_store *s, struct mu_arena *arena, const char *account, int64_t id,
                    struct mu_snapshot *ret, struct mu_err *err);
/* The newest complete one of the account. 1 found, 0 none. */
int mu_snapshot_complete(struct mu_store *s, struct mu_arena *arena, const char *account,
                         struct mu_snapshot *ret, struct mu_err *err);
/* Newest first; account NULL: all. limit 0: all. Returns the count through ret_count. */
int mu_snapshot_list(struct mu_store *s, struct mu_arena *arena, const char *account, int limit,
                     struct mu_snapshot **ret, size_t *ret_count, struct mu_err *err);

/* Entries of an account as of a snapshot (its id, as mu_snapshot_get gave it), by id in byte order.
 * */
struct mu_rows;
int mu_rows_open(struct mu_store *s, const char *account, int64_t snapshot, enum mu_kind kind,
                 struct mu_rows **ret, struct mu_err *err);
/* 1 item (lent until the next call; raw included), 0 end. */
int mu_rows_next(struct mu_rows *r, struct mu_entry *ret, struct mu_err *err);
void mu_rows_close(struct mu_rows *r); /* NULL is fine */
int mu_entry_get(struct mu_store *s, struct mu_arena *arena, const char *account, int64_t snapshot,
                 /* 1, 0, -1 */
                 enum mu_kind kind, const char *id, struct mu_entry *ret, struct mu_err *err);

/*
 * The same for a server, many times a second: a snapshot is checked once, statements stay prepared,
 * and entries are lent one by one instead of copied.
 */
struct mu_at {
    int64_t account; /* its number */
    int64_t snapshot;
};
/* MU_E_MISSING as mu_rows_open. The reading holds for the handle's life. */
int mu_reading_of(struct mu_store *s, const char *account, int64_t snapshot, struct mu_at *ret,
                  struct mu_err *err);

struct mu_walk {
    enum mu_kind kind;
    const char *from; /* id, itself left out; NULL: from the beginning, or the end */
    bool backwards;
    bool raw; /* the source's records too; they cost a second look */
};
/* 1: go on, 0: enough, -1 with *err: failed. The entry is lent for the call, which asks nothing of the
 * store. */
typedef int mu_walk_each(void *arg, const struct mu_entry *entry, struct mu_err *err);
int mu_reading_walk(struct mu_store *s, const struct mu_at *at, const struct mu_walk *walk,
                    mu_walk_each *each, void *arg, struct mu_err *err);
/* The one of that id: 1 when it was there, whatever `each` said, 0, -1. */
int mu_reading_get(struct mu_store *s, const struct mu_at *at, enum mu_kind kind, const char *id,
                   bool raw, mu_walk_each *each, void *arg, struct mu_err *err);

/* A number that differs once another handle has written to the store. */
int mu_store_version(struct mu_store *s, int64_t *ret, struct mu_err *err);

/*
 * Between the two everything is read as of one moment, at the cost of one read instead of many. Not
 * for longer than a few milliseconds: what others write meanwhile can't be folded into the file.
 * Releasing what isn't held does nothing.
 */
int mu_store_hold(struct mu_store *s, struct mu_err *err);
void mu_store_release(struct mu_store *s);

/* A keyed mark over bytes that only who has this store can make: for what clients carry around. */
void mu_store_seal(const struct mu_store *s, const void *bytes, size_t len,
                   uint8_t ret[MU_HASH_LEN]);

/* ---- ledger: what we own on a target ---- */

struct mu_owned {
    enum mu_kind kind;
    const char *id;     /* unified id in the source account */
    const char *name;   /* DN last known */
    const char *key;    /* its normalised form */
    const char *native; /* immutable id, NULL: not known yet */
    int64_t run;        /* run that wrote it last */
    bool disabled;      /* set aside by us */
};

/* All of one sync's target, in one go (50,000 rows: a few ms). */
int mu_ledger_load(struct mu_store *s, struct mu_arena *arena, const char *sync,
                   struct mu_owned **ret, size_t *ret_count, struct mu_err *err);
/* What the other syncs own: each immutable id with the name of its sync, lent for the call. */
typedef void mu_ledger_other(void *arg, const char *native, const char *sync);
int mu_ledger_others(struct mu_store *s, const char *sync, mu_ledger_other *each, void *arg,
                     struct mu_err *err);
int mu_ledger_put(struct mu_store *s, const char *sync, const struct mu_owned *owned,
                  struct mu_err *err);
/* The run that made it agree last; nothing happens when it isn't ours. */
int mu_ledger_touch(struct mu_store *s, const char *sync, enum mu_kind kind, const char *id,
                    int64_t run, struct mu_err *err);
/* With all of its values. */
int mu_ledger_drop(struct mu_store *s, const char *sync, enum mu_kind kind, const char *id,
                   struct mu_err *err);

/*
 * Values of ours where others write too: what we added to an attribute of policy merge (folded as
 * the target compares it), and members we put into a group (the user's unified id, so that it
 * outlives every renaming).
 */
struct mu_owned_value {
    enum mu_kind kind; /* of the object, with its unified id */
    const char *id, *attr;
    struct mu_value value;
};
int mu_value_put(struct mu_store *s, const char *sync, const struct mu_owned_value *v,
                 struct mu_err *err);
int mu_value_drop(struct mu_store *s, const char *sync, const struct mu_owned_value *v,
                  struct mu_err *err);
/* 1: ours, 0: not */
int mu_value_owned(struct mu_store *s, const char *sync, const struct mu_owned_value *v,
                   struct mu_err *err);

/* ---- parked: what can't be done for now, and the rest goes on ---- */

/* owner: "pull ACCOUNT" (a record that can't be used) or "sync SYNC" (an operation the target
 * refused). */
struct mu_parked {
    const char *owner;
    enum mu_kind kind;
    const char *id;
    const char *label;             /* for people; NULL: none */
    const char *reason;            /* why, as of the last try */
    int64_t first_seen, last_seen; /* Unix seconds */
    int64_t tries;
    int64_t next_try; /* not before; 0: whenever the next one comes */
};

/* In place of what is known of owner, kind and id. Part of an open journal transaction, like the
 * ledger. */
int mu_parked_put(struct mu_store *s, const struct mu_parked *parked, struct mu_err *err);
int mu_parked_drop(struct mu_store *s, const char *owner, enum mu_kind kind, const char *id,
                   struct mu_err *err);
/* In the order of owner, kind and id; owner NULL: all. */
int mu_parked_list(struct mu_store *s, struct mu_arena *arena, const char *owner,
                   struct mu_parked **ret, size_t *ret_count, struct mu_err *err);

/*
 * Names that people of ours had before (folded): a group that still says one means that person. A
 * run renames first and puts groups right after it, and may be cut in between. Forgotten when a run
 * has put everything right.
 */
struct mu_former {
    const char *key, *id;
};
int mu_former_put(struct mu_store *s, const char *sync, const char *key, const char *id,
                  struct mu_err *err);
int mu_former_load(struct mu_store *s, struct mu_arena *arena, const char *sync,
                   struct mu_former **ret, size_t *ret_count, struct mu_err *err);
int mu_former_clear(struct mu_store *s, const char *sync, struct mu_err *err);

/* ---- runs and the journal ---- */

struct mu_run {
    int64_t id;
    const char *sync, *command; /* command: "apply", "sync" */
    const char *plan;           /* hash of the plan */
    const char *mapping;        /* digest of the target's mappings */
    int64_t undoes;             /* run that it takes back; 0: none */
    int64_t snapshot;
    int64_t started, finished; /* finished 0: running, or cut and not settled yet */
    const char *status;        /* "running", "done", "partial", "failed", "cut" */
    int64_t planned, ok, failed, skipped;
};

/* Of `begun` are used: sync, command, plan, mapping, undoes, snapshot, planned. */
int mu_run_begin(struct mu_store *s, const struct mu_run *begun, int64_t *ret_run,
                 struct mu_err *err);

/*
 * Batches: intents of a batch are durable (committed) before the first of them is sent; outcomes,
 * ledger rows and the next batch's intents go into one transaction.
 */
int mu_journal_begin(struct mu_store *s, struct mu_err *err); /* opens the transaction */
int mu_journal_intent(struct mu_store *s, int64_t run, const struct mu_op *op,
                      const struct mu_op *inverse, struct mu_err *err);
int mu_journal_outcome(struct mu_store *s, int64_t run, int seq, enum mu_done done,
                       const char *detail, struct mu_err *err);
int mu_journal_commit(struct mu_store *s, struct mu_err *err); /* durable when it returns */
void mu_journal_abort(struct mu_store *s); /* takes back; fine when none is open */

int mu_run_end(struct mu_store *s, int64_t run, const char *status, struct mu_err *err);

int mu_run_list(struct mu_store *s, struct mu_arena *arena, int limit, struct mu_run **ret,
                size_t *ret_count, struct mu_err *err); /* newest first */
/* 1, 0, -1 */
int mu_run_get(struct mu_store *s, struct mu_arena *arena, int64_t id, struct mu_run *ret,
               struct mu_err *err);

/*
 * Runs of a sync that left doubt: they were cut, or an answer never came. Their steps without a
 * known end are settled by looking at the target (engine/settle.c): each gets an outcome, then
 * mu_run_settled closes the runs. The caller holds the sync's lock: a run that is going on would
 * look like one that was cut.
 */
int mu_run_doubtful(struct mu_store *s, const char *sync, int64_t *ret_count, struct mu_err *err);
int mu_run_settled(struct mu_store *s, const char *sync, struct mu_err *err);

struct mu_step {
    int64_t run;
    int seq;
    const char *op;      /* JSON, as mu_op_json wrote it */
    const char *inverse; /* JSON; NULL: it follows from op (mu_op_inverse) */
    const char *done;    /* "intent", "ok", "failed", "stale", "skipped", "doubt" */
    const char *detail;  /* error text, or NULL */
    int64_t at;          /* Unix seconds of the last change */
};
struct mu_steps;
int mu_steps_open(struct mu_store *s, int64_t run, struct mu_steps **ret, struct mu_err *err);
/* Only those in doubt, of all doubtful runs of the sync, oldest first. */
int mu_steps_doubtful(struct mu_store *s, const char *sync, struct mu_steps **ret,
                      struct mu_err *err);
/* lent; 1, 0, -1 */
int mu_steps_next(struct mu_steps *st, struct mu_step *ret, struct mu_err *err);
void mu_steps_close(struct mu_steps *st);

#endif
