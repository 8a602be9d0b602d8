/* SPDX-License-Identifier: Apache-2.0 */
/* Where a reader of rows gets its bytes from: UTF-8 in pieces, of any length. */
#ifndef MU_ADAPTER_FEED_BYTES_H
#define MU_ADAPTER_FEED_BYTES_H

#include <stddef.h>

#include "base/err.h"

/* 1: a piece, never empty, lent until the next call; 0: the end; -1. */
typedef int feed_more(void *arg, const char **ret, size_t *ret_len, struct mu_err *err);

enum {
    FEED_ROW_MAX = 1024 * 1024, /* bytes of one row or record */
    FEED_COLUMNS_MAX = 2000
};

#endif
