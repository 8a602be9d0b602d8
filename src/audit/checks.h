/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an audit looks for, as data: mappings/audit/checks.yaml, and a site's own files of that form.
 *
 *     kind: checks
 *     checks:
 *       balance-high:
 *         title: people with more money than they need   # of the check
 *         severity: medium
 *         about: user                                     # or group; user by default
 *         needs: roles                                    # optional: skipped where nobody has a role
 *         when: status = active and balance > {limit}     # the language of --filter, and facts
 *         count: {min: 1, max: "{limit}"}                 # optional: one finding, when there are fewer or more
 *         history: roles                                  # optional: since when this field is as it is, and by whom
 *         params: {limit: 500}                            # null: has to be set by the site before the check runs
 *         finding: "{label} has {balance}"                # {parameter}, {fact}, {field}, {label}, {id}, {email}
 *         detail: "..."                                   # optional: the evidence in words
 *         advice: Move what is not needed back.         # plain text
 *
 * In place of `about` and `when`, `builtin: NAME` names a check in C (auditing.h). In `when` a
 * parameter that is a list stands for any of its items: `domain = {domains}`.
 *
 * Facts of users: group_count, balance, domain (folded), strength, age_days. Of groups: people, active_people,
 * managers, balances, team_budget, budget_left.
 *
 * Everything wrong is MU_E_CONFIG with file, line, and the fix.
 */
#ifndef MU_AUDIT_CHECKS_H
#define MU_AUDIT_CHECKS_H

#include "engine/config_audit.h"
#include "model/filter.h"

enum { MU_CHECKS_MAX = 500, MU_CHECK_PARAMS_MAX = 16 };

struct mu_param {
    const char *name;
    const char *const *values;
    size_t count; /* 0: not set */
    bool list;
};

/* What has to be known of an account for a check to say anything. */
enum mu_check_needs { MU_NEEDS_NOTHING, MU_NEEDS_ROLES };

struct mu_check {
    const char *name, *title;
    const char *rule; /* FILE:LINE */
    const struct mu_y *at;
    int severity, about; /* enum mu_severity, enum mu_kind */
    enum mu_check_needs needs;
    bool off;
    const struct mu_param *lacks; /* a parameter that is needed and not set; NULL */
    const struct mu_filter *when; /* NULL: built in, or something is lacking */
    const char *builtin;
    bool counted;
    int64_t min, max; /* counted; max -1: any number */
    const char *history;
    struct mu_param *params;
    size_t param_count;
    const char *finding, *detail, *advice;
};

/*
 * The shipped checks, those of `rules` (NULL-terminated files), and the site's settings on top:
 * name -> off, on, or {severity, parameters}. In the order of the files.
 */
int mu_checks_load(struct mu_arena *arena, const char *shipped, const char *const *rules,
                   const struct mu_y *settings, const struct mu_check **ret, size_t *ret_count,
                   struct mu_err *err);

/* One file alone, as `muster map check` does. */
int mu_checks_load_file(struct mu_arena *arena, const char *path, size_t *ret_count,
                        struct mu_err *err);

/* NULL: no such parameter. */
const struct mu_param *mu_check_param(const struct mu_check *check, const char *name);
/* The only value of one; NULL: not set. */
const char *mu_check_value(const struct mu_check *check, const char *name);
/* "a, b". Arena. */
const char *mu_param_text(struct mu_arena *arena, const struct mu_param *param);

/* ---- checks_params.c ---- */

/* Defaults of a check, then the site's over them: node is the mapping below `params`, settings that
 * of the site without `severity`; either may be NULL. */
int mu_params_read(struct mu_arena *arena, const struct mu_y *node, const struct mu_y *settings,
                   struct mu_check *check, struct mu_err *err);

/* A condition with parameters put in, as mu_filter_parse takes it. *ret NULL: check->lacks. */
int mu_params_into(struct mu_arena *arena, struct mu_check *check, const struct mu_y *at,
                   const char **ret, struct mu_err *err);

/* ---- text with {names} in it ---- */

/* What a name stands for; NULL: no such name. */
typedef const char *mu_text_lookup(void *arg, const char *name);
/* Calls back for each name; a name nobody knows makes *ret_unknown (may be NULL) that name. Arena. */
const char *mu_text_fill(struct mu_arena *arena, const char *text, mu_text_lookup *lookup,
                         void *arg, const char **ret_unknown);

#endif
