/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One kind of remote system: it may be read (a source), written (a target), or both.
 *
 * An adapter is a const `struct mu_adapter` in its own folder, named in registry.c. An account is
 * an open instance of one, made from the account's settings. A source yields pages of raw records;
 * which fields mean what is the mapping's business, not the adapter's. A target tells its state as
 * objects, says how two values compare, and takes operations with many in flight. One open account
 * belongs to one thread, except where a wrapper (prefetch.h) says otherwise.
 */
#ifndef MU_ADAPTER_ADAPTER_H
#define MU_ADAPTER_ADAPTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/opt.h"
#include "map/map.h"
#include "model/op.h"
#include "net/governor.h"

struct mu_credential;
struct mu_account; /* an adapter's own struct starts with this */

/* What opening an account needs beside its settings. */
struct mu_account_conf {
    const char *name;            /* "sendoso" */
    const struct mu_y *settings; /* the account's mapping in the configuration, for messages */
    /* the adapter's own struct, filled by mu_opt_read from adapter->opts */
    const void *values;
    struct mu_layers layers;        /* where its mappings are looked for */
    const char *state_dir;          /* directory of the store: for rotating tokens */
    struct mu_governors *governors; /* of this process; NULL: the account has a rate to itself */
    const char *store;              /* for registers of an adapter's own; NULL: none */
    struct mu_log *log;
};

/* ---- reading ---- */

/* What stood where a record should. */
struct mu_bad_row {
    const char *id; /* "line 17", or what the remote calls it */
    const char *reason;
};

/* One page of records of one resource, in an arena of its own, which the receiver lets go of. */
struct mu_page {
    struct mu_arena *arena;
    const struct mu_resource *resource;
    const struct mu_doc *records; /* a list */
    const struct mu_doc *context; /* for mappings as /@/...; NULL: none */
    const int64_t *lines;         /* of a file, for each record; NULL: not from one */
    const struct mu_bad_row *bad; /* what stood where records should */
    size_t bad_count;
    /* id of the parent entry (for_each), NULL: none; lent until the next page */
    const char *parent;
    int number; /* from 1 */
    int rows;
    int64_t total; /* told by the remote on this page; -1: not told */
};
void mu_page_drop(struct mu_page *page);

/* A rule of a mapping, and how many records had something for it: "users: title". */
struct mu_filled {
    const char *rule;
    int64_t count; /* -1: the source says beforehand that none has it (no such column) */
};

/* Pages of one resource as the source counts them: asked for (tries of one request are one), and
 * answered, the one that said that there is no more among them. */
struct mu_read_count {
    const struct mu_resource *resource;
    int64_t asked, answered;
};

/* What a source can say about a read beside its records: facts for the verdict. */
struct mu_read_facts {
    /* who we were bound as, for people ("ada@example.test (manager), id 4101"); NULL: unknown */
    const char *identity;
    /* the parts of it on which depends what may be seen; NULL: unknown */
    struct mu_bound {
        const char *id, *role, *organization;
    } bound;
    const struct mu_read_count *counts; /* of the resources that were read */
    size_t count_count;
    int64_t calls, retries, throttled, bytes, wait_us;
    const struct mu_filled *filled; /* of sources that count */
    size_t filled_count;
};

struct mu_source_ops {
    /* Starts reading the resources in `only` (NULL-terminated names; NULL: all of them),
     * supplements first, parents before children. */
    int (*begin)(struct mu_account *a, const char *const *only, struct mu_err *err);
    /* 1: a page; 0: end of everything. -1: this resource can't be read further; blast MU_HITS_KIND:
     * the others can (call again), MU_HITS_CONNECTION or MU_HITS_RUN: nothing can. err names
     * resource and page, and ret->resource is the one that failed; NULL: none in particular. */
    int (*next)(struct mu_account *a, struct mu_page *ret, struct mu_err *err);
    /* Ends the reading, at any time. */
    void (*end)(struct mu_account *a, struct mu_arena *arena, struct mu_read_facts *ret);
    /* Resources that would be read, NULL-terminated: compiled mappings, in order of reading. */
    const struct mu_resource *const *(*resources)(struct mu_account *a);
};

