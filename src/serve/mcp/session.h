/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of the handshake era over Streamable HTTP. Nothing is kept of one: its id is random, and
 * sealed by the store for one token, so that it is known again after muster was started anew. It
 * lets nobody in; it says which requests are of one client, for whoever cancels them.
 */
#ifndef MU_SERVE_MCP_SESSION_H
#define MU_SERVE_MCP_SESSION_H

#include "base/arena.h"
#include "serve/auth.h"
#include "store/store.h"

const char *mcp_session_new(struct mu_arena *arena, const struct mu_store *store,
                            const struct mu_grant *grant);
/* Whether it was made for that token. */
bool mcp_session_ok(struct mu_arena *arena, const struct mu_store *store,
                    const struct mu_grant *grant, const char *id);

#endif
