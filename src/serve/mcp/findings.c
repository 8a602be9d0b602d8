/* SPDX-License-Identifier: Apache-2.0 */
/* audit: who can do what and should not, as few words as do. */
#include "serve/mcp/directory.h"

#include "audit/audit.h"

int mcp_run_audit(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                  struct mcp_out *out, struct mu_err *err)
{
    struct mu_audit_options options = {.account = NULL};
    const struct mu_audit *audit;
    (void)tool;
    if (mcp_one_account(c, mu_json_str(args, "account"), &options.account, err) < 0 ||
        mu_audit_run(c->peer->store, c->mcp->conf.config, &options, c->arena, c->mcp->conf.log,
                     &audit, err) < 0)
        return -1;
    mu_audit_json_brief(audit, MCP_LIST_BYTES, &out->json);
    return 0;
}
