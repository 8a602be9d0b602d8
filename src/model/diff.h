/* SPDX-License-Identifier: Apache-2.0 */
/* What changed between two entries of one kind, field by field. */
#ifndef MU_MODEL_DIFF_H
#define MU_MODEL_DIFF_H

#include "base/arena.h"
#include "base/doc.h"
#include "model/schema.h"

struct mu_change {
    const char *field; /* schema name, or attributes/NAME */
    /* text for people: scalar as is, lists and objects as compact JSON; NULL: absent */
    const char *before;
    const char *after;
};

/* Writes changes into the arena in schema order; returns their number. Either document may be NULL.
 * */
size_t mu_diff(struct mu_arena *arena, enum mu_kind kind, const struct mu_doc *before,
               const struct mu_doc *after, const struct mu_change **ret);

#endif
