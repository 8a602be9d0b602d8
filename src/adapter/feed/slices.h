/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records out of JSON, one after another in flat memory: one a line (JSON Lines), or the items of a
 * list that a pointer leads to (`""` when the document is the list). Each record is parsed by
 * mu_doc_parse; only what lies around them is looked at here.
 *
 * A line that is no JSON is told as such, and the next one goes on. A document that ends early is an
 * error, and so is a record over FEED_ROW_MAX.
 */
#ifndef MU_ADAPTER_FEED_SLICES_H
#define MU_ADAPTER_FEED_SLICES_H

#include <stdint.h>

#include "adapter/feed/bytes.h"
#include "base/doc.h"

struct slices;

struct slice {
    int64_t line;             /* where it begins, from 1 */
    const char *text;         /* lent until the next call, as are the others */
    const struct mu_doc *doc; /* an object, in the arena; NULL when bad */
    const char *bad;          /* why it can't be used; NULL: it can */
};

/* list NULL: one record a line, unless the file begins with `[`. */
struct slices *slices_new(const struct mu_ptr *list, feed_more *more, void *arg);
void slices_free(struct slices *s); /* NULL is fine */

/* 1: a record; 0: the end; -1: MU_E_DATA, MU_E_LIMIT, or what `more` said. */
int slices_next(struct slices *s, struct mu_arena *arena, struct slice *ret, struct mu_err *err);

#endif
