/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of the unified directory, with their documentation. */
#include "serve/rest/rest.h"

#include "model/schema.h"
#include "serve/rest/list.h"
#include "serve/rest/params.h"

#define BASE "/unified/user-directory"

static const enum mu_kind users = MU_USER, groups = MU_GROUP, roles = MU_ROLE,
                          memberships = MU_MEMBERSHIP;

static const char filters[] =
    "People who hold an open invitation and aren't in the snapshot yet stand among the others, "
    "with "
    "status invited and the id invited:ADDRESS (not in formats raw and normalized: the source has "
    "no "
    "record of them). They are those of the moment, on every page of a snapshot, and part of "
    "result_count and ETag. "
    "Every field of the schema is a filter: status=active, emails[email]=ada@example.test, "
    "groups[id][in]=71,72, created_at[gte]=2026-01-01, name[like]=Ada*. A field that no entry has "
    "is refused with a list of those that are there, and so is the id of a group or role that "
    "isn't there. Pages are those of one snapshot, whatever is "
    "read meanwhile: follow next_cursor until it is null.";

static const struct mu_route_doc list_users = {.summary = "List users",
                                               .about = filters,
                                               .tag = "Users",
                                               .filters = &users,
                                               .params = mu_list_params,
                                               .answer = "UserList",
                                               .line = "User",
                                               .marked = true};
static const struct mu_route_doc get_user = {.summary = "One user",
                                             .tag = "Users",
                                             .params = mu_get_params,
                                             .answer = "User",
                                             .marked = true};
static const struct mu_route_doc create_user = {
    .summary = "Invite a user",
    .about =
        "The invitation is planned, guarded and journalled as everything muster writes, and "
        "registered, so that nobody is asked twice: 409 when somebody of that address is there "
        "or invited. The body is a user: first_name, last_name, emails with one email, groups "
        "with one id or name, and roles with one id, or none. Until it is accepted and read, the "
        "user's id is invited:ADDRESS, and status_raw says how the invitation stands. An answer "
        "that never came is a "
        "502 that says so: don't ask again then.",
    .tag = "Users",
    .params = mu_create_params,
    .body = "NewUser",
    .example = "{\"first_name\": \"Ada\", \"last_name\": \"Berg\", \"emails\": [{\"email\": "
               "\"ada@example.test\"}], \"groups\": [{\"name\": \"EMEA Sales\"}]}",
    .answer = "InvitedUser",
    .status = 201};
static const struct mu_route_doc list_groups = {
    .summary = "List groups",
    .about =
        "Filters and pages are as those of users; user_id=ID gives the groups that user is in.",
    .tag = "Groups",
    .filters = &groups,
    .params = mu_list_params,
    .answer = "GroupList",
    .line = "Group",
    .marked = true};
static const struct mu_route_doc get_group = {.summary = "One group",
                                              .tag = "Groups",
                                              .params = mu_get_params,
                                              .answer = "Group",
                                              .marked = true};
static const struct mu_route_doc list_roles = {.summary = "List roles",
                                               .about = "Filters and pages are as those of users.",
                                               .tag = "Roles",
                                               .filters = &roles,
                                               .params = mu_list_params,
                                               .answer = "RoleList",
                                               .line = "Role",
                                               .marked = true};
static const struct mu_route_doc get_role = {.summary = "One role",
                                             .tag = "Roles",
                                             .params = mu_get_params,
                                             .answer = "Role",
                                             .marked = true};
static const struct mu_route_doc list_assignments = {
    .summary = "List role assignments",
    .about = "Who belongs where, and as what: a record for each user in each group. Also under "
             "role_assignments. Filters and pages are as those of users: user_id=, group_id=, "
             "role_id=. An invited person has none before the invitation is accepted.",
    .tag = "Role assignments",
    .filters = &memberships,
    .params = mu_list_params,
    .answer = "RoleAssignmentList",
    .line = "RoleAssignment",
    .marked = true};
static const struct mu_route_doc get_assignment = {
    .summary = "One role assignment",
    .about = "Its id is GROUP/USER, so that the slash is sent as %2F.",
    .tag = "Role assignments",
    .params = mu_get_params,
    .answer = "RoleAssignment",
    .marked = true};
static const struct mu_route_doc me = {
    .summary = "Whose credential is used",
    .about = "A list of one: the user that the account's credential belongs to.",
    .tag = "Users",
    .params = &mu_get_params[1],
    .answer = "UserList",
    .marked = true};

#define LIST(path, kind, what, document)                                                       \
    {                                                                                          \
        "GET", BASE path, mu_rest_list, .need = "list", .resource = (what), .doc = (document), \
                                        .arg = &(kind)                                         \
    }
#define GET(path, kind, what, document)                                           \
    {                                                                             \
        "GET", BASE path "/{id}", mu_rest_get, .need = "get", .resource = (what), \
                                               .doc = (document), .arg = &(kind)  \
    }

/* role_assignments is the same under the name of others, and not documented twice. */
const struct mu_route mu_rest_routes[] = {
    LIST("/users", users, "users", &list_users),
    {"POST", BASE "/users", mu_rest_create, .need = "create", .resource = "users", .blocks = true,
     .body_max = 16 << 10, .doc = &create_user},
    GET("/users", users, "users", &get_user),
    LIST("/groups", groups, "groups", &list_groups),
    GET("/groups", groups, "groups", &get_group),
    LIST("/roles", roles, "roles", &list_roles),
    GET("/roles", roles, "roles", &get_role),
    LIST("/role-assignments", memberships, "role-assignments", &list_assignments),
    GET("/role-assignments", memberships, "role-assignments", &get_assignment),
    LIST("/role_assignments", memberships, "role-assignments", NULL),
    GET("/role_assignments", memberships, "role-assignments", NULL),
    {"GET", BASE "/me", mu_rest_me, .need = "list", .resource = "me", .doc = &me},
    {.method = NULL}};
