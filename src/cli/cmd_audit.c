/* SPDX-License-Identifier: Apache-2.0 */
/* muster audit: which of its parts is meant. */
#include "base/str.h"
#include "cli/audit.h"

static const struct {
    const char *word;
    size_t words; /* that it takes behind its own */
    mu_audit_part *run;
} parts[] = {{"verify", 0, mu_audit_verify}};

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    for (size_t i = 0; i < MU_LEN(parts); i++)
        if (mu_streq(args->words[0], parts[i].word) && args->word_count == 1 + parts[i].words)
            return parts[i].run(cli, args, err);
    return mu_fail(err, MU_E_USAGE, "audit: usage: muster audit %s", args->cmd->usage);
}

static const struct mu_cmd_opt opts[] = {
    {"head", 0, "DIGEST", "verify: a head of the journal that was noted elsewhere"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_audit = {
    .name = "audit",
    .summary = "prove that no row of the journal was changed or removed",
    .usage = "verify [--head DIGEST]",
    .about =
        "verify: computes the chain of digests over all runs, operations and outcomes again. "
        "Exit 0: every row is as it\n"
        "was written. 1: the first that isn't is named. Who can write the store can make the "
        "whole chain anew: note the\n"
        "head elsewhere from time to time, and ask with --head whether the journal still holds "
        "it.",
    .opts = opts,
    .words_min = 1,
    .words_max = 2,
    .example = "muster audit verify",
    .run = run,
};
