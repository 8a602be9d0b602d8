/* SPDX-License-Identifier: Apache-2.0 */
/* The query parameters every resource of the unified directory takes, with the other names they are
 * known by. */
#ifndef MU_SERVE_REST_PARAMS_H
#define MU_SERVE_REST_PARAMS_H

#include "serve/http.h"

/* Documentation of them, for routes; ends with name NULL. */
extern const struct mu_param mu_list_params[], mu_get_params[];

/* Value of a parameter by its first name, under whichever of its names it was sent; NULL: not sent. */
const char *mu_rest_param(const struct mu_request *r, const char *name);

#endif
