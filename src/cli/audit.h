/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `muster audit` that have a word of their own, a file each. */
#ifndef MU_CLI_AUDIT_H
#define MU_CLI_AUDIT_H

#include "cli/session.h"

typedef int mu_audit_part(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err);

mu_audit_part mu_audit_verify;
mu_audit_part mu_audit_report; /* that has none: [ACCOUNT] */

#endif
