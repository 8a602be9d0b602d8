/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a request asks of the directory, from its query: known parameters checked, filters put into one
 * expression (model/filter.h), everything else refused with the nearest name.
 *
 * Filters are fields of the schema: status=active, emails[email]=ada@example.test, groups[id][in]=71,72,
 * created_at[gte]=2026-01-01, name[like]=Ada*; or filter=EXPRESSION.
 */
#ifndef MU_SERVE_REST_ASK_H
#define MU_SERVE_REST_ASK_H

#include "model/filter.h"
#include "serve/rest/cursor.h"
#include "serve/rest/view.h"

enum mu_rest_format {
    MU_REST_UNIFIED,
    MU_REST_RAW,        /* records as the source sent them, in a bare list */
    MU_REST_NORMALIZED, /* the same in the envelope */
    MU_REST_STREAM      /* one entry a line, all of them */
};

enum { MU_ASK_FIELDS_MAX = 16, MU_LIMIT_MAX = 1000 };

/* A field, or a part of a list's items or an extra's name (NULL: the field itself). */
struct mu_ask_field {
    const struct mu_attr *attr;
    const char *part;
};

struct mu_asked {
    enum mu_kind kind;
    const struct mu_account_def *account;
    enum mu_rest_format format;
    long long limit;                /* 0: none */
    int64_t max_age;                /* seconds; -1: any */
    bool remote_data;               /* source's records inside of entries */
    const char *const *exclude;     /* fields to leave out, NULL-terminated; NULL: none */
    const char *key_by;             /* field; NULL: a list */
    const struct mu_filter *filter; /* NULL: all */
    const struct mu_attr *sort;     /* NULL: in order of id */
    bool descending;
    struct mu_ask_field fields[MU_ASK_FIELDS_MAX]; /* that filters and order look at */
    const char *names[MU_ASK_FIELDS_MAX];          /* of them, parallel */
    size_t field_count;
    const char *cursor; /* as sent; NULL: none */
    const char *what;   /* all that a cursor is bound to */
};

/* one: of a single entry, which takes no filters, order, limit or cursor. */
int mu_ask_read(struct mu_request *r, enum mu_kind kind, bool one, struct mu_asked *ret,
                struct mu_err *err);

/* Raw records are wanted. */
static inline bool mu_ask_raw(const struct mu_asked *ask)
{
    return ask->remote_data || ask->format == MU_REST_RAW || ask->format == MU_REST_NORMALIZED;
}

/* ---- inside of it: ask.c, ask_filter.c, params.c ---- */

/* The query's filters as one expression of model/filter.h, in the arena; NULL: none. MU_E_USAGE with
 * what there is. */
int mu_ask_filter(const struct mu_request *r, const struct mu_asked *ask, const char **ret,
                  struct mu_err *err);
/* Of the form of a filter on a field of the kind. */
bool mu_is_filter(struct mu_arena *arena, enum mu_kind kind, const char *name);
/* MU_E_USAGE with the fields there are. */
int mu_ask_no_field(const struct mu_request *r, enum mu_kind kind, const char *param,
                    const char *name, struct mu_err *err);

#endif
