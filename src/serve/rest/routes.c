/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of the unified directory, with their documentation. */
#include "serve/rest/rest.h"

#include "model/schema.h"
#include "serve/rest/list.h"
#include "serve/rest/params.h"

#define BASE "/unified/user-directory"

static const enum mu_kind users = MU_USER;

static const struct mu_route_doc list_users = {
    .summary = "List users", .tag = "Users", .params = mu_list_params, .answer = "UserList"};

const struct mu_route mu_rest_routes[] = {{"GET", BASE "/users", mu_rest_list, .need = "read",
                                           .resource = "users", .doc = &list_users, .arg = &users},
                                          {.method = NULL}};
