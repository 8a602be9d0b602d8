/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns by their names. A mapping's name finds the column that is called so; else the only one
 * that is called so but for letter case, blanks, `_`, `-` and `.` (`Work Email`, `work_email`,
 * `workEmail`).
 */
#ifndef MU_ADAPTER_FEED_HEADER_H
#define MU_ADAPTER_FEED_HEADER_H

#include "adapter/feed/csv.h"

struct header {
    const char *const *columns; /* as written, blanks around them removed; NULL-terminated */
    size_t count;
    const char *const *names; /* as given to header_read */
    const int *at;            /* for each name its column, -1: none */
};

/* Refuses columns without a name or with the same one, and names that two columns could be. All in
 * the arena. */
int header_read(struct mu_arena *arena, const struct csv_row *row, const char *const *names,
                struct header *ret, struct mu_err *err);

#endif
