/* SPDX-License-Identifier: Apache-2.0 */
/* Which route a request is for, and which methods a path knows. */
#ifndef MU_SERVE_ROUTE_H
#define MU_SERVE_ROUTE_H

#include "serve/target.h"

/*
 * Finds the route of a method ("HEAD" is asked for as "GET") and fills args. MU_E_MISSING: no such
 * path, with the nearest known one. MU_E_UNSUPPORTED: the path exists, not with that method; then
 * *ret_allow is set ("GET, HEAD, OPTIONS", in the arena).
 */
int mu_route_find(struct mu_arena *arena, const struct mu_route *const *tables, const char *method,
                  const struct mu_target *target, const struct mu_route **ret,
                  const char *args[MU_ROUTE_ARGS_MAX], const char **ret_allow, struct mu_err *err);

#endif
