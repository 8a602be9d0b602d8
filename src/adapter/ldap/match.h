/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching rules (RFC 4517, RFC 4518) as folding: two values are equal under a rule when their
 * folded forms are the same bytes. Where servers are wider or narrower than the RFC (case fold of
 * sharp s, ignorable characters) we are on the narrow side: at worst a value is rewritten that the
 * server would have called equal.
 */
#ifndef MU_ADAPTER_LDAP_MATCH_H
#define MU_ADAPTER_LDAP_MATCH_H

#include <stdbool.h>

#include "base/buf.h"

enum mu_match {
    MU_MATCH_OCTETS,  /* byte for byte */
    MU_MATCH_IGNORE,  /* case doesn't count; outer spaces don't, inner ones count as one */
    MU_MATCH_EXACT,   /* as above, but case counts */
    MU_MATCH_DN,      /* see mu_dn_key */
    MU_MATCH_PHONE,   /* case, spaces and hyphens don't count */
    MU_MATCH_NUMERIC, /* spaces don't count */
    MU_MATCH_INTEGER, /* leading zeros don't count */
    MU_MATCH_WORD     /* booleans and object identifiers: ASCII case doesn't count */
};

/* Appends the folded form. Never fails: what is not UTF-8 is folded as ASCII. */
void mu_match_fold(enum mu_match how, const char *s, size_t len, struct mu_buf *to);

/* By the name or OID of an EQUALITY rule, and by the OID of a SYNTAX; false: not known here. */
bool mu_match_of_rule(const char *rule, enum mu_match *ret);
bool mu_match_of_syntax(const char *oid, enum mu_match *ret);

/* Of the attributes of RFC 4519, RFC 4524 and RFC 2798 that mappings use, for servers that hide
 * their schema; others: MU_MATCH_OCTETS. */
enum mu_match mu_match_of_attr(const char *attr);

#endif
