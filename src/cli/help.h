/* SPDX-License-Identifier: Apache-2.0 */
/* Help, made from the command table. */
#ifndef MU_CLI_HELP_H
#define MU_CLI_HELP_H

#include <stdio.h>

#include "cli/cmd.h"

void mu_help(FILE *to);
void mu_help_command(FILE *to, const struct mu_cmd *cmd);

#endif
