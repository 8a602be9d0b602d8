/* SPDX-License-Identifier: Apache-2.0 */
/* Who is meant by what a person typed. */
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "engine/explainer.h"

/* How well an entry fits a text: the first of these that finds anybody decides. */
enum fit { FIT_ID, FIT_EMAIL, FIT_USERNAME, FIT_NAME, FITS };

static const char *const fit_names[FITS] = {
    [FIT_ID] = "id", [FIT_EMAIL] = "e-mail", [FIT_USERNAME] = "username", [FIT_NAME] = "name"};

struct finder {
    struct mu_arena *arena;
    const char *text, *folded;
    struct mu_candidate *found[FITS];
    size_t count[FITS];
    struct mu_map *seen; /* ids, so that versions of one entry count once */
    bool past;
};

static bool same(const struct finder *f, struct mu_arena *row, const char *value)
{
    return value && mu_streq(mu_fold(row, value), f->folded);
}

static bool has_email(const struct finder *f, struct mu_arena *row, const struct mu_doc *doc)
{
    const struct mu_doc *list = mu_doc_member(doc, "emails");
    for (const struct mu_doc *e = list ? list->first : NULL; e; e = e->next)
        if (same(f, row, mu_doc_str(e, "email")))
            return true;
    return false;
}

static enum fit fit_of(const struct finder *f, struct mu_arena *row, const char *id,
                       const struct mu_doc *doc)
{
    if (mu_streq(id, f->text))
        return FIT_ID;
    if (has_email(f, row, doc))
        return FIT_EMAIL;
    if (same(f, row, mu_doc_str(doc, "username")))
        return FIT_USERNAME;
    return same(f, row, mu_entry_label(row, doc)) ? FIT_NAME : FITS;
}

static void add(struct finder *f, enum fit fit, const char *id, const char *label,
                const char *email)
{
    if (f->count[fit] == MU_CANDIDATES_MAX || mu_map_get(f->seen, id, strlen(id)))
        return;
    if (!f->found[fit])
        f->found[fit] = mu_alloc_array(f->arena, MU_CANDIDATES_MAX, sizeof(**f->found));
    struct mu_candidate *c = &f->found[fit][f->count[fit]++];
    *c = (struct mu_candidate){.id = mu_strdup(f->arena, id),
                               .label = mu_strdup(f->arena, label),
                               .by = fit_names[fit],
                               .email = mu_strdup(f->arena, email),
                               .past = f->past};
    mu_map_put(f->seen, c->id, strlen(c->id), c);
}

static int look_at(struct finder *f, struct mu_arena *row, const struct mu_entry *entry,
                   struct mu_err *err)
{
    const struct mu_doc *doc;
    mu_arena_reset(row);
    if (mu_entry_doc(entry, row, &doc, err) < 0)
        return -1;
    enum fit fit = fit_of(f, row, entry->id, doc);
    if (fit != FITS)
        add(f, fit, entry->id, mu_entry_label(row, doc), mu_entry_email(doc));
    return 0;
}

static int find_now(struct finder *f, struct mu_store *store, const char *account, int64_t snapshot,
                    enum mu_kind kind, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    if (mu_rows_open(store, account, snapshot, kind, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &entry, err)) == 1)
        if (look_at(f, row, &entry, err) < 0) {
            rc = -1;
            break;
        }
    mu_rows_close(rows);
    return rc;
}

static int find_before(struct finder *f, struct mu_store *store, const char *account,
                       enum mu_kind kind, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    struct mu_versions *versions;
    struct mu_version v;
    int rc;
    if (mu_versions_open(store, account, kind, NULL, &versions, err) < 0)
        return -1;
    while ((rc = mu_versions_next(versions, &v, err)) == 1) {
        if (look_at(f, row, &v.entry, err) < 0) {
            rc = -1;
            break;
        }
    }
    mu_versions_close(versions);
    return rc;
}

/* By id only: that is all the ledger knows of a person, besides a name on the target. */
static int find_owned(struct finder *f, struct mu_store *store, const char *sync, enum mu_kind kind,
                      struct mu_err *err)
{
    struct mu_owned *owned;
    size_t count;
    if (mu_ledger_load(store, f->arena, sync, &owned, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (owned[i].kind == kind &&
            (mu_streq(owned[i].id, f->text) || mu_streq(owned[i].name, f->text)))
            add(f, FIT_ID, owned[i].id, owned[i].name, NULL);
    return 0;
}

static int find_parked(struct finder *f, struct mu_store *store, const char *account,
                       enum mu_kind kind, struct mu_err *err)
{
    struct mu_parked *parked;
    size_t count;
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    if (mu_parked_list(store, f->arena, mu_printf(f->arena, "pull %s", account), &parked, &count,
                       err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const char *label = parked[i].label ? parked[i].label : parked[i].id;
        if (parked[i].kind == kind && mu_streq(parked[i].id, f->text))
            add(f, FIT_ID, parked[i].id, label, NULL);
        else if (parked[i].kind == kind && same(f, row, parked[i].label))
            add(f, FIT_NAME, parked[i].id, label, NULL);
    }
    return 0;
}

/* Of an older snapshot its evidence tells. */
static void find_parked_then(struct finder *f, const struct mu_snapshot *snapshot)
{
    const struct mu_doc *list = explain_evidence(f->arena, snapshot, "/parked");
    for (const struct mu_doc *p = list ? list->first : NULL; p; p = p->next) {
        const char *id = mu_doc_str(p, "id");
        if (id && mu_streq(id, f->text))
            add(f, FIT_ID, id, id, NULL);
    }
}

static int find(struct finder *f, struct mu_store *store, const struct mu_sync *sync,
                const struct mu_snapshot *snapshot, enum mu_kind kind, struct mu_err *err)
{
    if (find_now(f, store, sync->from->name, snapshot->id, kind, err) < 0)
        return -1;
    if (mu_map_count(f->seen) > 0)
        return 0;
    f->past = true;
    if (find_parked(f, store, sync->from->name, kind, err) < 0 ||
        find_before(f, store, sync->from->name, kind, err) < 0)
        return -1;
    find_parked_then(f, snapshot);
    return find_owned(f, store, sync->name, kind, err);
}

int mu_explain_find(struct mu_store *store, const struct mu_sync *sync,
                    const struct mu_snapshot *snapshot, enum mu_kind kind, const char *text,
                    struct mu_arena *arena, const struct mu_candidate **ret, size_t *ret_count,
                    struct mu_err *err)
{
    struct finder f = {.arena = arena, .text = text, .folded = mu_fold(arena, text)};
    f.seen = mu_map_new(0);
    int rc = find(&f, store, sync, snapshot, kind, err);
    mu_map_free(f.seen);
    if (rc < 0)
        return -1;
    *ret = NULL;
    *ret_count = 0;
    for (int fit = 0; fit < FITS && *ret_count == 0; fit++) {
        *ret = f.found[fit];
        *ret_count = f.count[fit];
    }
    return 0;
}
