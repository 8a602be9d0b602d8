/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has which value of a field in a snapshot: one look at every entry, when first asked for, and
 * from then on a search instead of another look. A snapshot never changes, so neither does an index;
 * the newest few are kept, in memory of a named size, and shared by all threads.
 *
 * Values are compared as filters compare them (folded), by a keyed hash: what is found has to be
 * looked at once more. Texts and ids are borrowed from the index, which holds until it is dropped.
 */
#ifndef MU_SERVE_REST_INDEX_H
#define MU_SERVE_REST_INDEX_H

#include "model/schema.h"
#include "serve/rest/view.h"

enum {
    MU_INDEXES_MAX = 16,          /* kept at once */
    MU_INDEX_BYTES_MAX = 24 << 20 /* of one; a snapshot that would need more has none */
};

struct mu_index;
struct mu_indexes;

struct mu_indexes *mu_indexes_new(void);
void mu_indexes_free(struct mu_indexes *all); /* NULL is fine; nobody holds one any more */

struct mu_index_key {
    struct mu_at at;
    enum mu_kind kind;
    const struct mu_attr *attr;
    const char *part; /* of a list's items; NULL: the field itself */
};

/* 0 with the index, to be dropped; MU_LATER: it has to be made, and we may not wait; -1. *ret NULL:
 * there is none, the snapshot is too big. */
int mu_index_take(struct mu_request *r, struct mu_store *store, const struct mu_index_key *key,
                  struct mu_index **ret, struct mu_err *err);
void mu_index_drop(struct mu_indexes *all, struct mu_index *index); /* NULL is fine */

/* So many ids, in byte order, of entries that have this folded value; nth gives them one by one. */
size_t mu_index_find(const struct mu_index *index, const struct mu_store *store, const char *folded,
                     size_t *ret_first);
const char *mu_index_id(const struct mu_index *index, size_t nth);

/* Some entry has the field. */
bool mu_index_has_any(const struct mu_index *index);

#endif
