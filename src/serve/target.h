/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The target of a request taken apart: path and query, percent-decoded once, each part by itself, so
 * that %2F inside of an id is not a separator. What is not well formed is refused, never mended: bad
 * percent signs, NULs, bytes that are not UTF-8, `.` and `..` as parts of the path, more parts or
 * parameters than http.h names.
 */
#ifndef MU_SERVE_TARGET_H
#define MU_SERVE_TARGET_H

#include "serve/http.h"

struct mu_target {
    const char *segments[MU_SEGMENTS_MAX]; /* of the path, decoded; "/" has none */
    size_t segment_count;
    bool slash_at_end; /* "/users/" */
    bool parsed;       /* the rest is set */
    const struct mu_pair *query;
    size_t query_count;
};

/* MU_E_USAGE or MU_E_LIMIT with what is wrong where. Everything lives in the arena. */
int mu_target_parse(struct mu_arena *arena, const char *target, struct mu_target *ret,
                    struct mu_err *err);

/* `a=1&b=2` by itself, also as a form's body. */
int mu_query_parse(struct mu_arena *arena, const char *text, size_t len, const struct mu_pair **ret,
                   size_t *ret_count, struct mu_err *err);

/* Percent-encodes everything but unreserved characters; appended. */
void mu_percent_into(struct mu_buf *to, const char *s);

#endif
