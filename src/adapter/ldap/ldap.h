/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LDAP directories as targets, through OpenLDAP's libldap.
 *
 * Reads are paged and either whole or an error; writes go out many at a time. What makes them safe:
 * a modify names the single values it removes and adds, so a value that is no longer there fails
 * it; where the server offers the assertion control (RFC 4528) an entry is changed only while its
 * entryUUID is the planned one; where it offers post-read (RFC 4527) an add answers the new
 * entryUUID. RFC 5805 transactions are never used: slapd 2.5 falls over them.
 */
#ifndef MU_ADAPTER_LDAP_LDAP_H
#define MU_ADAPTER_LDAP_LDAP_H

#include "adapter/adapter.h"

extern const struct mu_adapter mu_adapter_ldap;

#endif