/* ---- writing ---- */

enum mu_cap {
    MU_CAP_CREATE = 1 << 0,
    MU_CAP_MODIFY = 1 << 1,
    MU_CAP_RENAME = 1 << 2,
    MU_CAP_MOVE = 1 << 3, /* rename to another parent */
    MU_CAP_DELETE = 1 << 4,
    MU_CAP_NATIVE = 1 << 5, /* objects have an immutable id */
    MU_CAP_LDIF = 1 << 6    /* `show` writes LDIF */
};

/* Where a target keeps what; filled by the target, used by the planner to name things. */
enum mu_place { MU_PLACE_USERS, MU_PLACE_GROUPS, MU_PLACE_INACTIVE, MU_PLACES };

/* People who are set aside by a value: the attribute, its value while they are in, and out. */
struct mu_aside {
    const char *attr, *in, *out;
};

struct mu_target_ops {
    /* Mapping of a kind (MU_USER, MU_GROUP), loaded when the account was opened. NULL for groups
     * that the target has itself, and nobody writes. */
    const struct mu_resource *(*mapping)(struct mu_account *a, enum mu_kind kind);
    unsigned (*caps)(struct mu_account *a);
    /* Connects, learns what the server can do, reads every object below the managed places into the
     * arena (attributes the mappings manage, plus object classes; others are not read). Containers
     * are listed too. -1 when the read isn't whole. */
    int (*read)(struct mu_account *a, struct mu_arena *arena, struct mu_object **ret,
                size_t *ret_count, struct mu_err *err);
    /* The whole object of that name as it is now: every attribute a user may set, in the arena,
     * sorted by name, with native id and version. An attribute that holds a secret (a password) is
     * listed without values: nobody may keep it. The kind isn't told (MU_KINDS). 1: found, 0: none,
     * -1: can't be read. */
    int (*get)(struct mu_account *a, struct mu_arena *arena, const char *name,
               struct mu_object *ret, struct mu_err *err);
    /* Who the server takes us for, as printable text in the arena: "dn:cn=admin,dc=example,dc=org",
     * "anonymous". Connects. */
    int (*identity)(struct mu_account *a, struct mu_arena *arena, const char **ret,
                    struct mu_err *err);
    /* Operations that create the containers that `read` did not find; appended through add. */
    int (*prepare)(struct mu_account *a, struct mu_arena *arena,
                   void (*add)(void *arg, const struct mu_op *op), void *arg, struct mu_err *err);
    /* Name and normalised key of the object that `rdn_value` names in a place. */
    int (*place)(struct mu_account *a, struct mu_arena *arena, enum mu_place where,
                 const char *rdn_attr, const char *rdn_value, const char **ret_name,
                 const char **ret_key, struct mu_err *err);
    /* Name and key an object of that name would have in another place: same naming values, other
     * parent. */
    int (*move)(struct mu_account *a, struct mu_arena *arena, const char *name, enum mu_place to,
                const char **ret_name, const char **ret_key, struct mu_err *err);
    /* The value that `place` made the name of, in the arena. MU_E_UNSUPPORTED: of several. NULL slot:
     * it is the name. */
    int (*naming)(struct mu_account *a, struct mu_arena *arena, const char *name,
                  const char **ret_value, struct mu_err *err);
    /* Which place an object's key lies in directly; MU_PLACES: none. */
    enum mu_place (*place_of)(struct mu_account *a, const char *key);
    /* The form of a value that equal values share under the attribute's matching rule; appended to
     * a buffer. attr NULL: the value is a name, and its form is the key of the object there (as in
     * mu_object.key). */
    void (*fold)(struct mu_account *a, const char *attr, const struct mu_value *value,
                 struct mu_buf *to);
    /* How much a role lets a person do, by a value of the attribute that holds it: more is higher;
     * -1: it isn't a role. The slot is NULL for targets without roles. */
    int (*rank)(struct mu_account *a, const char *attr, const struct mu_value *value);
    /* The placeholder member as a value, NULL when the target needs none. */
    const char *(*placeholder)(struct mu_account *a);
    /* How people are set aside where they keep their place: by a value instead of a move into
     * MU_PLACE_INACTIVE. NULL slot: they move. */
    const struct mu_aside *(*aside)(struct mu_account *a);
    /* After a read: a wanted value as operations have it, such as a group's id for its name; in the
     * arena. `id:X` and `name:X` say which it is, where both could be meant. MU_E_DATA: it means
     * nothing that is there (with the nearest), or several. NULL slot: values are as wanted. */
    int (*resolve)(struct mu_account *a, struct mu_arena *arena, const char *attr,
                   struct mu_value *value, struct mu_err *err);
    /* After a read: what becomes of an operation that is about to be planned. It may be changed: a
     * remark, one_way, and where the target can't do it MU_OP_MANUAL with words for a person; all in
     * the arena. NULL: it stays so. Else it is not planned, and the text says why; "": there is
     * nothing to do after all. NULL slot: all can be done. */
    const char *(*fit)(struct mu_account *a, struct mu_arena *arena, struct mu_op *op,
                       bool *ret_trouble);
    /* Requests that one operation takes. NULL slot: one. */
    int (*calls)(struct mu_account *a, const struct mu_op *op);
    /* The run that the operations submitted from now on are of. NULL slot: it doesn't matter. */
    void (*run)(struct mu_account *a, int64_t run);
    /* Writes a second it allows; 0: as many as it can take. NULL slot: the same. */
    double (*rate)(struct mu_account *a);
    /* Queues one operation; blocks only while the window is full. What isn't for the target to do
     * (MU_OP_MANUAL) is skipped. `op` must live until its outcome is reaped. -1: the connection is
     * gone; outcomes of what was in flight are still reaped (as
     * MU_DONE_DOUBT). */
    int (*submit)(struct mu_account *a, const struct mu_op *op, struct mu_err *err);
    /* 1: an outcome. 0: nothing in flight. wait: block for one. When not waiting, 0 also means:
     * none yet. */
    int (*reap)(struct mu_account *a, bool wait, struct mu_outcome *ret, struct mu_err *err);
    /* Operation as a person would paste it (LDIF), for -v and manual work; appended. */
    void (*show)(struct mu_account *a, const struct mu_op *op, struct mu_buf *to);
};

