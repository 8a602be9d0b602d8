/* SPDX-License-Identifier: Apache-2.0 */
/* What was found of a policy, on stdout in the session's format. */
#ifndef MU_CLI_SHOW_POLICY_H
#define MU_CLI_SHOW_POLICY_H

#include "cli/session.h"
#include "engine/policy_check.h"

/* snap->id 0: there was none to check against. */
int mu_show_policy(struct mu_cli *cli, const struct mu_policy_checked *checked,
                   const struct mu_snapshot *snap, struct mu_err *err);

#endif
