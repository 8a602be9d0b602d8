/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Model Context Protocol without a transport: one JSON-RPC message in, what is to be answered
 * out. stdio (stdio.h), Streamable HTTP and the older HTTP+SSE (mcp_http.h) only carry it.
 *
 *     mu_mcp_new(&conf, &mcp, err);                     once; threads share it, nothing in it changes
 *     struct mu_mcp_peer peer = {.store = store, .grant = grant, .arena = arena};
 *     struct mu_mcp_reply reply = MU_MCP_REPLY_INIT;
 *     mu_mcp_handle(mcp, &peer, text, len, &reply);     never fails: failures are answers
 *     ... send reply.out (messages, one a line), with reply.status when over HTTP
 *     mu_mcp_reply_done(&reply);
 *
 * Eras. Each message says which protocol it speaks: with `_meta` as of 2026-07-28 (stateless,
 * server/discover), without it that of 2024-11-05 to 2025-11-25 (initialize). One endpoint serves
 * both. Nothing is kept between messages but what the peer's owner keeps: `version`, agreed upon by
 * initialize on a connection that lasts (a text that stays).
 *
 * Tools come from documentation records (serve/tool.h), fewer by what the token allows. A tool that
 * isn't allowed is answered as one that doesn't exist. What a model can put right (wrong arguments, a
 * refusal, an upstream failure) is a result with isError that says how; a JSON-RPC error is for
 * clients that break the protocol.
 */
#ifndef MU_SERVE_MCP_H
#define MU_SERVE_MCP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "engine/config.h"
#include "store/store.h"

struct mu_mcp;
struct mcp_running;
struct mu_grant; /* serve/auth.h */
struct mu_tool;  /* serve/tool.h */

enum {
    MU_MCP_MESSAGE_MAX = 1 << 20, /* bytes of one message in */
    MU_MCP_BATCH_MAX = 50,        /* messages in a batch, which one old revision has */
    MU_MCP_RESULT_MAX = 8 << 20   /* bytes of one message out */
};

/* Names that `run:` of a documentation record may hold, NULL-terminated. */
extern const char *const mu_mcp_runs[];

struct mu_mcp_conf {
    const struct mu_config *config; /* NULL: no accounts */
    struct mu_log *log;
    struct mu_accounts *accounts; /* of that configuration, lent; NULL: it opens its own */
    bool search; /* the search and fetch pair */
    const char
        *fixtures; /* book of what the conformance suite calls (book.h), for tests; NULL: none */
};

int mu_mcp_new(const struct mu_mcp_conf *conf, struct mu_mcp **ret, struct mu_err *err);
void mu_mcp_free(struct mu_mcp *mcp); /* NULL is fine */

/* The records of the tools that a token may call, in their order. The list is the arena's, the
 * records are mcp's. */
const struct mu_tool *const *mu_mcp_tools(const struct mu_mcp *mcp, const struct mu_grant *grant,
                                          struct mu_arena *arena, size_t *ret_count);

/* Who speaks, for one message. Everything is lent. */
struct mu_mcp_peer {
    struct mu_arena *arena;       /* what the message needs; the caller resets or frees it */
    struct mu_store *store;       /* this thread's, NULL: nothing was pulled yet */
    const struct mu_grant *grant; /* what it may; never NULL */
    /* A header of the HTTP request, NULL: not sent; the slot is NULL where there are none (stdio). */
    const char *(*header)(void *arg, const char *name);
    void *header_arg;
    bool may_wait;       /* for a remote, or a lock; else reply.later says that it would have to */
    const char *version; /* agreed upon by initialize, which sets it; NULL: not yet, or not kept */
    /* Requests of this connection that are under way, which its later messages may cancel. What is
     * cancelled isn't answered. NULL: messages aren't known to be of one connection. */
    struct mcp_running *running;
    /* The session of the handshake era that the message says it is of; NULL: none. Ids of requests are
     * then that session's, where `running` is shared. */
    const char *session;
    bool session_unknown; /* it isn't one of ours: refused (404), but for initialize */
    /* Whether the client has closed its connection: that cancels a request of 2026-07-28, and what only
     * reads in any era. NULL slot: it can't be seen. */
    bool (*gone)(void *arg);
    void *gone_arg;
    bool no_room;         /* what has to wait is refused, since too much does already */
    const char *upstream; /* set: the account whose system was asked for the answer */
    /* Sends a notification at once, a line with its end. NULL: they stand before the answer. */
    void (*notify)(void *arg, const char *line, size_t len);
    void *notify_arg;
};

/* Thread safe. Held by whoever made it and by each that asked to hold it. */
struct mcp_running *mcp_running_new(void);
struct mcp_running *mcp_running_hold(struct mcp_running *all);
void mcp_running_free(struct mcp_running *all); /* by the last one; NULL is fine */

struct mu_mcp_reply {
    int status;        /* for HTTP: 200, 202 when there is nothing to say, 400, 404 */
    struct mu_buf out; /* messages, each with a line feed at its end; the answer is the last one */
    int count;
    size_t messages; /* that came: more than one in a batch */
    bool later;      /* nothing was done: to be handled again where waiting is allowed */
    bool begins;     /* initialize was answered */
    bool tells;      /* with later: the client wants to be told how far it is */
};

#define MU_MCP_REPLY_INIT                                    \
    {                                                        \
        .status = 202, .out = MU_BUF_INIT(MU_MCP_RESULT_MAX) \
    }

void mu_mcp_handle(struct mu_mcp *mcp, struct mu_mcp_peer *peer, const char *text, size_t len,
                   struct mu_mcp_reply *reply);
void mu_mcp_reply_done(struct mu_mcp_reply *reply);

#endif
