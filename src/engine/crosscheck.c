/* SPDX-License-Identifier: Apache-2.0 */
/* Children by parent: what they say of themselves, and what the lists say. */
#include "engine/crosscheck.h"

#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"

/* The sums of a keyed hash over ids are equal when the ids are, in whatever order they came. */
struct side {
    int64_t count;
    uint64_t sum;
};

struct parent {
    struct side named, listed;
    bool came;
};

struct mu_crosscheck {
    const struct mu_resource *lists, *children; /* NULL: nothing is counted */
    struct mu_map *parents;                     /* id -> struct parent */
    struct mu_arena *arena, *scratch;
    uint8_t key[MU_HASH_KEY_LEN];
    const char *asked; /* parent of the list at hand */
    struct parent *at;
    int64_t foreign;
};

static const struct mu_resource *resource_named(const struct mu_resource *const *resources,
                                                const char *name)
{
    for (; *resources; resources++)
        if (mu_streq(mu_map_info(*resources)->name, name))
            return *resources;
    return NULL;
}

struct mu_crosscheck *mu_crosscheck_new(const struct mu_resource *const *resources)
{
    struct mu_crosscheck *c = mu_xcalloc(1, sizeof(*c));
    c->arena = mu_arena_new();
    c->scratch = mu_arena_new();
    c->parents = mu_map_new(0);
    mu_random(c->key, sizeof(c->key));
    for (const struct mu_resource *const *r = resources; *r && !c->children; r++) {
        const struct mu_fetch *f = mu_map_info(*r)->fetch;
        if (!f || !f->counted_in)
            continue;
        c->lists = *r;
        c->children = resource_named(resources, f->counted_in);
    }
    return c;
}

void mu_crosscheck_free(struct mu_crosscheck *c)
{
    if (!c)
        return;
    mu_map_free(c->parents);
    mu_arena_free(c->arena);
    mu_arena_free(c->scratch);
    free(c);
}

static struct parent *parent_of(struct mu_crosscheck *c, const char *id)
{
    size_t len = strlen(id);
    struct parent *parent = mu_map_get(c->parents, id, len);
    if (!parent) {
        parent = mu_alloc(c->arena, sizeof(*parent));
        mu_map_put(c->parents, mu_strdup(c->arena, id), len, parent);
    }
    return parent;
}

void mu_crosscheck_list(struct mu_crosscheck *c, const struct mu_page *page)
{
    if (!c->children || page->resource != c->lists)
        return;
    c->at = parent_of(c, page->parent);
    c->at->came = true;
    c->asked = page->parent;
}

static void add(struct mu_crosscheck *c, struct side *side, const char *membership)
{
    uint8_t hash[MU_HASH_LEN];
    uint64_t part;
    mu_hash(c->key, membership, strlen(membership), hash);
    memcpy(&part, hash, sizeof(part));
    side->count++;
    side->sum += part;
}

/* The child's own word: the membership it would be. */
static void add_named(struct mu_crosscheck *c, const char *parent, const char *child)
{
    mu_arena_reset(c->scratch);
    add(c, &parent_of(c, parent)->named, mu_membership_id(c->scratch, parent, child));
}

void mu_crosscheck_record(struct mu_crosscheck *c, const struct mu_resource *r,
                          const struct mu_doc *record, const char *id)
{
    if (!c->children || !id || (r != c->children && r != c->lists))
        return;
    const char *parent = mu_doc_text(mu_doc_get(&mu_map_info(c->lists)->fetch->counted_at, record));
    if (r == c->children && parent)
        add_named(c, parent, id);
    if (r != c->lists)
        return;
    add(c, &c->at->listed, id);
    c->foreign += parent && !mu_streq(parent, c->asked);
}

static const struct mu_tally *tally_of(const struct mu_evidence *e, const struct mu_resource *r)
{
    for (size_t i = 0; i < e->tally_count; i++)
        if (e->tallies[i].resource == r)
            return &e->tallies[i];
    return NULL;
}

static void judge_parent(struct mu_evidence *e, const char *id, size_t len, const struct parent *p)
{
    struct mu_lists *l = &e->lists;
    l->count += p->came;
    l->listed += p->listed.count;
    l->named += p->named.count;
    if (p->came && p->named.count == p->listed.count && p->named.sum == p->listed.sum) {
        l->agree++;
        return;
    }
    if (l->differ_count++ < MU_PARKED_SHOWN)
        l->differ[l->differ_count - 1] =
            (struct mu_list_differs){.parent = mu_printable(e->arena, id, len, 60),
                                     .listed = p->listed.count,
                                     .named = p->named.count,
                                     .came = p->came};
}

void mu_crosscheck_judge(const struct mu_crosscheck *c, struct mu_evidence *e)
{
    if (!c->children)
        return;
    const struct mu_tally *children = tally_of(e, c->children), *lists = tally_of(e, c->lists);
    if (c->foreign > 0)
        mu_evidence_find(e, MU_CAUSE_FOREIGN,
                         "%s: %" PRId64 " rows name another of the %s than the one asked for: the "
                         "server doesn't keep to what it is asked",
                         mu_map_info(c->lists)->name, c->foreign,
                         mu_map_info(c->lists)->fetch->for_each);
    if (!children || !lists || children->pages == 0 || lists->pages == 0)
        return;
    e->lists = (struct mu_lists){
        .lists = c->lists,
        .children = c->children,
        .differ = mu_alloc_array(e->arena, MU_PARKED_SHOWN, sizeof(*e->lists.differ))};
    for (size_t i = 0; i < mu_map_count(c->parents); i++) {
        const char *id;
        size_t len;
        void *value;
        mu_map_at(c->parents, i, &id, &len, &value);
        const struct parent *p = value;
        if (p->came || !lists->failed)
            judge_parent(e, id, len, p);
    }
}
