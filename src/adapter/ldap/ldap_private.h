/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the LDAP adapter; private to adapter/ldap/.
 *
 * ldap.c holds the account, settings.c its settings, conn.c the connection and what the server
 * says of itself, answer.c waiting and errors, search.c a search in pages, schema.c the server's
 * schema, read.c the reading, source.c the reading of people, object.c one whole entry,
 * containers.c what must exist before writing, write.c the window of writes, request.c one write
 * as requests, expect.c what a write relies on, look.c looking at the entry before or after it,
 * moves.c what this run renamed, probe.c the doctor's questions. dn.c, match.c and ldif.c know no
 * connection.
 */
#ifndef MU_ADAPTER_LDAP_PRIVATE_H
#define MU_ADAPTER_LDAP_PRIVATE_H

#include <ldap.h>

#include "adapter/adapter.h"
#include "adapter/ldap/match.h"
#include "base/secret.h"

enum {
    MU_LDAP_WINDOW_MAX = 512, /* slapd cuts whoever has 1,000 waiting (conn_max_pending_auth) */
    MU_LDAP_ANSWER_MAX = 256 << 20, /* bytes of one message: a group of some million members */
    MU_LDAP_ENTRIES_MAX = 20000000, /* entries of one place */
    MU_LDAP_ATTRS_MAX = 128,        /* attributes the mappings manage */
    MU_LDAP_CHUNK_MAX =
        900 << 10,               /* bytes of a request: 389-DS takes 2 MB, slapd 4 MB by default */
    MU_LDAP_PAGE = 1000,         /* entries a page: Active Directory gives no more */
    MU_LDAP_DIAGNOSTIC_MAX = 320 /* bytes shown of what the server says to an error */
};

/* Settings as written in the configuration. */
struct mu_ldap_settings {
    const char *url, *ca, *base;
    int starttls, cleartext, assert_by;
    const struct mu_y *bind, *users, *groups, *inactive, *source;
    int64_t window, timeout, page_size;
};

enum { MU_STARTTLS_NEVER, MU_STARTTLS_REQUIRED };
enum { MU_CLEARTEXT_REFUSED, MU_CLEARTEXT_ALLOWED };
enum { MU_ASSERT_AUTO, MU_ASSERT_READ };
enum mu_ldap_sasl { MU_SASL_NONE, MU_SASL_EXTERNAL, MU_SASL_GSSAPI };

struct mu_ldap_place {
    const char *name, *key; /* the container */
    bool missing;           /* the last read did not find it */
};

struct mu_ldap_schema;
struct mu_ldap_moves;
struct mu_ldap_source;

/* What is known of a connected server. */
struct mu_ldap_server {
    char **contexts;       /* namingContexts, NULL-terminated; NULL: hidden */
    const char *vendor;    /* for people */
    const char *schema_at; /* subschemaSubentry; NULL: hidden */
    bool openldap, paged, assertion, post_read, whoami;
};

/* How far an operation's changes have been sent: all before `change`, and so many values of that
 * one. */
struct mu_ldap_cursor {
    size_t change, added, removed;
};

/* What is waited for: the answer to a write; the entry, read before the write because the server
 * can't assert; or the entry, read because the write was refused as stale. */
enum mu_ldap_wait { MU_LDAP_WRITES, MU_LDAP_CHECKS, MU_LDAP_LOOKS };

/* One operation under way. */
struct mu_ldap_flight {
    const struct mu_op *op;   /* NULL: free */
    const struct mu_op *rest; /* what of it was still to be done when we looked; NULL: all */
    struct mu_arena *own;     /* of rest and refusal; NULL until something is refused */
    enum mu_ldap_wait waits;
    int msgid, pieces;
    struct mu_ldap_cursor sent;
    int refused; /* the result code that made us look; 0: none */
    const char *refusal;
};

static inline const struct mu_op *mu_ldap_todo(const struct mu_ldap_flight *f)
{
    return f->rest ? f->rest : f->op;
}

struct mu_ldap {
    struct mu_account account; /* first */
    struct mu_arena *arena;    /* for as long as the account is open */
    const struct mu_ldap_settings *set;
    const struct mu_y *settings;
    struct mu_log *log;

    enum mu_ldap_sasl sasl;
    const char *bind_dn; /* NULL: anonymous or SASL */
    struct mu_secret *password;
    bool tls_from_start, local; /* ldaps://; ldapi:// or loopback */

    const struct mu_resource *mappings[2]; /* MU_USER, MU_GROUP */
    const char *base, *base_key;
    struct mu_ldap_place places[MU_PLACES];
    const char *placeholder;
    const char *attrs[MU_LDAP_ATTRS_MAX + 2]; /* managed ones and objectClass, sorted; then NULL */
    size_t attr_count;

    LDAP *ld; /* NULL: not connected */
    int64_t used_us;
    struct mu_arena *server_arena; /* what follows lives in it, until the next connection */
    struct mu_ldap_server server;
    struct mu_ldap_schema *schema; /* NULL: not read yet, or hidden */

