/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The unified user directory over REST: users, groups, roles, role assignments and who we are, as
 * lists and one by one, from the store. Entries are stored as the JSON that is served: answers are
 * put together from them without parsing, unless a request asks for something else.
 */
#ifndef MU_SERVE_REST_REST_H
#define MU_SERVE_REST_REST_H

#include "serve/http.h"

extern const struct mu_route mu_rest_routes[];

#endif
