/* SPDX-License-Identifier: Apache-2.0 */
/* The unified schema's tables, and lookup by name. */
#include "model/schema.h"

#include <string.h>

#include "base/macros.h"
#include "base/str.h"

static const char *const user_status[] = {"active", "inactive", "deleted", "invited", NULL};
static const char *const group_types[] = {"team", "department", "group", "product", NULL};
static const char *const role_places[] = {"group", "workspace", NULL};
static const char *const email_parts[] = {"email", "type", "is_primary", NULL};
static const char *const phone_parts[] = {"number", "extension", "type", NULL};
static const char *const role_parts[] = {"id", "name", "group", "organization", "workspace", NULL};
static const char *const group_parts[] = {"id", "name", "organization", NULL};
static const char *const organization_parts[] = {"id", "name", NULL};

static const struct mu_attr user_attrs[] = {
    {.name = "id", .help = "id on the source, as text"},
    {.name = "external_id",
     .help = "id under which another interface of the source knows the user"},
    {.name = "username", .pii = true, .help = "name the user signs in with"},
    {.name = "first_name", .pii = true, .help = "given name"},
    {.name = "last_name", .pii = true, .help = "family name"},
    {.name = "name", .pii = true, .help = "whole name as shown to people"},
    {.name = "title", .help = "what the user does"},
    {.name = "emails",
     .shape = MU_SHAPE_LIST,
     .parts = email_parts,
     .pii = true,
     .help = "addresses as received; they match by case fold"},
    {.name = "phones",
     .shape = MU_SHAPE_LIST,
     .parts = phone_parts,
     .pii = true,
     .help = "telephone numbers"},
    {.name = "status",
     .shape = MU_SHAPE_ENUM,
     .choices = user_status,
     .help = "active, inactive, deleted or invited"},
    {.name = "status_raw", .help = "the source's own word for the status"},
    {.name = "type", .help = "kind of user: admin, end_user, service-account, user"},
    {.name = "roles", .shape = MU_SHAPE_LIST, .parts = role_parts, .help = "roles held, and where"},
    {.name = "groups",
     .shape = MU_SHAPE_LIST,
     .parts = group_parts,
     .help = "groups the user is in"},
    {.name = "organizations",
     .shape = MU_SHAPE_LIST,
     .parts = organization_parts,
     .help = "organizations the user belongs to"},
    {.name = "manager", .help = "id of the user's manager"},
    {.name = "avatar", .pii = true, .help = "address of a picture"},
    {.name = "timezone", .help = "IANA time zone"},
    {.name = "languages", .shape = MU_SHAPE_TEXTS, .help = "language tags, preferred first"},
    {.name = "created_at", .shape = MU_SHAPE_TIME, .help = "when the user was made"},
    {.name = "updated_at", .shape = MU_SHAPE_TIME, .help = "when the user last changed"},
    {.name = "last_login_at", .shape = MU_SHAPE_TIME, .help = "when the user last signed in"},
    {.name = "attributes", .shape = MU_SHAPE_EXTRAS, .pii = true, .help = "declared extras"},
};

static const struct mu_attr group_attrs[] = {
    {.name = "id", .help = "id on the source, as text"},
    {.name = "name", .help = "the group's name"},
    {.name = "description", .help = "what the group is for"},
    {.name = "group_type",
     .shape = MU_SHAPE_ENUM,
     .choices = group_types,
     .help = "team, department, group or product"},
    {.name = "organization", .help = "id of the organization it belongs to"},
    {.name = "parent", .help = "id of the group above"},
    {.name = "created_at", .shape = MU_SHAPE_TIME, .help = "when the group was made"},
    {.name = "updated_at", .shape = MU_SHAPE_TIME, .help = "when the group last changed"},
    {.name = "attributes", .shape = MU_SHAPE_EXTRAS, .help = "declared extras, such as budgets"},
};

static const struct mu_attr role_attrs[] = {
    {.name = "id", .help = "id on the source, as text"},
    {.name = "name", .help = "the role's name"},
    {.name = "label", .help = "the name people see"},
    {.name = "description", .help = "what the role allows"},
    {.name = "type", .help = "kind of role"},
    {.name = "applicable_in",
     .shape = MU_SHAPE_ENUM,
     .choices = role_places,
     .help = "where the role holds: group or workspace"},
    {.name = "attributes", .shape = MU_SHAPE_EXTRAS, .help = "declared extras"},
};

static const struct mu_attr membership_attrs[] = {
    {.name = "id", .help = "GROUP/USER, made from the two ids"},
    {.name = "user_id", .help = "the user"},
    {.name = "group_id", .help = "the group the user is in"},
    {.name = "role_id", .help = "role the user has there"},
    {.name = "source", .help = "where the membership was seen"},
    {.name = "attributes", .shape = MU_SHAPE_EXTRAS, .help = "declared extras, such as a balance"},
};

static const struct mu_schema schemas[MU_KINDS] = {
    [MU_USER] = {MU_USER, "user", "users", user_attrs, MU_LEN(user_attrs)},
    [MU_GROUP] = {MU_GROUP, "group", "groups", group_attrs, MU_LEN(group_attrs)},
    [MU_ROLE] = {MU_ROLE, "role", "roles", role_attrs, MU_LEN(role_attrs)},
    [MU_MEMBERSHIP] = {MU_MEMBERSHIP, "membership", "memberships", membership_attrs,
                       MU_LEN(membership_attrs)},
};

const struct mu_schema *mu_schema_of(enum mu_kind kind)
{
    mu_assert((unsigned)kind < MU_KINDS);
    return &schemas[kind];
}

const struct mu_attr *mu_schema_attr(enum mu_kind kind, const char *name)
{
    const struct mu_schema *schema = mu_schema_of(kind);
    for (size_t i = 0; i < schema->count; i++)
        if (strcmp(schema->attrs[i].name, name) == 0)
            return &schema->attrs[i];
    return NULL;
}

bool mu_kind_parse(const char *name, enum mu_kind *ret)
{
    for (unsigned kind = 0; kind < MU_KINDS; kind++) {
        if (mu_streq(name, schemas[kind].name) || mu_streq(name, schemas[kind].plural)) {
            *ret = (enum mu_kind)kind;
            return true;
        }
    }
    if (mu_streq(name, "member") || mu_streq(name, "members")) {
        *ret = MU_MEMBERSHIP;
        return true;
    }
    return false;
}