    struct mu_ldap_source *source;  /* NULL: nothing is read from it */
    struct mu_ldap_moves *moves;    /* since the last read; NULL: none */
    struct mu_ldap_flight *flights; /* set->window of them */
    size_t in_flight;
    struct mu_outcome *done; /* a queue of outcomes nobody has fetched: [done_first, done_count) */
    size_t done_first, done_count, done_cap;
    char *lent;               /* the native id handed out with the last outcome */
    struct mu_arena *scratch; /* of one request */
    bool lost; /* the connection broke with writes under way: nothing more is sent on it */
    struct mu_err lost_why;
};

/* Whether preconditions go with the write, or are read before it. */
static inline bool mu_ldap_asserts(const struct mu_ldap *a)
{
    return a->server.assertion && a->set->assert_by == MU_ASSERT_AUTO;
}

static inline struct mu_ldap *mu_ldap_of(struct mu_account *a)
{
    return (struct mu_ldap *)a; /* its first member */
}

/* ---- ldap.c, settings.c ---- */

/* mu_dn_key, quicker for what lies directly in one of the places. */
void mu_ldap_key(const struct mu_ldap *a, const char *dn, size_t len, struct mu_buf *to);

/* All of a->settings. Of the two mappings the names are returned, which nobody has loaded yet. */
int mu_ldap_read_settings(struct mu_ldap *a, const char **ret_users, const char **ret_groups,
                          struct mu_err *err);
/* Where in the configuration a message points to. */
const struct mu_y *mu_ldap_setting(const struct mu_ldap *a, const char *key);
extern const struct mu_opt mu_ldap_opts[];

/* ---- conn.c ---- */

/* Connects, secures, binds, reads the root DSE. Nothing to do when connected; a connection long
 * idle is made anew. */
int mu_ldap_connect(struct mu_ldap *a, struct mu_err *err);
void mu_ldap_disconnect(struct mu_ldap *a);

/* Whether what has that key lies in a namingContext; also when the server hides them. Those it
 * doesn't lie in are listed. */
bool mu_ldap_holds(const struct mu_ldap *a, const char *key, struct mu_buf *offered);

/* ---- answer.c ---- */

/* Next message of an operation (LDAP_RES_ANY: of any). wait_us < 0: the account's timeout, after
 * which it fails; else 0 after so long. 1: *ret is the caller's. Cancellation ends it when
 * `cancels`. */
int mu_ldap_next(struct mu_ldap *a, int msgid, int all, int64_t wait_us, bool cancels,
                 LDAPMessage **ret, struct mu_err *err);

/* Asks for one entry. */
int mu_ldap_ask(struct mu_ldap *a, const char *dn, const char *filter, const char *const *attrs,
                int *ret_msgid, struct mu_err *err);

/* The one entry of a base search; 1: *ret is the caller's result chain, 0: no such entry. */
int mu_ldap_get(struct mu_ldap *a, const char *dn, const char *filter, const char *const *attrs,
                LDAPMessage **ret, struct mu_err *err);

/* Fails with `ACCOUNT: fmt: what LDAP says (code): what the server says; what to do`. diagnostic
 * NULL: the handle's. */
int mu_ldap_fail(const struct mu_ldap *a, struct mu_err *err, int code, const char *diagnostic,
                 const char *fmt, ...) MU_PRINTF(5, 6);

/* Result code of a finished message; its text is appended to `diagnostic` printably. Frees
 * nothing. */
int mu_ldap_code(struct mu_ldap *a, LDAPMessage *message, struct mu_buf *diagnostic,
                 LDAPControl ***ret_controls);

/* The search as a person would paste it, for -v. page_size 0: not paged. */
void mu_ldap_trace_search(struct mu_ldap *a, const char *base, int scope, const char *filter,
                          const char *const *attrs, int64_t page_size);

/* ---- search.c ---- */

/* A search below a base; the first four are the caller's. */
struct mu_ldap_search {
    const char *base, *filter;
    const char *const *attrs; /* NULL-terminated */
    int64_t size;             /* entries asked for at a time; 0: all */
    bool found;               /* at its end: the base is there */
    size_t count;             /* entries so far */
    struct berval cookie;     /* libldap's; length 0: no more pages */
    int msgid, empty;         /* empty: pages in a row without an entry */
    size_t entries;           /* of this page */
    bool asked, over;
};
/* 1: an entry, the caller's; 0: the end, also when there is no base; -1. */
int mu_ldap_search_next(struct mu_ldap *a, struct mu_ldap_search *s, LDAPMessage **ret,
                        struct mu_err *err);
void mu_ldap_search_done(struct mu_ldap_search *s);

/* ---- schema.c, read.c ---- */

/* Reads the server's schema once for each connection, and checks that it has the classes and
 * attributes of the mappings. */
int mu_ldap_learn(struct mu_ldap *a, struct mu_err *err);
enum mu_match mu_ldap_match(const struct mu_ldap *a, const char *attr);
void mu_ldap_schema_free(struct mu_ldap_schema *s); /* NULL is fine */

