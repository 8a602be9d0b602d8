/* SPDX-License-Identifier: Apache-2.0 */
/* The policy inside of a plan in the making; private to engine/plan*.c. */
#ifndef MU_ENGINE_PLAN_POLICY_H
#define MU_ENGINE_PLAN_POLICY_H

#include "engine/planner.h"

/* plan_groups.c: the groups that rules name, after both sides are read. Where the target resolves
 * names it is asked, and what it says is written `id:X`; else it is the group's name as it stands
 * on the target or in the source, whose groups the plan makes there. find: MU_E_CONFIG
 * says what isn't there, not where the rule stands. */
struct plan_groups;
int plan_groups_new(struct planner *p, struct plan_groups **ret, struct mu_err *err);
int plan_groups_find(const struct plan_groups *g, const struct mu_policy_rule *rule,
                     const char **ret, struct mu_err *err);
void plan_groups_free(struct plan_groups *g); /* NULL is fine */

/* Const once it is loaded, so that the thread that maps ahead shares it. */
struct plan_policy {
    const struct mu_policy *policy;
    int64_t now;                    /* all are decided as of this moment */
    const struct mu_doc **contexts; /* of each rule, for the target's mapping; NULL: it excludes */
};

/* After both sides are read. A rule whose group isn't there is MU_E_CONFIG with file and line.
 * Leaves p->policy NULL where the sync has none. */
int plan_policy_load(struct planner *p, struct mu_err *err);

const struct mu_doc *plan_policy_context(const struct plan_policy *policy,
                                         const struct mu_decision *decision);

/* Where a user stands, decided by the planner's own thread, and the context of the mapping. */
const struct mu_doc *plan_decide(struct planner *p, const struct mu_doc *user,
                                 struct mu_decision *ret);

/* Says once that there are people who aren't in. */
void plan_policy_note(struct planner *p);

#endif
