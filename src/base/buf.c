/* SPDX-License-Identifier: Apache-2.0 */
/* Growable bytes with a ceiling. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"

enum { FIRST_CAP = 128, PRINTF_FIRST = 256 };

char mu_buf_empty[1] = "";

/* Refuses, or gets memory. */
int mu_buf_grow(struct mu_buf *b, size_t len)
{
    if (b->full || len > b->max || b->len > b->max - len || b->max == SIZE_MAX) {
        b->full = true;
        return -1;
    }
    size_t need = b->len + len + 1;
    size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (cap > b->max + 1)
        cap = b->max + 1;
    if (cap > b->cap) {
        b->data = mu_xrealloc(b->cap > 0 ? b->data : NULL, cap);
        b->cap = cap;
        b->data[b->len] = '\0';
    }
    return 0;
}

int mu_buf_add(struct mu_buf *b, const void *bytes, size_t len)
{
    if (len == 0)
        return b->full ? -1 : 0;
    if (mu_buf_room(b, len) < 0)
        return -1;
    memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
    return 0;
}

int mu_buf_adds(struct mu_buf *b, const char *s)
{
    return mu_buf_add(b, s, strlen(s));
}

int mu_buf_printf(struct mu_buf *b, const char *fmt, ...)
{
    char first[PRINTF_FIRST];
    va_list args;
    va_start(args, fmt);
    int made = vsnprintf(first, sizeof(first), fmt, args);
    va_end(args);
    mu_assert(made >= 0);
    size_t len = (size_t)made;
    if (len < sizeof(first))
        return mu_buf_add(b, first, len);
    if (mu_buf_room(b, len) < 0)
        return -1;
    va_start(args, fmt);
    vsnprintf(b->data + b->len, len + 1, fmt, args);
    va_end(args);
    b->len += len;
    return 0;
}

void mu_buf_cut(struct mu_buf *b, size_t len)
{
    mu_assert(len <= b->len);
    if (b->cap > 0) {
        b->len = len;
        b->data[len] = '\0';
    }
}

void mu_buf_reset(struct mu_buf *b)
{
    mu_buf_cut(b, 0);
    b->full = false;
}

static void forget(struct mu_buf *b)
{
    b->data = mu_buf_empty;
    b->len = 0;
    b->cap = 0;
    b->full = false;
}

void mu_buf_done(struct mu_buf *b)
{
    if (b->cap > 0)
        free(b->data);
    forget(b);
}

void mu_buf_wipe(struct mu_buf *b)
{
    if (b->cap > 0)
        explicit_bzero(b->data, b->cap);
    mu_buf_done(b);
}

char *mu_buf_take(struct mu_buf *b, size_t *ret_len)
{
    char *data = b->cap > 0 ? b->data : mu_xstrdup("");
    if (ret_len)
        *ret_len = b->len;
    forget(b);
    return data;
}
