/* SPDX-License-Identifier: Apache-2.0 */
/* Pages in another order than that of ids: a heap of those nearest to where the page begins, so that
 * memory is a page's whatever the number of entries. Where the order is known, entries are looked at
 * from there on until the page is full; else, and where few fit, all are. */
#include "serve/rest/page.h"

#include <stdint.h>
#include <string.h>

#include "base/str.h"

/* Entries that don't fit, looked at for one that does, and a few more: a look at one by its id costs as
 * much as one at some that follow each other. */
enum { LOOK_FOR_ONE = 16, LOOK_MORE = 200 };

struct spot {
    char *key, *id; /* malloc'd together: key owns */
};

struct heap {
    struct mu_rest_page *page;
    struct spot *spots; /* the farthest stands first */
    size_t count, room;
    struct mu_buf key; /* of the entry looked at */
    int way;           /* 1: away from the beginning, -1: towards it */
};

static int nearer(const struct heap *h, const struct spot *a, const struct spot *b)
{
    return h->way * mu_order_cmp(a->key, a->id, b->key, b->id);
}

static void swap(struct spot *a, struct spot *b)
{
    struct spot t = *a;
    *a = *b;
    *b = t;
}

static void sift_up(struct heap *h, size_t i)
{
    for (; i > 0 && nearer(h, &h->spots[(i - 1) / 2], &h->spots[i]) < 0; i = (i - 1) / 2)
        swap(&h->spots[(i - 1) / 2], &h->spots[i]);
}

static void sift_down(struct heap *h, size_t i)
{
    for (;;) {
        size_t far = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < h->count; child++)
            if (nearer(h, &h->spots[far], &h->spots[child]) < 0)
                far = child;
        if (far == i)
            return;
        swap(&h->spots[i], &h->spots[far]);
        i = far;
    }
}

static struct spot spot_new(const char *key, const char *id)
{
    size_t key_len = strlen(key) + 1, id_len = strlen(id) + 1;
    char *text = mu_xmalloc(key_len + id_len);
    memcpy(text, key, key_len);
    memcpy(text + key_len, id, id_len);
    return (struct spot){.key = text, .id = text + key_len};
}

static void offer(struct heap *h, const char *key, const char *id)
{
    struct spot probe = {(char *)(uintptr_t)key, (char *)(uintptr_t)id};
    if (h->count < h->room) {
        h->spots[h->count] = spot_new(key, id);
        sift_up(h, h->count++);
    } else if (nearer(h, &probe, &h->spots[0]) < 0) {
        free(h->spots[0].key);
        h->spots[0] = spot_new(key, id);
        sift_down(h, 0);
    }
}

/* ---- looking ---- */

static int look(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct heap *h = arg;
    struct mu_rest_page *page = h->page;
    struct mu_buf *key = &h->key;
    int fits = mu_page_matches(page, entry, err);
    if (fits <= 0)
        return fits < 0 ? -1 : 1;
    mu_order_key_of(page->ask->sort, page->doc, key);
    if (page->from_somewhere &&
        h->way * mu_order_cmp(key->data, entry->id, page->cursor.key, page->cursor.id) <= 0)
        return 1;
    offer(h, key->data, entry->id);
    return 1;
}

/* The place of the next one in the order, counted from where the page begins. False: that was all. */
static bool place_of(const struct heap *h, size_t nth, size_t *ret)
{
    const struct mu_rest_page *page = h->page;
    const struct mu_cursor *c = &page->cursor;
    size_t count = mu_order_count(page->order);
    size_t from = page->from_somewhere ? mu_order_before(page->order, c->key, c->id, h->way > 0)
                  : h->way > 0         ? 0
                                       : count;
    if (nth >= (h->way > 0 ? count - from : from))
        return false;
    *ret = h->way > 0 ? from + nth : from - 1 - nth;
    return true;
}

/* 1: the page is full, or that was all; 0: too few fit; -1 */
static int look_in_order(struct heap *h, struct mu_err *err)
{
    struct mu_rest_page *page = h->page;
    const struct mu_index *order = page->order;
    size_t place, most = page->ask->filter ? h->room * LOOK_FOR_ONE + LOOK_MORE : SIZE_MAX, n = 0;
    for (; h->count < h->room && n < most && place_of(h, n, &place); n++) {
        const char *id = mu_index_id(order, place);
        if (!page->ask->filter)
            offer(h, mu_order_key(order, place), id);
        else if (mu_reading_get(page->store, &page->view->at, page->ask->kind, id, false, look, h,
                                err) < 0)
            return -1;
    }
    if (n == most)
        return 0;
    for (size_t i = 0; i < page->beside->count; i++)
        if (look(h, &page->beside->entries[i], err) < 0)
            return -1;
    page->partly = true;
    page->seen[0] = page->seen[0] || mu_order_has_any(order); /* the order's field is the first */
    return 1;
}

static void heap_empty(struct heap *h)
{
    for (size_t i = 0; i < h->count; i++)
        free(h->spots[i].key);
    h->count = 0;
}

static int look_at_all(struct heap *h, struct mu_err *err)
{
    heap_empty(h);
    return mu_page_look(h->page, &(struct mu_walk){.kind = h->page->ask->kind}, look, h, err);
}

/* ---- the page ---- */

struct fetch {
    struct mu_rest_page *page;
    const char *key;
};

static int fetched(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct fetch *f = arg;
    return mu_page_add(f->page, entry, f->key, err) < 0 ? -1 : 1;
}

static int fetch(struct mu_rest_page *page, const struct spot *spot, struct mu_err *err)
{
    struct fetch f = {page, mu_strdup(page->arena, spot->key)};
    return mu_beside_get(page->store, page->view, page->beside, page->ask->kind, spot->id,
                         mu_ask_raw(page->ask), fetched, &f, err);
}

/* Takes the farthest one off again and again: what is left behind the heap is in order of nearness. */
static void settle(struct heap *h)
{
    size_t all = h->count;
    while (h->count > 1) {
        swap(&h->spots[0], &h->spots[--h->count]);
        sift_down(h, 0);
    }
    h->count = all;
}

static int fill(struct heap *h, struct mu_err *err)
{
    struct mu_rest_page *page = h->page;
    size_t limit = (size_t)page->ask->limit, n = h->count < limit ? h->count : limit;
    page->more = h->count > limit;
    for (size_t i = 0; i < n; i++)
        if (fetch(page, &h->spots[page->cursor.backwards ? n - 1 - i : i], err) < 0)
            return -1;
    return 0;
}

int mu_page_sort(struct mu_rest_page *page, struct mu_err *err)
{
    struct heap h = {.page = page,
                     .key = MU_BUF_INIT(MU_BUF_MAX),
                     .room = (size_t)page->ask->limit + 1,
                     .way = page->cursor.backwards != page->ask->descending ? -1 : 1};
    h.spots = mu_xcalloc(h.room, sizeof(*h.spots));
    int rc = page->order ? look_in_order(&h, err) : 0;
    if (rc == 0)
        rc = look_at_all(&h, err);
    if (rc >= 0) {
        settle(&h);
        rc = fill(&h, err);
    }
    heap_empty(&h);
    free(h.spots);
    mu_buf_done(&h.key);
    return rc;
}
