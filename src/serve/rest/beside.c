/* SPDX-License-Identifier: Apache-2.0 */
/* The register, without those whom the snapshot has; and two ordered walks as one. */
#include "serve/rest/beside.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/invited.h"
#include "serve/rest/index.h"
#include "serve/serve.h"

/* ---- who ---- */

/* Keeps those whose address nobody has. An address is looked up by its hash alone: two that have the
 * same one don't occur. */
static size_t absent(const struct mu_index *index, const struct mu_store *store,
                     struct mu_entry *entries, size_t count)
{
    size_t kept = 0, first;
    for (size_t i = 0; i < count; i++)
        if (mu_index_find(index, store, mu_invited_key(&entries[i]), &first) == 0)
            entries[kept++] = entries[i];
    return kept;
}

/* 0, MU_LATER, -1 */
static int leave_out_users(struct mu_request *r, struct mu_store *store, const struct mu_view *view,
                           struct mu_entry **entries, size_t *count, struct mu_err *err)
{
    const struct mu_index_key key = {view->at, MU_USER, mu_schema_attr(MU_USER, "emails"), "email",
                                     false};
    struct mu_index *index;
    int rc = mu_index_take(r, store, &key, &index, err);
    if (rc != 0)
        return rc;
    if (!index)
        return mu_invited_entries(store, view->keep, view->account->name, view->at.snapshot,
                                  entries, count, err);
    *count = absent(index, store, *entries, *count);
    mu_index_drop(r->serve->indexes, index);
    return 0;
}

int mu_beside_of(struct mu_request *r, const struct mu_asked *ask, struct mu_store *store,
                 const struct mu_view *view, const struct mu_beside **ret, struct mu_err *err)
{
    static const struct mu_beside nobody = {.known = true};
    struct mu_beside *b = view->beside;
    struct mu_entry *entries;
    size_t count;
    int rc = 0;
    *ret = &nobody;
    if (ask->kind != MU_USER || ask->format == MU_REST_RAW || ask->format == MU_REST_NORMALIZED)
        return 0;
    *ret = b;
    if (b->known && mu_now() < b->until)
        return 0;
    if (mu_invited_all(store, view->keep, view->account->name, &entries, &count, &b->until, err) <
        0)
        return -1;
    if (count > 0)
        rc = leave_out_users(r, store, view, &entries, &count, err);
    b->known = rc == 0;
    b->entries = entries;
    b->count = count;
    return rc;
}

const struct mu_beside *mu_beside_copy(struct mu_arena *arena, const struct mu_beside *from)
{
    struct mu_beside *to = mu_alloc(arena, sizeof(*to));
    struct mu_entry *entries = mu_alloc_array(arena, from->count + 1, sizeof(*entries));
    for (size_t i = 0; i < from->count; i++) {
        entries[i] = from->entries[i];
        entries[i].id = mu_strdup(arena, from->entries[i].id);
        entries[i].body = mu_strndup(arena, from->entries[i].body, from->entries[i].body_len);
    }
    *to = *from;
    to->entries = entries;
    return to;
}

/* ---- both as one ---- */

struct merge {
    const struct mu_beside *beside;
    const struct mu_walk *walk;
    size_t done; /* so many of them are passed, counted in the way of the walk */
    mu_walk_each *each;
    void *arg;
    bool enough;
};

static const struct mu_entry *next_of(const struct merge *m)
{
    size_t count = m->beside->count;
    if (m->done == count)
        return NULL;
    return &m->beside->entries[m->walk->backwards ? count - 1 - m->done : m->done];
}

static bool is_before(const struct merge *m, const char *a, const char *b)
{
    return m->walk->backwards ? strcmp(a, b) > 0 : strcmp(a, b) < 0;
}

/* Those that stand before id (NULL: all that are left). 1: go on. */
static int put_before(struct merge *m, const char *id, struct mu_err *err)
{
    const struct mu_entry *e;
    int rc = 1;
    while (rc == 1 && (e = next_of(m)) && (!id || is_before(m, e->id, id))) {
        m->done++;
        rc = m->each(m->arg, e, err);
    }
    m->enough = rc != 1;
    return rc;
}

static int put_both(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct merge *m = arg;
    int rc = put_before(m, entry->id, err);
    if (rc == 1)
        rc = m->each(m->arg, entry, err);
    m->enough = rc != 1;
    return rc;
}

int mu_beside_walk(const struct mu_beside *beside, mu_beside_source *from, void *source,
                   const struct mu_walk *walk, mu_walk_each *each, void *arg, struct mu_err *err)
{
    struct merge m = {.beside = beside, .walk = walk, .each = each, .arg = arg};
    if (beside->count == 0)
        return from(source, walk, each, arg, err);
    while (walk->from && next_of(&m) && !is_before(&m, walk->from, next_of(&m)->id))
        m.done++;
    if (from(source, walk, put_both, &m, err) < 0)
        return -1;
    return !m.enough && put_before(&m, NULL, err) < 0 ? -1 : 0;
}

int mu_beside_get(struct mu_store *store, const struct mu_view *view,
                  const struct mu_beside *beside, enum mu_kind kind, const char *id, bool raw,
                  mu_walk_each *each, void *arg, struct mu_err *err)
{
    int found = mu_reading_get(store, &view->at, kind, id, raw, each, arg, err);
    for (size_t i = 0; found == 0 && beside && i < beside->count; i++)
        if (strcmp(beside->entries[i].id, id) == 0)
            found = each(arg, &beside->entries[i], err) < 0 ? -1 : 1;
    return found;
}
