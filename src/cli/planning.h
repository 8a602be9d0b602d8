/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that make a plan of a sync and show it: plan, adopt. */
#ifndef MU_CLI_PLANNING_H
#define MU_CLI_PLANNING_H

#include "cli/session.h"
#include "engine/plan.h"

/* mu_plan_make, or mu_plan_adopt. */
typedef int mu_planner(struct mu_store *store, const struct mu_sync *sync,
                       struct mu_account *target, const struct mu_selection *selection,
                       struct mu_arena *arena, struct mu_log *log, const struct mu_plan **ret,
                       struct mu_err *err);

extern const struct mu_cmd_opt mu_planning_opts[];

/* The sync is the first word. An exit status, or -1. */
int mu_planning_run(struct mu_cli *cli, const struct mu_args *args, mu_planner *make,
                    struct mu_err *err);

#endif
