/* SPDX-License-Identifier: Apache-2.0 */
/* A thread for each pull and sync that is scheduled. */
#include "serve/scheduler.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/heap.h"
#include "base/thread.h"
#include "base/time.h"
#include "engine/sync_run.h"
#include "serve/metrics.h"
#include "store/turns.h"

enum { NAP_MAX_S = 30, AGAIN_S = 60 /* when the store can't be read */ };

struct job {
    struct mu_scheduler *all;
    pthread_t thread;
    const struct mu_account_def *account; /* to be pulled; NULL: sync */
    const struct mu_sync *sync;
    const char *what;
    int64_t since; /* when its thread began: cron times from then on count */
    bool started, running;
};

struct mu_scheduler {
    const struct mu_config *config;
    struct mu_log *log;
    struct mu_metrics *metrics;
    struct mu_arena *arena;
    pthread_mutex_t lock; /* guards quiet and each job's running */
    pthread_cond_t changed;
    bool quiet;
    struct job *jobs;
    size_t count;
};

static const struct mu_schedule *schedule_of(const struct job *j)
{
    return j->account ? &j->account->schedule : &j->sync->schedule;
}

/* ---- one turn ---- */

static const char *pull(struct job *j, struct mu_store *store, struct mu_arena *arena)
{
    struct mu_scheduler *s = j->all;
    const struct mu_pull_how how = {.wait_s = 0};
    struct mu_snapshot snap;
    struct mu_err err = MU_ERR_INIT;
    int64_t began_us = mu_mono_us();
    if (mu_pull_run(store, s->config, j->account, &how, arena, s->log, &snap, &err) < 0) {
        bool busy = err.code == MU_E_BUSY;
        mu_log(s->log, busy ? MU_LOG_INFO : MU_LOG_ERROR, "scheduled %s: %s", j->what, err.text);
        return busy ? "busy" : "failed";
    }
    mu_metrics_pulled(s->metrics, j->account->name, mu_mono_us() - began_us);
    mu_log(s->log, snap.verdict == MU_COMPLETE ? MU_LOG_INFO : MU_LOG_WARN,
           "scheduled %s: snapshot %lld is %s: %lld users", j->what, (long long)snap.id,
           mu_verdict_name(snap.verdict), (long long)snap.counts[MU_USER]);
    return mu_verdict_name(snap.verdict);
}

static const char *sync_once(struct job *j, struct mu_store *store, struct mu_arena *arena)
{
    struct mu_scheduler *s = j->all;
    struct mu_synced synced;
    struct mu_err err = MU_ERR_INIT;
    int64_t began_us = mu_mono_us();
    enum mu_sync_result result =
        mu_sync_run(store, s->config, j->sync, arena, s->log, &synced, &err);
    const char *name = mu_sync_result_name(result);
    mu_metrics_synced(s->metrics, j->sync->name, name, synced.planned, mu_mono_us() - began_us);
    if (result >= MU_SYNC_REFUSED)
        mu_log(s->log, result == MU_SYNC_BUSY ? MU_LOG_INFO : MU_LOG_ERROR, "scheduled %s: %s",
               j->what, err.text);
    else
        mu_log(s->log, result == MU_SYNC_PARTIAL ? MU_LOG_WARN : MU_LOG_INFO,
               "scheduled %s: %s: %lld planned, %lld done, %lld failed", j->what, name,
               (long long)synced.planned, (long long)synced.applied.ok,
               (long long)synced.applied.failed);
    return name;
}

/* It may be long until the next one. */
static void rest(struct mu_store *store)
{
    mu_store_rest(store);
    mu_heap_trim();
}

/* Noted before, so that a turn that dies isn't begun again at once. */
static void take_turn(struct job *j, struct mu_store *store)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_turn turn = {.what = j->what, .began = mu_now()};
    struct mu_err err = MU_ERR_INIT;
    if (mu_turn_put(store, &turn, &err) == 0) {
        turn.result = j->account ? pull(j, store, arena) : sync_once(j, store, arena);
        turn.ended = mu_now();
        mu_turn_put(store, &turn, &err);
    }
    if (err.code != MU_OK)
        mu_log(j->all->log, MU_LOG_ERROR, "scheduled %s: %s", j->what, err.text);
}

/* ---- when ---- */

