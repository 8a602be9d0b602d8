/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drift: the target differs from what our last run made it, and nobody asked for that in the
 * source. Told from the entry as it was in that run's snapshot, under today's mappings; when those
 * have changed since, nothing is called drift.
 */
#include <string.h>

#include "base/str.h"
#include "engine/plan_policy.h"

/* The run that made the object agree last; NULL: unknown, or none that can be compared with. */
static int last_run(struct planner *p, const struct who *w, const struct mu_run **ret,
                    struct mu_err *err)
{
    *ret = NULL;
    if (!w->owned || w->owned->run == 0)
        return 0;
    if (p->last_run.id != w->owned->run) {
        int found = mu_run_get(p->store, p->arena, w->owned->run, &p->last_run, err);
        if (found <= 0)
            return found;
    }
    if (!p->last_run.undoes && mu_streq(p->last_run.mapping, p->mapping))
        *ret = &p->last_run;
    return 0;
}

static const struct mu_want *want_of(const struct mu_want *wants, size_t count, const char *attr)
{
    for (size_t i = 0; i < count; i++)
        if (mu_strieq(wants[i].name, attr))
            return &wants[i];
    return NULL;
}

static bool wants_same(struct planner *p, const struct mu_want *a, const struct mu_want *b)
{
    if (!a || !b || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        bool found = false;
        for (size_t j = 0; j < b->count && !found; j++)
            found = plan_same(p, a->name, &a->values[i], &b->values[j]);
        if (!found)
            return false;
    }
    return true;
}

int plan_mark_drift(struct planner *p, const struct who *w, const struct mu_resource *mapping,
                    const struct mu_want *wants, size_t count, struct mu_opchange *changes,
                    size_t change_count, struct mu_err *err)
{
    const struct mu_run *run = NULL;
    struct mu_entry entry;
    const struct mu_doc *doc = NULL;
    const struct mu_want *before;
    size_t before_count;
    struct mu_err bad = MU_ERR_INIT;
    struct mu_decision decision;
    if (last_run(p, w, &run, err) < 0)
        return -1;
    if (!run)
        return 0;
    int found = mu_entry_get(p->store, p->row, p->sync->from->name, run->snapshot, w->kind, w->id,
                             &entry, err);
    if (found < 0 || (found == 1 && mu_entry_doc(&entry, p->row, &doc, err) < 0))
        return -1;
    if (found == 0)
        return 0;
    const struct mu_doc *context = w->kind == MU_USER ? plan_decide(p, doc, &decision) : NULL;
    if (mu_map_want(mapping, doc, context, p->row, &before, &before_count, &bad) < 0)
        return 0;
    for (size_t i = 0; i < change_count; i++) {
        const char *attr = changes[i].attr;
        changes[i].drift =
            mu_strieq(attr, "objectClass") ||
            wants_same(p, want_of(before, before_count, attr), want_of(wants, count, attr));
    }
    return 0;
}
