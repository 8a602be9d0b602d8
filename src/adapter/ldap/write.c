/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window of writes. Each operation is one request, but for changes over MU_LDAP_CHUNK_MAX
 * bytes: those go out as pieces, one after another, and have one outcome. An outcome that is not
 * known (the connection broke) is told as failed, in doubt.
 */
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "adapter/ldap/ldif.h"
#include "base/str.h"

enum { NATIVE_MAX = 64, VALUE_OVERHEAD = 6 };

/* ---- outcomes ---- */

static struct mu_outcome *push_outcome(struct mu_ldap *a, const struct mu_op *op, enum mu_done done)
{
    if (a->done_first == a->done_count)
        a->done_first = a->done_count = 0;
    if (a->done_count == a->done_cap) {
        a->done_cap = a->done_cap ? a->done_cap * 2 : 64;
        a->done = mu_xrealloc(a->done, a->done_cap * sizeof(*a->done));
    }
    struct mu_outcome *o = &a->done[a->done_count++];
    *o = (struct mu_outcome){.op = op, .done = done};
    return o;
}

static void push_failure(struct mu_ldap *a, const struct mu_op *op, const struct mu_err *why)
{
    struct mu_outcome *o = push_outcome(a, op, MU_DONE_FAILED);
    o->err = *why;
    if (o->err.blast != MU_HITS_CONNECTION)
        o->err.blast = MU_HITS_RECORD;
}

static void land(struct mu_ldap *a, struct mu_ldap_flight *f)
{
    f->op = NULL;
    a->in_flight--;
}

/* Everything under way is in doubt, and nothing more is sent. */
static void break_off(struct mu_ldap *a, const struct mu_err *why)
{
    a->lost = true;
    a->lost_why = *why;
    for (int64_t i = 0; i < a->set->window; i++) {
        struct mu_ldap_flight *f = &a->flights[i];
        if (!f->op)
            continue;
        struct mu_err err = *why;
        push_failure(a, f->op, &err);
        mu_wrap(&a->done[a->done_count - 1].err, "%s: %s: in doubt, the answer never came",
                f->op->name, mu_verb_name(f->op->verb));
        land(a, f);
    }
    mu_ldap_disconnect(a);
}

/* ---- requests ---- */

/* LDAPMods of one request. */
struct piece {
    LDAPMod **mods; /* room for two a change */
    size_t count, bytes;
};

static size_t bytes_of(const struct mu_value *values, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += values[i].len + VALUE_OVERHEAD;
    return bytes;
}

static void put_values(struct mu_ldap *a, struct piece *p, int how, const char *attr,
                       const struct mu_value *values, size_t count)
{
    if (count == 0)
        return;
    LDAPMod *mod = mu_alloc(a->scratch, sizeof(*mod));
    struct berval *bytes = mu_alloc_array(a->scratch, count, sizeof(*bytes));
    mod->mod_op = how | LDAP_MOD_BVALUES;
    mod->mod_type =
        (char *)(uintptr_t)attr; /* libldap's types have no const; it doesn't write there */
    mod->mod_bvalues = mu_alloc_array(a->scratch, count + 1, sizeof(*mod->mod_bvalues));
    for (size_t i = 0; i < count; i++) {
        bytes[i] =
            (struct berval){.bv_len = values[i].len, .bv_val = (char *)(uintptr_t)values[i].bytes};
        mod->mod_bvalues[i] = &bytes[i];
    }
    p->mods[p->count++] = mod;
    p->bytes += bytes_of(values, count);
}

/* As many values from the cursor on as still fit; at least one into an empty piece. */
static void put_slice(struct mu_ldap *a, struct piece *p, int how, const char *attr,
                      const struct mu_value *values, size_t count, size_t *done)
{
    size_t n = 0, bytes = p->bytes;
    while (*done + n < count && bytes + values[*done + n].len + VALUE_OVERHEAD <= MU_LDAP_CHUNK_MAX)
        bytes += values[*done + n++].len + VALUE_OVERHEAD;
    if (n == 0 && p->count == 0 && *done < count)
        n = 1;
    put_values(a, p, how, attr, values + *done, n);
    *done += n;
}

/* Fills a piece from the cursor on. A change that fits is never split: the old value of a
 * single-valued attribute goes in the same request in which the new one comes. Of one that
 * doesn't fit additions go first: a group must not be empty in between. */
