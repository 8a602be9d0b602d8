/* SPDX-License-Identifier: Apache-2.0 */
/* MCP over stdio: a message a line in, a message a line out, and nothing else on the way out. */
#ifndef MU_SERVE_MCP_STDIO_H
#define MU_SERVE_MCP_STDIO_H

#include "serve/mcp/mcp.h"

/*
 * What has to wait for a remote or a lock (tools) is done by a few threads meanwhile; everything else
 * is answered in order, at once. So answers may come in another order than requests; a request that
 * notifications/cancelled names isn't answered. When the input ends, what is under way is answered
 * first.
 *
 * Serves until the input ends or the process is told to end. `in` and `out` stay the caller's. The
 * store is opened for each message that comes, for reading, so that a pull in between is seen.
 * MU_E_IO: the output can't be written.
 */
int mu_mcp_stdio(struct mu_mcp *mcp, const struct mu_grant *grant, int in, int out,
                 struct mu_err *err);

#endif
