/* SPDX-License-Identifier: Apache-2.0 */
/* One governor an account, however often the account is opened. */
#include "net/governor.h"

#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"

struct mu_governors {
    pthread_mutex_t lock;
    struct mu_arena *arena; /* of the names */
    struct mu_map *by_name;
    mu_governor_watch *watch;
    void *watch_arg;
};

struct mu_governors *mu_governors_new(void)
{
    struct mu_governors *all = mu_xcalloc(1, sizeof(*all));
    pthread_mutex_init(&all->lock, NULL);
    all->arena = mu_arena_new();
    all->by_name = mu_map_new(0);
    return all;
}

void mu_governors_watch(struct mu_governors *all, mu_governor_watch *watch, void *arg)
{
    all->watch = watch;
    all->watch_arg = arg;
}

void mu_governors_free(struct mu_governors *all)
{
    const char *name;
    size_t len;
    void *governor;
    if (!all)
        return;
    for (size_t i = 0; i < mu_map_count(all->by_name); i++) {
        mu_map_at(all->by_name, i, &name, &len, &governor);
        mu_governor_free(governor);
    }
    mu_map_free(all->by_name);
    mu_arena_free(all->arena);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

struct mu_governor *mu_governors_find(struct mu_governors *all, const char *name)
{
    pthread_mutex_lock(&all->lock);
    struct mu_governor *g = mu_map_get(all->by_name, name, strlen(name));
    pthread_mutex_unlock(&all->lock);
    return g;
}

struct mu_governor *mu_governors_get(struct mu_governors *all, const char *name, double per_second,
                                     int burst)
{
    size_t len = strlen(name);
    pthread_mutex_lock(&all->lock);
    struct mu_governor *g = mu_map_get(all->by_name, name, len);
    if (!g) {
        const char *own = mu_strdup(all->arena, name);
        g = mu_governor_new(per_second, burst);
        mu_governor_watched(g, own, all->watch, all->watch_arg);
        mu_map_put(all->by_name, own, len, g);
    } else {
        mu_governor_limit(g, per_second);
    }
    pthread_mutex_unlock(&all->lock);
    return g;
}
