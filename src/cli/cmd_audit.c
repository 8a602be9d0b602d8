/* SPDX-License-Identifier: Apache-2.0 */
/* muster audit: which of its parts is meant. */
#include "base/str.h"
#include "cli/audit.h"

static const struct {
    const char *word;
    size_t least, most; /* words behind its own */
    mu_audit_part *run;
} parts[] = {
    {"verify", 0, 0, mu_audit_verify},
    {"review", 0, 1, mu_audit_review},
    {"apply", 1, 1, mu_audit_apply},
    {"onboarding", 1, 1, mu_audit_onboarding},
    {"integrations", 0, 1, mu_audit_integrations},
};

/* A first word that names no part is an account. */
static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    for (size_t i = 0; i < MU_LEN(parts); i++) {
        if (!mu_streq(args->words[0], parts[i].word))
            continue;
        if (args->word_count > parts[i].least && args->word_count <= 1 + parts[i].most)
            return parts[i].run(cli, args, err);
        return mu_fail(err, MU_E_USAGE, "audit: usage: muster audit %s", args->cmd->usage);
    }
    if (args->word_count > 1)
        return mu_fail(err, MU_E_USAGE, "audit: usage: muster audit %s", args->cmd->usage);
    return mu_audit_report(cli, args, err);
}

static const struct mu_cmd_opt opts[] = {
    {"as-of", 0, "SNAPSHOT", "as that snapshot saw it (default: the newest that is not void)"},
    {"since", 0, "SNAPSHOT|DATE", "tell changes since then (default: the read before)"},
    {"check", 0, "NAME", "only this check; may be given more than once"},
    {"fail-on", 0, "SEVERITY",
     "exit 2 when a finding is info, low, medium, high or critical (default: medium)"},
    {"format", 0, "FORM", "text, json, csv, html (one file for a browser), sarif or prometheus"},
    {"sends", 0, NULL, "read sends along from the account, for checks of who sends"},
    {"campaign", 0, "NAME", "onboarding: name or id of the campaign"},
    {"answers", 0, "FILE", "integrations: what people saw who looked"},
    {"output", 'o', "FILE", "write the report there"},
    {"sync", 0, "SYNC", "apply: the sync that writes to the account, where there are several"},
    {"wait", 0, "SECONDS", "apply: wait so long for another run of the sync (default: 0)"},
    {"head", 0, "DIGEST", "verify: a head of the journal that was noted elsewhere"},
    {.name = NULL}};

const struct mu_cmd mu_cmd_audit = {
    .name = "audit",
    .summary = "who can do what, who should not; and that the journal is as it was written",
    .usage = "[ACCOUNT] [--as-of SNAPSHOT] [--since SNAPSHOT|DATE] [--check NAME] [--fail-on "
             "SEVERITY] [-o FILE]\n"
             "       muster audit review [ACCOUNT] [-o FILE]\n"
             "       muster audit apply FILE [--sync SYNC] [-o PLAN] [--wait SECONDS]\n"
             "       muster audit onboarding GROUP --campaign NAME\n"
             "       muster audit integrations [SYSTEM] [--answers FILE]\n"
             "       muster audit verify [--head DIGEST]",
    .about =
        "Looks at a snapshot of an account with the checks of mappings/audit/checks.yaml, as the "
        "`audit:` key of the configuration sets them, and tells what they find: whom it is about, "
        "the evidence, and what to do.\n"
        "Exit 0: nothing as severe as --fail-on. 2: there are findings.\n"
        "review: a spreadsheet of who is where, with a column for decisions: keep, revoke, change "
        "role, move.\n"
        "apply: the plan that does what was decided; it is applied by muster apply, like any "
        "other.\n"
        "onboarding: reads what was sent, and says who of a group got the campaign's gift, and who "
        "is missing (exit 2).\n"
        "integrations: what Sendoso's own integrations need of Salesforce, Marketo, HubSpot and "
        "Eloqua, as a checklist.\n"
        "verify: computes the chain of digests over all runs, operations, outcomes and snapshots "
        "again. Exit 0: all is as it was written. 1: the first that isn't is named. Who can write "
        "the store can make the whole chain anew: note the head elsewhere from time to time, and "
        "ask with --head whether the journal still holds it.",
    .opts = opts,
    .words_max = 3,
    .example = "muster audit sendoso --format html -o audit.html",
    .run = run,
};
