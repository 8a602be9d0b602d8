/* SPDX-License-Identifier: Apache-2.0 */
/* The unit suites: one a module, each made by tests/unit/test_<module>.c and named in the table of
 * main.c. */
#ifndef MU_TESTS_UNIT_SUITES_H
#define MU_TESTS_UNIT_SUITES_H

#include <check.h>

Suite *arena_suite(void);
Suite *audit_suite(void);
Suite *audit_checks_suite(void);
Suite *buf_suite(void);
Suite *claims_suite(void);
Suite *config_suite(void);
Suite *credential_suite(void);
Suite *csv_suite(void);
Suite *diff_suite(void);
Suite *doc_suite(void);
Suite *dn_suite(void);
Suite *engine_suite(void);
Suite *entry_suite(void);
Suite *err_suite(void);
Suite *events_suite(void);
Suite *explain_suite(void);
Suite *feed_suite(void);
Suite *filter_suite(void);
Suite *governor_suite(void);
Suite *guard_suite(void);
Suite *http_suite(void);
Suite *invitations_suite(void);
Suite *invite_suite(void);
Suite *io_suite(void);
Suite *json_suite(void);
Suite *ldif_suite(void);
Suite *log_suite(void);
Suite *map_suite(void);
Suite *map_eval_suite(void);
Suite *map_load_suite(void);
Suite *map_target_suite(void);
Suite *match_suite(void);
Suite *mcp_suite(void);
Suite *names_suite(void);
Suite *op_suite(void);
Suite *opt_suite(void);
Suite *owning_suite(void);
Suite *pages_suite(void);
Suite *park_suite(void);
Suite *plan_policy_suite(void);
Suite *policy_suite(void);
Suite *prefetch_suite(void);
Suite *pull_suite(void);
Suite *preread_suite(void);
Suite *review_suite(void);
Suite *ring_suite(void);
Suite *schedule_suite(void);
Suite *schema_suite(void);
Suite *secret_suite(void);
Suite *sendoso_suite(void);
Suite *store_chain_suite(void);
Suite *serve_rest_suite(void);
Suite *serve_target_suite(void);
Suite *store_journal_suite(void);
Suite *store_ledger_suite(void);
Suite *store_model_suite(void);
Suite *store_open_suite(void);
Suite *store_pull_suite(void);
Suite *store_scratch_suite(void);
Suite *store_snapshots_suite(void);
Suite *str_suite(void);
Suite *time_suite(void);
Suite *tool_suite(void);
Suite *tokens_suite(void);
Suite *undo_suite(void);
Suite *url_suite(void);
Suite *writer_suite(void);
Suite *yaml_suite(void);

#endif