/* ---- raw calls ---- */

/* One request to the system's own API as the caller wrote it. */
struct mu_raw_call {
    const char *method;         /* GET, HEAD, POST, PUT, PATCH, DELETE */
    const char *path;           /* below the account's base address; starts with "/", encoded */
    const char *query;          /* encoded, without "?"; NULL: none */
    const char *const *headers; /* "Name: value", NULL-terminated; NULL: none */
    const char *body;           /* NULL: none */
    size_t body_len;
    const char *content_type; /* of the body; NULL: application/json */
    const char *credential;   /* NULL: the main one; "scim" */
    int deadline_s; /* for all of it, waiting for the rate too; 0: what the account's settings say */
    /* asked now and then while a read goes on; true: nobody waits any more (MU_E_CANCELLED). NULL
     * slot: it is waited for */
    bool (*stop)(void *arg);
    void *stop_arg;
};

/* Texts live in the arena of the call. */
struct mu_raw_answer {
    long status;         /* 200..599; 0: it was sent, and no answer came: `failed` says why, and a
                            write may have had its effect or not */
    const char *headers; /* "Name: value\r\n" and so on, as they came */
    const char *content_type; /* "" when none */
    const char *body;         /* decompressed; "" when none */
    size_t len;
    unsigned retry_after_s; /* of a 429 or 503; 0: not told */
    int tries;
    int64_t elapsed_us, waited_us; /* waited_us: held back by the rate before it was sent */
    struct mu_rate_state rate;     /* after the call */
    struct mu_err failed;
};

