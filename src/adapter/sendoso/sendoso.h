/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sendoso as a source and a target: users, team groups and their members over REST v3, roles and inactive people
 * over SCIM where a credential for it is given.
 *
 * Known of the vendor (developer.sendoso.com, read 2026): lists page by page/per_page (at most
 * 100); the members of a group are one bare array; /users shows active people only, without role or
 * status; ids come as numbers or text, money as either, every field may be null; errors have three
 * shapes and no codes; ten requests a second, and whoever is faster is blocked for a time nobody
 * states. What is a list, how it pages and what its total is called stands in mappings/sendoso/.
 *
 * As a target its objects are users: `name` is the e-mail address as Sendoso has it, `key` that
 * folded, `native` the user's id. Attributes, one value each: email, first_name, last_name, role
 * (regular, manager, admin; known over SCIM alone, or from an invitation of ours), team_group (the
 * group's id; wanted by name or id), active (true, false: setting aside) and status (active,
 * inactive, invited). Who holds an invitation of ours (store/invitations.h) is an object too, without
 * a native id. Groups are Sendoso's own. What is asked of a person comes from
 * mappings/sendoso/provision.yaml. Without SCIM only inviting is possible; the rest is a person's.
 */
#ifndef MU_ADAPTER_SENDOSO_SENDOSO_H
#define MU_ADAPTER_SENDOSO_SENDOSO_H

#include "adapter/adapter.h"

extern const struct mu_adapter mu_adapter_sendoso;

#endif