/* The base must lie in something the server says it holds; MU_E_CONFIG with what it offers. */
int mu_ldap_check_base(struct mu_ldap *a, struct mu_err *err);

/* ---- request.c ---- */

/* Sends the flight's next request; an LDAP result code. */
int mu_ldap_send(struct mu_ldap *a, struct mu_ldap_flight *f);
bool mu_ldap_more_to_send(const struct mu_ldap_flight *f);

/* ---- expect.c ---- */

/* Whether op relies on more than what the server checks anyhow while it writes. */
bool mu_ldap_expects(const struct mu_op *op);

/* That as a filter. first: of several pieces the first one, before which nothing of the entry may
 * have changed. An LDAP result code. */
int mu_ldap_expect_filter(const struct mu_op *op, bool first, struct mu_buf *to);

/* The attributes that show it; all: those too whose values the server checks. */
const char *const *mu_ldap_expect_attrs(struct mu_arena *arena, const struct mu_op *op, bool all);

/* The first difference between what op expects and what is there (NULL: nothing), appended in
 * words; false: there is none. values: those too that the server checks. */
bool mu_ldap_unexpected(struct mu_ldap *a, const struct mu_op *op, const struct mu_object *there,
                        bool values, struct mu_buf *why);

/* op with what of its changes is still to be done; how many are left. each: value by value; else a
 * change is left whole, or is left out because all of it is done. In the arena, values lent by op.
 */
size_t mu_ldap_rest(struct mu_ldap *a, struct mu_arena *arena, const struct mu_op *op,
                    const struct mu_object *there, bool each, struct mu_op *ret);

/* ---- moves.c ---- */

void mu_ldap_moved(struct mu_ldap *a, const char *from, const char *to);
/* Where the entry is now that had this name when the target was read; NULL: it wasn't moved. */
const char *mu_ldap_moved_to(const struct mu_ldap *a, const struct mu_value *name);
void mu_ldap_forget_moves(struct mu_ldap *a);

/* ---- look.c ---- */

/* Whether the entry has to be read before op is sent. */
bool mu_ldap_looks_first(const struct mu_ldap *a, const struct mu_op *op);

/* Asks for what shows why a write was refused (MU_LDAP_LOOKS), or for what it relies on
 * (MU_LDAP_CHECKS). */
int mu_ldap_look(struct mu_ldap *a, struct mu_ldap_flight *f, enum mu_ldap_wait why,
                 struct mu_err *err);

/* What the entry (NULL: there is none) says of a refused write: the rest of it can be sent, it was
 * so already, or why not (in words; none: it is as it should be now). Needs f->own. */
enum mu_ldap_finding { MU_LDAP_GO_ON, MU_LDAP_IS_DONE, MU_LDAP_IS_STALE };
enum mu_ldap_finding mu_ldap_judge(struct mu_ldap *a, struct mu_ldap_flight *f,
                                   const struct mu_object *there, struct mu_buf *why);

/* ---- object.c ---- */

extern const char mu_ldap_native_attr[], mu_ldap_version_attr[];

/* An entry of an answer, as mu_target_ops.get tells it. */
int mu_ldap_take_object(struct mu_ldap *a, struct mu_arena *arena, LDAPMessage *entry,
                        struct mu_object *ret, struct mu_err *err);

/* Whether an attribute holds what people log in with; options don't count. */
bool mu_ldap_is_secret(const char *attr);

/* ---- source.c ---- */

extern const struct mu_source_ops mu_ldap_source_ops;
/* What is set under source:; nothing: nothing. */
int mu_ldap_source_open(struct mu_ldap *a, const struct mu_layers *layers, struct mu_err *err);
void mu_ldap_source_close(struct mu_ldap *a);
/* Reads the first people. */
void mu_ldap_source_probe(struct mu_ldap *a, struct mu_arena *arena, mu_probe_report *report,
                          void *arg);

/* ---- target operations ---- */

int mu_ldap_read(struct mu_account *account, struct mu_arena *arena, struct mu_object **ret,
                 size_t *ret_count, struct mu_err *err);
int mu_ldap_get_object(struct mu_account *account, struct mu_arena *arena, const char *name,
                       struct mu_object *ret, struct mu_err *err);
int mu_ldap_identity(struct mu_account *account, struct mu_arena *arena, const char **ret,
                     struct mu_err *err);
int mu_ldap_prepare(struct mu_account *account, struct mu_arena *arena,
                    void (*add)(void *arg, const struct mu_op *op), void *arg, struct mu_err *err);
int mu_ldap_submit(struct mu_account *account, const struct mu_op *op, struct mu_err *err);
int mu_ldap_reap(struct mu_account *account, bool wait, struct mu_outcome *ret, struct mu_err *err);
void mu_ldap_write_done(struct mu_ldap *a); /* frees; what is in flight is forgotten */
void mu_ldap_show(struct mu_account *account, const struct mu_op *op, struct mu_buf *to);
int mu_ldap_probe(struct mu_account *account, mu_probe_report *report, void *arg,
                  struct mu_err *err);

#endif
