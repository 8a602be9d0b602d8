/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides of a plan: the target as it is, with the ledger and what is in doubt, and the
 * snapshot it is to agree with. */
#include <string.h>

#include "engine/park.h"
#include "engine/plan_grace.h"
#include "engine/plan_policy.h"
#include "engine/settle.h"

static void index_target(struct planner *p)
{
    p->by_key = mu_map_new(p->object_count);
    p->by_native = mu_map_new(p->object_count);
    for (size_t i = 0; i < p->object_count; i++) {
        struct mu_object *o = &p->objects[i];
        mu_map_put(p->by_key, o->key, strlen(o->key), o);
        if (o->native)
            mu_map_put(p->by_native, o->native, strlen(o->native), o);
    }
}

static int load_former(struct planner *p, struct mu_err *err)
{
    struct mu_former *list;
    size_t count;
    if (mu_former_load(p->store, p->arena, p->sync->name, &list, &count, err) < 0)
        return -1;
    p->former = mu_map_new(count);
    for (size_t i = 0; i < count; i++)
        mu_map_put(p->former, list[i].key, strlen(list[i].key), (char *)(uintptr_t)list[i].id);
    return 0;
}

static int load_ledger(struct planner *p, struct mu_err *err)
{
    if (mu_ledger_load(p->store, p->arena, p->sync->name, &p->owned, &p->owned_count, err) < 0)
        return -1;
    p->owned_by_key = mu_map_new(p->owned_count);
    for (int k = 0; k < MU_KINDS; k++)
        p->owned_by_id[k] = mu_map_new(0);
    for (size_t i = 0; i < p->owned_count; i++) {
        struct mu_owned *o = &p->owned[i];
        mu_map_put(p->owned_by_id[o->kind], o->id, strlen(o->id), o);
        mu_map_put(p->owned_by_key, o->key, strlen(o->key), o);
        p->ours[o->kind]++;
    }
    return load_former(p, err);
}

/* Objects that got an immutable id only after we had made them: whoever accepts an invitation. */
static int learn_natives(struct planner *p, struct mu_err *err)
{
    size_t learned = 0;
    for (size_t i = 0; i < p->owned_count; i++) {
        struct mu_owned *owned = &p->owned[i];
        const struct mu_object *o =
            owned->native ? NULL : mu_map_get(p->by_key, owned->key, strlen(owned->key));
        if (!o || !o->native)
            continue;
        owned->native = o->native;
        if (!mu_store_writable(p->store))
            continue;
        if ((learned++ == 0 && mu_journal_begin(p->store, err) < 0) ||
            mu_ledger_put(p->store, p->sync->name, owned, err) < 0)
            return -1;
    }
    return learned ? mu_journal_commit(p->store, err) : 0;
}

static int settle(struct planner *p, struct mu_err *err)
{
    const struct mu_settling settling = {.store = p->store,
                                         .sync = p->sync->name,
                                         .target = p->target,
                                         .by_key = p->by_key,
                                         .by_native = p->by_native,
                                         .log = p->log};
    return mu_store_writable(p->store) ? mu_settle(&settling, err) : 0;
}

int plan_read_target(struct planner *p, struct mu_err *err)
{
    if (p->ops_of->read(p->target, p->arena, &p->objects, &p->object_count, err) < 0 ||
        p->ops_of->identity(p->target, p->arena, &p->identity, err) < 0)
        return -1;
    index_target(p);
    return settle(p, err) < 0 || load_ledger(p, err) < 0 ? -1 : learn_natives(p, err);
}

int plan_read_sides(struct planner *p, struct mu_err *err)
{
    const char *from = p->sync->from->name;
    int found = mu_snapshot_get(p->store, p->arena, from, 0, &p->snapshot, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING,
                       "no usable snapshot of %s yet; run `muster pull %s` first", from, from);
    p->may_remove = p->snapshot.verdict == MU_COMPLETE;
    if (plan_read_target(p, err) < 0 || plan_policy_load(p, err) < 0 || plan_grace_load(p, err) < 0)
        return -1;
    return plan_load_parked(p, err);
}
