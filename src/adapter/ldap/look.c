/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at the entry a write is for: before it where the server can't assert, and after the
 * server refused it as stale. Overlays of the server (refint, memberof) follow a rename of ours in
 * members' names; then part of an operation is done already, and only the rest of it is sent: of
 * members value by value, of others change by change.
 */
#include <string.h>

#include "adapter/ldap/ldap_private.h"
#include "base/str.h"

static bool at_new_name(const struct mu_ldap_flight *f)
{
    return f->op->verb == MU_OP_RENAME &&
           (f->refused == LDAP_ALREADY_EXISTS || f->refused == LDAP_NO_SUCH_OBJECT);
}

int mu_ldap_look(struct mu_ldap *a, struct mu_ldap_flight *f, enum mu_ldap_wait why,
                 struct mu_err *err)
{
    mu_arena_reset(a->scratch);
    const char *const *attrs = mu_ldap_expect_attrs(a->scratch, f->op, why == MU_LDAP_LOOKS);
    const char *name = at_new_name(f) ? f->op->new_name : f->op->name;
    f->waits = why;
    return mu_ldap_ask(a, name, "(objectClass=*)", attrs, &f->msgid, err);
}

bool mu_ldap_looks_first(const struct mu_ldap *a, const struct mu_op *op)
{
    /* What a delete takes away must be known wholly, or there is no way back. */
    bool whole = op->verb == MU_OP_DELETE && !op->version && op->change_count > 0;
    return whole || (!mu_ldap_asserts(a) && mu_ldap_expects(op));
}

static enum mu_ldap_finding go_on(struct mu_ldap_flight *f, const struct mu_op *rest)
{
    struct mu_op *own = mu_alloc(f->own, sizeof(*own));
    *own = *rest;
    f->rest = own;
    f->waits = MU_LDAP_WRITES;
    f->sent = (struct mu_ldap_cursor){0};
    f->pieces = 0;
    return MU_LDAP_GO_ON;
}

static enum mu_ldap_finding judge_modify(struct mu_ldap *a, struct mu_ldap_flight *f,
                                         const struct mu_object *there, struct mu_buf *why)
{
    const struct mu_op *op = f->op;
    struct mu_op rest;
    bool itself = there && (!op->native || mu_streq(op->native, there->native));
    size_t left =
        itself ? mu_ldap_rest(a, f->own, op, there, op->why == MU_WHY_MEMBERS, &rest) : SIZE_MAX;
    if (left == 0)
        return MU_LDAP_IS_DONE;
    if (itself && !f->rest && (op->why == MU_WHY_MEMBERS || left < op->change_count))
        return go_on(f, &rest);
    mu_ldap_unexpected(a, mu_ldap_todo(f), there, true, why);
    return MU_LDAP_IS_STALE;
}

static enum mu_ldap_finding judge_delete(struct mu_ldap *a, struct mu_ldap_flight *f,
                                         const struct mu_object *there, struct mu_buf *why)
{
    if (mu_ldap_unexpected(a, f->op, there, true, why) || f->rest)
        return MU_LDAP_IS_STALE;
    /* It was written to, but is as it was. */
    struct mu_op rest = *f->op;
    rest.version = mu_strdup(f->own, there->version);
    return go_on(f, &rest);
}

static void say_taken(const struct mu_object *there, struct mu_buf *why)
{
    mu_buf_adds(why, "expected no entry, found ");
    if (there->native) {
        mu_buf_printf(why, "%s ", mu_ldap_native_attr);
        mu_printable_into(why, there->native, strlen(there->native), MU_LDAP_DIAGNOSTIC_MAX);
    } else {
        mu_buf_adds(why, "one");
    }
}

static enum mu_ldap_finding judge_place(struct mu_ldap *a, const struct mu_ldap_flight *f,
                                        const struct mu_object *there, struct mu_buf *why)
{
    const struct mu_op *op = f->op;
    if (f->refused == LDAP_ALREADY_EXISTS) {
        if (there)
            say_taken(there, why);
    } else if (!at_new_name(f)) {
        mu_ldap_unexpected(a, op, there, true, why);
    } else if (there && op->native && mu_streq(op->native, there->native)) {
        return MU_LDAP_IS_DONE;
    } else {
        mu_ldap_unexpected(a, op, NULL, true, why);
    }
    return MU_LDAP_IS_STALE;
}

enum mu_ldap_finding mu_ldap_judge(struct mu_ldap *a, struct mu_ldap_flight *f,
                                   const struct mu_object *there, struct mu_buf *why)
{
    if (f->op->verb == MU_OP_MODIFY)
        return judge_modify(a, f, there, why);
    if (f->op->verb == MU_OP_DELETE)
        return judge_delete(a, f, there, why);
    return judge_place(a, f, there, why);
}
