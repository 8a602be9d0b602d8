/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New and changed entries of a pull that wait in memory to be written together, so that the store's
 * one write lock is held for the milliseconds of writing and never while the pull waits for the
 * network.
 */
#ifndef MU_STORE_BATCH_H
#define MU_STORE_BATCH_H

#include "base/map.h"
#include "store/sqlite.h"

enum { MU_BATCH_BYTES = 8 << 20 }; /* with MU_SQL_CHUNK rows: when a batch is full */

struct mu_waiting {
    struct mu_entry entry; /* copied */
    uint8_t hash[MU_HASH_LEN];
    int64_t replaces; /* row of the live version that it ends; 0: none */
};

struct mu_batch {
    struct mu_arena *arena;
    struct mu_map *ids; /* kind and id -> struct mu_waiting */
    struct mu_waiting **rows;
    size_t count, bytes;
    size_t max_count; /* MU_SQL_CHUNK at most; tests have less */
};

void mu_batch_init(struct mu_batch *b);
void mu_batch_reset(struct mu_batch *b);
void mu_batch_done(struct mu_batch *b);

const struct mu_waiting *mu_batch_find(const struct mu_batch *b, enum mu_kind kind, const char *id);
void mu_batch_add(struct mu_batch *b, const struct mu_entry *entry, const uint8_t hash[MU_HASH_LEN],
                  int64_t replaces);
bool mu_batch_full(const struct mu_batch *b);

#endif
