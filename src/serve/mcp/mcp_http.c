/* SPDX-License-Identifier: Apache-2.0 */
/* Streamable HTTP: a message a POST, its answer as JSON, or as events when more is to be said before. */
#include "serve/mcp/mcp_http.h"

#include <string.h>

#include "base/str.h"
#include "serve/auth.h"
#include "serve/gate.h"
#include "serve/mcp/events.h"
#include "serve/mcp/live.h"
#include "serve/mcp/mcp_private.h"
#include "serve/mcp/session.h"
#include "serve/serve.h"

static const char json[] = "application/json";

void mcp_keep_private(struct mu_reply *reply)
{
    mu_reply_header(reply, "Cache-Control", "no-store");
    mu_reply_header(reply, "Referrer-Policy", "no-referrer");
}

int mcp_check_type(const struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const char *type = mu_request_header(r, "Content-Type");
    size_t len = type ? strcspn(type, "; \t") : 0;
    if (len == strlen("application/json") && strncasecmp(type, "application/json", len) == 0)
        return 0;
    reply->status = 415;
    return mu_fail(err, MU_E_USAGE, "a message is sent as Content-Type: application/json");
}

static const char *header(void *arg, const char *name)
{
    return mu_request_header(arg, name);
}

/* ---- what the client can read ---- */

/* Whether Accept names the type, all of its kind, or everything. */
static bool listed(const char *accept, const char *type)
{
    const char *all = strchr(type, '/') + 1;
    for (const char *at = accept; *at; at += strcspn(at, ","), at += *at == ',') {
        at += strspn(at, " \t");
        size_t len = strcspn(at, ",; \t"), kind = (size_t)(all - type);
        bool is = (len == strlen(type) && strncasecmp(at, type, len) == 0) ||
                  (len == kind + 1 && at[kind] == '*' && strncasecmp(at, type, kind) == 0) ||
                  (len == 3 && memcmp(at, "*/*", 3) == 0);
        if (is)
            return true;
    }
    return false;
}

/* Who says nothing reads JSON. */
static bool reads(const struct mu_request *r, const char *type)
{
    const char *accept = mu_request_header(r, "Accept");
    return accept && *accept ? listed(accept, type) : mu_streq(type, json);
}

static int check_accept(const struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    if (reads(r, json) || reads(r, mcp_events_type))
        return 0;
    reply->status = 406;
    return mu_fail(err, MU_E_USAGE, "answers are %s or %s; accept one of them", json,
                   mcp_events_type);
}

/* Without what was told before it, where only JSON is read. */
static void send_last(struct mu_reply *reply, const struct mu_mcp_reply *out)
{
    size_t end = out->out.len - 1, from = end;
    while (from > 0 && out->out.data[from - 1] != '\n')
        from--;
    mu_buf_add(&reply->body, out->out.data + from, end - from);
}

static void send(const struct mu_request *r, struct mu_reply *reply, const struct mu_mcp_reply *out)
{
    reply->status = (unsigned)out->status;
    if (out->count == 0)
        return;
    if (reads(r, mcp_events_type) && (out->count > 1 || !reads(r, json))) {
        reply->type = mcp_events_type;
        mcp_events_write(out->out.data, out->out.len, &reply->body);
    } else {
        send_last(reply, out);
    }
}

/* Only the handshake era has sessions; the other one doesn't look at them. */
static void find_session(struct mu_request *r, struct mu_mcp_peer *peer)
{
    const char *id = mu_request_header(r, "Mcp-Session-Id");
    if (!id || !peer->store || mu_streq(mu_request_header(r, "MCP-Protocol-Version"), MCP_MODERN))
        return;
    peer->session_unknown = !mcp_session_ok(r->arena, peer->store, r->grant, id);
    peer->session = peer->session_unknown ? NULL : mu_strdup(r->arena, id);
    peer->running = peer->session ? r->serve->mcp->running : NULL;
}

/* What has to wait is told of while it does, where the client asked for that and can read it. */
static int later(struct mu_request *r, struct mu_mcp_peer *peer, const struct mu_mcp_reply *out,
                 struct mu_reply *reply, struct mu_err *err)
{
    if (!out->tells || !reads(r, mcp_events_type))
        return MU_LATER;
    peer->version = mcp_legacy_version(mu_request_header(r, "MCP-Protocol-Version"));
    return mcp_live(r, peer, reply, err);
}

static int post(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    struct mu_mcp_peer peer = {.arena = r->arena,
                               .header = header,
                               .header_arg = r,
                               .gone = mu_request_stop,
                               .gone_arg = r,
                               .grant = r->grant,
                               .may_wait = r->may_block};
    struct mu_mcp_reply out = MU_MCP_REPLY_INIT;
    struct mu_err missing = MU_ERR_INIT;
    mcp_keep_private(reply);
    if (mcp_check_type(r, reply, err) < 0 || check_accept(r, reply, err) < 0)
        return -1;
    if (mu_request_store(r, &peer.store, &missing) < 0)
        peer.store = NULL; /* tools that need it say so */
    find_session(r, &peer);
    mu_mcp_handle(r->serve->mcp, &peer, r->body, r->body_len, &out);
    if (out.begins && peer.store)
        mu_reply_header(reply, "Mcp-Session-Id", mcp_session_new(r->arena, peer.store, r->grant));
    if (!r->may_block)
        mu_gate_charge(r, out.messages - 1);
    r->upstream = peer.upstream;
    int rc = out.later ? later(r, &peer, &out, reply, err) : 0;
    if (!out.later)
        send(r, reply, &out);
    mu_mcp_reply_done(&out);
    return rc;
}

const struct mu_route mu_mcp_routes[] = {
    {"POST", "/mcp", post, .need = "token", .body_max = MU_MCP_MESSAGE_MAX},
    {"POST", "/mcp/{token}", post, .need = "token", .body_max = MU_MCP_MESSAGE_MAX},
    {"GET", "/sse", mcp_sse_open, .need = "token"},
    {"GET", "/sse/{token}", mcp_sse_open, .need = "token"},
    {"POST", "/messages", mcp_sse_message, .need = "token", .body_max = MU_MCP_MESSAGE_MAX},
    {"POST", "/messages/{token}", mcp_sse_message, .need = "token", .body_max = MU_MCP_MESSAGE_MAX},
    {.method = NULL}};
