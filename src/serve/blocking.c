/* SPDX-License-Identifier: Apache-2.0 */
/* A few threads for handlers that wait for others: remotes, locks, other musters. */
#include "serve/exchange.h"

#include <pthread.h>
#include <stddef.h>

#include "base/thread.h"

enum { QUEUE_MAX = 256 };

struct mu_blocking {
    pthread_mutex_t lock; /* guards queue, queued and stopping */
    pthread_cond_t changed;
    struct mu_task *first, **last;
    unsigned queued;
    bool stopping;
    pthread_t *threads;
    struct mu_worker *workers;
    size_t count;
};

static struct mu_task *take(struct mu_blocking *b)
{
    pthread_mutex_lock(&b->lock);
    while (!b->first && !b->stopping)
        pthread_cond_wait(&b->changed, &b->lock);
    struct mu_task *task = b->first;
    if (task) {
        b->first = task->next;
        b->last = b->first ? b->last : &b->first;
        b->queued--;
    }
    pthread_mutex_unlock(&b->lock);
    return task;
}

static void *work(void *arg)
{
    struct mu_worker *w = arg;
    struct mu_blocking *b = w->listener->blocking;
    for (struct mu_task *task; (task = take(b));) {
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
static bool put(struct mu_blocking *b, struct mu_task *task, struct MHD_Connection *conn)
{
    pthread_mutex_lock(&b->lock);
    bool takes = b->queued < QUEUE_MAX && !b->stopping;
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
    if (put(b, &x->task, x->conn))
        return true;
    x->state = before;
    return false;
}

bool mu_request_leave(struct mu_request *r, struct mu_task *task)
{
    return put(r->worker->listener->blocking, task, NULL);
}

int blocking_start(struct mu_listener *l, size_t threads, struct mu_err *err)
{
    struct mu_blocking *b = mu_xcalloc(1, sizeof(*b));
    l->blocking = b;
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    b->last = &b->first;
    b->threads = mu_xcalloc(threads, sizeof(*b->threads));
    b->workers = mu_xcalloc(threads, sizeof(*b->workers));
    for (; b->count < threads; b->count++) {
        struct mu_worker *w = &b->workers[b->count];
        *w = (struct mu_worker){.serve = l->serve, .listener = l, .waits = true};
        if (mu_thread_start(&b->threads[b->count], work, w, err) < 0)
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
        pthread_join(b->threads[i], NULL);
}

void blocking_free(struct mu_blocking *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->count; i++)
        worker_done(&b->workers[i]);
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
    free(b->threads);
    free(b->workers);
    free(b);
}
