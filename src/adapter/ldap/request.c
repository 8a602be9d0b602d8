/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One operation as requests. It is one request, but for changes over MU_LDAP_CHUNK_MAX bytes: those
 * go out as pieces, one after another.
 */
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/str.h"

enum { VALUE_OVERHEAD = 6 };

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

/* The control by which the server refuses to touch another entry, or another state of it, than the
 * planned one (RFC 4528); *ret NULL: nothing to assert. The value is libldap's memory. Of several
 * pieces the first changes the state. */
static int assertion(struct mu_ldap *a, const struct mu_op *op, bool first, LDAPControl **ret)
{
    MU_AUTO(buf) struct mu_buf filter = MU_BUF_INIT(MU_BUF_MAX);
    *ret = NULL;
    if (!mu_ldap_asserts(a) || !mu_ldap_expects(op) || (!first && !op->native))
        return LDAP_SUCCESS;
    int rc = mu_ldap_expect_filter(op, first, &filter);
    if (rc != LDAP_SUCCESS)
        return rc;
    LDAPControl *c = mu_alloc(a->scratch, sizeof(*c));
    c->ldctl_oid = (char *)(uintptr_t)LDAP_CONTROL_ASSERT;
    c->ldctl_iscritical = 1;
    rc = ldap_create_assertion_control_value(a->ld, filter.data, &c->ldctl_value);
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

int mu_ldap_send(struct mu_ldap *a, struct mu_ldap_flight *f)
{
    const struct mu_op *op = mu_ldap_todo(f);
    LDAPControl *controls[2] = {NULL, NULL}, *assert = NULL;
    struct piece piece = {.count = 0};
    mu_arena_reset(a->scratch);
    int rc = op->verb == MU_OP_CREATE ? LDAP_SUCCESS : assertion(a, op, f->pieces == 0, &assert);
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

bool mu_ldap_more_to_send(const struct mu_ldap_flight *f)
{
    const struct mu_op *op = mu_ldap_todo(f);
    return (op->verb == MU_OP_CREATE || op->verb == MU_OP_MODIFY) &&
           f->sent.change < op->change_count;
}