/* ---- the adapter ---- */

enum mu_probe_mark { MU_PROBE_OK, MU_PROBE_WARN, MU_PROBE_FAIL };
typedef void mu_probe_report(void *arg, enum mu_probe_mark mark, const char *what, const char *fix);

struct mu_adapter {
    const char *name;
    const char *mappings; /* folder of its mappings, or a glob of folders: "sendoso", "feed-*" */
    const char *summary;
    const struct mu_opt *opts;
    size_t values_size; /* of the struct opts describe */
    /* no network yet */
    int (*open)(const struct mu_account_conf *conf, struct mu_account **ret, struct mu_err *err);
    void (*close)(struct mu_account *a); /* NULL is fine */
    /* Harmless calls that prove address, TLS, credentials, rights, schema, clock. -1 only when
     * cancelled. */
    int (*probe)(struct mu_account *a, mu_probe_report *report, void *arg, struct mu_err *err);
    /* The OAuth credential called `which` (NULL: the main one), to be authorised by a person; NULL
     * when it isn't OAuth. The slot itself is NULL for adapters without OAuth. */
    struct mu_credential *(*oauth)(struct mu_account *a, const char *which);
    /* A raw call with the account's credentials, under its rate. Reads (GET, HEAD) are repeated as
     * always (net/http.h), writes never. -1: nothing was sent: MU_E_USAGE (a path that leaves the
     * base address, an unknown method), MU_E_THROTTLED with retry_after_s, MU_E_AUTH, MU_E_NET. The
     * slot is NULL for adapters without an HTTP API. */
    int (*call)(struct mu_account *a, const struct mu_raw_call *call, struct mu_arena *arena,
                struct mu_raw_answer *ret, struct mu_err *err);
    const struct mu_source_ops *source; /* NULL: can't be read */
    const char *source_key; /* setting without which an account can't either; NULL: none */
    /* of sources of rows: the shape (adapter/shape.h) that is read where the settings name none;
     * NULL: the mappings are those of the adapter's own folder */
    const char *shape;
    const struct mu_target_ops *target; /* NULL: can't be written */
};

struct mu_account {
    const struct mu_adapter *adapter;
    const char *name;
};

/* The adapter of that name; NULL when unknown. All of them, NULL-terminated. */
const struct mu_adapter *mu_adapter_find(const char *name);
const struct mu_adapter *const *mu_adapters(void);

/* Reads settings by the adapter's table and opens. Errors carry file and line. The arena outlives
 * the account. */
int mu_account_open(struct mu_arena *arena, const struct mu_adapter *adapter,
                    struct mu_account_conf *conf, struct mu_account **ret, struct mu_err *err);
void mu_account_close(struct mu_account *a); /* NULL is fine */

/* Whether accounts with these settings can be read; if not, *ret_why (in the arena) says why, as in
 * `its adapter ldap ...`. */
bool mu_account_reads(struct mu_arena *arena, const struct mu_adapter *adapter,
                      const struct mu_y *settings, const char **ret_why);

/* The attribute of groups that holds their members; NULL: the target keeps none that we write. */
const char *mu_target_member_attr(struct mu_account *target);

/* The folder of mappings that a source with these settings reads by. */
const char *mu_account_mappings(struct mu_arena *arena, const struct mu_adapter *adapter,
                                const struct mu_y *settings);

/* Whether two values are one to the target: equal, or of one form (`fold`). attr NULL: names. */
bool mu_target_same(struct mu_account *target, const char *attr, const struct mu_value *x,
                    const struct mu_value *y);

#endif
