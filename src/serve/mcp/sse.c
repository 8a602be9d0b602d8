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
#include "serve/mcp/events.h"
#include "serve/mcp/job.h"
#include "serve/mcp/mcp_private.h"
#include "serve/serve.h"

enum {
    ID_BYTES = 24,
    STREAMS_MAX = 1000,
    TOKEN_STREAMS_MAX = 250, /* of one token, so that others find room */
    IDLE_S = 15,
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
    struct mcp_events events;
    const char *version;
    struct mcp_running *running;
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
        all->unread += mcp_events_unread(&s->events);
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

static void stream_free(struct mcp_stream *s)
{
    mcp_running_free(s->running);
    mu_buf_done(&s->events.text);
    free(s);
}

static void end(void *arg)
{
    struct mcp_stream *s = arg;
    pthread_mutex_lock(&s->all->lock);
    *s->link = s->next;
    if (s->next)
        s->next->link = s->link;
    s->all->count--;
    s->all->unread -= mcp_events_unread(&s->events);
    pthread_mutex_unlock(&s->all->lock);
    mu_waker_drop(s->waker);
    stream_free(s);
}

/* A comment now and then keeps proxies from closing it. The listener ends it with its token. */
static enum mu_stream_state fill(void *arg, struct mu_request *r, struct mu_buf *to)
{
    struct mcp_stream *s = arg;
    (void)r;
    pthread_mutex_lock(&s->all->lock);
    bool full = s->events.text.full;
    size_t moved = mcp_events_take(&s->events, to);
    s->all->unread -= moved;
    if (moved == 0 && s->beaten)
        mu_buf_adds(to, ": still here\n\n");
    s->beaten = moved == 0 && !s->beaten;
    bool more = mcp_events_unread(&s->events) > 0;
    pthread_mutex_unlock(&s->all->lock);
    return full ? MU_STREAM_FAILED : more ? MU_STREAM_MORE : MU_STREAM_IDLE;
}

int mcp_sse_open(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    unsigned char id[ID_BYTES];
    mcp_keep_private(reply);
    struct mcp_stream *s = mu_xcalloc(1, sizeof(*s));
    *s = (struct mcp_stream){.all = r->serve->mcp->streams,
                             .grant = r->grant,
                             .events = MCP_EVENTS_INIT(QUEUE_MAX),
                             .running = mcp_running_new()};
    mu_random(id, sizeof(id));
    sodium_bin2hex(s->id, sizeof(s->id), id, sizeof(id));
    mu_buf_printf(&s->events.text, "event: endpoint\ndata: /messages%s%s?sessionId=%s\n\n",
                  r->args[0] ? "/" : "", r->args[0] ? r->args[0] : "", s->id);
    if (enlist(s->all, s, err) < 0) {
        stream_free(s);
        return -1;
    }
    s->waker = mu_request_waker(r);
    mu_reply_header(reply, "X-Accel-Buffering", "no"); /* nginx would keep events back */
    reply->type = mcp_events_type;
    reply->stream = (struct mu_stream){.fill = fill, .end = end, .arg = s, .idle_s = IDLE_S};
    return 0;
}

/* ---- messages to it ---- */

/* Where what is said goes. A stream that has ended meanwhile is found no more. */
struct outlet {
    struct mcp_streams *all;
    const char *id;
    const struct mu_grant *grant;
    struct mcp_running *running; /* held */
};

static void say(void *arg, const char *lines, size_t len)
{
    const struct outlet *to = arg;
    pthread_mutex_lock(&to->all->lock);
    struct mcp_stream *s = find(to->all, to->id, to->grant);
    if (s) {
        size_t before = mcp_events_unread(&s->events);
        mcp_events_write(lines, len, &s->events.text);
        to->all->unread += mcp_events_unread(&s->events) - before;
        mu_waker_wake(s->waker);
    }
    pthread_mutex_unlock(&to->all->lock);
}

static void agree(const struct outlet *to, const char *version)
{
    pthread_mutex_lock(&to->all->lock);
    struct mcp_stream *s = find(to->all, to->id, to->grant);
    if (s)
        s->version = version;
    pthread_mutex_unlock(&to->all->lock);
}

/* With the lock held. Who asks and doesn't read must not fill our memory. */
static int check_unread(const struct mcp_stream *s, struct mu_err *err)
{
    size_t unread = mcp_events_unread(&s->events);
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

/* Finds the stream, and holds what of it outlives it. */
static int open_outlet(struct mu_request *r, struct outlet *to, struct mu_mcp_peer *peer,
                       struct mu_err *err)
{
    *to = (struct outlet){
        .all = r->serve->mcp->streams, .id = mu_request_param(r, "sessionId"), .grant = r->grant};
    pthread_mutex_lock(&to->all->lock);
    const struct mcp_stream *s = find(to->all, to->id, to->grant);
    int rc = s ? check_unread(s, err)
               : mu_fail(err, MU_E_MISSING, "sessionId: there is no such stream; open /sse again");
    if (s && rc == 0) {
        peer->version = s->version ? s->version : mcp_legacy_version("2024-11-05");
        peer->running = to->running = mcp_running_hold(s->running);
    }
    pthread_mutex_unlock(&to->all->lock);
    return rc;
}

/* ---- what has to wait is handled after the POST was answered ---- */

struct lasting {
    struct outlet to; /* first: it is its outlet */
    struct mu_arena *arena;
};

static void ended(void *arg)
{
    struct lasting *l = arg;
    mcp_running_free(l->to.running);
    mu_arena_free(l->arena);
}

static int put_off(struct mu_request *r, const struct outlet *to, struct mu_mcp_peer peer,
                   struct mu_err *err)
{
    struct mu_arena *arena = mu_arena_new();
    struct lasting *l = mu_alloc(arena, sizeof(*l));
    *l = (struct lasting){.to = *to, .arena = arena};
    l->to.id = mu_strdup(arena, to->id);
    l->to.grant = mu_grant_copy(arena, to->grant);
    l->to.running = mcp_running_hold(to->running);
    peer.notify = say;
    peer.notify_arg = l;
    if (mcp_job_start(r, &peer, ended, err) == 0)
        return 0;
    ended(l);
    return -1;
}

static void handle(struct mu_request *r, struct outlet *to, struct mu_mcp_peer *peer)
{
    struct mu_mcp_reply out = MU_MCP_REPLY_INIT;
    struct mu_err full = MU_ERR_INIT;
    mu_mcp_handle(r->serve->mcp, peer, r->body, r->body_len, &out);
    if (!peer->no_room)
        mu_gate_charge(r, out.messages - 1);
    if (!out.later) {
        agree(to, peer->version);
        say(to, out.out.data, out.out.len);
    } else if (put_off(r, to, *peer, &full) < 0) {
        peer->no_room = peer->may_wait = true; /* which its answer says */
        handle(r, to, peer);
    }
    mu_mcp_reply_done(&out);
}

int mcp_sse_message(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    struct mu_mcp_peer peer = {.arena = r->arena, .grant = r->grant};
    struct mu_err missing = MU_ERR_INIT;
    struct outlet to;
    mcp_keep_private(reply);
    if (mcp_check_type(r, reply, err) < 0 || open_outlet(r, &to, &peer, err) < 0)
        return -1;
    if (mu_request_store(r, &peer.store, &missing) < 0)
        peer.store = NULL;
    handle(r, &to, &peer);
    mcp_running_free(to.running);
    reply->status = 202;
    return 0;
}
