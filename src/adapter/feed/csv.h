/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows out of CSV, as RFC 4180 says and without repairing anything: fields between a delimiter,
 * quoted ones may hold delimiters, line ends and doubled quotes; a row ends with CRLF, LF or CR, the
 * last one may end with the file. Blanks belong to the field. Empty lines are passed over.
 *
 * A row that breaks these rules, isn't UTF-8 or holds a NUL is told as such, with its line, and the
 * next line begins a new one. A quoted field that is never closed and a row over FEED_ROW_MAX are
 * errors: what comes behind can't be told apart.
 */
#ifndef MU_ADAPTER_FEED_CSV_H
#define MU_ADAPTER_FEED_CSV_H

#include <stdint.h>

#include "adapter/feed/bytes.h"
#include "base/arena.h"

struct csv;

struct csv_field {
    const char *text; /* NUL-terminated */
    size_t len;
};

struct csv_row {
    int64_t line; /* where it begins, from 1 */
    const struct csv_field *fields;
    size_t count;
    const char *bad; /* why it can't be used; NULL: it can. Its fields are no good then. */
};

/* delimiter 0: the one of `,;|` and tab that the first line, outside of quotes, holds most. */
struct csv *csv_new(char delimiter, feed_more *more, void *arg);
void csv_free(struct csv *c); /* NULL is fine */

/* 1: a row, lent until the next call; 0: the end; -1: MU_E_DATA, MU_E_LIMIT, or what `more` said. */
int csv_next(struct csv *c, struct csv_row *ret, struct mu_err *err);

/* Known once the first row was read, when it was to be found. */
char csv_delimiter(const struct csv *c);

#endif
