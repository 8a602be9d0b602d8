/* SPDX-License-Identifier: Apache-2.0 */
/* Sorted hashes, each with an id in one pool; and the few of them that are kept. */
#include "serve/rest/index_private.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model/filter.h"
#include "serve/serve.h"

struct mu_indexes {
    pthread_mutex_t lock;   /* guards slots; taken for moments */
    pthread_mutex_t making; /* one at a time; whoever waits for it may */
    struct mu_index *slots[MU_INDEXES_MAX];
    uint64_t clock;
};

struct mu_indexes *mu_indexes_new(void)
{
    struct mu_indexes *all = mu_xcalloc(1, sizeof(*all));
    pthread_mutex_init(&all->lock, NULL);
    pthread_mutex_init(&all->making, NULL);
    return all;
}

static void index_free(struct mu_index *index)
{
    if (!index)
        return;
    mu_buf_done(&index->ids);
    mu_buf_done(&index->keys);
    free(index->spots);
    free(index);
}

void mu_indexes_free(struct mu_indexes *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < MU_INDEXES_MAX; i++)
        index_free(all->slots[i]);
    pthread_mutex_destroy(&all->lock);
    pthread_mutex_destroy(&all->making);
    free(all);
}

/* ---- making ---- */

struct making {
    struct mu_index *index;
    const struct mu_store *store;
    struct mu_arena *scratch;
    struct mu_buf folded;
    uint32_t id; /* of the entry that is looked at */
};

static uint64_t hash_of(const struct mu_store *store, const char *folded)
{
    uint8_t bytes[MU_HASH_LEN];
    uint64_t hash;
    mu_store_seal(store, folded, strlen(folded), bytes);
    memcpy(&hash, bytes, sizeof(hash));
    return hash;
}

struct index_spot *index_spot_add(struct mu_index *index)
{
    if (index->count == index->room) {
        index->room = index->room ? index->room * 2 : 1024;
        index->spots = mu_xrealloc(index->spots, index->room * sizeof(*index->spots));
    }
    index->too_big =
        index->ids.full || index->keys.full ||
        index->ids.len + index->keys.len + index->room * sizeof(*index->spots) > MU_INDEX_BYTES_MAX;
    return &index->spots[index->count++];
}

static void add(void *arg, const char *text)
{
    struct making *m = arg;
    struct mu_index *index = m->index;
    mu_buf_reset(&m->folded);
    mu_fold_into(&m->folded, text, strlen(text));
    if (index->key.way == MU_INDEX_VALUES) {
        *index_spot_add(index) = (struct index_spot){hash_of(m->store, m->folded.data), m->id};
    } else {
        *index_spot_add(index) = (struct index_spot){index->keys.len, m->id};
        mu_buf_add(&index->keys, m->folded.data, m->folded.len + 1);
    }
}

static void add_texts(struct making *m, const struct mu_entry *entry, const struct mu_doc *doc)
{
    struct mu_index *index = m->index;
    m->id = (uint32_t)index->ids.len;
    size_t before = index->count;
    mu_filter_texts(index->key.attr, index->key.part, doc, add, m);
    if (index->count > before)
        mu_buf_add(&index->ids, entry->id, strlen(entry->id) + 1);
}

static int look(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct making *m = arg;
    struct mu_index *index = m->index;
    const char *const names[] = {index->key.attr->name, NULL};
    const struct mu_doc *doc;
    mu_arena_reset(m->scratch);
    if (mu_entry_members(entry, names, m->scratch, &doc, err) < 0)
        return -1;
    if (index->key.way == MU_INDEX_ORDER)
        index_add_key(index, entry, doc, &m->folded);
    else
        add_texts(m, entry, doc);
    return !index->too_big;
}

static int by_hash(const void *a, const void *b)
{
    const struct index_spot *one = a, *other = b;
    if (one->what != other->what)
        return one->what < other->what ? -1 : 1;
    return (one->id > other->id) - (one->id < other->id);
}

/* Texts stay in the order of ids. */
static void sort(struct mu_index *index)
{
    if (index->count == 0 || index->too_big)
        return;
    if (index->key.way == MU_INDEX_ORDER)
        index_sort_keys(index);
    else if (index->key.way == MU_INDEX_VALUES)
        qsort(index->spots, index->count, sizeof(*index->spots), by_hash);
}

static int fill(struct mu_store *store, struct mu_index *index, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *scratch = mu_arena_new();
    struct making m = {index, store, scratch, MU_BUF_INIT(MU_BUF_MAX), 0};
    int rc = mu_reading_walk(store, &index->key.at, &(struct mu_walk){.kind = index->key.kind},
                             look, &m, err);
    mu_buf_done(&m.folded);
    if (rc == 0)
        sort(index);
    return rc;
}

