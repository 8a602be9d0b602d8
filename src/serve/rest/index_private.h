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

/* Of every entry one spot, in order. */
int index_fill_order(struct mu_store *store, struct mu_index *index, struct mu_err *err);

#endif
