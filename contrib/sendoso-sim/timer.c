/* SPDX-License-Identifier: Apache-2.0 */
/* A binary heap of deadlines and the thread that waits for the first of them. */
#include "timer.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"

struct wait {
    int64_t until_us;
    struct MHD_Connection *conn;
};

struct sim_timer {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    struct wait *heap; /* heap[0] is the earliest */
    size_t count, room;
    bool stopping;
};

static void swap(struct wait *a, struct wait *b)
{
    struct wait kept = *a;
    *a = *b;
    *b = kept;
}

static void push(struct sim_timer *t, struct wait w)
{
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 64;
        t->heap = mu_xrealloc(t->heap, t->room * sizeof(*t->heap));
    }
    size_t at = t->count++;
    t->heap[at] = w;
    for (; at > 0 && t->heap[at].until_us < t->heap[(at - 1) / 2].until_us; at = (at - 1) / 2)
        swap(&t->heap[at], &t->heap[(at - 1) / 2]);
}

static struct MHD_Connection *pop(struct sim_timer *t)
{
    struct MHD_Connection *conn = t->heap[0].conn;
    t->heap[0] = t->heap[--t->count];
    size_t at = 0;
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < t->count; child++)
            if (t->heap[child].until_us < t->heap[least].until_us)
                least = child;
        if (least == at)
            return conn;
        swap(&t->heap[at], &t->heap[least]);
        at = least;
    }
}

static void wait_for_first(struct sim_timer *t)
{
    if (t->count == 0) {
        pthread_cond_wait(&t->changed, &t->lock);
        return;
    }
    int64_t until = t->heap[0].until_us;
    struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
    pthread_cond_timedwait(&t->changed, &t->lock, &at);
}

static void *run(void *arg)
{
    struct sim_timer *t = arg;
    pthread_mutex_lock(&t->lock);
    while (!t->stopping || t->count > 0) {
        if (t->count > 0 && (t->stopping || t->heap[0].until_us <= mu_mono_us()))
            MHD_resume_connection(pop(t));
        else
            wait_for_first(t);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

struct sim_timer *sim_timer_new(void)
{
    struct sim_timer *t = mu_xcalloc(1, sizeof(*t));
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&t->thread, NULL, run, t) != 0)
        mu_oom();
    return t;
}

bool sim_timer_suspend(struct sim_timer *t, struct MHD_Connection *conn, int64_t until_us)
{
    pthread_mutex_lock(&t->lock);
    bool suspends = !t->stopping;
    if (suspends) {
        MHD_suspend_connection(conn);
        push(t, (struct wait){.until_us = until_us, .conn = conn});
        pthread_cond_signal(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    return suspends;
}

void sim_timer_stop(struct sim_timer *t)
{
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    pthread_cond_signal(&t->changed);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
}

void sim_timer_free(struct sim_timer *t)
{
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t->heap);
    free(t);
}
