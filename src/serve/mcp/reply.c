/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as they go out: one line each. */
#include "config.h"

#include "serve/mcp/mcp_private.h"

#include <string.h>

#include "base/time.h"
#include "serve/auth.h"

/* Modern results may be kept by a client, but only for its own user: they depend on the token. */
enum { CACHE_MS = 60000 };

static void begin(struct mcp_call *c, struct mu_jw *w)
{
    mu_jw_init(w, &c->reply->out, false);
    mu_jw_object(w);
    mu_jw_put_str(w, "jsonrpc", "2.0");
}

static void end(struct mcp_call *c, struct mu_jw *w)
{
    mu_jw_end(w, '}');
    mu_buf_addc(&c->reply->out, '\n');
    c->reply->count++;
}

void mcp_write_server(struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "name", "muster");
    mu_jw_put_str(w, "title", "muster: directory and Sendoso");
    mu_jw_put_str(w, "version", PACKAGE_VERSION);
    mu_jw_end(w, '}');
}

static void write_meta(struct mcp_call *c, struct mu_jw *w)
{
    if (!c->modern && !c->retry_after_s)
        return;
    mu_jw_key(w, "_meta");
    mu_jw_object(w);
    if (c->modern) {
        mu_jw_key(w, MCP_META "serverInfo");
        mcp_write_server(w);
    }
    if (c->retry_after_s)
        mu_jw_put_int(w, "retry_after", c->retry_after_s);
    mu_jw_end(w, '}');
}

/* Not longer than the token lives. */
static int64_t cache_ms(const struct mcp_call *c)
{
    int64_t expires = c->peer->grant->expires, left_ms = (expires - mu_now()) * 1000;
    if (!expires || left_ms > CACHE_MS)
        return CACHE_MS;
    return left_ms > 0 ? left_ms : 0;
}

static void write_modern(struct mcp_call *c, const struct mcp_method *m, struct mu_jw *w)
{
    mu_jw_put_str(w, "resultType", c->result_type);
    if (!m->cacheable)
        return;
    mu_jw_put_int(w, "ttlMs", cache_ms(c));
    mu_jw_put_str(w, "cacheScope", "private");
}

/* What the method wrote is `{...`, without its end. */
void mcp_write_result(struct mcp_call *c, const struct mcp_method *m)
{
    struct mu_jw w;
    if (c->modern)
        write_modern(c, m, &c->w);
    write_meta(c, &c->w);
    mu_jw_end(&c->w, '}');
    begin(c, &w);
    mu_jw_key(&w, "id");
    mu_jw_doc(&w, c->id);
    mu_jw_key(&w, "result");
    mu_jw_raw(&w, c->result.data, c->result.len);
    end(c, &w);
    c->reply->out.full |= c->result.full;
    c->reply->status = 200;
}

void mcp_write_error(struct mcp_call *c)
{
    struct mu_jw w;
    begin(c, &w);
    if (c->id || !c->modern) {
        mu_jw_key(&w, "id");
        if (c->id)
            mu_jw_doc(&w, c->id);
        else
            mu_jw_null(&w);
    }
    mu_jw_key(&w, "error");
    mu_jw_object(&w);
    mu_jw_put_int(&w, "code", c->code);
    mu_jw_put_str(&w, "message", c->text);
    if (c->data) {
        mu_jw_key(&w, "data");
        mu_jw_raw(&w, c->data, strlen(c->data));
    }
    mu_jw_end(&w, '}');
    end(c, &w);
    c->reply->status = c->status;
}

void mcp_notify(struct mcp_call *c, const char *method, const char *params)
{
    struct mu_mcp_reply *out = c->reply;
    size_t from = out->out.len;
    struct mu_jw w;
    begin(c, &w);
    mu_jw_put_str(&w, "method", method);
    mu_jw_key(&w, "params");
    mu_jw_raw(&w, params, strlen(params));
    end(c, &w);
    if (!c->peer->notify)
        return;
    c->peer->notify(c->peer->notify_arg, out->out.data + from, out->out.len - from);
    mu_buf_cut(&out->out, from);
    out->count--;
}

void mu_mcp_reply_done(struct mu_mcp_reply *reply)
{
    mu_buf_done(&reply->out);
}
