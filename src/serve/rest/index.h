/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has which value of a field in a snapshot: one look at every entry, when first asked for, and
 * from then on a search instead of another look. A snapshot never changes, so neither does an index;
 * the newest few are kept, in memory of a named size, and shared by all threads.
 *
 * Or everybody in order of a field, for pages in that order.
 *
 * Values are compared as filters compare them (folded), by a keyed hash: what is found has to be
 * looked at once more. Texts and ids are borrowed from the index, which holds until it is dropped.
 */
#ifndef MU_SERVE_REST_INDEX_H
#define MU_SERVE_REST_INDEX_H

#include "model/schema.h"
#include "serve/rest/view.h"

enum {
    MU_INDEXES_MAX = 16, /* kept at once */
    MU_INDEX_BYTES_MAX =
        24 << 20 /* all together; a snapshot that would need more for one has none */
};

struct mu_index;
struct mu_indexes;

struct mu_indexes *mu_indexes_new(void);
void mu_indexes_free(struct mu_indexes *all); /* NULL is fine; nobody holds one any more */

enum mu_index_way {
    MU_INDEX_VALUES, /* who has which value */
    MU_INDEX_TEXTS,  /* all that anybody has, to be held against patterns */
    MU_INDEX_ORDER   /* everybody in order of the field */
};

struct mu_index_key {
    struct mu_at at;
    enum mu_kind kind;
    const struct mu_attr *attr;
    const char *part; /* of a list's items; NULL: the field itself */
    enum mu_index_way way;
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

/* Texts: ids, in byte order, of entries that have one that is like any of the folded patterns, the
 * first `most` of them; each takes one. How many there are. */
size_t mu_index_like(const struct mu_index *index, const char *const *patterns, const char **ids,
                     size_t most);

/* Some entry has the field. */
bool mu_index_has_any(const struct mu_index *index);

/* ---- orders: order.c ---- */

/* What entries are ordered by: folded text, times as instants; those without a value come last. */
void mu_order_key_of(const struct mu_attr *attr, const struct mu_doc *doc, struct mu_buf *to);
/* By key, those of one key by id. */
int mu_order_cmp(const char *a_key, const char *a_id, const char *b_key, const char *b_id);

/* So many entries stand before that place, or (with) at it, too; mu_index_id has the ids of each. */
size_t mu_order_before(const struct mu_index *order, const char *key, const char *id, bool with);
size_t mu_order_count(const struct mu_index *order);
const char *mu_order_key(const struct mu_index *order, size_t nth);
bool mu_order_has_any(const struct mu_index *order);

#endif
