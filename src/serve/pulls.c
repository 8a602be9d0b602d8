/* SPDX-License-Identifier: Apache-2.0 */
/* One thread a pull, and those who wait for it. */
#include "serve/pulls.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/doc.h"
#include "base/thread.h"
#include "engine/pull.h"

enum { RETRY_S = 5, ID_MAX = 64 };

struct pulling {
    struct mu_pulls *all;
    const struct mu_account_def *account;
    pthread_t thread;
    bool running, started; /* started: there is a thread to join */
    uint64_t ended;        /* counts */
    char asked[ID_MAX];    /* for which request it was begun */
    struct mu_err err;     /* of the last one; code MU_OK: it went well */
};

struct mu_pulls {
    const struct mu_config *config;
    struct mu_log *log;
    pthread_mutex_t lock; /* guards all of pulling but all and account */
    pthread_cond_t ended;
    struct pulling *list;
    size_t count;
};

struct mu_pulls *mu_pulls_new(const struct mu_config *config, struct mu_log *log)
{
    struct mu_pulls *p = mu_xcalloc(1, sizeof(*p));
    p->config = config;
    p->log = log;
    p->count = config->account_count;
    p->list = mu_xcalloc(p->count, sizeof(*p->list));
    for (size_t i = 0; i < p->count; i++)
        p->list[i] = (struct pulling){.all = p, .account = &config->accounts[i]};
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&p->ended, &steady);
    pthread_condattr_destroy(&steady);
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

void mu_pulls_free(struct mu_pulls *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        if (p->list[i].started)
            pthread_join(p->list[i].thread, NULL);
    pthread_cond_destroy(&p->ended);
    pthread_mutex_destroy(&p->lock);
    free(p->list);
    free(p);
}

/* What went wrong first: what came of it says little. */
static const char *cause_of(struct mu_arena *arena, const struct mu_snapshot *snap)
{
    struct mu_err ignored = MU_ERR_INIT;
    const struct mu_doc *evidence = NULL;
    const char *first = NULL;
    if (snap->evidence &&
        mu_doc_parse(arena, snap->evidence, strlen(snap->evidence), &evidence, &ignored) == 0) {
        const struct mu_doc *findings = mu_doc_member(evidence, "findings");
        first = mu_doc_is(findings, MU_DOC_LIST) ? mu_doc_str(findings->first, "text") : NULL;
    }
    return first ? first : "no cause was noted";
}

static int pull(struct pulling *one, struct mu_store *store, struct mu_arena *arena,
                struct mu_err *err)
{
    struct mu_pulls *p = one->all;
    struct mu_snapshot snap;
    struct mu_pull_how how = {.wait_s = (int)p->config->serve->pull_wait_s};
    struct mu_log *log = mu_log_about(arena, p->log, "request_id", one->asked);
    if (mu_pull_run(store, p->config, one->account, &how, arena, log, &snap, err) < 0)
        return -1;
    if (snap.verdict == MU_VOID)
        return mu_fail(
            err, MU_E_REMOTE,
            "%s was read again, and nothing of it can be trusted: %s (muster snapshots %" PRId64
            " has the evidence); without max_age you get what is known",
            one->account->name, cause_of(arena, &snap), snap.id);
    return 0;
}

static void *run(void *arg)
{
    struct pulling *one = arg;
    struct mu_pulls *p = one->all;
    struct mu_store *store = NULL;
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    if (mu_store_open(p->config->store, MU_STORE_WRITE, &store, &err) == 0)
        pull(one, store, arena, &err);
    mu_store_close(store);
    pthread_mutex_lock(&p->lock);
    one->running = false;
    one->ended++;
    one->err = err;
    pthread_cond_broadcast(&p->ended);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* With the lock. */
static int begin(struct pulling *one, const char *request_id, struct mu_err *err)
{
    if (one->running)
        return 0;
    if (one->started)
        pthread_join(one->thread, NULL);
    one->started = false;
    snprintf(one->asked, sizeof(one->asked), "%s", request_id);
    if (mu_thread_start(&one->thread, run, one, err) < 0)
        return -1;
    one->started = one->running = true;
    return 0;
}

static int await(struct mu_pulls *p, struct pulling *one, struct mu_err *err)
{
    struct timespec until;
    uint64_t before = one->ended;
    int rc = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)p->config->serve->pull_wait_s;
    while (one->ended == before && rc == 0)
        rc = pthread_cond_timedwait(&p->ended, &p->lock, &until);
    if (one->ended == before) {
        mu_fail(err, MU_E_BUSY,
                "%s is being read, which takes longer than %" PRId64
                " seconds; it goes on: ask again, or with a larger max_age",
                one->account->name, p->config->serve->pull_wait_s);
        err->retry_after_s = RETRY_S;
        return -1;
    }
    if (one->err.code == MU_OK)
        return 0;
    *err = one->err;
    return -1;
}

int mu_pulls_wait(struct mu_pulls *p, const struct mu_account_def *account, const char *request_id,
                  struct mu_err *err)
{
    struct pulling *one = p->list;
    while (one->account != account)
        one++;
    pthread_mutex_lock(&p->lock);
    int rc = begin(one, request_id, err);
    if (rc == 0)
        rc = await(p, one, err);
    pthread_mutex_unlock(&p->lock);
    return rc;
}
