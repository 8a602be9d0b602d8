/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas of the OpenAPI document, from the unified schema's tables. */
#include "serve/openapi_schemas.h"

#include <stdio.h>

#include "base/str.h"
#include "model/schema.h"

enum { NAME = 40 };

static const char *const names[MU_KINDS] = {[MU_USER] = "User",
                                            [MU_GROUP] = "Group",
                                            [MU_ROLE] = "Role",
                                            [MU_MEMBERSHIP] = "RoleAssignment"};

static void typed(struct mu_jw *w, const char *name, const char *type)
{
    mu_jw_key(w, name);
    mu_jw_object(w);
    mu_jw_put_str(w, "type", type);
    mu_jw_end(w, '}');
}

static void begin(struct mu_jw *w, const char *name)
{
    mu_jw_key(w, name);
    mu_jw_object(w);
    mu_jw_put_str(w, "type", "object");
    mu_jw_key(w, "properties");
    mu_jw_object(w);
}

static void required(struct mu_jw *w, const char *const *members)
{
    mu_jw_key(w, "required");
    mu_jw_array(w);
    for (; *members; members++)
        mu_jw_str(w, *members);
    mu_jw_end(w, ']');
}

/* ---- entries ---- */

static void parts(struct mu_jw *w, const char *const *part)
{
    mu_jw_put_str(w, "type", "array");
    mu_jw_key(w, "items");
    mu_jw_object(w);
    mu_jw_put_str(w, "type", "object");
    mu_jw_key(w, "properties");
    mu_jw_object(w);
    for (; *part; part++)
        typed(w, *part, mu_streq(*part, "is_primary") ? "boolean" : "string");
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}

static void texts(struct mu_jw *w, const char *inner)
{
    mu_jw_key(w, inner);
    mu_jw_object(w);
    mu_jw_put_str(w, "type", "string");
    mu_jw_end(w, '}');
}

static void shape(struct mu_jw *w, const struct mu_attr *attr)
{
    switch (attr->shape) {
    case MU_SHAPE_LIST:
        parts(w, attr->parts);
        break;
    case MU_SHAPE_TEXTS:
        mu_jw_put_str(w, "type", "array");
        texts(w, "items");
        break;
    case MU_SHAPE_EXTRAS:
        mu_jw_put_str(w, "type", "object");
        texts(w, "additionalProperties");
        break;
    case MU_SHAPE_BOOL:
        mu_jw_put_str(w, "type", "boolean");
        break;
    default:
        mu_jw_put_str(w, "type", "string");
    }
    if (attr->shape == MU_SHAPE_TIME)
        mu_jw_put_str(w, "format", "date-time");
    if (attr->shape == MU_SHAPE_ENUM) {
        mu_jw_key(w, "enum");
        mu_jw_array(w);
        for (const char *const *choice = attr->choices; *choice; choice++)
            mu_jw_str(w, *choice);
        mu_jw_end(w, ']');
    }
}

static void entry(struct mu_jw *w, enum mu_kind kind)
{
    static const char *const id[] = {"id", NULL};
    const struct mu_schema *schema = mu_schema_of(kind);
    begin(w, names[kind]);
    for (size_t i = 0; i < schema->count; i++) {
        mu_jw_key(w, schema->attrs[i].name);
        mu_jw_object(w);
        shape(w, &schema->attrs[i]);
        mu_jw_put_str(w, "description", schema->attrs[i].help);
        mu_jw_end(w, '}');
    }
    mu_jw_key(w, "remote_data");
    mu_jw_object(w);
    mu_jw_put_str(w, "description", "the source's own record, when asked for");
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
    required(w, id);
    mu_jw_end(w, '}');
}

/* ---- envelopes ---- */

