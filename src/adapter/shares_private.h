/* SPDX-License-Identifier: Apache-2.0 */
/* Lists in rows; for shares.c and shares_items.c only. */
#ifndef MU_ADAPTER_SHARES_PRIVATE_H
#define MU_ADAPTER_SHARES_PRIVATE_H

#include "base/doc.h"
#include "map/map.h"

enum { SHARE_ITEMS_MAX = 2000 /* of one row's list */ };

/* One of the things a row's list names: a piece of a text, or a value of any kind. */
struct share_item {
    const char *text;
    size_t len;
    const struct mu_doc *value; /* NULL: it is the text */
};

struct share_items {
    const char *name; /* of the member they stand in */
    struct share_item *list;
    size_t count;
    bool too_many; /* more than SHARE_ITEMS_MAX: the list isn't whole */
};

/* What a row holds under the first of the names that it has, each once; in the arena, with texts
 * that are the record's. */
struct share_items share_items(struct mu_arena *arena, const struct mu_fetch *fetch,
                               const struct mu_doc *record);

#endif
