/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What those were called who are gone from the source: the ledger knows an id and a place, and a
 * plan is read by people. One walk over the versions that have ended, newest first, and only when
 * somebody is gone.
 */
#include <string.h>

#include "engine/planner.h"
#include "store/history.h"

struct labels {
    struct planner *p;
    enum mu_kind kind;
    struct mu_map *by_id; /* id -> its label; "" while it isn't known */
    size_t unknown;
};

static void want(struct labels *l, enum mu_kind kind, const char *id, const char *label)
{
    static char unknown[] = "";
    if (kind != l->kind || !id || label)
        return;
    if (!mu_map_put(l->by_id, id, strlen(id), unknown))
        l->unknown++;
}

static int learn(struct labels *l, struct mu_arena *row, const struct mu_entry *entry,
                 struct mu_err *err)
{
    const struct mu_doc *doc;
    const char *known = mu_map_get(l->by_id, entry->id, strlen(entry->id));
    if (!known || *known)
        return 0;
    mu_arena_reset(row);
    if (mu_doc_parse(row, entry->body, entry->body_len, &doc, err) < 0)
        return mu_wrap(err, "the store's %s", entry->id);
    const char *label = mu_entry_label(row, doc);
    if (label && *label) {
        mu_map_put(l->by_id, entry->id, strlen(entry->id), mu_strdup(l->p->arena, label));
        l->unknown--;
    }
    return 0;
}

static int walk(struct labels *l, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    struct mu_versions *versions;
    struct mu_version v;
    int rc = 0;
    if (mu_versions_open(l->p->store, l->p->sync->from->name, l->kind, NULL, &versions, err) < 0)
        return -1;
    while (l->unknown > 0 && (rc = mu_versions_next(versions, &v, err)) == 1)
        if ((rc = learn(l, row, &v.entry, err)) < 0)
            break;
    mu_versions_close(versions);
    return rc < 0 ? -1 : 0;
}

static void give(const struct labels *l, enum mu_kind kind, const char *id, const char **label)
{
    const char *known =
        kind == l->kind && id && !*label ? mu_map_get(l->by_id, id, strlen(id)) : NULL;
    if (known && *known)
        *label = known;
}

static int label_kind(struct planner *p, enum mu_kind kind, struct mu_err *err)
{
    struct labels l = {.p = p, .kind = kind, .by_id = mu_map_new(0)};
    for (size_t i = 0; i < p->op_count; i++)
        want(&l, p->ops[i].kind, p->ops[i].id, p->ops[i].label);
    for (size_t i = 0; i < p->left_count; i++)
        want(&l, p->left[i].kind, p->left[i].id, p->left[i].label);
    int rc = l.unknown > 0 ? walk(&l, err) : 0;
    for (size_t i = 0; i < p->op_count; i++)
        give(&l, p->ops[i].kind, p->ops[i].id, &p->ops[i].label);
    for (size_t i = 0; i < p->left_count; i++)
        give(&l, p->left[i].kind, p->left[i].id, &p->left[i].label);
    mu_map_free(l.by_id);
    return rc;
}

int plan_label_gone(struct planner *p, struct mu_err *err)
{
    return label_kind(p, MU_USER, err) < 0 ? -1 : label_kind(p, MU_GROUP, err);
}
