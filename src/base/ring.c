/* SPDX-License-Identifier: Apache-2.0 */
/* The queue between two threads. */
#include "base/ring.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/err.h"

struct mu_ring {
    pthread_mutex_t lock; /* guards all that follows */
    pthread_cond_t changed;
    void **items;
    size_t depth, first, count;
    bool stop;
};

struct mu_ring *mu_ring_new(size_t depth)
{
    mu_assert(depth > 0);
    struct mu_ring *r = mu_xcalloc(1, sizeof(*r));
    r->items = mu_xcalloc(depth, sizeof(*r->items));
    r->depth = depth;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    return r;
}

void mu_ring_free(struct mu_ring *r)
{
    if (!r)
        return;
    mu_assert(r->count == 0);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r->items);
    free(r);
}

bool mu_ring_put(struct mu_ring *r, void *item)
{
    pthread_mutex_lock(&r->lock);
    while (r->count == r->depth && !r->stop)
        pthread_cond_wait(&r->changed, &r->lock);
    bool wanted = !r->stop;
    if (wanted) {
        r->items[(r->first + r->count++) % r->depth] = item;
        pthread_cond_signal(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    return wanted;
}

/* The lock is held, and there is one. */
static void *shift(struct mu_ring *r)
{
    void *item = r->items[r->first];
    r->first = (r->first + 1) % r->depth;
    r->count--;
    return item;
}

void *mu_ring_take(struct mu_ring *r)
{
    pthread_mutex_lock(&r->lock);
    while (r->count == 0)
        pthread_cond_wait(&r->changed, &r->lock);
    void *item = shift(r);
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return item;
}

void mu_ring_stop(struct mu_ring *r)
{
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

void *mu_ring_left(struct mu_ring *r)
{
    pthread_mutex_lock(&r->lock);
    void *item = r->count > 0 ? shift(r) : NULL;
    pthread_mutex_unlock(&r->lock);
    return item;
}
