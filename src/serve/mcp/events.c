/* SPDX-License-Identifier: Apache-2.0 */
/* Server-sent events. */
#include "serve/mcp/events.h"

#include <string.h>

enum { PIECE = 64 << 10 }; /* what goes out at once */

const char mcp_events_type[] = "text/event-stream";

void mcp_events_write(const char *lines, size_t len, struct mu_buf *to)
{
    while (len > 0) {
        const char *end = memchr(lines, '\n', len);
        size_t line = end ? (size_t)(end - lines) : len, all = end ? line + 1 : line;
        mu_buf_adds(to, "event: message\ndata: ");
        mu_buf_add(to, lines, line);
        mu_buf_adds(to, "\n\n");
        lines += all;
        len -= all;
    }
}

size_t mcp_events_unread(const struct mcp_events *e)
{
    return e->text.len - e->sent;
}

size_t mcp_events_take(struct mcp_events *e, struct mu_buf *to)
{
    size_t left = mcp_events_unread(e), n = left < PIECE ? left : PIECE;
    mu_buf_add(to, e->text.data + e->sent, n);
    e->sent += n;
    if (e->sent < e->text.len)
        return n;
    e->sent = 0;
    if (e->text.cap > PIECE)
        mu_buf_done(&e->text);
    else
        mu_buf_reset(&e->text);
    return n;
}
