/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the unit suites. With arguments only those named: `check_muster err json`. libcheck's own
 * variables hold too: CK_FORK=no (debugger, leak checkers), CK_RUN_CASE, CK_VERBOSITY,
 * CK_TAP_LOG_FILE_NAME.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"

struct unit {
    const char *name;
    Suite *(*make)(void);
};

/* One line a suite; the empty one ends the table. */
static const struct unit units[] = {
    {"arena", arena_suite},
    {"audit", audit_suite},
    {"audit_checks", audit_checks_suite},
    {"buf", buf_suite},
    {"claims", claims_suite},
    {"config", config_suite},
    {"credential", credential_suite},
    {"csv", csv_suite},
    {"diff", diff_suite},
    {"doc", doc_suite},
    {"dn", dn_suite},
    {"engine", engine_suite},
    {"entry", entry_suite},
    {"err", err_suite},
    {"events", events_suite},
    {"explain", explain_suite},
    {"feed", feed_suite},
    {"filter", filter_suite},
    {"governor", governor_suite},
    {"guard", guard_suite},
    {"http", http_suite},
    {"http_bodies", http_bodies_suite},
    {"fit", fit_suite},
    {"invitations", invitations_suite},
    {"invite", invite_suite},
    {"io", io_suite},
    {"json", json_suite},
    {"ldif", ldif_suite},
    {"log", log_suite},
    {"map", map_suite},
    {"map_eval", map_eval_suite},
    {"map_load", map_load_suite},
    {"map_target", map_target_suite},
    {"match", match_suite},
    {"mcp", mcp_suite},
    {"names", names_suite},
    {"op", op_suite},
    {"opt", opt_suite},
    {"owning", owning_suite},
    {"pages", pages_suite},
    {"park", park_suite},
    {"plan_policy", plan_policy_suite},
    {"policy_check", policy_check_suite},
    {"policy", policy_suite},
    {"prefetch", prefetch_suite},
    {"pull", pull_suite},
    {"preread", preread_suite},
    {"review", review_suite},
    {"ring", ring_suite},
    {"schedule", schedule_suite},
    {"schema", schema_suite},
    {"secret", secret_suite},
    {"serve_rest", serve_rest_suite},
    {"serve_target", serve_target_suite},
    {"sendoso", sendoso_suite},
    {"store_chain", store_chain_suite},
    {"store_journal", store_journal_suite},
    {"store_ledger", store_ledger_suite},
    {"store_model", store_model_suite},
    {"store_open", store_open_suite},
    {"store_pull", store_pull_suite},
    {"store_scratch", store_scratch_suite},
    {"store_snapshots", store_snapshots_suite},
    {"str", str_suite},
    {"time", time_suite},
    {"tool", tool_suite},
    {"tokens", tokens_suite},
    {"undo", undo_suite},
    {"url", url_suite},
    {"writer", writer_suite},
    {"yaml", yaml_suite},
    {NULL, NULL},
};

static bool wanted(const char *name, int argc, char **argv)
{
    if (argc < 2)
        return true;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    /* A test that takes its 4 s by itself takes many times that under a sanitizer on a busy machine. */
    setenv("CK_TIMEOUT_MULTIPLIER", "30", 0);
    SRunner *runner = srunner_create(NULL);
    int added = 0;

    for (const struct unit *unit = units; unit->name != NULL; unit++) {
        if (wanted(unit->name, argc, argv)) {
            srunner_add_suite(runner, unit->make());
            added++;
        }
    }
    if (added == 0) {
        fprintf(stderr, "check_muster: no suite of that name\n");
        srunner_free(runner);
        return 64;
    }
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int run = srunner_ntests_run(runner);
    srunner_free(runner);
    printf("unit: %d passed, %d failed\n", run - failed, failed);
    return failed == 0 ? 0 : 1;
}