static int make(struct mu_store *store, const struct mu_index_key *key, struct mu_index **ret,
                struct mu_err *err)
{
    struct mu_index *index = mu_xcalloc(1, sizeof(*index));
    index->key = *key;
    index->ids = (struct mu_buf)MU_BUF_INIT(MU_INDEX_BYTES_MAX);
    index->keys = (struct mu_buf)MU_BUF_INIT(MU_INDEX_BYTES_MAX);
    if (fill(store, index, err) < 0) {
        index_free(index);
        return -1;
    }
    if (index->too_big || index->ids.full || index->keys.full) {
        index->too_big = true;
        free(index->spots);
        index->spots = NULL;
        index->count = index->room = 0;
        mu_buf_done(&index->ids);
        mu_buf_done(&index->keys);
    }
    *ret = index;
    return 0;
}

/* ---- keeping ---- */

static bool is_of(const struct mu_index *index, const struct mu_index_key *key)
{
    return index && index->key.at.account == key->at.account &&
           index->key.at.snapshot == key->at.snapshot && index->key.kind == key->kind &&
           index->key.attr == key->attr && mu_streq(index->key.part, key->part) &&
           index->key.way == key->way;
}

/* NULL: not there. */
static struct mu_index *take_kept(struct mu_indexes *all, const struct mu_index_key *key)
{
    struct mu_index *found = NULL;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < MU_INDEXES_MAX && !found; i++)
        if (is_of(all->slots[i], key))
            found = all->slots[i];
    if (found) {
        found->refs++;
        found->used = ++all->clock;
    }
    pthread_mutex_unlock(&all->lock);
    return found;
}

static size_t bytes_of(const struct mu_index *index)
{
    return index ? index->ids.cap + index->keys.cap + index->room * sizeof(*index->spots) : 0;
}

/* The one that nobody has asked for longest; whoever holds it frees it. */
static void let_one_go(struct mu_indexes *all)
{
    struct mu_index **oldest = NULL;
    for (size_t i = 0; i < MU_INDEXES_MAX; i++)
        if (all->slots[i] && (!oldest || all->slots[i]->used < (*oldest)->used))
            oldest = &all->slots[i];
    mu_assert(oldest);
    if (--(*oldest)->refs == 0)
        index_free(*oldest);
    *oldest = NULL;
}

/* NULL: there is none for one more of that size. */
static struct mu_index **free_slot(struct mu_indexes *all, size_t bytes)
{
    struct mu_index **slot = NULL;
    size_t sum = 0;
    for (size_t i = 0; i < MU_INDEXES_MAX; i++) {
        sum += bytes_of(all->slots[i]);
        if (!all->slots[i])
            slot = &all->slots[i];
    }
    return sum == 0 || sum + bytes <= MU_INDEX_BYTES_MAX ? slot : NULL;
}

static void keep(struct mu_indexes *all, struct mu_index *index)
{
    struct mu_index **slot;
    pthread_mutex_lock(&all->lock);
    while (!(slot = free_slot(all, bytes_of(index))))
        let_one_go(all);
    *slot = index;
    index->refs = 2; /* the slot's, and whoever has made it */
    index->used = ++all->clock;
    pthread_mutex_unlock(&all->lock);
}

int mu_index_take(struct mu_request *r, struct mu_store *store, const struct mu_index_key *key,
                  struct mu_index **ret, struct mu_err *err)
{
    struct mu_indexes *all = r->serve->indexes;
    struct mu_index *index = take_kept(all, key);
    int rc = 0;
    if (!index && !r->may_block)
        return MU_LATER;
    if (!index) {
        pthread_mutex_lock(&all->making);
        index = take_kept(all, key); /* somebody may have made it meanwhile */
        if (!index && (rc = make(store, key, &index, err)) == 0)
            keep(all, index);
        pthread_mutex_unlock(&all->making);
    }
    if (rc == 0 && index->too_big) {
        mu_index_drop(all, index);
        index = NULL;
    }
    *ret = index;
    return rc;
}

void mu_index_drop(struct mu_indexes *all, struct mu_index *index)
{
    if (!index)
        return;
    pthread_mutex_lock(&all->lock);
    bool held = --index->refs > 0;
    pthread_mutex_unlock(&all->lock);
    if (!held)
        index_free(index);
}

/* ---- finding ---- */

size_t mu_index_find(const struct mu_index *index, const struct mu_store *store, const char *folded,
                     size_t *ret_first)
{
    uint64_t hash = hash_of(store, folded);
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->spots[middle].what < hash)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_first = low;
    while (high < index->count && index->spots[high].what == hash)
        high++;
    return high - low;
}

static bool is_like(const char *text, const char *const *patterns)
{
    while (*patterns && !mu_glob(*patterns, text, false))
        patterns++;
    return *patterns != NULL;
}

size_t mu_index_like(const struct mu_index *index, const char *const *patterns, const char **ids,
                     size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < index->count && count < most; i++) {
        const char *id = mu_index_id(index, i);
        if ((count == 0 || ids[count - 1] != id) &&
            is_like(index->keys.data + index->spots[i].what, patterns))
            ids[count++] = id;
    }
    return count;
}

const char *mu_index_id(const struct mu_index *index, size_t nth)
{
    return index->ids.data + index->spots[nth].id;
}

bool mu_index_has_any(const struct mu_index *index)
{
    return index->count > 0;
}
