/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two lists that must tell the same story. A list read for each parent (members of a group) has no
 * total of its own, so a short one can't be seen by itself; but records of another resource name
 * their parent (`fetch: counted:` in the mapping). Here is counted how many do, and how many rows
 * each parent's list had.
 */
#ifndef MU_ENGINE_CROSSCHECK_H
#define MU_ENGINE_CROSSCHECK_H

#include "engine/verdict.h"

struct mu_crosscheck;

/* For the resources of a read (NULL-terminated, lent for its time). Never NULL; does nothing when
 * none is counted. */
struct mu_crosscheck *mu_crosscheck_new(const struct mu_resource *const *resources);
void mu_crosscheck_free(struct mu_crosscheck *c); /* NULL is fine */

/* Hot: once per record of any resource. */
void mu_crosscheck_record(struct mu_crosscheck *c, const struct mu_resource *r,
                          const struct mu_doc *record);
/* A page that came; only lists of parents count. */
void mu_crosscheck_list(struct mu_crosscheck *c, const struct mu_page *page);

/* Adds a finding for lists that came and don't fit. Parents whose list didn't come are no business
 * of this one. */
void mu_crosscheck_judge(const struct mu_crosscheck *c, struct mu_evidence *e);

#endif
