/* SPDX-License-Identifier: Apache-2.0 */
/* Pages in another order than that of ids: a look at every entry, and a heap of those nearest to where
 * the page begins, so that memory is a page's whatever the number of entries. */
#include "serve/rest/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"

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

static int cmp(const char *a_key, const char *a_id, const char *b_key, const char *b_id)
{
    int by_key = strcmp(a_key, b_key);
    return by_key ? by_key : strcmp(a_id, b_id);
}

static int nearer(const struct heap *h, const struct spot *a, const struct spot *b)
{
    return h->way * cmp(a->key, a->id, b->key, b->id);
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

/* ---- keys ---- */

static const struct mu_doc *scalar(const struct mu_attr *attr, const struct mu_doc *value)
{
    if (mu_doc_is(value, MU_DOC_LIST))
        value = value->first;
    return mu_doc_is(value, MU_DOC_OBJECT) ? mu_doc_member(value, attr->parts[0]) : value;
}

/* Folded text, times as instants; those without a value stand behind the others. */
static void key_of(const struct mu_attr *attr, const struct mu_doc *doc, struct mu_buf *to)
{
    const char *text = mu_doc_text(scalar(attr, mu_doc_member(doc, attr->name)));
    char canonical[MU_TIME_TEXT];
    int64_t when = 0;
    mu_buf_reset(to);
    mu_buf_addc(to, text ? '0' : '1');
    if (text && attr->shape == MU_SHAPE_TIME && mu_time_parse(text, canonical, &when))
        mu_buf_printf(to, "%020" PRId64, when + ((int64_t)1 << 60));
    else if (text)
        mu_fold_into(to, text, strlen(text));
    if (to->len > MU_CURSOR_KEY_MAX)
        mu_buf_cut(to, MU_CURSOR_KEY_MAX); /* those of one beginning follow each other by id */
}

static int look(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct heap *h = arg;
    struct mu_rest_page *page = h->page;
    struct mu_buf *key = &h->key;
    int fits = mu_page_matches(page, entry, err);
    if (fits <= 0)
        return fits < 0 ? -1 : 1;
    key_of(page->ask->sort, page->doc, key);
    if (page->from_somewhere &&
        h->way * cmp(key->data, entry->id, page->cursor.key, page->cursor.id) <= 0)
        return 1;
    offer(h, key->data, entry->id);
    return 1;
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
    int rc = mu_page_look(page, &(struct mu_walk){.kind = page->ask->kind}, look, &h, err);
    if (rc == 0) {
        settle(&h);
        rc = fill(&h, err);
    }
    for (size_t i = 0; i < h.count; i++)
        free(h.spots[i].key);
    free(h.spots);
    mu_buf_done(&h.key);
    return rc;
}