static void fill(struct mu_ldap *a, const struct mu_op *op, struct mu_ldap_cursor *at,
                 struct piece *p)
{
    p->mods =
        mu_alloc_array(a->scratch, 2 * (op->change_count - at->change) + 1, sizeof(LDAPMod *));
    for (; at->change < op->change_count; at->change++) {
        const struct mu_opchange *c = &op->changes[at->change];
        size_t size = bytes_of(c->remove, c->remove_count) + bytes_of(c->add, c->add_count);
        if (size <= MU_LDAP_CHUNK_MAX) {
            if (p->count > 0 && p->bytes + size > MU_LDAP_CHUNK_MAX)
                return;
            put_values(a, p, LDAP_MOD_DELETE, c->attr, c->remove, c->remove_count);
            put_values(a, p, LDAP_MOD_ADD, c->attr, c->add, c->add_count);
            continue;
        }
        put_slice(a, p, LDAP_MOD_ADD, c->attr, c->add, c->add_count, &at->added);
        if (at->added == c->add_count)
            put_slice(a, p, LDAP_MOD_DELETE, c->attr, c->remove, c->remove_count, &at->removed);
        if (at->added < c->add_count || at->removed < c->remove_count)
            return;
        at->added = at->removed = 0;
    }
}

/* AttributeSelection ::= SEQUENCE OF LDAPString (RFC 4527, section 3.2): entryUUID. */
static char post_read_value[] = "\x30\x0b\x04\x09"
                                "entryUUID";

/* The control by which the server answers the new entry's immutable id, if it can. */
static LDAPControl *post_read(struct mu_ldap *a)
{
    if (!a->server.post_read)
        return NULL;
    LDAPControl *c = mu_alloc(a->scratch, sizeof(*c));
    c->ldctl_oid = (char *)(uintptr_t)LDAP_CONTROL_POST_READ;
    c->ldctl_value =
        (struct berval){.bv_len = sizeof(post_read_value) - 1, .bv_val = post_read_value};
    return c;
}

/* The control by which the server refuses to touch another entry than the planned one; *ret
 * NULL: it has none. The value is libldap's memory. */
static int assertion(struct mu_ldap *a, const struct mu_op *op, LDAPControl **ret)
{
    struct berval escaped = {0};
    *ret = NULL;
    if (!op->native || !a->server.assertion)
        return LDAP_SUCCESS;
    struct berval native = {.bv_len = strlen(op->native), .bv_val = (char *)(uintptr_t)op->native};
    if (native.bv_len > NATIVE_MAX)
        return LDAP_PARAM_ERROR;
    int rc = ldap_bv2escaped_filter_value(&native, &escaped);
    if (rc != 0)
        return LDAP_NO_MEMORY;
    LDAPControl *c = mu_alloc(a->scratch, sizeof(*c));
    c->ldctl_oid = (char *)(uintptr_t)LDAP_CONTROL_ASSERT;
    c->ldctl_iscritical = 1;
    rc = ldap_create_assertion_control_value(
        a->ld, mu_printf(a->scratch, "(entryUUID=%s)", escaped.bv_val), &c->ldctl_value);
    if (escaped.bv_val != native.bv_val)
        ber_memfree(escaped.bv_val);
    *ret = c;
    return rc;
}

static int send_rename(struct mu_ldap *a, const struct mu_op *op, LDAPControl **controls,
                       int *msgid)
{
    struct mu_err bad = MU_ERR_INIT;
    const char *rdn, *parent;
    if (!op->new_name || mu_dn_split(a->scratch, op->new_name, &rdn, &parent, &bad) < 0)
        return LDAP_INVALID_DN_SYNTAX;
    const char *old = mu_dn_key_parent(mu_dn_key_dup(a->scratch, op->name));
    bool moves = !mu_streq(old, mu_dn_key_dup(a->scratch, parent));
    return ldap_rename(a->ld, op->name, rdn, moves ? parent : NULL, 1, controls, NULL, msgid);
}

