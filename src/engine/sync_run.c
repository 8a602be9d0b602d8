/* SPDX-License-Identifier: Apache-2.0 */
/* Pull, plan, guard and apply, unattended. */
#include "engine/sync_run.h"

#include "adapter/preread.h"
#include "base/io.h"
#include "base/str.h"
#include "engine/park.h"

struct syncing {
    struct mu_store *store;
    const struct mu_config *config;
    const struct mu_sync *sync;
    struct mu_arena *arena;
    struct mu_log *log;
    struct mu_account *target;
    struct mu_synced *ret;
};

const char *mu_sync_result_name(enum mu_sync_result result)
{
    static const char *const names[] = {
        [MU_SYNC_NOTHING] = "nothing", [MU_SYNC_DONE] = "done", [MU_SYNC_PARTIAL] = "partial",
        [MU_SYNC_REFUSED] = "refused", [MU_SYNC_BUSY] = "busy", [MU_SYNC_FAILED] = "failed"};
    return names[result];
}

static enum mu_sync_result failed(const struct mu_err *err)
{
    return err->code == MU_E_REFUSED ? MU_SYNC_REFUSED
           : err->code == MU_E_BUSY  ? MU_SYNC_BUSY
                                     : MU_SYNC_FAILED;
}

static int pull(struct syncing *s, struct mu_err *err)
{
    const struct mu_pull_how how = {.wait_s = 0};
    if (mu_pull_run(s->store, s->config, s->sync->from, &how, s->arena, s->log, &s->ret->snap,
                    err) < 0)
        return -1;
    if (s->ret->snap.verdict == MU_VOID)
        return mu_fail(err, MU_E_REFUSED,
                       "sync %s: the read of %s can't be trusted; nothing was planned or written; "
                       "see muster snapshots %lld",
                       s->sync->name, s->sync->from->name, (long long)s->ret->snap.id);
    return 0;
}

static bool left_in_trouble(struct syncing *s, const struct mu_plan *plan)
{
    bool any = false;
    for (size_t i = 0; i < plan->left_count; i++) {
        const struct mu_left *l = &plan->left[i];
        if (!l->trouble)
            continue;
        any = true;
        mu_log(s->log, MU_LOG_WARN, "sync %s: left alone: %s: %s", s->sync->name,
               l->label ? l->label : l->name, l->reason);
    }
    return any;
}

/* Said once, when their countdown begins. */
static void tell_leavers(struct syncing *s, const struct mu_plan *plan)
{
    for (size_t i = 0; i < plan->left_count; i++) {
        const struct mu_left *l = &plan->left[i];
        if (l->begun)
            mu_log(s->log, MU_LOG_INFO, "sync %s: %s: %s", s->sync->name,
                   l->label ? l->label : l->name, l->reason);
    }
}

static enum mu_sync_result apply(struct syncing *s, const struct mu_plan *plan, struct mu_err *err)
{
    const struct mu_apply_how how = {.command = "sync (scheduled)"};
    if (mu_plan_guard(plan, NULL, NULL, err) < 0)
        return MU_SYNC_REFUSED;
    if (mu_apply(s->store, s->sync, s->target, plan, &how, s->log, NULL, NULL, &s->ret->applied,
                 err) < 0)
        return failed(err);
    return s->ret->applied.partial ? MU_SYNC_PARTIAL : MU_SYNC_DONE;
}

static enum mu_sync_result plan_and_apply(struct syncing *s, struct mu_err *err)
{
    const struct mu_plan *plan;
    if (mu_plan_make(s->store, s->sync, s->target, NULL, s->arena, s->log, &plan, err) < 0)
        return failed(err);
    s->ret->planned = (int64_t)plan->op_count;
    tell_leavers(s, plan);
    bool trouble = left_in_trouble(s, plan) || s->ret->snap.verdict != MU_COMPLETE;
    if (plan->op_count == 0 && mu_parking_prune(s->store, plan, err) < 0)
        return MU_SYNC_FAILED;
    enum mu_sync_result result = plan->op_count == 0 ? MU_SYNC_NOTHING : apply(s, plan, err);
    return trouble && result <= MU_SYNC_DONE ? MU_SYNC_PARTIAL : result;
}

/* Source and target are read at the same time. */
static enum mu_sync_result read_and_go_on(struct syncing *s, struct mu_err *err)
{
    MU_AUTO(preread) struct mu_preread *ahead = NULL;
    if (mu_preread_begin(s->target, &ahead, err) < 0)
        return MU_SYNC_FAILED;
    int rc = pull(s, err);
    mu_preread_join(ahead);
    return rc < 0 ? failed(err) : plan_and_apply(s, err);
}

enum mu_sync_result mu_sync_run(struct mu_store *store, const struct mu_config *config,
                                const struct mu_sync *sync, struct mu_arena *arena,
                                struct mu_log *log, struct mu_synced *ret, struct mu_err *err)
{
    MU_AUTO(lock) struct mu_lock *lock = NULL;
    struct syncing s = {
        .store = store, .config = config, .sync = sync, .arena = arena, .log = log, .ret = ret};
    *ret = (struct mu_synced){.planned = 0};
    if (mu_sync_lock(store, sync, 0, &lock, err) < 0 ||
        mu_config_open(arena, config, sync->to, log, &s.target, err) < 0)
        return failed(err);
    enum mu_sync_result result = read_and_go_on(&s, err);
    mu_account_close(s.target);
    return result;
}
