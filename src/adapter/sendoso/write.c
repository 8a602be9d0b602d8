/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The window of writes. A write goes out once: only a 429, which says that nothing was done, and a
 * 401, after which the token is renewed (net/http.h), let it go out again. One operation on a person
 * at a time.
 */
#include <string.h>

#include "adapter/sendoso/target_private.h"

/* ---- outcomes ---- */

static struct mu_outcome *push(struct sendoso_target *t, const struct mu_op *op, enum mu_done done)
{
    if (t->done_first == t->done_count)
        t->done_first = t->done_count = 0;
    if (t->done_count == t->done_cap) {
        t->done_cap = t->done_cap ? t->done_cap * 2 : SENDOSO_WINDOW;
        t->done = mu_xrealloc(t->done, t->done_cap * sizeof(*t->done));
    }
    struct mu_outcome *o = &t->done[t->done_count++];
    *o = (struct mu_outcome){.op = op, .done = done};
    return o;
}

struct mu_outcome *sendoso_land(struct sendoso *s, struct sendoso_flight *f, enum mu_done done)
{
    struct mu_outcome *o = push(s->target, f->op, done);
    mu_arena_free(f->arena);
    *f = (struct sendoso_flight){.op = NULL};
    s->target->in_flight--;
    return o;
}

void sendoso_land_failed(struct sendoso *s, struct sendoso_flight *f, enum mu_done done,
                         const struct mu_err *why)
{
    MU_AUTO(buf) struct mu_buf name = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err own = *why; /* which may be the flight's */
    mu_printable_into(&name, f->op->name, strlen(f->op->name), SENDOSO_SHOWN);
    struct mu_outcome *o = sendoso_land(s, f, done);
    o->err = own;
    mu_wrap(&o->err, "%s: %s", s->base.name, name.data);
    o->err.native = own.native;
    o->err.blast = MU_HITS_RECORD;
}

void sendoso_land_stale(struct sendoso *s, struct sendoso_flight *f, const char *why)
{
    struct mu_err err;
    mu_fail(&err, MU_E_CONFLICT, "%s", why);
    sendoso_land_failed(s, f, MU_DONE_STALE, &err);
}

/* ---- requests ---- */

static int open_writer(struct sendoso *s, struct mu_err *err)
{
    return s->target->writer ? 0 : sendoso_http(s, &s->target->writer, err);
}

void sendoso_send(struct sendoso *s, struct sendoso_flight *f, enum sendoso_wait waits,
                  const char *method, bool scim)
{
    const struct mu_request request = {.method = method,
                                       .path = f->path,
                                       .body = f->body,
                                       .body_len = f->body ? strlen(f->body) : 0,
                                       .credential = scim ? s->scim : s->main,
                                       .tag = f};
    struct mu_err err = MU_ERR_INIT;
    f->waits = waits;
    if (open_writer(s, &err) < 0 || mu_http_send(s->target->writer, &request, &err) < 0)
        sendoso_land_failed(s, f, MU_DONE_FAILED, &err);
}

/* Without an answer it is one only when nothing had left us. */
bool sendoso_refused(const struct mu_response *r)
{
    if (r->status == 0)
        return !r->sent || r->failed.native == 401;
    return r->status >= 300 && r->status < 500 && r->status != 408;
}

static bool is_write(const struct sendoso_flight *f)
{
    return f->waits == SENDOSO_CHANGE || f->waits == SENDOSO_INVITE || f->waits == SENDOSO_CREATE;
}

/* The governor knows how long it has to wait. */
static bool sent_again(struct sendoso *s, struct sendoso_flight *f, const struct mu_response *r)
{
    if (r->status != 429 || !is_write(f) || ++f->throttled > SENDOSO_TRIES_429)
        return false;
    sendoso_send(s, f, f->waits, f->waits == SENDOSO_CHANGE ? "PUT" : "POST",
                 f->waits != SENDOSO_INVITE);
    return true;
}

static void take_answer(struct sendoso *s, const struct mu_response *r)
{
    struct sendoso_flight *f = r->tag;
    if (sent_again(s, f, r))
        return;
    if (f->waits == SENDOSO_INVITE || f->waits == SENDOSO_CREATE)
        sendoso_joined(s, f, r);
    else
        sendoso_changed(s, f, r);
}

/* ---- those who wait for the list ---- */

static void fail_listed(struct sendoso *s, const struct mu_err *err)
{
    for (size_t i = 0; i < SENDOSO_WINDOW; i++)
        if (s->target->flights[i].waits == SENDOSO_LIST)
            sendoso_land_failed(s, &s->target->flights[i], MU_DONE_FAILED, err);
}

