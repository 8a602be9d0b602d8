/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of one connection, or of all sessions, that are under way, for whoever cancels them. */
#include "serve/mcp/mcp_private.h"

#include <string.h>

#include "base/str.h"

enum { RUNNING_MAX = 1024, GROW = 8 };

struct entry {
    struct mu_buf id; /* session, and id as JSON, so that 1 isn't "1"; empty: free */
    bool waits;       /* for a thread that may wait */
    bool cancelled;
};

struct mcp_running {
    pthread_mutex_t lock; /* guards all of it */
    int holds;
    struct entry *entries; /* grows */
    size_t count;
};

struct mcp_running *mcp_running_new(void)
{
    struct mcp_running *all = mu_xcalloc(1, sizeof(*all));
    pthread_mutex_init(&all->lock, NULL);
    all->holds = 1;
    return all;
}

struct mcp_running *mcp_running_hold(struct mcp_running *all)
{
    pthread_mutex_lock(&all->lock);
    all->holds++;
    pthread_mutex_unlock(&all->lock);
    return all;
}

void mcp_running_free(struct mcp_running *all)
{
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    bool last = --all->holds == 0;
    pthread_mutex_unlock(&all->lock);
    if (!last)
        return;
    for (size_t i = 0; i < all->count; i++)
        mu_buf_done(&all->entries[i].id);
    free(all->entries);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

static const char *text_of(const struct mcp_call *c, const struct mu_doc *id)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_MCP_MESSAGE_MAX);
    struct mu_jw w;
    mu_buf_adds(&text, c->peer->session ? c->peer->session : "");
    mu_jw_init(&w, &text, false);
    mu_jw_doc(&w, id);
    return mu_strndup(c->arena, text.data, text.len);
}

/* With the lock held; id "": a free one. NULL: none. */
static struct entry *find(struct mcp_running *all, const char *id)
{
    for (size_t i = 0; i < all->count; i++) {
        struct entry *e = &all->entries[i];
        if (e->id.len == strlen(id) && memcmp(id, e->id.len ? e->id.data : id, e->id.len) == 0)
            return e;
    }
    return NULL;
}

/* With the lock held; NULL: there are too many. */
static struct entry *find_free(struct mcp_running *all)
{
    struct entry *e = find(all, "");
    if (e || all->count == RUNNING_MAX)
        return e;
    all->entries = mu_xrealloc(all->entries, (all->count + GROW) * sizeof(*all->entries));
    memset(all->entries + all->count, 0, GROW * sizeof(*all->entries));
    e = &all->entries[all->count];
    all->count += GROW;
    return e;
}

static int begin(struct mcp_call *c, struct mcp_running *all, const char *id)
{
    struct entry *e = find(all, id);
    if (e && (!e->waits || !c->peer->may_wait))
        return mcp_fail(c, MCP_INVALID, "a request with this id is under way");
    if (e) {
        e->waits = false;
        return e->cancelled ? 1 : 0;
    }
    e = find_free(all);
    if (!e)
        return mcp_fail(c, MCP_INVALID, "%d requests are under way already", RUNNING_MAX);
    e->id = (struct mu_buf)MU_BUF_INIT(MU_MCP_MESSAGE_MAX);
    mu_buf_adds(&e->id, id);
    e->waits = e->cancelled = false;
    return 0;
}

/* Of a session only what runs on a thread that may wait: what is answered at once can't be cancelled,
 * and what finds no thread leaves no trace. */
static struct mcp_running *known_by(const struct mcp_call *c)
{
    return c->peer->session && !c->peer->may_wait ? NULL : c->peer->running;
}

int mcp_running_begin(struct mcp_call *c)
{
    struct mcp_running *all = known_by(c);
    if (!all)
        return 0;
    const char *id = text_of(c, c->id);
    pthread_mutex_lock(&all->lock);
    int rc = begin(c, all, id);
    pthread_mutex_unlock(&all->lock);
    return rc;
}

bool mcp_running_end(struct mcp_call *c)
{
    struct mcp_running *all = known_by(c);
    bool cancelled = false;
    if (!all)
        return false;
    const char *id = text_of(c, c->id);
    pthread_mutex_lock(&all->lock);
    struct entry *e = find(all, id);
    if (e)
        e->waits = c->reply->later;
    if (e && !c->reply->later) {
        cancelled = e->cancelled;
        mu_buf_done(&e->id);
    }
    pthread_mutex_unlock(&all->lock);
    return cancelled;
}

void mcp_running_cancel(struct mcp_call *c)
{
    struct mcp_running *all = c->peer->running;
    const struct mu_doc *id = mu_doc_member(c->params, "requestId");
    if (!all || !id)
        return;
    const char *text = text_of(c, id);
    pthread_mutex_lock(&all->lock);
    struct entry *e = find(all, text);
    if (e)
        e->cancelled = true;
    pthread_mutex_unlock(&all->lock);
}

bool mcp_cancelled(void *call)
{
    const struct mcp_call *c = call;
    struct mcp_running *all = c->peer->running;
    if ((c->modern || c->reads) && c->peer->gone && c->peer->gone(c->peer->gone_arg))
        return true;
    if (!all || !c->id)
        return false;
    const char *id = text_of(c, c->id);
    pthread_mutex_lock(&all->lock);
    const struct entry *e = find(all, id);
    bool cancelled = e && e->cancelled;
    pthread_mutex_unlock(&all->lock);
    return cancelled;
}
