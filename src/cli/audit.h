/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of `muster audit` that have a word of their own, a file each. */
#ifndef MU_CLI_AUDIT_H
#define MU_CLI_AUDIT_H

#include "audit/audit.h"
#include "cli/session.h"

typedef int mu_audit_part(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err);

mu_audit_part mu_audit_verify;
mu_audit_part mu_audit_onboarding;
mu_audit_part mu_audit_integrations;
mu_audit_part mu_audit_review;
mu_audit_part mu_audit_apply;
mu_audit_part mu_audit_report; /* that has none: [ACCOUNT] */

/* An audit of an account, NULL: the one meant when none is named. Opens the store for reading. */
int mu_audit_make(struct mu_cli *cli, const struct mu_args *args, const char *account,
                  const struct mu_audit **ret, struct mu_err *err);

/* Writes a report or review, as `what` calls it, into a file, and says so. csv: with the byte order
 * mark by which spreadsheets know UTF-8. */
int mu_audit_save(struct mu_cli *cli, const char *what, const char *path, bool csv,
                  const struct mu_buf *text, struct mu_err *err);

/* What was sent, read from the account now. */
struct mu_sends;
int mu_audit_sends(struct mu_cli *cli, const struct mu_account_def *def,
                   const struct mu_sends **ret, struct mu_err *err);

#endif
