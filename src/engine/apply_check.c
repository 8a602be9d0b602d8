/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a plan may still be applied as it is. */
#include <inttypes.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/applier.h"

static int check_age(const struct mu_plan *plan, struct mu_err *err)
{
    enum { CLOCKS_DIFFER_S = 300 };
    int64_t now = mu_now();
    char expired[MU_TIME_TEXT];
    if (plan->made > now + CLOCKS_DIFFER_S)
        return mu_fail(err, MU_E_REFUSED,
                       "the plan was made in the future: one of the clocks is wrong");
    if (plan->expires && plan->expires < now)
        return mu_fail(err, MU_E_REFUSED, "the plan expired on %s; make it again",
                       mu_time_text(plan->expires, expired));
    return 0;
}

static int check_fit(const struct mu_sync *sync, struct mu_account *target,
                     const struct mu_plan *plan, struct mu_err *err)
{
    char mapping[MU_DIGEST_HEX];
    if (!mu_streq(plan->sync, sync->name) || !mu_streq(plan->from, sync->from->name) ||
        !mu_streq(plan->to, sync->to->name))
        return mu_fail(
            err, MU_E_REFUSED,
            "the plan is for sync %s from %s to %s, which this configuration doesn't have",
            plan->sync, plan->from, plan->to);
    if (plan->verdict == MU_VOID)
        return mu_fail(err, MU_E_REFUSED, "the plan was made from a void read");
    mu_plan_mapping(sync, target, mapping);
    if (!plan->undoes && !mu_streq(plan->mapping, mapping))
        return mu_fail(
            err, MU_E_REFUSED,
            "the mappings of %s or the policy have changed since the plan was made; make it "
            "again",
            sync->to->name);
    return 0;
}

/* What a cut run did is known only after it was settled, which planning does. */
static int check_doubt(struct mu_store *store, const struct mu_plan *plan, struct mu_err *err)
{
    int64_t runs = 0;
    if (mu_run_doubtful(store, plan->sync, &runs, err) < 0)
        return -1;
    if (runs > 0)
        return mu_fail(err, MU_E_REFUSED,
                       "a run of %s was cut after the plan was made; make the plan again, which "
                       "settles what was done",
                       plan->sync);
    return 0;
}

/* A newer read of the source makes a plan stale: what it shows is no longer what the source says.
 * */
static int check_snapshot(struct mu_store *store, const struct mu_plan *plan, struct mu_err *err)
{
    struct mu_arena *arena = mu_arena_new();
    struct mu_snapshot now;
    int rc = mu_snapshot_get(store, arena, plan->from, 0, &now, err);
    if (rc == 0)
        rc = mu_fail(err, MU_E_REFUSED,
                     "the store has no snapshot of %s: the plan was made with another store",
                     plan->from);
    else if (rc == 1 && now.id != plan->snapshot)
        rc = mu_fail(err, MU_E_REFUSED,
                     "the plan was made from snapshot %" PRId64 ", the newest of %s is %" PRId64
                     "; make it again",
                     plan->snapshot, plan->from, now.id);
    mu_arena_free(arena);
    return rc < 0 ? -1 : 0;
}

int apply_check(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                const struct mu_plan *plan, struct mu_err *err)
{
    if (check_fit(sync, target, plan, err) < 0 || check_age(plan, err) < 0 ||
        check_doubt(store, plan, err) < 0)
        return -1;
    bool of_snapshot = !plan->undoes && plan->snapshot != 0;
    return of_snapshot ? check_snapshot(store, plan, err) : 0;
}
