/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP+SSE (2024-11-05): GET /sse opens a stream whose first event says where messages go; answers
 * come back as events. Streams are found by an id that can't be guessed, and belong to the token
 * they were opened with: the id alone is good for nothing.
 */
#include "serve/mcp/mcp_http.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "serve/auth.h"
#include "serve/gate.h"
#include "serve/mcp/mcp_private.h"
#include "serve/serve.h"

enum {
    ID_BYTES = 24,
    STREAMS_MAX = 1000,
    TOKEN_STREAMS_MAX = 250, /* of one token, so that others find room */
    IDLE_S = 15,
    PIECE = 64 << 10,         /* what goes out at once */
    UNREAD_MAX = 1 << 20,     /* a stream that leaves as much unread takes no further message */
    QUEUE_MAX = 16 << 20,     /* what was asked before that may come on top */
    UNREAD_ALL_MAX = 64 << 20 /* the same of all streams together */
};

struct mcp_stream {
    struct mcp_streams *all;
    struct mcp_stream *next, **link;
    char id[ID_BYTES * 2 + 1];
    const struct mu_grant *grant; /* in the arena of the request that keeps it open */
    struct mu_waker *waker;
    struct mu_buf events;
    size_t sent; /* of them */
    const char *version;
    bool beaten; /* woken once with nothing to say */
};

/* ---- all of them ---- */

