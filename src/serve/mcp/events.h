/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as server-sent events, and a queue of what of them wasn't sent yet. No locks: its owner's. */
#ifndef MU_SERVE_MCP_EVENTS_H
#define MU_SERVE_MCP_EVENTS_H

#include "base/buf.h"

extern const char mcp_events_type[]; /* "text/event-stream" */

/* Messages, a line each with its end, as events; appended. */
void mcp_events_write(const char *lines, size_t len, struct mu_buf *to);

struct mcp_events {
    struct mu_buf text; /* full: something found no room */
    size_t sent;        /* bytes at its front */
};

#define MCP_EVENTS_INIT(max)     \
    {                            \
        .text = MU_BUF_INIT(max) \
    }

size_t mcp_events_unread(const struct mcp_events *e); /* bytes */
/* Moves a piece of what is unread, and says how many bytes; 0: there is none. Memory that long
 * messages took is given back. */
size_t mcp_events_take(struct mcp_events *e, struct mu_buf *to);

#endif
