/* SPDX-License-Identifier: Apache-2.0 */
/* Counts by parent: what the children say, and what the lists say. */
#include "engine/crosscheck.h"

#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"

enum { EXAMPLES = 3 };

struct count {
    int64_t named, listed;
    bool came;
};

struct mu_crosscheck {
    const struct mu_resource *lists, *children; /* NULL: nothing is counted */
    struct mu_map *parents;                     /* id -> struct count */
    struct mu_arena *arena;
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
    c->parents = mu_map_new(0);
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
    free(c);
}

static struct count *count_of(struct mu_crosscheck *c, const char *id)
{
    size_t len = strlen(id);
    struct count *count = mu_map_get(c->parents, id, len);
    if (!count) {
        count = mu_alloc(c->arena, sizeof(*count));
        mu_map_put(c->parents, mu_strdup(c->arena, id), len, count);
    }
    return count;
}

void mu_crosscheck_record(struct mu_crosscheck *c, const struct mu_resource *r,
                          const struct mu_doc *record)
{
    if (!c->children || r != c->children)
        return;
    const char *parent = mu_doc_text(mu_doc_get(&mu_map_info(c->lists)->fetch->counted_at, record));
    if (parent)
        count_of(c, parent)->named++;
}

void mu_crosscheck_list(struct mu_crosscheck *c, const struct mu_page *page)
{
    if (!c->children || page->resource != c->lists)
        return;
    struct count *count = count_of(c, page->parent);
    count->listed += page->rows;
    count->came = true;
}

static bool was_read(const struct mu_evidence *e, const struct mu_resource *r)
{
    for (size_t i = 0; i < e->tally_count; i++)
        if (e->tallies[i].resource == r)
            return e->tallies[i].pages > 0;
    return false;
}

void mu_crosscheck_judge(const struct mu_crosscheck *c, struct mu_evidence *e)
{
    MU_AUTO(buf) struct mu_buf examples = MU_BUF_INIT(4096);
    int64_t wrong = 0;
    if (!c->children || !was_read(e, c->children) || !was_read(e, c->lists))
        return;
    for (size_t i = 0; i < mu_map_count(c->parents); i++) {
        const char *id;
        size_t len;
        void *value;
        mu_map_at(c->parents, i, &id, &len, &value);
        const struct count *count = value;
        if (!count->came || count->named == count->listed)
            continue;
        if (wrong++ < EXAMPLES) {
            mu_buf_adds(&examples, wrong > 1 ? "; " : "");
            mu_printable_into(&examples, id, len, 60);
            mu_buf_printf(&examples, ": %" PRId64 " listed, %" PRId64 " in %s name it",
                          count->listed, count->named, mu_map_info(c->children)->name);
        }
    }
    if (wrong > 0)
        mu_evidence_find(e, MU_ADDITIVE,
                         "%s: %" PRId64 " list%s and the people's own word differ (%s)",
                         mu_map_info(c->lists)->name, wrong, wrong == 1 ? "" : "s", examples.data);
}
