/* SPDX-License-Identifier: Apache-2.0 */
/* Open accounts, lent and given back. */
#include "serve/accounts.h"

#include <pthread.h>

#include "base/str.h"

struct mu_accounts {
    const struct mu_config *config;
    struct mu_log *log;
    pthread_mutex_t lock;
    struct mu_lease *idle;
};

struct mu_accounts *mu_accounts_new(const struct mu_config *config, struct mu_log *log)
{
    struct mu_accounts *all = mu_xcalloc(1, sizeof(*all));
    all->config = config;
    all->log = log;
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

static void lease_free(struct mu_lease *lease)
{
    mu_account_close(lease->account);
    mu_arena_free(lease->arena);
    free(lease);
}

void mu_accounts_free(struct mu_accounts *all)
{
    if (!all)
        return;
    while (all->idle) {
        struct mu_lease *next = all->idle->next;
        lease_free(all->idle);
        all->idle = next;
    }
    pthread_mutex_destroy(&all->lock);
    free(all);
}

static struct mu_lease *take_idle(struct mu_accounts *all, const struct mu_account_def *def)
{
    pthread_mutex_lock(&all->lock);
    struct mu_lease **at = &all->idle;
    while (*at && (*at)->def != def)
        at = &(*at)->next;
    struct mu_lease *found = *at;
    if (found)
        *at = found->next;
    pthread_mutex_unlock(&all->lock);
    return found;
}

static struct mu_lease *lease_new(struct mu_accounts *all, const struct mu_account_def *def)
{
    struct mu_lease *lease = mu_xcalloc(1, sizeof(*lease));
    lease->def = def;
    lease->arena = mu_arena_new();
    lease->log = mu_log_about(lease->arena, all->log, "request_id", NULL);
    return lease;
}

int mu_accounts_take(struct mu_accounts *all, const char *name, const char *request_id,
                     struct mu_lease **ret, struct mu_err *err)
{
    const struct mu_account_def *def;
    if (mu_config_account(all->config, name, &def, err) < 0) {
        err->code = MU_E_MISSING;
        return -1;
    }
    struct mu_lease *lease = take_idle(all, def);
    bool idle = lease != NULL;
    if (!idle)
        lease = lease_new(all, def);
    mu_log_about_now(lease->log, request_id);
    if (!idle &&
        mu_config_open(lease->arena, all->config, def, lease->log, &lease->account, err) < 0) {
        lease_free(lease);
        return -1;
    }
    *ret = lease;
    return 0;
}

void mu_accounts_give(struct mu_accounts *all, struct mu_lease *lease)
{
    if (!lease)
        return;
    if (lease->spent) {
        lease_free(lease);
        return;
    }
    mu_log_about_now(lease->log, NULL);
    pthread_mutex_lock(&all->lock);
    lease->next = all->idle;
    all->idle = lease;
    pthread_mutex_unlock(&all->lock);
}

int mu_lease_call(struct mu_lease *lease, const struct mu_raw_call *call, struct mu_arena *arena,
                  struct mu_raw_answer *ret, struct mu_err *err)
{
    int rc = lease->def->adapter->call(lease->account, call, arena, ret, err);
    enum mu_code code = rc < 0 ? err->code : ret->failed.code;
    lease->spent |= code == MU_E_AUTH || (rc == 0 && ret->status == 401);
    return rc;
}
