/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MCP over HTTP: Streamable HTTP at /mcp and /mcp/TOKEN in both eras, and the older HTTP+SSE at /sse
 * and /messages.
 *
 * Streamable HTTP keeps nothing between requests: each stands for itself, so nothing is lost when muster
 * is started anew, and there is nothing to take over. Sessions of the handshake era are names only
 * (session.h): who has none is answered, too. GET and DELETE at /mcp are 405. A call that has to wait, of
 * a client that gave a progressToken, is answered by a stream of events (live.h). A request is cancelled
 * by notifications/cancelled of its session, one of 2026-07-28 by closing its connection.
 *
 * HTTP+SSE has to keep a stream for each client; one belongs to the token it was opened with, and ends
 * with it. What has to wait is handled after its POST was answered (job.h), and can be cancelled.
 */
#ifndef MU_SERVE_MCP_HTTP_H
#define MU_SERVE_MCP_HTTP_H

#include "serve/http.h"

extern const struct mu_route mu_mcp_routes[];

/* records.c: what is documented of the pass-through */
extern const struct mu_route mu_record_routes[];

/* Tokens stand in addresses here: nobody may keep those, nor pass them on. */
void mcp_keep_private(struct mu_reply *reply);
/* What isn't sent as JSON is refused: pages can send text/plain to anybody without asking. */
int mcp_check_type(const struct mu_request *r, struct mu_reply *reply, struct mu_err *err);

/* sse.c */
int mcp_sse_open(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);
int mcp_sse_message(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);

#endif
