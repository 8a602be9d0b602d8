/* SPDX-License-Identifier: Apache-2.0 */
/* The policy's part in a person's story: which rule decided, why those before it didn't, and when
 * somebody goes. */
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/explainer.h"

enum { PASSED_MAX = 20 };

static void pass_rules(struct explainer *x, const struct mu_decider *d, struct mu_policy_story *s)
{
    const struct mu_policy *p = s->policy;
    size_t end = s->decision.rule ? (size_t)(s->decision.rule - p->rules) : p->rule_count;
    struct mu_passed_rule *passed = mu_alloc_array(x->arena, PASSED_MAX, sizeof(*passed));
    for (size_t i = 0; i < end && i < PASSED_MAX; i++)
        passed[s->passed_count++] = (struct mu_passed_rule){
            .rule = &p->rules[i], .why = mu_decider_why_not(d, x->doc, i, x->arena)};
    s->passed = passed;
    s->passed_total = end;
}

/* As the plan told it to the mapping; where there is no plan, with the group as the rule has it. */
static void tell_mapping(struct explainer *x, struct mu_policy_story *s)
{
    const struct mu_policy_rule *rule = s->decision.rule;
    if (!rule || rule->excludes)
        return;
    x->context = x->plan && x->plan->told ? x->plan->told[rule - s->policy->rules]
                                          : mu_policy_context(x->arena, rule, rule->group);
    s->group = mu_doc_str(mu_doc_member(x->context, "policy"), "group");
}

void explain_policy(struct explainer *x)
{
    const struct mu_policy *policy = x->q->sync->policy;
    if (!policy || !x->story->in_snapshot)
        return;
    int64_t now = x->q->past ? x->q->snapshot.finished : mu_now();
    MU_AUTO(decider) struct mu_decider *d = mu_decider_new(policy, now);
    struct mu_policy_story *s = mu_alloc(x->arena, sizeof(*s));
    s->policy = policy;
    mu_decide(d, x->doc, &s->decision);
    pass_rules(x, d, s);
    tell_mapping(x, s);
    x->story->policy = s;
}

static enum mu_standing standing_of(const struct explainer *x)
{
    return x->story->policy ? x->story->policy->decision.standing : MU_STANDS_IN;
}

bool explain_is_away(const struct explainer *x)
{
    enum mu_standing standing = standing_of(x);
    return x->q->sync->inactive != MU_REMOVE_KEEP &&
           (standing == MU_STANDS_NOT_YET || standing == MU_STANDS_ENDED);
}

bool explain_is_out(const struct explainer *x)
{
    enum mu_standing standing = standing_of(x);
    return standing == MU_STANDS_EXCLUDED || standing == MU_STANDS_NOWHERE;
}

static void leaving(struct explainer *x, struct reasons *to)
{
    char due[MU_TIME_TEXT];
    for (size_t i = 0; x->plan && i < x->plan->left_count; i++) {
        const struct mu_left *l = &x->plan->left[i];
        if (l->due && l->kind == MU_USER && mu_streq(l->id, x->story->id))
            explain_because(x, to, "leaving", "%s; the grace period is over at %s", l->reason,
                            mu_time_text(l->due, due));
    }
}

static void standing(struct explainer *x, const struct mu_policy_story *s, struct reasons *to)
{
    const struct mu_decision *d = &s->decision;
    switch (d->standing) {
    case MU_STANDS_IN:
        break;
    case MU_STANDS_EXCLUDED:
        explain_because(x, to, "not_in", "rule %s (%s:%d) excludes them", d->rule->name,
                        d->rule->at->file, d->rule->at->line);
        break;
    case MU_STANDS_NOWHERE:
        explain_because(x, to, "not_in", "no rule of %s fits them", s->policy->file);
        break;
    case MU_STANDS_NOT_YET:
        explain_because(x, to, "not_yet", "%s is %s", d->field, d->date);
        break;
    case MU_STANDS_ENDED:
        explain_because(x, to, "ended", "%s is %s", d->field, d->date);
        break;
    case MU_STANDS_UNCLEAR:
        explain_because(x, to, "unclear", "%s is \"%s\", which is no date", d->field, d->date);
        break;
    }
}

void explain_not_in(struct explainer *x, struct reasons *to)
{
    if (x->story->policy)
        standing(x, x->story->policy, to);
    leaving(x, to);
}
