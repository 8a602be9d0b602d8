/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few threads for handlers that wait for others: remotes, locks, other musters. One token gets three
 * quarters of them at once, and of the queue: while Sendoso hangs on what one asks, others are served.
 */
#include "serve/exchange.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/thread.h"
#include "serve/auth.h"

enum { QUEUE_MAX = 256 };

struct thread {
    struct mu_worker worker;
    pthread_t id;
    bool busy;
    char owner[MU_DIGEST_HEX]; /* of the task it is busy with */
};

struct mu_blocking {
    pthread_mutex_t lock; /* guards the queue, stopping, and what threads are busy with */
    pthread_cond_t changed;
    struct mu_task *first, **last;
    unsigned queued;
    bool stopping;
    struct thread *threads;
    size_t count;
};

/* What one token may have of so many. */
static size_t share_of(size_t all)
{
    return all - all / 4;
}

static bool may_begin(const struct mu_blocking *b, const struct mu_task *task)
{
    size_t running = 0;
    for (size_t i = 0; i < b->count; i++)
        running += b->threads[i].busy && strcmp(b->threads[i].owner, task->owner) == 0;
    return running < share_of(b->count);
}

static bool may_wait(const struct mu_blocking *b, const struct mu_task *task)
{
    size_t waiting = 0;
    for (const struct mu_task *t = b->first; t; t = t->next)
        waiting += strcmp(t->owner, task->owner) == 0;
    return b->queued < QUEUE_MAX && waiting < share_of(QUEUE_MAX) && !b->stopping;
}

/* The oldest that may begin. Those that may not do so when a thread has done with one of theirs: that
 * thread comes here next. */
static struct mu_task *unqueue(struct mu_blocking *b)
{
    struct mu_task **at = &b->first;
    while (*at && !may_begin(b, *at))
        at = &(*at)->next;
    struct mu_task *task = *at;
    if (!task)
        return NULL;
    *at = task->next;
    if (!*at)
        b->last = at;
    b->queued--;
    return task;
}

static struct mu_task *take(struct mu_blocking *b, struct thread *on)
{
    struct mu_task *task;
    pthread_mutex_lock(&b->lock);
    on->busy = false;
    while (!(task = unqueue(b)) && !b->stopping)
        pthread_cond_wait(&b->changed, &b->lock);
    if (task) {
        on->busy = true;
        memcpy(on->owner, task->owner, sizeof(on->owner));
    }
    pthread_mutex_unlock(&b->lock);
    return task;
}

static void *work(void *arg)
{
    struct thread *on = arg;
    struct mu_worker *w = &on->worker;
    struct mu_blocking *b = w->listener->blocking;
    for (struct mu_task *task; (task = take(b, on));) {
        task->run(task, w);
        if (w->store)
            mu_store_release(w->store);
    }
    return NULL;
}

unsigned mu_request_waiting(const struct mu_request *r)
{
    struct mu_blocking *b = r->worker->listener->blocking;
    pthread_mutex_lock(&b->lock);
    unsigned queued = b->queued;
    pthread_mutex_unlock(&b->lock);
    return queued;
}

/* conn sleeps meanwhile; NULL: there is none. */
static bool put(struct mu_blocking *b, struct mu_task *task, const struct mu_grant *grant,
                struct MHD_Connection *conn)
{
    snprintf(task->owner, sizeof(task->owner), "%s", grant && grant->hash ? grant->hash : "");
    pthread_mutex_lock(&b->lock);
    bool takes = may_wait(b, task);
    if (takes) {
        if (conn)
            MHD_suspend_connection(conn);
        task->next = NULL;
        *b->last = task;
        b->last = &task->next;
        b->queued++;
        pthread_cond_signal(&b->changed);
    }
    pthread_mutex_unlock(&b->lock);
    return takes;
}

static void run_exchange(struct mu_task *task, struct mu_worker *on)
{
    struct exchange *x =
        (struct exchange *)(void *)((char *)task - offsetof(struct exchange, task));
    exchange_run(x, on);
    MHD_resume_connection(x->conn); /* x is its event loop's again */
}

bool blocking_put(struct mu_blocking *b, struct exchange *x)
{
    enum exchange_state before = x->state;
    x->task.run = run_exchange;
    x->state = EXCHANGE_WAITING;
    if (put(b, &x->task, x->r.grant, x->conn))
        return true;
    x->state = before;
    return false;
}

bool mu_request_leave(struct mu_request *r, struct mu_task *task)
{
    return put(r->worker->listener->blocking, task, r->grant, NULL);
}

int blocking_start(struct mu_listener *l, size_t threads, struct mu_err *err)
{
    struct mu_blocking *b = mu_xcalloc(1, sizeof(*b));
    l->blocking = b;
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    b->last = &b->first;
    b->threads = mu_xcalloc(threads, sizeof(*b->threads));
    for (; b->count < threads; b->count++) {
        struct thread *t = &b->threads[b->count];
        t->worker = (struct mu_worker){.serve = l->serve, .listener = l, .waits = true};
        if (mu_thread_start(&t->id, work, t, err) < 0)
            return -1;
    }
    return 0;
}

void blocking_stop(struct mu_blocking *b)
{
    pthread_mutex_lock(&b->lock);
    b->stopping = true;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    for (size_t i = 0; i < b->count; i++)
        pthread_join(b->threads[i].id, NULL);
}

void blocking_free(struct mu_blocking *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->count; i++)
        worker_done(&b->threads[i].worker);
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
    free(b->threads);
    free(b);
}
