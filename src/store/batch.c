/* SPDX-License-Identifier: Apache-2.0 */
/* Entries waiting to be written. */
#include "store/batch.h"

#include <string.h>

void mu_batch_init(struct mu_batch *b)
{
    *b = (struct mu_batch){
        .arena = mu_arena_new(),
        .ids = mu_map_new(0),
        .max_count = MU_SQL_CHUNK,
    };
    b->rows = mu_xcalloc(MU_SQL_CHUNK, sizeof(*b->rows));
}

void mu_batch_reset(struct mu_batch *b)
{
    if (b->count == 0)
        return;
    mu_map_free(b->ids);
    b->ids = mu_map_new(b->count);
    mu_arena_reset(b->arena);
    b->count = b->bytes = 0;
}

void mu_batch_done(struct mu_batch *b)
{
    mu_map_free(b->ids);
    mu_arena_free(b->arena);
    free(b->rows);
}

/* The kind as a letter before the id. */
static size_t key_of(enum mu_kind kind, const char *id, size_t len, char to[MU_ID_MAX + 1])
{
    to[0] = (char)('0' + (int)kind);
    memcpy(to + 1, id, len);
    return len + 1;
}

const struct mu_waiting *mu_batch_find(const struct mu_batch *b, enum mu_kind kind, const char *id)
{
    char key[MU_ID_MAX + 1];
    if (b->count == 0)
        return NULL;
    return mu_map_get(b->ids, key, key_of(kind, id, strlen(id), key));
}

void mu_batch_add(struct mu_batch *b, const struct mu_entry *entry, const uint8_t hash[MU_HASH_LEN],
                  int64_t replaces)
{
    size_t id_len = strlen(entry->id);
    struct mu_waiting *row = mu_alloc(b->arena, sizeof(*row));
    char *key = mu_alloc(b->arena, id_len + 2);
    key_of(entry->kind, entry->id, id_len, key);
    row->entry = *entry;
    row->entry.id = key + 1;
    row->entry.body = mu_strndup(b->arena, entry->body, entry->body_len);
    if (entry->raw)
        row->entry.raw = mu_strndup(b->arena, entry->raw, entry->raw_len);
    row->replaces = replaces;
    memcpy(row->hash, hash, MU_HASH_LEN);
    mu_map_put(b->ids, key, id_len + 1, row);
    b->rows[b->count++] = row;
    b->bytes += id_len + entry->body_len + entry->raw_len;
}

bool mu_batch_full(const struct mu_batch *b)
{
    return b->count >= b->max_count || b->bytes >= MU_BATCH_BYTES;
}
