/* SPDX-License-Identifier: Apache-2.0 */
/* Insertion-ordered hash: entries in one array, found through an open-addressing table of
 * positions. */
#include "base/map.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

enum { FIRST_SLOTS = 16 };

struct entry {
    const char *key;
    size_t len;
    void *value;
    uint64_t hash;
};

/* tag is the upper half of the hash: most misses end here, without touching the entry. */
struct slot {
    uint32_t tag;
    uint32_t position; /* of the entry, plus 1; 0: free */
};

struct mu_map {
    uint8_t seed[crypto_shorthash_siphash24_KEYBYTES];
    struct slot *slots;
    size_t mask; /* slots - 1; a power of two less one, at most half of them taken */
    struct entry *entries;
    size_t count, room;
};

struct mu_map *mu_map_new(size_t expected)
{
    mu_assert(expected < UINT32_MAX / 2);
    struct mu_map *m = mu_xcalloc(1, sizeof(*m));
    mu_random(m->seed, sizeof(m->seed));
    size_t slots = FIRST_SLOTS;
    while (slots < expected * 2)
        slots *= 2;
    m->slots = mu_xcalloc(slots, sizeof(*m->slots));
    m->mask = slots - 1;
    m->room = slots / 2;
    m->entries = mu_xcalloc(m->room, sizeof(*m->entries));
    return m;
}

void mu_map_free(struct mu_map *m)
{
    if (!m)
        return;
    free(m->slots);
    free(m->entries);
    free(m);
}

static uint64_t hash_of(const struct mu_map *m, const char *key, size_t len)
{
    uint64_t hash;
    _Static_assert(sizeof(hash) == crypto_shorthash_siphash24_BYTES, "hash length");
    crypto_shorthash_siphash24((unsigned char *)&hash, (const unsigned char *)key, len, m->seed);
    return hash;
}

/* The slot that holds the key, or the free one where it belongs. */
static struct slot *find(const struct mu_map *m, uint64_t hash, const char *key, size_t len)
{
    uint32_t tag = (uint32_t)(hash >> 32);
    for (size_t i = hash & m->mask;; i = (i + 1) & m->mask) {
        struct slot *slot = &m->slots[i];
        if (slot->position == 0)
            return slot;
        if (slot->tag == tag) {
            const struct entry *e = &m->entries[slot->position - 1];
            if (e->len == len && memcmp(e->key, key, len) == 0)
                return slot;
        }
    }
}

void *mu_map_get(const struct mu_map *m, const char *key, size_t len)
{
    const struct slot *slot = find(m, hash_of(m, key, len), key, len);
    return slot->position > 0 ? m->entries[slot->position - 1].value : NULL;
}

static void grow(struct mu_map *m)
{
    size_t slots = (m->mask + 1) * 2;
    mu_assert(slots / 2 < UINT32_MAX);
    m->room = slots / 2;
    m->entries = mu_xrealloc(m->entries, m->room * sizeof(*m->entries));
    free(m->slots);
    m->slots = mu_xcalloc(slots, sizeof(*m->slots));
    m->mask = slots - 1;
    for (size_t e = 0; e < m->count; e++) {
        size_t i = m->entries[e].hash & m->mask;
        while (m->slots[i].position > 0)
            i = (i + 1) & m->mask;
        m->slots[i] =
            (struct slot){.tag = (uint32_t)(m->entries[e].hash >> 32), .position = (uint32_t)e + 1};
    }
}

void *mu_map_put(struct mu_map *m, const char *key, size_t len, void *value)
{
    mu_assert(value);
    if (m->count == m->room)
        grow(m);
    uint64_t hash = hash_of(m, key, len);
    struct slot *slot = find(m, hash, key, len);
    if (slot->position > 0) {
        struct entry *e = &m->entries[slot->position - 1];
        void *old = e->value;
        e->value = value;
        return old;
    }
    m->entries[m->count] = (struct entry){.key = key, .len = len, .value = value, .hash = hash};
    m->count++;
    *slot = (struct slot){.tag = (uint32_t)(hash >> 32), .position = (uint32_t)m->count};
    return NULL;
}

size_t mu_map_count(const struct mu_map *m)
{
    return m->count;
}

void mu_map_at(const struct mu_map *m, size_t i, const char **ret_key, size_t *ret_len,
               void **ret_value)
{
    mu_assert(i < m->count);
    *ret_key = m->entries[i].key;
    *ret_len = m->entries[i].len;
    *ret_value = m->entries[i].value;
}
