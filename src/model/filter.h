/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions on entries: `status=inactive`, `emails.email~*@example.test`, `groups.id=71 and not
 * roles.id=admin`. FIELD OP VALUE joined by `and`, `or`, `not`, parentheses. OP: = != (folded
 * compare), ~ (glob, folded), < > <= >= (times and integers), `FIELD?` (present). FIELD is a schema
 * name, with `.part` for lists and `attributes.NAME` for extras; a list matches when one of its
 * items does. Values with spaces are quoted with ". At most 4 KiB, 64 conditions, depth 16. Errors
 * name the position and the nearest field name (MU_E_USAGE).
 */
#ifndef MU_MODEL_FILTER_H
#define MU_MODEL_FILTER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"
#include "model/schema.h"

struct mu_filter;

int mu_filter_parse(struct mu_arena *arena, enum mu_kind kind, const char *text,
                    const struct mu_filter **ret, struct mu_err *err);
/* FIELD may also be one of `facts` (NULL-terminated; NULL: none): single values that the caller
 * lays beside an entry's own members before matching. */
int mu_filter_parse_facts(struct mu_arena *arena, enum mu_kind kind, const char *const *facts,
                          const char *text, const struct mu_filter **ret, struct mu_err *err);
/* A test for equality that every match passes; values are folded. */
struct mu_filter_equal {
    const struct mu_attr *attr;
    const char *part;          /* NULL: the field itself */
    const char *const *values; /* any of them; NULL-terminated, in the arena */
};
/* One that tells entries apart well: of an enum there is none. False: the filter has none. */
bool mu_filter_equal(struct mu_arena *arena, const struct mu_filter *filter,
                     struct mu_filter_equal *ret);
/* The same of a test by a pattern; values are folded patterns (mu_glob). */
bool mu_filter_like(struct mu_arena *arena, const struct mu_filter *filter,
                    struct mu_filter_equal *ret);
/* Each test for equality, enums among them; for the caller's moment. */
void mu_filter_equals(struct mu_arena *arena, const struct mu_filter *filter,
                      void (*each)(void *arg, const struct mu_filter_equal *equal), void *arg);
/* Every field that the filter looks at, once for each test of it. */
void mu_filter_fields(const struct mu_filter *filter,
                      void (*each)(void *arg, const struct mu_attr *attr, const char *part),
                      void *arg);
/* Every text of the entry that such a test compares with, as it stands there. */
void mu_filter_texts(const struct mu_attr *attr, const char *part, const struct mu_doc *doc,
                     void (*each)(void *arg, const char *text), void *arg);

/* NULL filter matches all */
bool mu_filter_match(const struct mu_filter *filter, const struct mu_doc *doc);

#endif
