/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two lists that must tell the same story. A list read for each parent (members of a group) has no
 * total of its own, so a short one can't be seen by itself; but records of another resource name
 * their parent (`fetch: counted:` in the mapping). Here is added up who does, and who was on each
 * parent's list. A row that names another parent than the one asked for shows that the server
 * ignored what it was asked.
 */
#ifndef MU_ENGINE_CROSSCHECK_H
#define MU_ENGINE_CROSSCHECK_H

#include "engine/verdict.h"

struct mu_crosscheck;

/* For the resources of a read (NULL-terminated, lent for its time). Never NULL; does nothing when
 * none is counted. */
struct mu_crosscheck *mu_crosscheck_new(const struct mu_resource *const *resources);
void mu_crosscheck_free(struct mu_crosscheck *c); /* NULL is fine */

/* A page that came, before its records; only lists of parents count. */
void mu_crosscheck_list(struct mu_crosscheck *c, const struct mu_page *page);
/* Hot: once per record of any resource. id: of the entry made of it; NULL: it can't be used. */
void mu_crosscheck_record(struct mu_crosscheck *c, const struct mu_resource *r,
                          const struct mu_doc *record, const char *id);

/* Fills e->lists, for lists that came; a finding for rows of others. After a read that failed at the
 * lists those that didn't come are no business of this one. */
void mu_crosscheck_judge(const struct mu_crosscheck *c, struct mu_evidence *e);

#endif
