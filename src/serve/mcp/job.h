/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message that has to wait for a remote or a lock, whose request is answered before it is handled:
 * by a stream of events that tells how far it is, or, of HTTP+SSE, at once. It is handled on a thread
 * that may wait; all that is said, the answer too, goes to peer->notify.
 */
#ifndef MU_SERVE_MCP_JOB_H
#define MU_SERVE_MCP_JOB_H

#include "serve/http.h"
#include "serve/mcp/mcp.h"

/*
 * Takes copies of what r names. What notify, gone and running of the peer need lives until `ended` was
 * called (NULL: nobody is told), on the job's thread, as the last of it. -1, MU_E_BUSY: too much waits
 * already; nothing of the peer will be called.
 */
int mcp_job_start(struct mu_request *r, const struct mu_mcp_peer *peer, void (*ended)(void *arg),
                  struct mu_err *err);

#endif