/* Sends the flight's next request; an LDAP result code. */
static int send_next(struct mu_ldap *a, struct mu_ldap_flight *f)
{
    const struct mu_op *op = f->op;
    LDAPControl *controls[2] = {NULL, NULL}, *assert = NULL;
    struct piece piece = {.count = 0};
    mu_arena_reset(a->scratch);
    int rc = op->verb == MU_OP_CREATE ? LDAP_SUCCESS : assertion(a, op, &assert);
    if (rc != LDAP_SUCCESS)
        return rc;
    controls[0] = op->verb == MU_OP_CREATE && f->pieces == 0 ? post_read(a) : assert;
    if (op->verb == MU_OP_CREATE || op->verb == MU_OP_MODIFY)
        fill(a, op, &f->sent, &piece);
    if (op->verb == MU_OP_CREATE && f->pieces == 0)
        rc = ldap_add_ext(a->ld, op->name, piece.mods, controls, NULL, &f->msgid);
    else if (op->verb == MU_OP_CREATE || op->verb == MU_OP_MODIFY)
        rc = ldap_modify_ext(a->ld, op->name, piece.mods, controls, NULL, &f->msgid);
    else if (op->verb == MU_OP_RENAME)
        rc = send_rename(a, op, controls, &f->msgid);
    else
        rc = ldap_delete_ext(a->ld, op->name, controls, NULL, &f->msgid);
    if (assert)
        ber_memfree(assert->ldctl_value.bv_val);
    f->pieces++;
    return rc;
}

static bool more_to_send(const struct mu_ldap_flight *f)
{
    return (f->op->verb == MU_OP_CREATE || f->op->verb == MU_OP_MODIFY) &&
           f->sent.change < f->op->change_count;
}

/* ---- answers ---- */

/* Results that mean: what is there is no longer what the plan was made for. */
static const char *stale_because(const struct mu_op *op, int code)
{
    switch (code) {
    case LDAP_NO_SUCH_ATTRIBUTE:
        return "a value that was to be removed is no longer there";
    case LDAP_TYPE_OR_VALUE_EXISTS:
        return "a value that was to be added is there already";
    case LDAP_NO_SUCH_OBJECT:
        return op->verb == MU_OP_CREATE ? "what it was to be created under is missing"
                                        : "the entry is no longer there";
    case LDAP_ALREADY_EXISTS:
        return "an entry of that name is there already";
    case LDAP_ASSERTION_FAILED:
        return "another entry stands there now";
    default:
        return NULL;
    }
}

static void push_refusal(struct mu_ldap *a, const struct mu_ldap_flight *f, int code,
                         const char *diagnostic)
{
    const struct mu_op *op = f->op;
    const char *stale = stale_because(op, code);
    const char *expected = code == LDAP_ASSERTION_FAILED && op->native ? op->native : NULL;
    bool names_new = op->verb == MU_OP_RENAME && code == LDAP_ALREADY_EXISTS && op->new_name;
    struct mu_outcome *o = push_outcome(a, op, stale ? MU_DONE_STALE : MU_DONE_FAILED);
    mu_ldap_fail(a, &o->err, code, diagnostic, "%.250s: %s%s%s%s%s",
                 names_new ? op->new_name : op->name, mu_verb_name(op->verb), stale ? ": " : "",
                 stale ? stale : "", expected ? ", expected entryUUID " : "",
                 expected ? expected : "");
    if (f->pieces > 1)
        mu_wrap(&o->err, "after %d pieces of it were written", f->pieces - 1);
    o->err.blast = MU_HITS_RECORD;
}

/* The entryUUID in a post-read response: a SearchResultEntry without its tag (RFC 4527, section
 * 3.2). malloc'ed or NULL. */
static char *native_of(LDAPControl **controls)
{
    LDAPControl *c = ldap_control_find(LDAP_CONTROL_POST_READ, controls, NULL);
    BerElement *ber = c ? ber_init(&c->ldctl_value) : NULL;
    struct berval dn, attr, *values = NULL;
    char *native = NULL;
    if (!ber)
        return NULL;
    if (ber_scanf(ber, "{m{{m[W]", &dn, &attr, &values) != LBER_ERROR && values &&
        values[0].bv_val && values[0].bv_len <= NATIVE_MAX &&
        mu_utf8_ok(values[0].bv_val, values[0].bv_len))
        native = mu_xstrdup(values[0].bv_val);
    ber_bvarray_free(values);
    ber_free(ber, 1);
    return native;
}

static void push_success(struct mu_ldap *a, const struct mu_ldap_flight *f, char *native)
{
    push_outcome(a, f->op, MU_DONE_OK)->native = native;
}

static struct mu_ldap_flight *flight_of(struct mu_ldap *a, int msgid)
{
    for (int64_t i = 0; i < a->set->window; i++) {
        if (a->flights[i].op && a->flights[i].msgid == msgid)
            return &a->flights[i];
    }
    return NULL;
}

static int not_sent(struct mu_ldap *a, int code, const struct mu_op *op, struct mu_err *err)
{
    mu_ldap_fail(a, err, code, NULL, "%.250s: %s", op->name, mu_verb_name(op->verb));
    return -1;
}

