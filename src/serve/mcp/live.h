/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer to a POST as a stream of events, while it is being found out: notifications as they come,
 * the answer last. When the client goes, a request of 2026-07-28 is cancelled by that; one of an earlier
 * revision is not, and its answer is for nobody.
 */
#ifndef MU_SERVE_MCP_LIVE_H
#define MU_SERVE_MCP_LIVE_H

#include "serve/http.h"
#include "serve/mcp/mcp.h"

/* The message of r is handled on a thread that may wait. -1, MU_E_BUSY: too much waits already. */
int mcp_live(struct mu_request *r, const struct mu_mcp_peer *peer, struct mu_reply *reply,
             struct mu_err *err);

#endif
