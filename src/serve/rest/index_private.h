/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of an index: what index.c keeps and makes, and order.c makes. */
#ifndef MU_SERVE_REST_INDEX_PRIVATE_H
#define MU_SERVE_REST_INDEX_PRIVATE_H

#include "serve/rest/index.h"

struct index_spot {
    uint64_t what; /* of values: the hash; else where the text or key stands in keys */
    uint32_t id;   /* where it stands in ids; entries come in order of id, so it tells that order */
};

struct mu_index {
    struct mu_index_key key;
    struct index_spot *spots;
    size_t count, room;
    struct mu_buf ids;  /* each with its NUL */
    struct mu_buf keys; /* likewise; none of values */
    bool too_big;
    int refs;      /* guarded by mu_indexes.lock */
    uint64_t used; /* the greater, the later */
};

/* Room for one more. Notes when that is too much. */
struct index_spot *index_spot_add(struct mu_index *index);

/* An order has one spot of every entry: doc has the field, key is scratch. */
void index_add_key(struct mu_index *index, const struct mu_entry *entry, const struct mu_doc *doc,
                   struct mu_buf *key);
void index_sort_keys(struct mu_index *index);

#endif
