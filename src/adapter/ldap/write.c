/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window of writes. Each operation is one request or several after another (request.c), and has
 * one outcome. What the server refuses as stale is looked at (look.c) before it is told. An outcome
 * that is not known (the connection broke) is told as being in doubt.
 */
#include <stdio.h>
#include <string.h>

#include "adapter/ldap/ldap_private.h"
#include "adapter/ldap/ldif.h"
#include "base/str.h"

enum { NATIVE_MAX = 64, NAME_SHOWN = 250 };

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
    mu_arena_free(f->own);
    *f = (struct mu_ldap_flight){.op = NULL};
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
        struct mu_outcome *o = push_outcome(a, f->op, MU_DONE_DOUBT);
        o->err = *why;
        mu_wrap(&o->err, "%s: %s: in doubt, the answer never came", f->op->name,
                mu_verb_name(f->op->verb));
        land(a, f);
    }
    mu_ldap_disconnect(a);
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

static const char *refused_name(const struct mu_op *op, int code)
{
    return op->verb == MU_OP_RENAME && code == LDAP_ALREADY_EXISTS ? op->new_name : op->name;
}

static void push_refusal(struct mu_ldap *a, const struct mu_ldap_flight *f, int code,
                         const char *diagnostic)
{
    const struct mu_op *op = f->op;
    const char *stale = stale_because(op, code);
    struct mu_outcome *o = push_outcome(a, op, stale ? MU_DONE_STALE : MU_DONE_FAILED);
    mu_ldap_fail(a, &o->err, code, diagnostic, "%.*s: %s%s%s", NAME_SHOWN, refused_name(op, code),
                 mu_verb_name(op->verb), stale ? ": " : "", stale ? stale : "");
    if (f->pieces > 1)
        mu_wrap(&o->err, "after %d pieces of it were written", f->pieces - 1);
    o->err.blast = MU_HITS_RECORD;
}

