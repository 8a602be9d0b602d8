/* SPDX-License-Identifier: Apache-2.0 */
/* muster adopt: a plan to take over entries that exist on a target and aren't ours. */
#include "cli/planning.h"

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    return mu_planning_run(cli, args, mu_plan_adopt, err);
}

const struct mu_cmd mu_cmd_adopt = {
    .name = "adopt",
    .summary = "plan to take over entries that exist on the target and aren't ours",
    .usage = "[SYNC] [-o FILE] [--only WHO] [--except WHO] [--wait SECONDS]",
    .about = "Looks for people and groups of the source that somebody else has made on the target: "
             "by the source's id, else by e-mail address, else by name. The plan says which, and "
             "why. Applying it writes nothing to the target; the entries are ours from then on, "
             "and the next plan shows what differs. Exit statuses are those of muster plan.",
    .opts = mu_planning_opts,
    .words_max = 1,
    .example = "muster adopt teams-to-ldap -o adopt.json && muster apply adopt.json",
    .run = run,
};
