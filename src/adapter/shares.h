/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each mapping of a shape gets of a row: the row itself without what nobody looks for, a part
 * of it for each item of a list in it, and where they are to be distinct, each only once. The shares
 * of many rows gather until they are taken as pages.
 */
#ifndef MU_ADAPTER_SHARES_H
#define MU_ADAPTER_SHARES_H

#include "adapter/shape.h"

/* One row, lent by who reads it. */
struct mu_row {
    int64_t line;                /* where it stands in a file; 0: it doesn't */
    const struct mu_doc *record; /* an object; NULL when bad */
    const char *bad;             /* why it is none */
    const char *id;              /* of a bad one; NULL: its line */
};

struct mu_shares;

/* only: names of resources, NULL: all. */
struct mu_shares *mu_shares_new(const struct mu_row_shape *shape, const char *const *only);
void mu_shares_free(struct mu_shares *s); /* NULL is fine */

/* MU_E_LIMIT with the line. */
int mu_shares_add(struct mu_shares *s, const struct mu_row *row, struct mu_err *err);
size_t mu_shares_waiting(const struct mu_shares *s); /* bytes, in all of them */

/* From here on mu_shares_page hands out what has gathered. */
void mu_shares_turn(struct mu_shares *s);
/* 1: a page of one mapping after another, 0: no more. Each has one at least, be it empty. total: of
 * whole rows, told on the page; -1: not known. */
int mu_shares_page(struct mu_shares *s, int64_t total, struct mu_page *ret, struct mu_err *err);

/* How many rows had something for each of the shape's rules; for the caller to set to -1 where
 * nothing can be. */
int64_t *mu_shares_filled(struct mu_shares *s);

#endif
