/* SPDX-License-Identifier: Apache-2.0 */
/* Operations as LDIF change records (RFC 2849), as ldapmodify takes them. */
#ifndef MU_ADAPTER_LDAP_LDIF_H
#define MU_ADAPTER_LDAP_LDIF_H

#include "base/buf.h"
#include "model/op.h"

/* Appends one record and an empty line. Passwords are masked; a name that must be written in
 * base64 is shown readably above it. */
void mu_ldif_op(const struct mu_op *op, struct mu_buf *to);

#endif
