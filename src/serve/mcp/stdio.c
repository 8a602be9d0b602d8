/* SPDX-License-Identifier: Apache-2.0 */
/* Lines in, lines out. */
#include "serve/mcp/stdio.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "serve/auth.h"
#include "serve/mcp/mcp_private.h"

enum { READ_BYTES = 1 << 16 };

struct serving {
    struct mu_mcp *mcp;
    struct mu_mcp_peer peer;
    struct mu_buf line;
    bool skipping; /* the rest of a line that was too long */
    int out;
};

static int write_all(int fd, const char *bytes, size_t len, struct mu_err *err)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mu_fail_errno(err, "standard output");
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* A store that isn't there yet may be there at the next message. */
static void open_store(struct serving *s)
{
    const struct mu_config *config = s->mcp->conf.config;
    struct mu_err missing = MU_ERR_INIT;
    s->peer.store = NULL;
    if (config && mu_store_open(config->store, MU_STORE_READ, &s->peer.store, &missing) < 0)
        mu_log(s->mcp->conf.log, MU_LOG_TRACE, "%s", missing.text);
}

/* Expiry and revocation hold from the next message on. */
static int check_token(struct serving *s, struct mu_err *err)
{
    const struct mu_grant *grant = s->peer.grant;
    int ended = grant->hash && s->peer.store ? mu_grant_ended(s->peer.store, grant, err) : 0;
    if (ended == 1)
        mu_fail(err, MU_E_AUTH, "token %s: has expired or was revoked", grant->name);
    return ended == 0 ? 0 : -1;
}

static int serve(struct serving *s, const char *text, size_t len, struct mu_err *err)
{
    struct mu_mcp_reply reply = MU_MCP_REPLY_INIT;
    if (len == 0)
        return 0;
    open_store(s);
    if (check_token(s, err) < 0)
        return -1;
    mu_mcp_handle(s->mcp, &s->peer, text, len, &reply);
    int rc = write_all(s->out, reply.out.data, reply.out.len, err);
    mu_mcp_reply_done(&reply);
    mu_store_close(s->peer.store);
    mu_arena_reset(s->peer.arena);
    return rc;
}

static int end_line(struct serving *s, struct mu_err *err)
{
    size_t len = s->line.len;
    if (len && s->line.data[len - 1] == '\r')
        len--;
    int rc = serve(s, s->line.data, s->skipping ? MU_MCP_MESSAGE_MAX + 1 : len, err);
    mu_buf_reset(&s->line);
    s->skipping = false;
    return rc;
}

static int take(struct serving *s, const char *bytes, size_t len, struct mu_err *err)
{
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t part = end ? (size_t)(end - bytes) : len;
        if (!s->skipping && mu_buf_add(&s->line, bytes, part) < 0)
            s->skipping = true;
        if (!end)
            return 0;
        if (end_line(s, err) < 0)
            return -1;
        bytes += part + 1;
        len -= part + 1;
    }
    return 0;
}

static int loop(struct serving *s, int in, char *bytes, struct mu_err *err)
{
    while (!mu_cancelled()) {
        ssize_t n = read(in, bytes, READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return mu_fail_errno(err, "standard input");
        if (n == 0)
            return s->line.len || s->skipping ? end_line(s, err) : 0;
        if (take(s, bytes, (size_t)n, err) < 0)
            return -1;
    }
    return 0;
}

int mu_mcp_stdio(struct mu_mcp *mcp, const struct mu_grant *grant, int in, int out,
                 struct mu_err *err)
{
    struct serving s = {.mcp = mcp,
                        .peer = {.arena = mu_arena_new(), .grant = grant, .may_wait = true},
                        .line = MU_BUF_INIT(MU_MCP_MESSAGE_MAX),
                        .out = out};
    char *bytes = mu_xmalloc(READ_BYTES);
    int rc = loop(&s, in, bytes, err);
    free(bytes);
    mu_buf_done(&s.line);
    mu_arena_free(s.peer.arena);
    return rc;
}
