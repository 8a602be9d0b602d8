/* SPDX-License-Identifier: Apache-2.0 */
/* How far a tool has come, told to clients that gave a progressToken. */
#include "serve/mcp/mcp_private.h"

#include "base/time.h"

enum { EVERY_US = 250000, TEXT_MAX = 4096 };

static const struct mu_doc *token_of(const struct mcp_call *c)
{
    const struct mu_doc *token = mu_doc_member(c->meta, "progressToken");
    return mu_doc_is(token, MU_DOC_TEXT) || mu_doc_is(token, MU_DOC_INT) ? token : NULL;
}

bool mcp_wants_progress(const struct mcp_call *c)
{
    return token_of(c) != NULL;
}

static void send(struct mcp_call *c, int64_t done, int64_t total, const char *what)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(TEXT_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "progressToken");
    mu_jw_doc(&w, token_of(c));
    mu_jw_put_int(&w, "progress", done);
    if (total > 0)
        mu_jw_put_int(&w, "total", total);
    mu_jw_put_some(&w, "message", what);
    mu_jw_end(&w, '}');
    mcp_notify(c, "notifications/progress", text.data);
}

/* The protocol wants each number to be greater than the one before, so what begins anew (the next
 * list of a pull) is counted on top. */
void mcp_progress(struct mcp_call *c, const char *what, int64_t done, int64_t total)
{
    struct mcp_progress *p = &c->progress;
    int64_t now = mu_mono_us();
    if (!token_of(c) || mcp_cancelled(c))
        return;
    if (done < p->done)
        p->base = p->told;
    p->done = done;
    bool whole = total > 0 && done >= total;
    if (p->base + done <= p->told || (p->sent && !whole && now - p->sent_us < EVERY_US))
        return;
    p->sent = true;
    p->sent_us = now;
    p->told = p->base + done;
    send(c, p->told, total > 0 ? p->base + total : 0, what);
}

static void watch(void *arg, const char *what, int64_t done, int64_t total)
{
    mcp_progress(arg, what, done, total);
}

struct mu_log *mcp_watched_log(struct mcp_call *c)
{
    return token_of(c) ? mu_log_watched(c->arena, c->mcp->conf.log, watch, c) : c->mcp->conf.log;
}
