/* SPDX-License-Identifier: Apache-2.0 */
/* A pull from its lock to its snapshot: reads once, or again while people move under its hands. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/time.h"
#include "engine/pull_private.h"

static void mapping_digest(const struct mu_resource *const *resources, char ret[MU_DIGEST_HEX])
{
    MU_AUTO(buf) struct mu_buf all = MU_BUF_INIT(MU_BUF_MAX);
    for (; *resources; resources++)
        mu_buf_printf(&all, "%s %s\n", mu_map_info(*resources)->name,
                      mu_map_info(*resources)->digest);
    mu_digest(all.data, all.len, ret);
}

/* ---- attempts ---- */

static int attempt(struct puller *p, const struct mu_account_def *def, enum mu_verdict *ret,
                   struct mu_err *err)
{
    const struct mu_resource *const *resources = p->account->adapter->source->resources(p->account);
    char digest[MU_DIGEST_HEX];
    mapping_digest(resources, digest);
    if (mu_pull_begin(p->store, def->name, digest, &p->pull, err) < 0)
        return -1;
    p->page = mu_arena_new();
    p->crosscheck = mu_crosscheck_new(resources);
    p->canary = mu_canary_new(p->arena, def->canary);
    int rc = pull_read(p, err);
    if (rc == 0) {
        mu_evidence_judge(&p->evidence);
        rc = def->rereads > 0 ? pull_judge_vanished(p, err) : 0;
        *ret = mu_evidence_verdict(&p->evidence);
    }
    mu_crosscheck_free(p->crosscheck);
    mu_arena_free(p->page);
    if (rc < 0)
        mu_pull_abort(p->pull);
    return rc;
}

/* Forgets what the attempt at hand read. */
static void begin_again(struct puller *p, const struct mu_account_def *def)
{
    const struct mu_evidence *e = &p->evidence;
    mu_log(p->log, MU_LOG_INFO, "%s: reading again: %s", def->name, e->findings[0].text);
    mu_pull_abort(p->pull);
    mu_evidence_again(&p->evidence);
    memset(p->scratch, 0, sizeof(p->scratch));
    memset(p->supplements, 0, sizeof(p->supplements));
    p->failed = false;
}

static int attempts(struct puller *p, const struct mu_account_def *def, enum mu_verdict *ret,
                    struct mu_err *err)
{
    for (;;) {
        if (attempt(p, def, ret, err) < 0)
            return -1;
        if (p->evidence.attempts > def->rereads || !mu_evidence_unsettled(&p->evidence))
            return 0;
        begin_again(p, def);
    }
}

/* ---- the end ---- */

/* What this read parked stays until a read can use it; a void one has nothing to say. */
static int settle_parked(struct puller *p, enum mu_verdict verdict, struct mu_err *err)
{
    const struct mu_evidence *e = &p->evidence;
    if (verdict == MU_VOID)
        return 0;
    for (int64_t i = 0; i < e->parked_count && i < MU_PARKED_KEPT; i++) {
        const struct mu_unusable *u = &e->parked[i];
        struct mu_err why = {.code = MU_E_DATA};
        snprintf(why.text, sizeof(why.text), "%s", u->reason);
        mu_parking_refused(p->parking, mu_map_info(u->resource)->kind, u->id, u->label, &why);
    }
    return mu_parking_settle(
        p->parking, verdict == MU_COMPLETE ? MU_PARKING_DROP_REST : MU_PARKING_KEEP_REST, err);
}

static int finish(struct puller *p, enum mu_verdict verdict, struct mu_snapshot *snap,
                  struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf evidence = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &evidence, false);
    mu_evidence_json(&p->evidence, &w);
    if (mu_pull_finish(p->pull, verdict, evidence.data, p->arena, snap, err) < 0)
        return -1;
    return settle_parked(p, verdict, err);
}

static int pull_account(struct puller *p, const struct mu_account_def *def, bool accept,
                        struct mu_snapshot *snap, struct mu_err *err)
{
    int64_t started = mu_mono_us();
    enum mu_verdict verdict = MU_VOID;
    struct mu_snapshot newest, *before = mu_alloc(p->arena, sizeof(*before));
    int complete = mu_snapshot_complete(p->store, p->arena, def->name, before, err);
    int known = complete < 0 ? -1 : mu_snapshot_get(p->store, p->arena, def->name, 0, &newest, err);
    if (known < 0 || mu_parking_open(p->store, "pull", def->name, &p->parking, err) < 0)
        return -1;
    p->known = known ? newest.id : 0;
    mu_evidence_init(&p->evidence, p->arena, p->account->adapter->source->resources(p->account),
                     complete ? before : NULL, accept);
    int rc = attempts(p, def, &verdict, err);
    p->evidence.seconds = (double)(mu_mono_us() - started) / 1e6;
    if (rc == 0)
        rc = finish(p, verdict, snap, err);
    mu_parking_free(p->parking);
    return rc;
}

int mu_pull_run(struct mu_store *store, const struct mu_config *config,
                const struct mu_account_def *def, const struct mu_pull_how *how,
                struct mu_arena *arena, struct mu_log *log, struct mu_snapshot *snap,
                struct mu_err *err)
{
    struct puller p = {.store = store,
                       .only = how->only,
                       .arena = arena,
                       .log = log,
                       .body = MU_BUF_INIT(MU_BUF_MAX),
                       .raw = MU_BUF_INIT(MU_BUF_MAX)};
    struct mu_lock *lock;
    const char *why;
    if (!mu_account_reads(arena, def->adapter, def->settings, &why))
        return mu_fail(err, MU_E_CONFIG, "%s can't be read: %s", def->name, why);
    if (mu_config_open(arena, config, def, log, &p.account, err) < 0)
        return -1;
    int rc = mu_store_lock(store, mu_printf(arena, "pull %s", def->name), how->wait_s, &lock, err);
    if (rc < 0 && err->code == MU_E_BUSY)
        mu_wrap(err, "it is running already (--wait SECONDS waits for it)");
    if (rc == 0) {
        rc = pull_account(&p, def, how->accept, snap, err);
        mu_unlock(lock);
    }
    mu_account_close(p.account);
    mu_buf_done(&p.body);
    mu_buf_done(&p.raw);
    return rc < 0 ? mu_wrap(err, "pull %s", def->name) : 0;
}
