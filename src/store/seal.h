/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seals: what a snapshot's row and its entries came to when the read ended, as a row of the
 * journal's chain; chain.h says which bytes. Private to store/.
 */
#ifndef MU_STORE_SEAL_H
#define MU_STORE_SEAL_H

#include "store/sqlite.h"

/* Of one snapshot, in the making or computed again. */
struct mu_sealing {
    struct mu_digesting wrote, ended;
};

void mu_seal_begin(struct mu_sealing *s);
/* Rows come in their order. */
void mu_seal_wrote(struct mu_sealing *s, int64_t row, const struct mu_entry *entry);
void mu_seal_ended(struct mu_sealing *s, int64_t row);
void mu_seal_end(struct mu_sealing *s, uint8_t ret[MU_DIGEST_LEN]);

/* Of a snapshot's row as it stands; 1 found, 0 none. */
int mu_seal_row(struct mu_store *s, int64_t snapshot, uint8_t ret[MU_DIGEST_LEN],
                struct mu_err *err);
/* Within the transaction that ends the read: the snapshot is sealed, and the chain moves on. */
int mu_seal_put(struct mu_store *s, int64_t snapshot, struct mu_sealing *sealing,
                struct mu_err *err);

/* Each finished snapshot has a seal that fits, and each entry is under its own. How many do; what is
 * wrong with the first that doesn't (NULL: nothing) lives in the arena. */
int mu_seal_verify(struct mu_store *s, struct mu_arena *arena, int64_t *ret_fit,
                   const char **ret_broken, struct mu_err *err);

#endif
