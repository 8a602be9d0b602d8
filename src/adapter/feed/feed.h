/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files as sources: what an HRIS exports. `csv` reads rows under a header, `jsonl` reads JSON
 * objects, one a line or the items of a list. Behind them both are the same: a file that is doubted
 * before and after (file.h), a reader of rows, and mappings of the account's `shape`
 * (mappings/feed-SHAPE/), which turn each row into a user and what the row says of departments and
 * the like into groups and memberships.
 *
 * Of a row only the members some mapping looks for are taken: salaries and birthdays never reach the
 * store. Known of exports: half of one looks like a whole one; a report's columns change without
 * notice; empty columns are left out of JSON; several values stand in one cell with `; ` between
 * them; spreadsheets turn ids into 1.23E+10.
 */
#ifndef MU_ADAPTER_FEED_FEED_H
#define MU_ADAPTER_FEED_FEED_H

#include "adapter/adapter.h"

extern const struct mu_adapter mu_adapter_csv, mu_adapter_jsonl;

#endif
