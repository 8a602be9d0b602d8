/* SPDX-License-Identifier: Apache-2.0 */
/* Lines in, lines out. */
#include "serve/mcp/stdio.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/ring.h"
#include "base/thread.h"
#include "serve/auth.h"
#include "serve/mcp/mcp_private.h"

enum { READ_BYTES = 1 << 16, WAITERS = 8, QUEUE_MAX = 64 };

struct serving {
    struct mu_mcp *mcp;
    struct mu_mcp_peer fresh; /* what each thread begins with; only read once they run */
    struct mu_mcp_peer peer;  /* of the thread that reads, which waits for nobody */
    struct mu_buf line;
    bool skipping;           /* the rest of a line that was too long */
    struct mu_ring *waiting; /* struct job; NULL: there is no more */
    pthread_t threads[WAITERS];
    size_t thread_count;
    pthread_mutex_t lock; /* keeps lines whole, guards what follows */
    int out;
    struct mu_err failed; /* the output can't be written */
};

/* A message that has to wait for a remote or a lock. */
struct job {
    const char *version;
    size_t len;
    char text[];
};

/* ---- lines out ---- */

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

static void put(void *arg, const char *lines, size_t len)
{
    struct serving *s = arg;
    pthread_mutex_lock(&s->lock);
    if (s->failed.code == MU_OK)
        write_all(s->out, lines, len, &s->failed);
    pthread_mutex_unlock(&s->lock);
}

static int check_output(struct serving *s, struct mu_err *err)
{
    pthread_mutex_lock(&s->lock);
    bool broken = s->failed.code != MU_OK;
    if (broken)
        *err = s->failed;
    pthread_mutex_unlock(&s->lock);
    return broken ? -1 : 0;
}

/* ---- messages ---- */

/* A store that isn't there yet may be there at the next message. */
static void open_store(const struct serving *s, struct mu_mcp_peer *peer)
{
    const struct mu_config *config = s->mcp->conf.config;
    struct mu_err missing = MU_ERR_INIT;
    peer->store = NULL;
    if (config && mu_store_open(config->store, MU_STORE_READ, &peer->store, &missing) < 0)
        mu_log(s->mcp->conf.log, MU_LOG_TRACE, "%s", missing.text);
}

/* Expiry and revocation hold from the next message on. */
static int check_token(const struct mu_mcp_peer *peer, struct mu_err *err)
{
    const struct mu_grant *grant = peer->grant;
    int ended = grant->hash && peer->store ? mu_grant_ended(peer->store, grant, err) : 0;
    if (ended == 1)
        mu_fail(err, MU_E_AUTH, "token %s: has expired or was revoked", grant->name);
    return ended == 0 ? 0 : -1;
}

static void forget(struct mu_mcp_peer *peer)
{
    mu_store_close(peer->store);
    peer->store = NULL;
    mu_arena_reset(peer->arena);
}

static void do_job(struct serving *s, struct mu_mcp_peer *peer, const struct job *job)
{
    struct mu_mcp_reply reply = MU_MCP_REPLY_INIT;
    peer->version = job->version;
    open_store(s, peer);
    mu_mcp_handle(s->mcp, peer, job->text, job->len, &reply);
    put(s, reply.out.data, reply.out.len);
    mu_mcp_reply_done(&reply);
    forget(peer);
}

static void *work(void *arg)
{
    struct serving *s = arg;
    struct mu_mcp_peer peer = s->fresh;
    peer.arena = mu_arena_new();
    peer.may_wait = true;
    for (struct job *job; (job = mu_ring_take(s->waiting));) {
        do_job(s, &peer, job);
        free(job);
    }
    mu_arena_free(peer.arena);
    return NULL;
}

static void put_off(struct serving *s, const char *text, size_t len)
{
    struct job *job = mu_xmalloc(sizeof(*job) + len);
    job->version = s->peer.version;
    job->len = len;
    memcpy(job->text, text, len);
    mu_ring_put(s->waiting, job);
}

/* What needn't wait is answered here and now, in order. */
static int serve(struct serving *s, const char *text, size_t len, struct mu_err *err)
{
    struct mu_mcp_reply reply = MU_MCP_REPLY_INIT;
    if (len == 0)
        return 0;
    open_store(s, &s->peer);
    int rc = check_token(&s->peer, err);
    if (rc == 0) {
        mu_mcp_handle(s->mcp, &s->peer, text, len, &reply);
        if (reply.later)
            put_off(s, text, len);
        else
            put(s, reply.out.data, reply.out.len);
        rc = check_output(s, err);
    }
    mu_mcp_reply_done(&reply);
    forget(&s->peer);
    return rc;
}

/* ---- lines in ---- */

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

static int start(struct serving *s, struct mu_err *err)
{
    for (; s->thread_count < WAITERS; s->thread_count++) {
        if (mu_thread_start(&s->threads[s->thread_count], work, s, err) < 0)
            return -1;
    }
    return 0;
}

/* What is under way comes to its end, and is answered. */
static void stop(struct serving *s)
{
    for (size_t i = 0; i < s->thread_count; i++)
        mu_ring_put(s->waiting, NULL);
    for (size_t i = 0; i < s->thread_count; i++)
        pthread_join(s->threads[i], NULL);
}

int mu_mcp_stdio(struct mu_mcp *mcp, const struct mu_grant *grant, int in, int out,
                 struct mu_err *err)
{
    struct serving s = {.mcp = mcp,
                        .line = MU_BUF_INIT(MU_MCP_MESSAGE_MAX),
                        .waiting = mu_ring_new(QUEUE_MAX),
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .failed = MU_ERR_INIT,
                        .out = out};
    s.fresh = (struct mu_mcp_peer){
        .grant = grant, .running = mcp_running_new(), .notify = put, .notify_arg = &s};
    s.peer = s.fresh;
    s.peer.arena = mu_arena_new();
    char *bytes = mu_xmalloc(READ_BYTES);
    int rc = start(&s, err);
    if (rc == 0)
        rc = loop(&s, in, bytes, err);
    stop(&s);
    free(bytes);
    mu_buf_done(&s.line);
    mu_ring_free(s.waiting);
    mcp_running_free(s.fresh.running);
    mu_arena_free(s.peer.arena);
    return rc < 0 ? -1 : check_output(&s, err);
}
