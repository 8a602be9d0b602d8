/* SPDX-License-Identifier: Apache-2.0 */
/* A sync's policy at work: what its rules tell the target's mapping, and where each person stands. */
#include "engine/plan_policy.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"

/* ---- the policy ---- */

static int find_groups(struct planner *p, const struct plan_groups *groups,
                       struct plan_policy *policy, struct mu_err *err)
{
    for (size_t i = 0; i < policy->policy->rule_count; i++) {
        const struct mu_policy_rule *rule = &policy->policy->rules[i];
        const char *group = NULL;
        if (rule->excludes)
            continue;
        struct mu_err why = MU_ERR_INIT;
        if (plan_groups_find(groups, rule, &group, &why) < 0)
            return mu_y_fail(rule->at, err, "rule %s: %s", rule->name, why.text);
        policy->contexts[i] = mu_policy_context(p->arena, rule, group);
    }
    return 0;
}

int plan_policy_load(struct planner *p, struct mu_err *err)
{
    const struct mu_policy *rules = p->sync->policy;
    struct plan_groups *groups;
    if (!rules)
        return 0;
    if (plan_groups_new(p, &groups, err) < 0)
        return -1;
    struct plan_policy *policy = mu_alloc(p->arena, sizeof(*policy));
    *policy = (struct plan_policy){.policy = rules, .now = mu_now()};
    policy->contexts = mu_alloc_array(p->arena, rules->rule_count + 1, sizeof(*policy->contexts));
    int rc = find_groups(p, groups, policy, err);
    plan_groups_free(groups);
    if (rc == 0)
        p->policy = policy;
    return rc;
}

static void tell_lacking(struct planner *p, const struct plan_groups *groups, mu_plan_lacks *report,
                         void *arg)
{
    const struct mu_policy *policy = p->sync->policy;
    for (size_t i = 0; i < policy->rule_count; i++) {
        struct mu_err why = MU_ERR_INIT;
        const char *group;
        if (!policy->rules[i].excludes &&
            plan_groups_find(groups, &policy->rules[i], &group, &why) < 0)
            report(arg, &policy->rules[i], why.text);
    }
}

int mu_plan_policy(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                   struct mu_arena *arena, struct mu_log *log, mu_plan_lacks *report, void *arg,
                   struct mu_err *err)
{
    struct planner p;
    struct plan_groups *groups = NULL;
    plan_init(&p, store, sync, target, arena, log);
    int rc = mu_snapshot_get(store, arena, sync->from->name, 0, &p.snapshot, err);
    if (rc >= 0)
        rc = plan_read_target(&p, err);
    if (rc == 0)
        rc = plan_groups_new(&p, &groups, err);
    if (rc == 0)
        tell_lacking(&p, groups, report, arg);
    plan_groups_free(groups);
    plan_done(&p);
    return rc;
}

/* ---- people ---- */

const struct mu_doc *plan_policy_context(const struct plan_policy *policy,
                                         const struct mu_decision *decision)
{
    return decision->rule ? policy->contexts[decision->rule - policy->policy->rules] : NULL;
}

const struct mu_doc *plan_decide(struct planner *p, const struct mu_doc *user,
                                 struct mu_decision *ret)
{
    *ret = (struct mu_decision){.standing = MU_STANDS_IN};
    if (!p->policy)
        return NULL;
    if (!p->decider)
        p->decider = mu_decider_new(p->policy->policy, p->policy->now);
    mu_decide(p->decider, user, ret);
    return plan_policy_context(p->policy, ret);
}

void plan_policy_note(struct planner *p)
{
    if (!p->first_out)
        return;
    plan_leave(p, p->first_out, p->first_out->name, false, "not in by the policy%s",
               p->out == 1 ? "" : mu_printf(p->arena, ", like %" PRId64 " more", p->out - 1));
}
