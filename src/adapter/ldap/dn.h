/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distinguished names: built and taken apart by libldap from typed parts (RFC 4514), never by
 * pasting text; and their keys.
 *
 * The key of a DN is the same for every spelling of the same place: attribute types in lower case
 * and by their short names, values folded as caseIgnoreMatch does it (the attributes that name
 * people, groups and containers all compare so), one way to escape, RDNs of several parts in one
 * order. It doesn't depend on the server, so that it can be stored.
 */
#ifndef MU_ADAPTER_LDAP_DN_H
#define MU_ADAPTER_LDAP_DN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    MU_DN_VALUE_MAX = 1024,
    MU_DN_MAX = 8192
}; /* bytes of one naming value, and of a DN we make or are given */

/* Appends the key of a DN; of what is no DN, its folded text. Hot: no allocation for plain
 * names. */
void mu_dn_key(const char *dn, size_t len, struct mu_buf *to);
/* The same for a name that ends in `,parent`, whose key is known: most names lie in few places. False,
 * and nothing appended: it doesn't, or isn't plain. */
bool mu_dn_key_below(const char *dn, size_t len, const char *parent, const char *parent_key,
                     struct mu_buf *to);
const char *mu_dn_key_dup(struct mu_arena *arena, const char *dn);

/* The key of the parent, inside of key; "" at the top. */
const char *mu_dn_key_parent(const char *key);

/* `attr=value,parent`. MU_E_DATA: empty, blank, not UTF-8 or over MU_DN_VALUE_MAX. */
int mu_dn_child(struct mu_arena *arena, const char *attr, const char *value, const char *parent,
                const char **ret, struct mu_err *err);

/* A DN as the configuration has it, in the spelling servers use. parent: put behind it; "" for
 * none. */
int mu_dn_tidy(struct mu_arena *arena, const char *dn, const char *parent, const char **ret,
               struct mu_err *err);

/* First RDN and the rest, in the spelling servers use; the rest is "" for a single RDN. */
int mu_dn_split(struct mu_arena *arena, const char *dn, const char **ret_rdn,
                const char **ret_parent, struct mu_err *err);

/* Attribute and value of the first RDN when it has just one part; MU_E_UNSUPPORTED otherwise. */
int mu_dn_naming(struct mu_arena *arena, const char *dn, const char **ret_attr,
                 const char **ret_value, struct mu_err *err);

#endif
