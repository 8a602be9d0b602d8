/* SPDX-License-Identifier: Apache-2.0 */
/* The query parameters every resource of the unified directory takes, with the other names they are
 * known by; whatever else a query holds is a filter, or a mistake. */
#ifndef MU_SERVE_REST_PARAMS_H
#define MU_SERVE_REST_PARAMS_H

#include "base/str.h"
#include "model/schema.h"
#include "serve/http.h"

/* Documentation of them, for routes; ends with name NULL. */
extern const struct mu_param mu_list_params[], mu_get_params[], mu_create_params[];

/* Value of a parameter by its first name, under whichever of its names it was sent; NULL: not sent. */
const char *mu_rest_param(const struct mu_request *r, const char *name);

/* Under any of its names. */
bool mu_is_param(const char *name);

/* `user_id` of groups: those that user is in. A membership has a field of that name. */
static inline bool mu_is_groups_user(enum mu_kind kind, const char *name)
{
    return kind == MU_GROUP && mu_streq(name, "user_id");
}

/* Every name in the query is a parameter or (not for one entry) a filter of the kind: else MU_E_USAGE
 * with the nearest one. */
int mu_params_check(const struct mu_request *r, enum mu_kind kind, bool one, struct mu_err *err);

#endif
