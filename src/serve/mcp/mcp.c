/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a message to its answer; and the server as a whole. */
#include "serve/mcp/mcp.h"

#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "serve/accounts.h"
#include "serve/mcp/mcp_private.h"

int mu_mcp_new(const struct mu_mcp_conf *conf, struct mu_mcp **ret, struct mu_err *err)
{
    struct mu_mcp *mcp = mu_xcalloc(1, sizeof(*mcp));
    mcp->arena = mu_arena_new();
    mcp->conf = *conf;
    if (conf->config && !conf->config->governors) {
        mcp->governors = mu_governors_new();
        mcp->config = *conf->config;
        mcp->config.governors = mcp->governors;
        mcp->conf.config = &mcp->config;
    }
    if (conf->config && !conf->accounts)
        mcp->conf.accounts = mcp->own = mu_accounts_new(mcp->conf.config, conf->log);
    mcp->by_name = mu_map_new(64);
    mcp->streams = mcp_streams_new();
    mcp->running = mcp_running_new();
    mu_random(mcp->seal, sizeof(mcp->seal));
    if (mcp_build(mcp, err) < 0) {
        mu_mcp_free(mcp);
        return -1;
    }
    *ret = mcp;
    return 0;
}

void mu_mcp_free(struct mu_mcp *mcp)
{
    if (!mcp)
        return;
    for (size_t i = 0; i < mcp->tool_count; i++)
        json_object_put(mcp->tools[i].schema);
    mcp_streams_free(mcp->streams);
    mcp_running_free(mcp->running);
    mu_accounts_free(mcp->own);
    mu_governors_free(mcp->governors);
    mu_map_free(mcp->by_name);
    mu_arena_free(mcp->arena);
    free(mcp);
}

/* ---- one message ---- */

static bool is_id(const struct mu_doc *id)
{
    return mu_doc_is(id, MU_DOC_TEXT) || mu_doc_is(id, MU_DOC_INT);
}

/* null, too, which mu_doc_member takes for absent. */
static bool has_id(const struct mu_doc *message)
{
    for (const struct mu_doc *m = message->first; m; m = m->next) {
        if (mu_streq(m->name, "id"))
            return true;
    }
    return false;
}

static int invalid(struct mcp_call *c, const char *why)
{
    return mcp_fail_with(c, MCP_INVALID, 400, NULL, "%s", why);
}

/* Two members of one name: a proxy or an approval could have read the other one. */
static const struct mu_doc *ambiguous(const struct mu_doc *message)
{
    const struct mu_doc *params = mu_doc_member(message, "params");
    const struct mu_doc *twice = mu_doc_twice(message);
    if (!twice)
        twice = mu_doc_twice(params);
    return twice ? twice : mu_doc_twice(mu_doc_member(params, "arguments"));
}

/* JSON-RPC's shape. 1: a request or a notification; 0: an answer to something we never asked. */
static int shape(struct mcp_call *c)
{
    const struct mu_doc *m = c->message, *id = mu_doc_member(m, "id");
    if (!mu_doc_is(m, MU_DOC_OBJECT))
        return invalid(c, "a message is a JSON object");
    const struct mu_doc *twice = ambiguous(m);
    if (twice)
        return mcp_fail_with(c, MCP_INVALID, 400, NULL, "\"%s\" stands twice",
                             mu_printable(c->arena, twice->name, twice->name_len, 60));
    c->id = is_id(id) ? id : NULL;
    if (!mu_streq(mu_doc_str(m, "jsonrpc"), "2.0"))
        return invalid(c, "\"jsonrpc\" must be \"2.0\"");
    if (!mu_doc_member(m, "method") && c->id &&
        (mu_doc_member(m, "result") || mu_doc_member(m, "error")))
        return 0;
    if (!mu_doc_str(m, "method"))
        return invalid(c, "\"method\" is missing");
    if (!c->id && has_id(m))
        return invalid(c, "\"id\" must be a string or an integer");
    c->method = mu_doc_str(m, "method");
    c->params = mu_doc_member(m, "params");
    if (c->params && !mu_doc_is(c->params, MU_DOC_OBJECT))
        return mcp_fail_with(c, MCP_PARAMS, 400, NULL, "\"params\" must be an object");
    c->meta = mu_doc_member(c->params, "_meta");
    return 1;
}

/* What was begun to be said of a request that was cancelled. */
static void unsay(struct mu_mcp_reply *reply)
{
    mu_buf_reset(&reply->out);
    reply->count = 0;
    reply->status = 202;
}

/* Lists are of one page each: no cursor was ever given out. */
static int check_cursor(struct mcp_call *c)
{
    const char *cursor = mu_doc_str(c->params, "cursor");
    if (!mu_doc_member(c->params, "cursor") || mu_streq(cursor, ""))
        return 0;
    return mcp_fail(c, MCP_PARAMS, "this cursor was not given out by this server");
}

