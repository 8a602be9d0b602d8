/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's chain: evidence that none of its rows was changed, removed, inserted or moved since
 * it was written.
 *
 * Each row of `run`, `step`, `outcome` and `seal` has a number n, 1, 2, 3 ... in the order of writing over
 * all of them, and a link. With || for "followed by":
 *
 *     link(0) = 32 zero bytes
 *     link(n) = BLAKE2b-256(link(n - 1) || value(n) || value("run"|"step"|"outcome"|"seal") ||
 *                           value of each other column but the link, in the table's order)
 *     value   = "i", "r", "t", "b" or "n" for integer, real, text, blob, null ||
 *               its length in bytes, decimal || ":" || its bytes; numbers are decimal text
 *
 * A `seal` is of the snapshot of its id, made when the read ended:
 *
 *     row     = BLAKE2b-256(value of each column of the snapshot's row but `open`, in order ||
 *                           value of its account's name)
 *     entries = BLAKE2b-256(wrote || ended)
 *     wrote   = BLAKE2b-256(value(row) || value(kind) || value(id) || value(body) of each row of
 *                           `entry` with first = id, by row)
 *     ended   = BLAKE2b-256(value(row) of each row of `entry` with last = id - 1, by row)
 *
 * So a read that changes nothing costs nothing, and every version of an entry is under two seals:
 * when it came and when it ended. The source's own records (`entry.raw`) are under none.
 *
 * A row that changes by right (a run ends, doubt about an operation is settled) leaves what it was
 * in `superseded`, number and link included, and gets a number of its own. `head` holds the last
 * number and link. Nothing is secret in it: anybody can compute it again, and who may write the file
 * can make it anew from some row on. So note the head elsewhere from time to time (each report has
 * it): a chain that was made anew has never had it.
 */
#ifndef MU_STORE_CHAIN_H
#define MU_STORE_CHAIN_H

#include "store/store.h"

struct mu_chain_head {
    int64_t rows;
    char link[MU_DIGEST_HEX]; /* lower-case hex */
};

/* As the store has it, unchecked. */
int mu_chain_head(struct mu_store *s, struct mu_chain_head *ret, struct mu_err *err);

struct mu_chain_check {
    struct mu_chain_head head;
    int64_t fit;        /* rows that fit, from the first on */
    const char *broken; /* what is wrong with the first that doesn't, and which it is; NULL: none */
    int64_t sealed;     /* snapshots that are as they were read, entries and all */
    const char *broken_seal; /* what is wrong with the first that isn't; NULL: none, or broken */
    int64_t noted_at;        /* row whose link is `noted`; -1: none is, or it wasn't asked for */
};

/*
 * Computes the whole chain again, and holds snapshots and entries against their seals, as of one
 * moment; `noted`: a head from elsewhere, NULL: none. -1
 * only when the store can't be read (MU_E_IO: damaged). The text lives in the arena.
 */
int mu_chain_verify(struct mu_store *s, struct mu_arena *arena, const char *noted,
                    struct mu_chain_check *ret, struct mu_err *err);

/*
 * BLAKE2b-256 over the entries of a snapshot as hex: of each kind and id in byte order the kind's
 * name, the id and the JSON text, as values of the chain. Equal for equal entries, in any store.
 */
int mu_snapshot_digest(struct mu_store *s, const struct mu_snapshot *snap,
                       char ret_hex[MU_DIGEST_HEX], struct mu_err *err);

#endif
