/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of one kind as rows: which columns a person wants to see, and all of them for csv. Groups
 * are shown by name, members by name too: that needs the snapshot they are in.
 */
#ifndef MU_CLI_TABLE_H
#define MU_CLI_TABLE_H

#include "cli/session.h"

struct mu_table;

/* Columns by the format of the session. The table uses the session's store until it is freed. */
int mu_table_new(struct mu_cli *cli, enum mu_kind kind, const char *account, int64_t snapshot,
                 struct mu_table **ret, struct mu_err *err);
void mu_table_free(struct mu_table *table);
const char *const *mu_table_columns(const struct mu_table *table, size_t *ret_count);

/* The document of the next row; lent until the one after it, as are its cells. */
int mu_table_doc(struct mu_table *table, const struct mu_entry *entry, const struct mu_doc **ret,
                 struct mu_err *err);
/* NULL: the store failed, *err says how. */
const char *const *mu_table_cells(struct mu_table *table, const struct mu_doc *doc,
                                  struct mu_err *err);
/* a row of nothing, where only the JSON text counts */
const char *const *mu_table_no_cells(struct mu_table *table);

/* A value as one line of text: a scalar as is, an object as `part=text, part=text`. */
const char *mu_table_item(struct mu_arena *arena, const struct mu_doc *value);

#endif
