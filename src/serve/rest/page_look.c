/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries a page looks at: those that an index names, or all there are. */
#include <stdlib.h>
#include <string.h>

#include "serve/rest/page.h"

struct candidates {
    const char **ids;
    size_t count;
};

static int by_id(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In byte order, each once. */
static struct candidates candidates_of(const struct mu_rest_page *page)
{
    struct candidates c = {NULL, 0};
    size_t first, kept = 0, total = 0;
    for (const char *const *value = page->equal->values; *value; value++)
        total += mu_index_find(page->index, page->store, *value, &first);
    c.ids = mu_alloc_array(page->arena, total + 1, sizeof(*c.ids));
    for (const char *const *value = page->equal->values; *value; value++) {
        size_t n = mu_index_find(page->index, page->store, *value, &first);
        for (size_t i = 0; i < n; i++)
            c.ids[c.count++] = mu_index_id(page->index, first + i);
    }
    if (page->equal->values[1])
        qsort(c.ids, c.count, sizeof(*c.ids), by_id);
    for (size_t i = 0; i < c.count; i++)
        if (kept == 0 || strcmp(c.ids[kept - 1], c.ids[i]) != 0)
            c.ids[kept++] = c.ids[i];
    c.count = kept;
    return c;
}

/* So many of them stand before id, or where `with` are it. */
static size_t count_before(const struct candidates *c, const char *id, bool with)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(c->ids[middle], id);
        if (order < 0 || (with && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct told {
    mu_walk_each *each;
    void *arg;
    int rc;
};

static int tell(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct told *t = arg;
    t->rc = t->each(t->arg, entry, err);
    return t->rc;
}

/* ---- the two ways ---- */

static int look_at_named(void *source, const struct mu_walk *walk, mu_walk_each *each, void *arg,
                         struct mu_err *err)
{
    const struct mu_rest_page *page = source;
    const struct candidates c = candidates_of(page);
    struct told t = {each, arg, 1};
    size_t from = walk->from ? count_before(&c, walk->from, !walk->backwards) : 0;
    size_t to = walk->backwards && walk->from ? from : c.count;
    from = walk->backwards ? 0 : from;
    for (size_t i = 0; i < to - from && t.rc == 1; i++) {
        const char *id = c.ids[walk->backwards ? to - 1 - i : from + i];
        if (mu_reading_get(page->store, &page->view->at, walk->kind, id, walk->raw, tell, &t, err) <
            0)
            return -1;
    }
    return t.rc < 0 ? -1 : 0;
}

static int look_at_all(void *source, const struct mu_walk *walk, mu_walk_each *each, void *arg,
                       struct mu_err *err)
{
    const struct mu_rest_page *page = source;
    return mu_reading_walk(page->store, &page->view->at, walk, each, arg, err);
}

int mu_page_look(struct mu_rest_page *page, const struct mu_walk *walk, mu_walk_each *each,
                 void *arg, struct mu_err *err)
{
    return mu_beside_walk(page->beside, page->index ? look_at_named : look_at_all, page, walk, each,
                          arg, err);
}