static void send_rest(struct mu_ldap *a, struct mu_ldap_flight *f)
{
    struct mu_err err = MU_ERR_INIT;
    int code = send_next(a, f);
    if (code == LDAP_SUCCESS)
        return;
    not_sent(a, code, f->op, &err);
    if (err.code == MU_E_NET) {
        break_off(a, &err);
        return;
    }
    push_failure(a, f->op, &err);
    land(a, f);
}

static void take_answer(struct mu_ldap *a, LDAPMessage *message)
{
    MU_AUTO(buf) struct mu_buf diagnostic = MU_BUF_INIT(MU_BUF_MAX);
    LDAPControl **controls = NULL;
    struct mu_ldap_flight *f = flight_of(a, ldap_msgid(message));
    if (!f)
        return;
    int code = mu_ldap_code(a, message, &diagnostic, &controls);
    if (code == LDAP_SUCCESS && more_to_send(f)) {
        send_rest(a, f);
    } else {
        if (code == LDAP_SUCCESS)
            push_success(a, f, f->op->verb == MU_OP_CREATE ? native_of(controls) : NULL);
        else
            push_refusal(a, f, code, diagnostic.data);
        land(a, f);
    }
    ldap_controls_free(controls);
}

/* 1: an answer was taken. 0: none yet. -1: the connection is lost. */
static int collect(struct mu_ldap *a, bool wait)
{
    struct mu_err err = MU_ERR_INIT;
    LDAPMessage *message = NULL;
    int rc = mu_ldap_next(a, LDAP_RES_ANY, LDAP_MSG_ALL, wait ? -1 : 0, false, &message, &err);
    if (rc == 1) {
        take_answer(a, message);
        ldap_msgfree(message);
    } else if (rc < 0) {
        break_off(a, &err);
    }
    return a->lost ? -1 : rc;
}

/* ---- target operations ---- */

void mu_ldap_show(struct mu_account *account MU_UNUSED, const struct mu_op *op, struct mu_buf *to)
{
    mu_ldif_op(op, to);
}

static void trace(struct mu_ldap *a, const struct mu_op *op)
{
    if (!mu_log_on(a->log, MU_LOG_TRACE))
        return;
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_ldif_op(op, &text);
    mu_buf_cut(&text, text.len - 1); /* the empty line: log lines end by themselves */
    mu_log(a->log, MU_LOG_TRACE, "%s", text.data);
}

static int refuse_lost(struct mu_ldap *a, struct mu_err *err)
{
    *err = a->lost_why;
    return -1;
}

int mu_ldap_submit(struct mu_account *account, const struct mu_op *op, struct mu_err *err)
{
    struct mu_ldap *a = mu_ldap_of(account);
    if (a->lost)
        return refuse_lost(a, err);
    if (op->verb == MU_OP_MANUAL || op->verb == MU_OP_VERBS) {
        push_outcome(a, op, MU_DONE_SKIPPED);
        return 0;
    }
    if (mu_ldap_connect(a, err) < 0)
        return -1;
    /* A full window is emptied by half: one wake-up for many answers, and the server has the other
     * half to go on with. */
    if (a->in_flight >= (size_t)a->set->window) {
        while (a->in_flight > (size_t)a->set->window / 2) {
            if (collect(a, true) < 0)
                return refuse_lost(a, err);
        }
    }
    struct mu_ldap_flight *f = a->flights;
    while (f->op)
        f++;
    *f = (struct mu_ldap_flight){.op = op};
    a->in_flight++;
    trace(a, op);
    int code = send_next(a, f);
    if (code == LDAP_SUCCESS)
        return 0;
    not_sent(a, code, op, err);
    land(a, f);
    if (err->code == MU_E_NET) {
        break_off(a, err);
        return -1;
    }
    push_failure(a, op, err);
    return 0;
}

int mu_ldap_reap(struct mu_account *account, bool wait, struct mu_outcome *ret,
                 struct mu_err *err MU_UNUSED)
{
    struct mu_ldap *a = mu_ldap_of(account);
    while (a->done_first == a->done_count) {
        if (a->in_flight == 0 || collect(a, wait) == 0)
            return 0;
    }
    *ret = a->done[a->done_first++];
    free(a->lent);
    a->lent = (char *)(uintptr_t)ret->native;
    return 1;
}

void mu_ldap_write_done(struct mu_ldap *a)
{
    for (size_t i = a->done_first; i < a->done_count; i++)
        free((char *)(uintptr_t)a->done[i].native);
    free(a->done);
    free(a->lent);
    free(a->flights);
}
