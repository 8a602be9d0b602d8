/* SPDX-License-Identifier: Apache-2.0 */
/* A pull under way, shared by pull.c (putting) and pull_finish.c (ending). */
#ifndef MU_STORE_PULL_H
#define MU_STORE_PULL_H

#include "store/batch.h"
#include "store/find.h"
#include "store/seal.h"

/* One bit a row of the store: 2 million rows are 250 KiB. */
struct mu_bits {
    uint8_t *bytes;
    size_t size;
};

static inline bool mu_bits_has(const struct mu_bits *b, int64_t row)
{
    size_t at = (size_t)(row >> 3);
    return at < b->size && (b->bytes[at] >> (row & 7) & 1);
}

struct mu_pull {
    struct mu_store *store;
    int64_t snapshot;
    int64_t base;            /* all rows this pull writes get numbers above it */
    int64_t start[MU_KINDS]; /* live entries when it began */
    int64_t found[MU_KINDS]; /* how many of those were put */
    int64_t added[MU_KINDS], changed, gone[MU_KINDS];
    struct mu_bits seen;  /* rows that were live and put, and rows written by this pull */
    struct mu_bits ended; /* rows whose end this pull is */
    struct mu_sealing sealing;
    struct mu_batch batch;
    struct mu_finder finder;
};

/* Fails when the row's number can only come from a damaged store. */
int mu_pull_mark(struct mu_pull *p, struct mu_bits *bits, int64_t row, struct mu_err *err);

/* Writes what waits, in one transaction. */
int mu_pull_flush(struct mu_pull *p, struct mu_err *err);

/* Only the memory; what was written is for recovery. */
void mu_pull_free(struct mu_pull *p);

#endif
