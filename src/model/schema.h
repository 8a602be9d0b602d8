/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The unified user-directory schema as a table: which fields a user, group, role or membership has,
 * and of what shape. Mapping files are checked against it, output columns and filters come from it,
 * diffs print its names. Names and shapes follow the well-known unified user-directory schema
 * (users, groups, roles, role assignments); `status_raw`, `attributes` and the membership's
 * `source` are additions of ours.
 *
 * An entry is a JSON object with these members in this order. Absent means unknown; there are no
 * nulls and no empty lists in a stored entry. Ids are text. Times are RFC 3339 with the offset as
 * received. Decimals are text.
 */
#ifndef MU_MODEL_SCHEMA_H
#define MU_MODEL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum mu_kind { MU_USER, MU_GROUP, MU_ROLE, MU_MEMBERSHIP, MU_KINDS };

enum mu_shape {
    MU_SHAPE_TEXT,
    MU_SHAPE_BOOL,
    MU_SHAPE_TIME,
    MU_SHAPE_ENUM,  /* one of choices */
    MU_SHAPE_LIST,  /* list of objects with the fields in `parts` */
    MU_SHAPE_TEXTS, /* list of texts */
    MU_SHAPE_EXTRAS /* object of declared extras: name -> text */
};

struct mu_attr {
    const char *name;
    enum mu_shape shape;
    const char *const *choices; /* MU_SHAPE_ENUM: NULL-terminated */
    /* MU_SHAPE_LIST: NULL-terminated names; all text but is_primary, a bool */
    const char *const *parts;
    bool pii; /* personal data: masked by --redact and in logs */
    const char *help;
};

struct mu_schema {
    enum mu_kind kind;
    const char *name;   /* "user" */
    const char *plural; /* "users" */
    const struct mu_attr *attrs;
    size_t count;
};

const struct mu_schema *mu_schema_of(enum mu_kind kind);
const struct mu_attr *mu_schema_attr(enum mu_kind kind, const char *name); /* NULL: no such field */

/* "user", "users", ... -> kind; false when unknown. "members" and "memberships" both mean
 * MU_MEMBERSHIP. */
bool mu_kind_parse(const char *name, enum mu_kind *ret);

#endif
