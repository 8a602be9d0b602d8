/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable bytes with a ceiling. data is never NULL and always NUL-terminated (the NUL is not
 * counted in len), so it can be handed to a C function; it may hold NUL bytes of its own, so
 * lengths rule.
 *
 *     struct mu_buf b = MU_BUF_INIT(MU_PAGE_MAX);
 *     if (mu_buf_add(&b, bytes, n) < 0) ... the ceiling was reached: nothing was added, b.full is set
 *     mu_buf_done(&b);
 *
 * After a refusal every later add is refused too, so a chain of adds may be checked once at its end
 * by b.full.
 */
#ifndef MU_BASE_BUF_H
#define MU_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

struct mu_buf {
    char *data;
    size_t len;
    size_t cap; /* 0: data points at a shared empty string */
    size_t max;
    bool full;
};

extern char mu_buf_empty[1];

#define MU_BUF_INIT(ceiling)                   \
    {                                          \
        .data = mu_buf_empty, .max = (ceiling) \
    }
#define MU_BUF_MAX ((size_t)1 << 31) /* for text we make ourselves from bounded parts */

int mu_buf_grow(struct mu_buf *b, size_t len); /* the slow half of mu_buf_room */

/* Makes room for len more bytes (and the NUL), for callers that write at data + len themselves. 0, or
 * -1 at the ceiling. */
static inline int mu_buf_room(struct mu_buf *b, size_t len)
{
    return !b->full && len < b->cap - b->len && b->cap > 0 ? 0 : mu_buf_grow(b, len);
}

static inline int mu_buf_addc(struct mu_buf *b, char c)
{
    if (mu_buf_room(b, 1) < 0)
        return -1;
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
    return 0;
}

int mu_buf_add(struct mu_buf *b, const void *bytes, size_t len); /* 0, or -1 at the ceiling */
int mu_buf_adds(struct mu_buf *b, const char *s);
int mu_buf_printf(struct mu_buf *b, const char *fmt, ...) MU_PRINTF(2, 3);
void mu_buf_reset(struct mu_buf *b);           /* len = 0, full = false, memory kept */
void mu_buf_cut(struct mu_buf *b, size_t len); /* shortens to len */
void mu_buf_done(struct mu_buf *b);            /* frees; usable again as empty */
void mu_buf_wipe(struct mu_buf *b); /* overwrites with zeros, then frees: for secrets, which want
                                                    mu_buf_room first (growth leaves copies behind) */
char *mu_buf_take(struct mu_buf *b, size_t *ret_len); /* malloc'd, caller frees; b is empty then */

static inline void mu_auto_buf(struct mu_buf *b)
{
    mu_buf_done(b);
}

#endif
