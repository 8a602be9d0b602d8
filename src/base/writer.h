/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One way to print a table of results, three faces: text (aligned columns, for people), json (one
 * document: an array of objects, or one object), csv (RFC 4180, with a leading ' before = + - @ so
 * that no spreadsheet runs a cell). Rows are streamed; nothing is kept but text column widths of
 * the first 1,000 rows. Output goes to a FILE the caller owns. Write errors (EPIPE, full disk) are
 * reported by mu_writer_close.
 *
 *     w = mu_writer_new(stdout, MU_FORMAT_TEXT, columns, n);
 *     mu_writer_row(w, values, json_values);  ...
 *     if (mu_writer_close(w, err) < 0) ...
 */
#ifndef MU_BASE_WRITER_H
#define MU_BASE_WRITER_H

#include <stdio.h>

#include "base/err.h"

enum mu_format { MU_FORMAT_TEXT, MU_FORMAT_JSON, MU_FORMAT_CSV };

struct mu_writer;

struct mu_writer *mu_writer_new(FILE *to, enum mu_format format, const char *const *columns,
                                size_t count);

/*
 * values: count texts, NULL for none. json: the row as a whole JSON object text for the json face,
 * or NULL to make
 * one from columns and values (all strings).
 */
void mu_writer_row(struct mu_writer *w, const char *const *values, const char *json);
int mu_writer_close(struct mu_writer *w, struct mu_err *err); /* frees, also on failure */

#endif