/* The entry was looked at: both values are known. */
static void push_stale(struct mu_ldap *a, const struct mu_ldap_flight *f, const char *why)
{
    MU_AUTO(buf) struct mu_buf name = MU_BUF_INIT(MU_BUF_MAX);
    const char *shown = refused_name(f->op, f->refused);
    mu_printable_into(&name, shown, strlen(shown), NAME_SHOWN);
    struct mu_outcome *o = push_outcome(a, f->op, MU_DONE_STALE);
    mu_fail(&o->err, MU_E_CONFLICT, "%s: %s: %s", a->account.name, name.data, why);
    if (f->pieces > 1)
        mu_wrap(&o->err, "after %d pieces of it were written", f->pieces - 1);
    o->err.native = f->refused;
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

/* Somebody, or the server itself, was there before us. */
static void push_was_so(struct mu_ldap *a, const struct mu_op *op)
{
    struct mu_outcome *o = push_outcome(a, op, MU_DONE_OK);
    snprintf(o->err.text, sizeof(o->err.text), "nothing was written: it was so already");
}

static void push_success(struct mu_ldap *a, const struct mu_ldap_flight *f, char *native)
{
    push_outcome(a, f->op, MU_DONE_OK)->native = native;
    if (f->op->verb == MU_OP_RENAME)
        mu_ldap_moved(a, f->op->name, f->op->new_name);
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

/* What went wrong while sending ends the flight, or with the connection all of them. */
static int fails_to_send(struct mu_ldap *a, struct mu_ldap_flight *f, const struct mu_err *err)
{
    if (err->code == MU_E_NET) {
        break_off(a, err);
        return -1;
    }
    push_failure(a, f->op, err);
    land(a, f);
    return 0;
}

static void send_rest(struct mu_ldap *a, struct mu_ldap_flight *f)
{
    struct mu_err err = MU_ERR_INIT;
    int code = mu_ldap_send(a, f);
    if (code != LDAP_SUCCESS) {
        not_sent(a, code, f->op, &err);
        fails_to_send(a, f, &err);
    }
}

static void look(struct mu_ldap *a, struct mu_ldap_flight *f, int code, const char *diagnostic)
{
    struct mu_err err = MU_ERR_INIT;
    f->refused = code;
    if (!f->own)
        f->own = mu_arena_new();
    f->refusal = mu_strdup(f->own, diagnostic);
    if (mu_ldap_look(a, f, MU_LDAP_LOOKS, &err) < 0)
        fails_to_send(a, f, &err);
}

static void take_result(struct mu_ldap *a, struct mu_ldap_flight *f, LDAPMessage *message)
{
    MU_AUTO(buf) struct mu_buf diagnostic = MU_BUF_INIT(MU_BUF_MAX);
    LDAPControl **controls = NULL;
    int code = mu_ldap_code(a, message, &diagnostic, &controls);
    bool orphan = f->op->verb == MU_OP_CREATE && code == LDAP_NO_SUCH_OBJECT;
    if (code == LDAP_SUCCESS && mu_ldap_more_to_send(f)) {
        send_rest(a, f);
    } else if (code == LDAP_SUCCESS) {
        push_success(a, f, f->op->verb == MU_OP_CREATE ? native_of(controls) : NULL);
        land(a, f);
    } else if (stale_because(f->op, code) && !orphan) {
        look(a, f, code, diagnostic.data);
    } else {
        push_refusal(a, f, code, diagnostic.data);
        land(a, f);
    }
    ldap_controls_free(controls);
}

static void judge(struct mu_ldap *a, struct mu_ldap_flight *f, const struct mu_object *there)
{
    MU_AUTO(buf) struct mu_buf why = MU_BUF_INIT(MU_BUF_MAX);
    enum mu_ldap_finding found = mu_ldap_judge(a, f, there, &why);
    if (found == MU_LDAP_GO_ON) {
        send_rest(a, f);
        return;
    }
    if (found == MU_LDAP_IS_DONE)
        push_was_so(a, f->op);
    else if (why.len > 0)
        push_stale(a, f, why.data);
    else
        push_refusal(a, f, f->refused, f->refusal);
    land(a, f);
}

/* The entry as it was asked for, before a write or after a refused one. */
static void take_look(struct mu_ldap *a, struct mu_ldap_flight *f, LDAPMessage *message)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    struct mu_object there;
    int code = mu_ldap_code(a, message, &text, NULL);
    LDAPMessage *entry = code == LDAP_SUCCESS ? ldap_first_entry(a->ld, message) : NULL;
    mu_arena_reset(a->scratch);
    if (code != LDAP_SUCCESS && code != LDAP_NO_SUCH_OBJECT)
        mu_ldap_fail(a, &err, code, text.data, "%.*s: can't be read", NAME_SHOWN, f->op->name);
    else if (entry)
        mu_ldap_take_object(a, a->scratch, entry, &there, &err);
    mu_buf_reset(&text);
    if (err.code != MU_OK)
        fails_to_send(a, f, &err);
    else if (f->waits == MU_LDAP_LOOKS)
        judge(a, f, entry ? &there : NULL);
    else if (mu_ldap_unexpected(a, f->op, entry ? &there : NULL, false, &text))
        look(a, f, entry ? LDAP_ASSERTION_FAILED : LDAP_NO_SUCH_OBJECT, "");
    else {
        f->waits = MU_LDAP_WRITES;
        send_rest(a, f);
    }
}

static void take_answer(struct mu_ldap *a, LDAPMessage *message)
{
    struct mu_ldap_flight *f = flight_of(a, ldap_msgid(message));
    if (!f)
        return;
    if (f->waits == MU_LDAP_WRITES)
        take_result(a, f, message);
    else
        take_look(a, f, message);
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

static int start(struct mu_ldap *a, struct mu_ldap_flight *f, struct mu_err *err)
{
    if (mu_ldap_looks_first(a, f->op))
        return mu_ldap_look(a, f, MU_LDAP_CHECKS, err);
    int code = mu_ldap_send(a, f);
    return code == LDAP_SUCCESS ? 0 : not_sent(a, code, f->op, err);
}

int mu_ldap_submit(struct mu_account *account, const struct mu_op *op, struct mu_err *err)
{
    struct mu_ldap *a = mu_ldap_of(account);
    if (a->lost)
        return refuse_lost(a, err);
    if (!mu_verb_writes(op->verb)) {
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
    if (start(a, f, err) == 0)
        return 0;
    return fails_to_send(a, f, err);
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
    for (int64_t i = 0; i < a->set->window; i++)
        mu_arena_free(a->flights[i].own);
    free(a->done);
    free(a->lent);
    free(a->flights);
}
