/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ahead: a thread fills a ring of pages, its owner empties it. Documents change hands
 * whole, so that no two threads ever touch one.
 */
#include "adapter/prefetch.h"

#include "base/ring.h"
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
    struct mu_ring *ring;
    struct item *lent; /* handed out last; the end, once it was reached, is told again and again */
};

/* The last thing a source has to say: its end, or an error after which nothing can be read. */
static bool is_last(const struct item *item)
{
    return item->rc == 0 ||
           (item->rc < 0 && item->err.blast != MU_HITS_KIND && item->err.blast != MU_HITS_RECORD);
}

static struct item *fetch(struct mu_account *account)
{
    struct item *item = mu_xcalloc(1, sizeof(*item));
    item->rc = account->adapter->source->next(account, &item->page, &item->err);
    if (item->rc == 1) {
        item->parent = mu_xstrdup(item->page.parent);
        item->page.parent = item->parent;
    }
    return item;
}

/* NULL is fine. The page itself is the caller's. */
static void drop(struct item *item)
{
    if (item)
        free(item->parent);
    free(item);
}

static void drop_unread(struct item *item)
{
    if (item->rc == 1)
        mu_page_drop(&item->page);
    drop(item);
}

static void *run(void *arg)
{
    struct mu_prefetch *p = arg;
    for (bool last = false; !last;) {
        struct item *item = fetch(p->account);
        last = is_last(item);
        if (!mu_ring_put(p->ring, item)) {
            drop_unread(item);
            break;
        }
    }
    return NULL;
}

static void release(struct mu_prefetch *p)
{
    mu_ring_free(p->ring);
    drop(p->lent);
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
    p->ring = mu_ring_new((size_t)depth);
    if (mu_thread_start(&p->thread, run, p, err) < 0) {
        release(p);
        return mu_wrap(err, "%s", a->name);
    }
    *ret = p;
    return 0;
}

int mu_prefetch_next(struct mu_prefetch *p, struct mu_page *ret, struct mu_err *err)
{
    if (!p->lent || !is_last(p->lent)) {
        drop(p->lent);
        p->lent = mu_ring_take(p->ring);
    }
    if (p->lent->rc == 1) {
        *ret = p->lent->page;
    } else if (p->lent->rc < 0) {
        *err = p->lent->err;
        ret->resource = p->lent->page.resource;
    }
    return p->lent->rc;
}

void mu_prefetch_end(struct mu_prefetch *p, struct mu_arena *arena, struct mu_read_facts *ret)
{
    struct item *item;
    mu_ring_stop(p->ring);
    pthread_join(p->thread, NULL);
    while ((item = mu_ring_left(p->ring)))
        drop_unread(item);
    p->account->adapter->source->end(p->account, arena, ret);
    release(p);
}
