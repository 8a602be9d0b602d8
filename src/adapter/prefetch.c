/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ahead: a thread fills a ring of pages, its owner empties it. Documents change hands
 * whole, under the lock, so that no two threads ever touch one.
 */
#include "adapter/prefetch.h"

#include "base/thread.h"

/* What one call of source->next gave. */
struct item {
    int rc; /* 1 page, 0 end, -1 err */
    struct mu_page page;
    char *parent; /* page.parent outlives the source's next call only as a copy */
    struct mu_err err;
};

struct mu_prefetch {
    struct mu_account *account;
    pthread_t thread;
    pthread_mutex_t lock; /* guards ring, first, count, stop */
    pthread_cond_t changed;
    struct item *ring;
    int depth, first, count;
    bool stop;
    char *lent;       /* parent of the page handed out last */
    struct item last; /* the end, once it was reached: told again to whoever asks again */
    bool ended;
};

/* The last thing a source has to say: its end, or an error after which nothing can be read. */
static bool is_last(const struct item *item)
{
    return item->rc == 0 ||
           (item->rc < 0 && item->err.blast != MU_HITS_KIND && item->err.blast != MU_HITS_RECORD);
}

static struct item fetch(struct mu_account *account)
{
    struct item item = {.rc = 0};
    item.rc = account->adapter->source->next(account, &item.page, &item.err);
    if (item.rc == 1) {
        item.parent = mu_xstrdup(item.page.parent);
        item.page.parent = item.parent;
    }
    return item;
}

static void drop(struct item *item)
{
    if (item->rc == 1)
        mu_page_drop(&item->page);
    free(item->parent);
}

/* False: nobody wants more. */
static bool put(struct mu_prefetch *p, const struct item *item)
{
    pthread_mutex_lock(&p->lock);
    while (p->count == p->depth && !p->stop)
        pthread_cond_wait(&p->changed, &p->lock);
    bool wanted = !p->stop;
    if (wanted) {
        p->ring[(p->first + p->count) % p->depth] = *item;
        p->count++;
        pthread_cond_signal(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return wanted;
}

static void *run(void *arg)
{
    struct mu_prefetch *p = arg;
    for (;;) {
        struct item item = fetch(p->account);
        bool last = is_last(&item);
        if (!put(p, &item)) {
            drop(&item);
            return NULL;
        }
        if (last)
            return NULL;
    }
}

static void release(struct mu_prefetch *p)
{
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p->lent);
    free(p->ring);
    free(p);
}

int mu_prefetch_begin(struct mu_account *a, const char *const *only, int depth,
                      struct mu_prefetch **ret, struct mu_err *err)
{
    mu_assert(depth > 0);
    if (a->adapter->source->begin(a, only, err) < 0)
        return -1;
    struct mu_prefetch *p = mu_xcalloc(1, sizeof(*p));
    p->account = a;
    p->depth = depth;
    p->ring = mu_xcalloc((size_t)depth, sizeof(*p->ring));
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    if (mu_thread_start(&p->thread, run, p, err) < 0) {
        release(p);
        return mu_wrap(err, "%s", a->name);
    }
    *ret = p;
    return 0;
}

static struct item take(struct mu_prefetch *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->count == 0)
        pthread_cond_wait(&p->changed, &p->lock);
    struct item item = p->ring[p->first];
    p->first = (p->first + 1) % p->depth;
    p->count--;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return item;
}

int mu_prefetch_next(struct mu_prefetch *p, struct mu_page *ret, struct mu_err *err)
{
    struct item item = p->ended ? p->last : take(p);
    free(p->lent);
    p->lent = item.parent;
    if (item.rc == 1) {
        *ret = item.page;
    } else if (item.rc < 0) {
        *err = item.err;
        ret->resource = item.page.resource;
    }
    if (is_last(&item)) {
        p->ended = true;
        p->last = item;
    }
    return item.rc;
}

void mu_prefetch_end(struct mu_prefetch *p, struct mu_arena *arena, struct mu_read_facts *ret)
{
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->changed);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    for (; p->count > 0; p->count--) {
        drop(&p->ring[p->first]);
        p->first = (p->first + 1) % p->depth;
    }
    p->account->adapter->source->end(p->account, arena, ret);
    release(p);
}
