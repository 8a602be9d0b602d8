/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is served, told from the tables that route: as an OpenAPI 3.1 document at /openapi.json, and for
 * people at /docs (serve/docs.h).
 *
 * Names that a route's documentation may use for bodies and answers: User, Group, Role, RoleAssignment
 * and each of them with List behind it (from model/schema.h), NewUser, InvitedUser, Error,
 * and Object for any object.
 */
#ifndef MU_SERVE_OPENAPI_H
#define MU_SERVE_OPENAPI_H

#include "serve/http.h"

/* One JSON document; always the same for the same tables. */
void mu_openapi_write(const struct mu_route *const *tables, struct mu_buf *to);

extern const struct mu_route mu_openapi_routes[];

/* ---- what the page for people needs, too ---- */

/* Calls `each` for every parameter of a route: those of its documentation, what its path says beyond
 * them, and the fields that are filters. The parameter is lent. */
void mu_openapi_params(const struct mu_route *route,
                       void (*each)(void *arg, const struct mu_param *param), void *arg);
/* The pattern as OpenAPI writes it: "{rest*}" is "{rest}". */
void mu_openapi_path(const struct mu_route *route, struct mu_buf *to);

#endif
