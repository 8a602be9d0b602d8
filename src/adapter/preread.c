/* SPDX-License-Identifier: Apache-2.0 */
/* A target's objects read ahead by a thread, handed over with the arena they live in. */
#include "adapter/preread.h"

#include "base/thread.h"
#include "base/time.h"

struct mu_preread {
    struct mu_adapter adapter; /* first: how `read` finds the rest from its account */
    struct mu_target_ops ops;
    const struct mu_adapter *real;
    struct mu_account *target;
    pthread_t thread;
    bool joined, taken;
    /* written by the thread, read after the join */
    struct mu_arena *arena;
    struct mu_object *objects;
    size_t count;
    int rc;
    struct mu_err err;
    int64_t begun_us;
};

static void *run(void *arg)
{
    struct mu_preread *p = arg;
    p->rc = p->real->target->read(p->target, p->arena, &p->objects, &p->count, &p->err);
    return NULL;
}

/* In place of the adapter's own. */
static int read_ready(struct mu_account *a, struct mu_arena *arena, struct mu_object **ret,
                      size_t *ret_count, struct mu_err *err)
{
    struct mu_preread *p = (struct mu_preread *)(uintptr_t)a->adapter;
    bool stale = mu_mono_us() - p->begun_us > (int64_t)MU_PREREAD_FRESH_S * 1000000;
    mu_assert(p->joined);
    if (p->taken || stale)
        return p->real->target->read(a, arena, ret, ret_count, err);
    p->taken = true;
    if (p->rc < 0) {
        *err = p->err;
        return -1;
    }
    mu_arena_adopt(arena, p->arena);
    p->arena = NULL;
    *ret = p->objects;
    *ret_count = p->count;
    return 0;
}

int mu_preread_begin(struct mu_account *target, struct mu_preread **ret, struct mu_err *err)
{
    struct mu_preread *p = mu_xcalloc(1, sizeof(*p));
    p->adapter = *target->adapter;
    p->ops = *target->adapter->target;
    p->ops.read = read_ready;
    p->adapter.target = &p->ops;
    p->real = target->adapter;
    p->target = target;
    p->arena = mu_arena_new();
    p->begun_us = mu_mono_us();
    target->adapter = &p->adapter;
    if (mu_thread_start(&p->thread, run, p, err) < 0) {
        p->joined = true;
        mu_preread_end(p);
        return mu_wrap(err, "%s", target->name);
    }
    *ret = p;
    return 0;
}

void mu_preread_join(struct mu_preread *p)
{
    if (!p->joined)
        pthread_join(p->thread, NULL);
    p->joined = true;
}

void mu_preread_end(struct mu_preread *p)
{
    if (!p)
        return;
    mu_preread_join(p);
    p->target->adapter = p->real;
    mu_arena_free(p->arena);
    free(p);
}
