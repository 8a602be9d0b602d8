/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations on stdout as they happen, in the session's format: for people the same blocks as in a
 * plan with what became of each; json one document; csv one row each.
 *
 *     mu_outcomes_begin(&o, cli, plan);
 *     mu_apply(..., mu_outcomes_report, &o, &applied, err);
 *     mu_outcomes_end(&o, &end, err);
 */
#ifndef MU_CLI_OUTCOMES_H
#define MU_CLI_OUTCOMES_H

#include "cli/show.h"
#include "engine/apply.h"
#include "engine/effect.h"

struct mu_outcomes {
    struct mu_cli *cli;
    const struct mu_plan *plan; /* NULL: none */
    bool terminal;              /* stdout is one: a progress line would stand in the way */
    struct mu_buf buf;
    struct mu_jw w;          /* json */
    struct mu_writer *rows;  /* csv */
    bool trouble;            /* something did not succeed */
    struct mu_effect effect; /* of what did */
};

/* What is said at the end. */
struct mu_ending {
    const char *sync;
    const char *result; /* "nothing", "planned", "refused", "done", "partial", "failed" */
    const struct mu_applied *applied;   /* NULL: nothing was tried */
    const struct mu_snapshot *snapshot; /* of the pull that came before; NULL: none */
    double seconds;
};

void mu_outcomes_begin(struct mu_outcomes *o, struct mu_cli *cli, const struct mu_plan *plan);
/* a mu_apply_report; arg: struct mu_outcomes */
void mu_outcomes_report(void *arg, const struct mu_outcome *outcome);
/* all of them, as not done */
void mu_outcomes_planned(struct mu_outcomes *o, const struct mu_plan *plan);
int mu_outcomes_end(struct mu_outcomes *o, const struct mu_ending *end, struct mu_err *err);

/* The hidden options of commands that write (--stop-after, --kill-at) into *how. */
int mu_outcomes_drill(const struct mu_args *args, struct mu_apply_how *how, struct mu_err *err);

#endif
