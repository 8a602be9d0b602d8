/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that a token can open, by name, method and tags: so that a new token that would open nothing
 * is refused with what would, and so that routes and tools are asked for by the same words.
 */
#ifndef MU_SERVE_EXPOSED_H
#define MU_SERVE_EXPOSED_H

#include "engine/config.h"
#include "serve/auth.h"

struct mu_exposed {
    const char *name;   /* "users", "proxy", "list_all_sendoso_users" */
    const char *method; /* "list", "get", "create", "update", "delete", "custom" */
    const char *const *tags;
};

struct mu_exposures {
    const struct mu_exposed *list;
    size_t count;
};

/* What the HTTP interface has, and the tools of the shipped mappings and the site's. Lives in the
 * arena. */
int mu_exposed_load(struct mu_arena *arena, const struct mu_config *config,
                    struct mu_exposures *ret, struct mu_err *err);

/* Tags of a resource of the HTTP interface; NULL: it has none. */
const char *const *mu_exposed_tags(const char *name);

/* Checks the words of a new token, and that they leave something open. MU_E_USAGE: an unknown
 * method, name or tag, with the nearest; MU_E_REFUSED: nothing is left, with what would be. */
int mu_exposed_check(const struct mu_exposures *all, const struct mu_grant *grant,
                     struct mu_err *err);

#endif
