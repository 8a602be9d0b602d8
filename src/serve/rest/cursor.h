/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a client stands in a list: opaque text that pins the snapshot it began with, so that pages
 * fit together whatever is pulled meanwhile. It is sealed with the store's key and bound to what was
 * asked (account, kind, filters, order), so that one that was changed, made up or used elsewhere is
 * refused, not answered with something.
 */
#ifndef MU_SERVE_REST_CURSOR_H
#define MU_SERVE_REST_CURSOR_H

#include "store/store.h"

enum { MU_CURSOR_MAX = 2048, MU_CURSOR_KEY_MAX = 256 };

struct mu_cursor {
    int64_t snapshot;
    bool backwards;  /* the page before the position */
    const char *id;  /* position: the entry beyond which the page begins */
    const char *key; /* its sort key; "" in order of id */
};

const char *mu_cursor_write(const struct mu_store *s, struct mu_arena *arena, const char *what,
                            const struct mu_cursor *cursor);
/* MU_E_USAGE: it isn't one of ours for `what`. */
int mu_cursor_read(const struct mu_store *s, struct mu_arena *arena, const char *what,
                   const char *text, struct mu_cursor *ret, struct mu_err *err);

/* The same without the seal, which stands at its end: what outside bytes go through first. False: not
 * even of the form. */
bool mu_cursor_unpack(struct mu_arena *arena, const char *text, struct mu_cursor *ret,
                      const uint8_t **ret_bytes, size_t *ret_len);

#endif
