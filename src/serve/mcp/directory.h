/* SPDX-License-Identifier: Apache-2.0 */
/* Tools over what muster itself knows: snapshots, plans, approvals. Accounts the token doesn't allow
 * are as if they weren't there. */
#ifndef MU_SERVE_MCP_DIRECTORY_H
#define MU_SERVE_MCP_DIRECTORY_H

#include "serve/mcp/mcp_private.h"

enum { MCP_LIST_BYTES = 60000 }; /* of a list: beyond it clients cut, or refuse */

/* find.c */
mcp_run mcp_run_people, mcp_run_groups, mcp_run_memberships;
/* changes.c */
mcp_run mcp_run_diff;
/* findings.c */
mcp_run mcp_run_audit;
/* search.c */
mcp_run mcp_run_search, mcp_run_fetch;
/* why.c */
mcp_run mcp_run_explain;
/* plans.c */
mcp_run mcp_run_plan, mcp_run_apply;

/* Account i of the configuration, if it was read and the token allows it: 1 and its newest snapshot,
 * 0: passed over. */
int mcp_account_read(struct mcp_call *c, size_t i, struct mu_snapshot *ret, struct mu_err *err);
/* The only account that was read and is allowed, or the one named. */
int mcp_one_account(struct mcp_call *c, const char *name, const char **ret, struct mu_err *err);
/* The sync of that name (NULL: the only one) whose accounts the token allows; NULL: none. */
const struct mu_sync *mcp_sync(struct mcp_call *c, const char *name, struct mu_err *err);
/* `"snapshot": {account, id, read_at, verdict}` */
void mcp_write_snapshot(struct mu_jw *w, const struct mu_snapshot *snap);

#endif