/* Seconds until it is due; 0: now. */
static int64_t due_in(struct job *j, struct mu_store *store)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_turn turn = {.began = 0};
    struct mu_err err = MU_ERR_INIT;
    if (mu_turn_get(store, arena, j->what, &turn, &err) < 0) {
        mu_log(j->all->log, MU_LOG_ERROR, "scheduled %s: %s", j->what, err.text);
        return AGAIN_S;
    }
    const struct mu_schedule *when = schedule_of(j);
    int64_t now = mu_now(), last = turn.began ? turn.began : when->cron ? j->since : 0;
    int64_t next = mu_schedule_next(when, last, now);
    return next > now ? next - now : 0;
}

/* False: no more. The clock may be set meanwhile, so nobody sleeps for long. */
static bool sleep_for(struct mu_scheduler *s, int64_t seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds < NAP_MAX_S ? seconds : NAP_MAX_S;
    pthread_mutex_lock(&s->lock);
    if (!s->quiet)
        pthread_cond_timedwait(&s->changed, &s->lock, &until);
    bool go_on = !s->quiet;
    pthread_mutex_unlock(&s->lock);
    return go_on;
}

static bool set_running(struct job *j, bool running)
{
    pthread_mutex_lock(&j->all->lock);
    bool go_on = !j->all->quiet;
    j->running = running && go_on;
    pthread_mutex_unlock(&j->all->lock);
    return go_on;
}

static void *run_job(void *arg)
{
    struct job *j = arg;
    struct mu_store *store = NULL;
    struct mu_err err = MU_ERR_INIT;
    j->since = mu_now();
    for (bool go_on = true; go_on;) {
        if (!store && mu_store_open(j->all->config->store, MU_STORE_WRITE, &store, &err) < 0) {
            mu_log(j->all->log, MU_LOG_ERROR, "scheduled %s: %s", j->what, err.text);
            go_on = sleep_for(j->all, AGAIN_S);
            continue;
        }
        int64_t wait_s = due_in(j, store);
        if (wait_s > 0) {
            go_on = sleep_for(j->all, wait_s);
        } else if (set_running(j, true)) {
            take_turn(j, store);
            rest(store);
            go_on = set_running(j, false);
        } else {
            go_on = false;
        }
    }
    mu_store_close(store);
    return NULL;
}

/* ---- all of them ---- */

static void add_jobs(struct mu_scheduler *s)
{
    const struct mu_config *c = s->config;
    s->jobs = mu_alloc_array(s->arena, c->account_count + c->sync_count + 1, sizeof(*s->jobs));
    for (size_t i = 0; i < c->account_count; i++) {
        const struct mu_account_def *def = &c->accounts[i];
        if (mu_schedule_set(&def->schedule))
            s->jobs[s->count++] = (struct job){
                .all = s, .account = def, .what = mu_printf(s->arena, "pull %s", def->name)};
    }
    for (size_t i = 0; i < c->sync_count; i++) {
        const struct mu_sync *sync = &c->syncs[i];
        if (mu_schedule_set(&sync->schedule))
            s->jobs[s->count++] = (struct job){
                .all = s, .sync = sync, .what = mu_printf(s->arena, "sync %s", sync->name)};
    }
}

int mu_scheduler_start(const struct mu_config *config, struct mu_log *log,
                       struct mu_metrics *metrics, struct mu_scheduler **ret, struct mu_err *err)
{
    struct mu_scheduler *s = mu_xcalloc(1, sizeof(*s));
    s->config = config;
    s->log = log;
    s->metrics = metrics;
    s->arena = mu_arena_new();
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    add_jobs(s);
    for (size_t i = 0; i < s->count; i++) {
        if (mu_thread_start(&s->jobs[i].thread, run_job, &s->jobs[i], err) < 0) {
            mu_scheduler_end(s);
            return -1;
        }
        s->jobs[i].started = true;
    }
    *ret = s;
    return 0;
}

void mu_scheduler_quiet(struct mu_scheduler *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->quiet = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

size_t mu_scheduler_running(struct mu_scheduler *s)
{
    size_t running = 0;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->count; i++)
        running += s->jobs[i].running;
    pthread_mutex_unlock(&s->lock);
    return running;
}

void mu_scheduler_end(struct mu_scheduler *s)
{
    if (!s)
        return;
    mu_scheduler_quiet(s);
    for (size_t i = 0; i < s->count; i++) {
        if (s->jobs[i].started)
            pthread_join(s->jobs[i].thread, NULL);
    }
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    mu_arena_free(s->arena);
    free(s);
}
