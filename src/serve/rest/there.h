/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An empty list says that nobody fits. Where nobody could, because no entry has the field, or there is
 * no group of that id, it would mislead: "all have left this group". Such a request is refused.
 */
#ifndef MU_SERVE_REST_THERE_H
#define MU_SERVE_REST_THERE_H

#include "serve/rest/page.h"

/* Looks at entries until all the fields that were asked about are seen, and notes them in page->seen. */
int mu_there_look(struct mu_rest_page *page, struct mu_err *err);
/* MU_E_USAGE: a field that was not seen, where there are entries; with those that there are. */
int mu_there_fields(struct mu_rest_page *page, struct mu_err *err);

/* Ids that every entry asked for has to name: of its group, its role, its user. 0, MU_LATER, or -1 with
 * MU_E_USAGE when none of the values is an id that is known. */
int mu_there_ids(struct mu_request *r, struct mu_rest_page *page, struct mu_err *err);

#endif
