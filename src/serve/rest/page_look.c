/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries a page looks at: those that an index names, or all there are. */
#include <stdlib.h>
#include <string.h>

#include "serve/rest/page.h"

/* Looking at more than this part of them one by one takes longer than looking at all. */
enum { WORTH = 8 };

static int by_id(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t name_equal(struct mu_rest_page *page, size_t most)
{
    size_t first, total = 0, count = 0;
    for (const char *const *value = page->equal->values; *value; value++)
        total += mu_index_find(page->index, page->store, *value, &first);
    if (total >= most)
        return most;
    page->ids = mu_alloc_array(page->arena, total + 1, sizeof(*page->ids));
    for (const char *const *value = page->equal->values; *value; value++) {
        size_t n = mu_index_find(page->index, page->store, *value, &first);
        for (size_t i = 0; i < n; i++)
            page->ids[count++] = mu_index_id(page->index, first + i);
    }
    if (page->equal->values[1])
        qsort(page->ids, count, sizeof(*page->ids), by_id);
    return count;
}

static size_t name_like(struct mu_rest_page *page, size_t most)
{
    page->ids = mu_alloc_array(page->arena, most, sizeof(*page->ids));
    return mu_index_like(page->index, page->equal->values, page->ids, most);
}

bool mu_page_name(struct mu_rest_page *page)
{
    size_t most = (size_t)page->view->counts[page->ask->kind] / WORTH + MU_LIMIT_MAX, kept = 0;
    size_t count = page->like ? name_like(page, most) : name_equal(page, most);
    if (count >= most)
        return false;
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || strcmp(page->ids[kept - 1], page->ids[i]) != 0)
            page->ids[kept++] = page->ids[i];
    page->id_count = kept;
    return true;
}

/* So many of them stand before id, or where `with` are it. */
static size_t count_before(const struct mu_rest_page *page, const char *id, bool with)
{
    size_t low = 0, high = page->id_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(page->ids[middle], id);
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
    struct told t = {each, arg, 1};
    size_t from = walk->from ? count_before(page, walk->from, !walk->backwards) : 0;
    size_t to = walk->backwards && walk->from ? from : page->id_count;
    from = walk->backwards ? 0 : from;
    for (size_t i = 0; i < to - from && t.rc == 1; i++) {
        const char *id = page->ids[walk->backwards ? to - 1 - i : from + i];
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