static void cursor(struct mu_jw *w, const char *name)
{
    mu_jw_key(w, name);
    mu_jw_object(w);
    mu_jw_key(w, "type");
    mu_jw_array(w);
    mu_jw_str(w, "string");
    mu_jw_str(w, "null");
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

static void reference(struct mu_jw *w, const char *key, enum mu_kind kind)
{
    char ref[NAME + 24];
    snprintf(ref, sizeof(ref), "#/components/schemas/%s", names[kind]);
    mu_jw_key(w, key);
    mu_jw_object(w);
    mu_jw_put_str(w, "$ref", ref);
    mu_jw_end(w, '}');
}

/* A list, or with key_by an object. */
static void result(struct mu_jw *w, enum mu_kind kind)
{
    mu_jw_key(w, "result");
    mu_jw_object(w);
    mu_jw_key(w, "oneOf");
    mu_jw_array(w);
    mu_jw_object(w);
    mu_jw_put_str(w, "type", "array");
    reference(w, "items", kind);
    mu_jw_end(w, '}');
    mu_jw_object(w);
    mu_jw_put_str(w, "type", "object");
    reference(w, "additionalProperties", kind);
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

static void list(struct mu_jw *w, enum mu_kind kind)
{
    static const char *const members[] = {"result",       "next_cursor",         "prev_cursor",
                                          "result_count", "is_partial_response", NULL};
    char name[NAME];
    snprintf(name, sizeof(name), "%sList", names[kind]);
    begin(w, name);
    result(w, kind);
    cursor(w, "next_cursor");
    cursor(w, "prev_cursor");
    typed(w, "result_count", "integer");
    typed(w, "is_partial_response", "boolean");
    mu_jw_end(w, '}');
    required(w, members);
    mu_jw_end(w, '}');
}

static void error(struct mu_jw *w)
{
    static const char *const members[] = {"statusCode", "error",      "message",
                                          "code",       "request_id", NULL};
    begin(w, "Error");
    typed(w, "statusCode", "integer");
    for (const char *const *m = &members[1]; *m; m++)
        typed(w, *m, "string");
    typed(w, "is_remote_error", "boolean");
    mu_jw_end(w, '}');
    required(w, members);
    mu_jw_end(w, '}');
}

/* A member of the user's schema, with one item where it is a list. */
static void of_user(struct mu_jw *w, const char *name)
{
    const struct mu_attr *attr = mu_schema_attr(MU_USER, name);
    mu_jw_key(w, name);
    mu_jw_object(w);
    shape(w, attr);
    if (attr->shape == MU_SHAPE_LIST) {
        mu_jw_put_int(w, "maxItems", 1);
    }
    mu_jw_end(w, '}');
}

/* What an invitation is asked for with, and what is told of it: the user as lists show them then. */
static void invitations(struct mu_jw *w)
{
    static const char *const carried[] = {"first_name", "last_name", "emails",
                                          "roles",      "groups",    NULL};
    static const char *const needed[] = {"emails", NULL};
    static const char *const shown[] = {"id",   "username",   "name",       "status",
                                        "type", "status_raw", "created_at", NULL};
    static const char *const told[] = {"id", "emails", "status", "run", NULL};
    begin(w, "NewUser");
    for (const char *const *name = carried; *name; name++)
        of_user(w, *name);
    mu_jw_end(w, '}');
    required(w, needed);
    mu_jw_put_bool(w, "additionalProperties", false);
    mu_jw_end(w, '}');
    begin(w, "InvitedUser");
    for (const char *const *name = carried; *name; name++)
        of_user(w, *name);
    for (const char *const *name = shown; *name; name++)
        of_user(w, *name);
    typed(w, "expires_at", "string");
    typed(w, "run", "integer");
    mu_jw_end(w, '}');
    required(w, told);
    mu_jw_end(w, '}');
}

void mu_openapi_components(struct mu_jw *w)
{
    mu_jw_key(w, "components");
    mu_jw_object(w);
    mu_jw_key(w, "schemas");
    mu_jw_object(w);
    for (int kind = 0; kind < MU_KINDS; kind++) {
        entry(w, (enum mu_kind)kind);
        list(w, (enum mu_kind)kind);
    }
    invitations(w);
    error(w);
    typed(w, "Object", "object");
    mu_jw_end(w, '}');
    mu_jw_key(w, "securitySchemes");
    mu_jw_object(w);
    mu_jw_key(w, "bearer");
    mu_jw_object(w);
    mu_jw_put_str(w, "type", "http");
    mu_jw_put_str(w, "scheme", "bearer");
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}