/* One walk through the list for all of them. 1: there were some. */
static int read_list(struct sendoso *s)
{
    struct sendoso_target *t = s->target;
    struct mu_err err = MU_ERR_INIT;
    bool any = false;
    for (size_t i = 0; i < SENDOSO_WINDOW; i++)
        any = any || t->flights[i].waits == SENDOSO_LIST;
    if (!any)
        return 0;
    if (sendoso_people_read(s, &err) < 0) {
        fail_listed(s, &err);
        return 1;
    }
    for (size_t i = 0; i < SENDOSO_WINDOW; i++)
        if (t->flights[i].waits == SENDOSO_LIST)
            sendoso_listed(s, &t->flights[i]);
    return 1;
}

/* ---- the loop ---- */

/* Cancelled: what has been sent may have had its effect. */
static void break_off(struct sendoso *s, const struct mu_err *err)
{
    for (size_t i = 0; i < SENDOSO_WINDOW; i++) {
        struct sendoso_flight *f = &s->target->flights[i];
        bool sent = is_write(f) || f->waits == SENDOSO_LOOK;
        if (f->op)
            sendoso_land_failed(s, f, sent ? MU_DONE_DOUBT : MU_DONE_FAILED, err);
    }
    mu_http_abort(s->target->writer);
}

/* Takes in one answer. 0: nothing is in flight. */
static int collect(struct sendoso *s)
{
    struct mu_err err = MU_ERR_INIT;
    struct mu_response response;
    if (s->target->in_flight == 0)
        return 0;
    int rc = s->target->writer ? mu_http_next(s->target->writer, &response, &err) : 0;
    if (rc < 0)
        break_off(s, &err);
    else if (rc == 1)
        take_answer(s, &response);
    else
        read_list(s);
    return 1;
}

static bool busy_with(const struct sendoso_target *t, const char *key)
{
    for (size_t i = 0; i < SENDOSO_WINDOW; i++)
        if (t->flights[i].op && mu_streq(t->flights[i].key, key))
            return true;
    return false;
}

static struct sendoso_flight *begin(struct sendoso *s, const struct mu_op *op)
{
    struct sendoso_target *t = s->target;
    struct mu_arena *arena = mu_arena_new();
    const char *key = sendoso_key(arena, op->name);
    while (t->in_flight == SENDOSO_WINDOW || busy_with(t, key))
        collect(s);
    struct sendoso_flight *f = t->flights;
    while (f->op)
        f++;
    *f = (struct sendoso_flight){.op = op, .arena = arena, .key = key};
    t->in_flight++;
    return f;
}

int sendoso_submit(struct mu_account *a, const struct mu_op *op, struct mu_err *err MU_UNUSED)
{
    struct sendoso *s = sendoso_of(a);
    struct mu_err why;
    if (op->verb == MU_OP_MANUAL) {
        struct mu_outcome *o = push(s->target, op, MU_DONE_SKIPPED);
        mu_fail(&o->err, MU_E_UNSUPPORTED, "a step for a person");
        return 0;
    }
    struct sendoso_flight *f = begin(s, op);
    if (op->verb == MU_OP_CREATE) {
        sendoso_join(s, f);
    } else if (op->verb == MU_OP_MODIFY && s->scim) {
        sendoso_change(s, f);
    } else {
        mu_fail(&why, MU_E_UNSUPPORTED, "Sendoso can't %s a user%s", mu_verb_name(op->verb),
                op->verb == MU_OP_MODIFY ? " without SCIM; give its token as `scim:`" : "");
        sendoso_land_failed(s, f, MU_DONE_FAILED, &why);
    }
    return 0;
}

int sendoso_reap(struct mu_account *a, bool wait, struct mu_outcome *ret,
                 struct mu_err *err MU_UNUSED)
{
    struct sendoso *s = sendoso_of(a);
    struct sendoso_target *t = s->target;
    struct mu_err ignored = MU_ERR_INIT;
    while (t->done_first == t->done_count) {
        if (!wait) {
            if (t->writer)
                mu_http_pump(t->writer, &ignored);
            return 0;
        }
        if (!collect(s))
            return 0;
    }
    *ret = t->done[t->done_first++];
    free(t->lent);
    t->lent = (char *)(uintptr_t)ret->native;
    return 1;
}

void sendoso_write_done(struct sendoso_target *t)
{
    for (size_t i = t->done_first; i < t->done_count; i++)
        free((char *)(uintptr_t)t->done[i].native);
    for (size_t i = 0; i < SENDOSO_WINDOW; i++)
        mu_arena_free(t->flights[i].arena);
    mu_http_free(t->writer);
    free(t->done);
    free(t->lent);
}
