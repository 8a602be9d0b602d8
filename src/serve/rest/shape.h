/* SPDX-License-Identifier: Apache-2.0 */
/* One entry as a request wants to see it. */
#ifndef MU_SERVE_REST_SHAPE_H
#define MU_SERVE_REST_SHAPE_H

#include "serve/rest/ask.h"

/* Appends it as JSON. Stored text goes out as it is, unless fields are to be left out. Scratch is for
 * what has to be parsed; MU_E_IO on a damaged store. */
int mu_shape_entry(const struct mu_asked *ask, const struct mu_entry *entry,
                   struct mu_arena *scratch, struct mu_buf *to, struct mu_err *err);

/* What entries of a kind in this snapshot may be asked about: an error that says that none of them has
 * the field, and which fields (or parts of it) are there. Always -1. */
int mu_shape_no_data(struct mu_store *store, const struct mu_view *view, enum mu_kind kind,
                     const struct mu_ask_field *field, struct mu_err *err);

#endif
