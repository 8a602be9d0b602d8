/* SPDX-License-Identifier: Apache-2.0 */
/* muster plan: what would be written, and why not. Writes nothing but the plan file. */
#include "cli/planning.h"

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    return mu_planning_run(cli, args, mu_plan_make, err);
}

const struct mu_cmd mu_cmd_plan = {
    .name = "plan",
    .summary =
        "show what a sync would write: the diff, the cost, what can't be undone; writes nothing",
    .usage = "[SYNC] [-o FILE] [--only WHO] [--except WHO] [--wait SECONDS]",
    .about =
        "Compares the newest snapshot of the sync's source with its target and prints what would "
        "make them agree. Exit 0: nothing to do. 2: there are changes. 3: a guard refuses them. 4: "
        "nothing to do, but somebody is left alone because of a conflict. SYNC may be left out "
        "when there is only one. The source is not read again: that is muster pull.",
    .opts = mu_planning_opts,
    .words_max = 1,
    .example = "muster plan teams-to-ldap -o plan.json",
    .run = run,
};