struct mcp_streams *mcp_streams_new(void)
{
    struct mcp_streams *all = mu_xcalloc(1, sizeof(*all));
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

void mcp_streams_free(struct mcp_streams *all)
{
    pthread_mutex_destroy(&all->lock);
    free(all);
}

static bool same_principal(const struct mu_grant *a, const struct mu_grant *b)
{
    return mu_streq(a->hash, b->hash) && mu_streq(a->name, b->name);
}

/* With the lock held. */
static int check_room(const struct mcp_streams *all, const struct mu_grant *grant,
                      struct mu_err *err)
{
    unsigned own = 0;
    for (const struct mcp_stream *s = all->first; s; s = s->next)
        own += same_principal(s->grant, grant);
    if (own >= TOKEN_STREAMS_MAX)
        return mu_fail(err, MU_E_BUSY, "token %s has %u open streams already; close some",
                       grant->name, own);
    if (all->count >= STREAMS_MAX)
        return mu_fail(err, MU_E_BUSY, "there are %u open streams already; try again later",
                       all->count);
    return 0;
}

static int enlist(struct mcp_streams *all, struct mcp_stream *s, struct mu_err *err)
{
    pthread_mutex_lock(&all->lock);
    int rc = check_room(all, s->grant, err);
    if (rc == 0) {
        all->count++;
        all->unread += s->events.len;
        s->next = all->first;
        s->link = &all->first;
        if (s->next)
            s->next->link = &s->next;
        all->first = s;
    }
    pthread_mutex_unlock(&all->lock);
    return rc;
}

/* With the lock held; NULL: no such stream of this token. */
static struct mcp_stream *find(struct mcp_streams *all, const char *id,
                               const struct mu_grant *grant)
{
    for (struct mcp_stream *s = id ? all->first : NULL; s; s = s->next) {
        if (mu_streq(s->id, id))
            return same_principal(s->grant, grant) ? s : NULL;
    }
    return NULL;
}

/* ---- a stream ---- */

static void end(void *arg)
{
    struct mcp_stream *s = arg;
    pthread_mutex_lock(&s->all->lock);
    *s->link = s->next;
    if (s->next)
        s->next->link = s->link;
    s->all->count--;
    s->all->unread -= s->events.len - s->sent;
    pthread_mutex_unlock(&s->all->lock);
    mu_waker_drop(s->waker);
    mu_buf_done(&s->events);
    free(s);
}

/* With the lock held: a piece of what is unread. Memory that a long answer took is given back. */
static void move_piece(struct mcp_stream *s, struct mu_buf *to)
{
    size_t left = s->events.len - s->sent, n = left < PIECE ? left : PIECE;
    mu_buf_add(to, s->events.data + s->sent, n);
    s->sent += n;
    s->all->unread -= n;
    if (s->sent < s->events.len)
        return;
    s->sent = 0;
    if (s->events.cap > PIECE)
        mu_buf_done(&s->events);
    else
        mu_buf_reset(&s->events);
}

/* A comment now and then keeps proxies from closing it. The listener ends it with its token. */
static enum mu_stream_state fill(void *arg, struct mu_request *r, struct mu_buf *to)
{
    struct mcp_stream *s = arg;
    (void)r;
    pthread_mutex_lock(&s->all->lock);
    bool full = s->events.full, had = s->events.len > 0;
    if (had)
        move_piece(s, to);
    else if (s->beaten)
        mu_buf_adds(to, ": still here\n\n");
    s->beaten = !had && !s->beaten;
    bool more = s->events.len > 0;
    pthread_mutex_unlock(&s->all->lock);
    return full ? MU_STREAM_FAILED : more ? MU_STREAM_MORE : MU_STREAM_IDLE;
}

int mcp_sse_open(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    unsigned char id[ID_BYTES];
    mcp_keep_private(reply);
    struct mcp_stream *s = mu_xcalloc(1, sizeof(*s));
    *s = (struct mcp_stream){
        .all = r->serve->mcp->streams, .grant = r->grant, .events = MU_BUF_INIT(QUEUE_MAX)};
    mu_random(id, sizeof(id));
    sodium_bin2hex(s->id, sizeof(s->id), id, sizeof(id));
    mu_buf_printf(&s->events, "event: endpoint\ndata: /messages%s%s?sessionId=%s\n\n",
                  r->args[0] ? "/" : "", r->args[0] ? r->args[0] : "", s->id);
    if (enlist(s->all, s, err) < 0) {
        mu_buf_done(&s->events);
        free(s);
        return -1;
    }
    s->waker = mu_request_waker(r);
    reply->type = "text/event-stream";
    reply->stream = (struct mu_stream){.fill = fill, .end = end, .arg = s, .idle_s = IDLE_S};
    return 0;
}

/* ---- messages to it ---- */

/* Answers to a stream that has ended meanwhile have nowhere to go. */
static void put(struct mcp_streams *all, const char *id, const struct mu_grant *grant,
                const struct mu_mcp_peer *peer, const struct mu_mcp_reply *out)
{
    pthread_mutex_lock(&all->lock);
    struct mcp_stream *s = find(all, id, grant);
    if (s) {
        size_t before = s->events.len;
        s->version = peer->version;
        mcp_events(out, &s->events);
        all->unread += s->events.len - before;
        mu_waker_wake(s->waker);
    }
    pthread_mutex_unlock(&all->lock);
}

/* With the lock held. Who asks and doesn't read must not fill our memory. */
static int check_unread(const struct mcp_stream *s, struct mu_err *err)
{
    size_t unread = s->events.len - s->sent;
    if (unread < UNREAD_MAX && s->all->unread < UNREAD_ALL_MAX)
        return 0;
    err->retry_after_s = 1;
    return unread >= UNREAD_MAX
               ? mu_fail(err, MU_E_BUSY,
                         "%zu bytes of answers on this stream wait to be read; read them first",
                         unread)
               : mu_fail(err, MU_E_BUSY,
                         "%zu bytes of answers on all streams wait to be read; try again soon",
                         s->all->unread);
}

static int get(struct mcp_streams *all, const char *id, struct mu_mcp_peer *peer,
               struct mu_err *err)
{
    pthread_mutex_lock(&all->lock);
    const struct mcp_stream *s = find(all, id, peer->grant);
    int rc = s ? check_unread(s, err)
               : mu_fail(err, MU_E_MISSING, "sessionId: there is no such stream; open /sse again");
    if (s && rc == 0)
        peer->version = s->version ? s->version : mcp_legacy_version("2024-11-05");
    pthread_mutex_unlock(&all->lock);
    return rc;
}

int mcp_sse_message(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    struct mu_mcp_peer peer = {.arena = r->arena, .grant = r->grant, .may_wait = r->may_block};
    struct mu_mcp_reply out = MU_MCP_REPLY_INIT;
    struct mu_err missing = MU_ERR_INIT;
    struct mcp_streams *all = r->serve->mcp->streams;
    const char *id = mu_request_param(r, "sessionId");
    mcp_keep_private(reply);
    if (mcp_check_type(r, reply, err) < 0 || get(all, id, &peer, err) < 0)
        return -1;
    if (mu_request_store(r, &peer.store, &missing) < 0)
        peer.store = NULL;
    mu_mcp_handle(r->serve->mcp, &peer, r->body, r->body_len, &out);
    if (!r->may_block)
        mu_gate_charge(r, out.messages - 1);
    if (!out.later)
        put(all, id, peer.grant, &peer, &out);
    bool later = out.later;
    mu_mcp_reply_done(&out);
    reply->status = 202;
    return later ? MU_LATER : 0;
}
