/* SPDX-License-Identifier: Apache-2.0 */
/* Messages handled after their request was answered. */
#include "serve/mcp/job.h"

#include <stdlib.h>

#include "serve/auth.h"
#include "serve/serve.h"

struct job {
    struct mu_task task; /* first: the task is the job */
    struct mu_arena *arena;
    struct mu_mcp *mcp;
    struct mu_mcp_peer peer;
    const char *text;
    size_t len;
    void (*ended)(void *arg);
};

static void job_free(struct job *job)
{
    mu_arena_free(job->arena);
    free(job);
}

static void run(struct mu_task *task, struct mu_worker *on)
{
    struct job *job = (struct job *)(void *)task;
    struct mu_mcp_peer *peer = &job->peer;
    struct mu_mcp_reply out = MU_MCP_REPLY_INIT;
    struct mu_err missing = MU_ERR_INIT;
    if (mu_worker_store(on, &peer->store, &missing) < 0)
        peer->store = NULL; /* tools that need it say so */
    mu_mcp_handle(job->mcp, peer, job->text, job->len, &out);
    if (out.count)
        peer->notify(peer->notify_arg, out.out.data, out.out.len);
    mu_mcp_reply_done(&out);
    if (job->ended)
        job->ended(peer->notify_arg);
    job_free(job);
}

/* Headers were looked at when the message came; what is left of them is the revision. */
static struct mu_mcp_peer lasting(struct mu_arena *arena, const struct mu_mcp_peer *peer)
{
    struct mu_mcp_peer copy = *peer;
    copy.arena = arena;
    copy.grant = mu_grant_copy(arena, peer->grant);
    copy.session = mu_strdup(arena, peer->session);
    copy.header = NULL;
    copy.may_wait = true;
    return copy;
}

int mcp_job_start(struct mu_request *r, const struct mu_mcp_peer *peer, void (*ended)(void *arg),
                  struct mu_err *err)
{
    struct job *job = mu_xcalloc(1, sizeof(*job));
    job->task.run = run;
    job->arena = mu_arena_new();
    job->mcp = r->serve->mcp;
    job->peer = lasting(job->arena, peer);
    job->text = mu_strndup(job->arena, r->body, r->body_len);
    job->len = r->body_len;
    job->ended = ended;
    if (mu_request_leave(r, &job->task))
        return 0;
    job_free(job);
    err->retry_after_s = 1;
    return mu_fail(err, MU_E_BUSY, "too many requests are waiting; try again soon");
}
