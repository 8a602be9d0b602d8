/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the live version of an entry that a pull puts: mostly without asking the index.
 *
 * Sources tend to tell their records in the same order each time, and that is the order in which
 * rows were written: so after two neighbours were found a walk over the rows starts, and the next
 * entry is usually the next row. What doesn't follow is looked up. Of a kind that was empty when
 * the pull began only ids that this pull may have written before are looked up, told by a Bloom
 * filter. Both are shortcuts: the answer is always the index's.
 */
#ifndef MU_STORE_FIND_H
#define MU_STORE_FIND_H

#include "store/sqlite.h"

struct mu_live {
    int64_t row;
    bool same; /* content hash equals the one asked with */
};

struct mu_finder {
    struct mu_store *store;
    int64_t account;
    bool empty[MU_KINDS]; /* had no live entry when the pull began */
    uint8_t *filter;      /* ids written since for those kinds; NULL: none */
    sqlite3_stmt *walk;   /* stands on the row after the last one found; NULL: no walk */
    int64_t last;         /* row found last */
    unsigned finds;       /* since the read transaction was opened */
};

/* 1 found, 0 there is none. */
int mu_find_live(struct mu_finder *f, const struct mu_entry *e, const uint8_t hash[MU_HASH_LEN],
                 struct mu_live *ret, struct mu_err *err);
void mu_find_wrote(struct mu_finder *f, const struct mu_entry *e);
/* Ends the read transaction: before any write. */
int mu_find_rest(struct mu_finder *f, struct mu_err *err);

#endif
