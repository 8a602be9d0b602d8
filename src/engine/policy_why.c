/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a decision: to a target's mapping, and to people who ask why a rule doesn't fit. */
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "engine/policy_private.h"

static const char *shown(struct mu_arena *arena, const char *text)
{
    return mu_printf(arena, "\"%s\"", mu_printable(arena, text, strlen(text), 60));
}

static const char *wanted(struct mu_arena *arena, const struct mu_y *at)
{
    if (at->type == MU_Y_SCALAR)
        return shown(arena, at->text);
    const char *first = shown(arena, at->items[0]->text);
    return at->count > 1 ? mu_printf(arena, "%s or one of %zu more", first, at->count - 1) : first;
}

static const char *why_step(const struct mu_decider *d, const struct mu_doc *user,
                            const struct policy_step *step, struct mu_arena *arena)
{
    const struct policy_test *test = &d->code->tests[step->test];
    const char *name = d->policy->fields[test->field].name, *text = NULL;
    policy_each_value(&d->code->places[test->field], user, policy_first_text, &text);
    const char *has = text ? shown(arena, text) : "not known";
    if (policy_holds(d, step))
        return mu_printf(arena, "%s is %s", name, has);
    return mu_printf(arena, "%s is %s, not %s", name, has, wanted(arena, test->at));
}

const char *mu_decider_why_not(const struct mu_decider *d, const struct mu_doc *user, size_t rule,
                               struct mu_arena *arena)
{
    const struct mu_policy_rule *r = &d->policy->rules[rule];
    const struct policy_step *last;
    char day[MU_TIME_TEXT];
    if (d->now < r->from)
        return mu_printf(arena, "in force from %s", mu_time_text(r->from, day));
    if (!d->active[rule])
        return mu_printf(arena, "in force until %s", mu_time_text(r->until, day));
    return policy_fits(d, rule, &last) ? NULL : why_step(d, user, last, arena);
}

const char *mu_standing_name(enum mu_standing standing)
{
    static const char *const names[] = {
        [MU_STANDS_IN] = "in",        [MU_STANDS_EXCLUDED] = "excluded",
        [MU_STANDS_NOWHERE] = "none", [MU_STANDS_NOT_YET] = "not yet",
        [MU_STANDS_ENDED] = "ended",  [MU_STANDS_UNCLEAR] = "unclear"};
    return names[standing];
}

const struct mu_doc *mu_policy_context(struct mu_arena *arena, const struct mu_policy_rule *rule,
                                       const char *group)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "policy");
    mu_jw_object(&w);
    mu_jw_put_str(&w, "group", group);
    mu_jw_put_str(&w, "role", rule->role);
    mu_jw_put_str(&w, "rule", rule->name);
    mu_jw_end(&w, '}');
    mu_jw_end(&w, '}');
    mu_assert(mu_doc_parse(arena, mu_strndup(arena, text.data, text.len), text.len, &doc, &err) ==
              0);
    return doc;
}