static int run_begun(struct mcp_call *c, const struct mcp_method *m)
{
    c->result = (struct mu_buf)MU_BUF_INIT(MU_MCP_RESULT_MAX);
    c->result_type = "complete";
    mu_jw_init(&c->w, &c->result, false);
    mu_jw_object(&c->w);
    int rc = m->lists ? check_cursor(c) : 0;
    if (rc == 0)
        rc = m->run(c);
    if (rc == 0)
        mcp_write_result(c, m);
    mu_buf_done(&c->result);
    return rc;
}

static int run_method(struct mcp_call *c, const struct mcp_method *m)
{
    int rc = mcp_running_begin(c);
    if (rc < 0)
        return -1;
    if (rc == 0)
        rc = run_begun(c, m);
    if (!mcp_running_end(c))
        return rc;
    unsay(c->reply);
    return 0;
}

static int answer(struct mcp_call *c)
{
    int what = shape(c);
    if (what <= 0)
        return what;
    if (mcp_frame(c) < 0)
        return -1;
    if (!c->id) {
        if (mu_streq(c->method, "notifications/cancelled"))
            mcp_running_cancel(c);
        return 0; /* what others tell (initialized) changes nothing here */
    }
    const struct mcp_method *m = mcp_method(c->method, c->modern);
    if (!m)
        return mcp_fail_with(c, MCP_NO_METHOD, c->modern ? 404 : 200, NULL, "Method not found: %s",
                             mu_printable(c->arena, c->method, strlen(c->method), 100));
    return run_method(c, m);
}

/* In place of what there was no room for. */
static void too_long(struct mcp_call *c)
{
    mu_buf_reset(&c->reply->out);
    c->reply->count = 0;
    mcp_fail_with(c, MCP_INTERNAL, 200, NULL,
                  "the answer is longer than %d bytes; ask for less at once", MU_MCP_RESULT_MAX);
    mcp_write_error(c);
}

static void handle_one(struct mcp_call *c)
{
    if (answer(c) < 0)
        mcp_write_error(c);
    if (c->reply->out.full)
        too_long(c);
}

/* Of the revision 2025-03-26 alone: answers to several messages, as one list. */
static void handle_batch(struct mcp_call *c)
{
    struct mu_mcp_reply all = MU_MCP_REPLY_INIT;
    const struct mu_doc *list = c->message;
    struct mu_mcp_reply *out = c->reply;
    for (const struct mu_doc *item = list->first; item; item = item->next) {
        struct mu_mcp_reply one = MU_MCP_REPLY_INIT;
        struct mcp_call each = {
            .mcp = c->mcp, .peer = c->peer, .arena = c->arena, .reply = &one, .message = item};
        handle_one(&each);
        if (one.out.len)
            mu_buf_printf(&all.out, "%s%.*s", all.out.len ? "," : "", (int)one.out.len - 1,
                          one.out.data);
        out->later |= one.later;
        mu_mcp_reply_done(&one);
    }
    if (all.out.full || (all.out.len && mu_buf_printf(&out->out, "[%s]\n", all.out.data) < 0)) {
        too_long(c);
    } else if (all.out.len) {
        out->status = 200;
        out->count = 1;
    }
    mu_mcp_reply_done(&all);
}

static bool may_batch(const struct mcp_call *c)
{
    const char *header = mcp_header(c, "MCP-Protocol-Version");
    const char *version = header ? header : c->peer->version;
    return (!version || mu_streq(version, "2025-03-26")) && c->message->len > 0 &&
           c->message->len <= MU_MCP_BATCH_MAX;
}

static void handle_text(struct mcp_call *c, const char *text, size_t len)
{
    struct mu_err err = MU_ERR_INIT;
    c->modern = mu_streq(mcp_header(c, "MCP-Protocol-Version"), MCP_MODERN);
    if (len > MU_MCP_MESSAGE_MAX) {
        mcp_fail_with(c, MCP_INVALID, 413, NULL, "a message has at most %d bytes",
                      MU_MCP_MESSAGE_MAX);
        mcp_write_error(c);
    } else if (mu_doc_parse(c->arena, text, len, &c->message, &err) < 0) {
        mcp_fail_with(c, MCP_PARSE, 400, NULL, "Parse error: %s", err.text);
        mcp_write_error(c);
    } else if (mu_doc_is(c->message, MU_DOC_LIST) && may_batch(c)) {
        c->reply->messages = (size_t)c->message->len;
        handle_batch(c);
    } else if (mu_doc_is(c->message, MU_DOC_LIST)) {
        mcp_fail_with(c, MCP_INVALID, 400, NULL, "one message at a time: no batches");
        mcp_write_error(c);
    } else {
        c->modern = false;
        handle_one(c);
    }
}

void mu_mcp_handle(struct mu_mcp *mcp, struct mu_mcp_peer *peer, const char *text, size_t len,
                   struct mu_mcp_reply *reply)
{
    struct mcp_call c = {.mcp = mcp, .peer = peer, .arena = peer->arena, .reply = reply};
    reply->messages = 1;
    handle_text(&c, text, len);
}
