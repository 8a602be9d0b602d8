/* SPDX-License-Identifier: Apache-2.0 */
/* A decider: a policy's tests by the values they want, and its rules by the tests that open them. */
#include <string.h>

#include "base/map.h"
#include "engine/policy_private.h"

static void want_texts(struct mu_decider *d, struct policy_matcher *m,
                       const struct policy_test *test)
{
    for (size_t i = 0; i < test->equal_count; i++) {
        const char *text = test->equals[i];
        size_t len = strlen(text);
        uint64_t *words = mu_map_get(m->equals, text, len);
        if (!words) {
            words = mu_alloc_array(d->arena, m->words, sizeof(*words));
            mu_map_put(m->equals, text, len, words);
        }
        policy_set(words, test->bit - m->place->first_bit);
    }
}

static void make_matcher(struct mu_decider *d, struct policy_matcher *m,
                         const struct policy_place *place)
{
    *m = (struct policy_matcher){.place = place,
                                 .equals = mu_map_new(place->test_count),
                                 .memo = mu_map_new(0),
                                 .first = place->first_bit / POLICY_WORD,
                                 .words = (place->test_count + POLICY_WORD - 1) / POLICY_WORD};
    for (size_t i = 0; i < place->test_count; i++)
        want_texts(d, m, &d->code->tests[place->tests[i]]);
}

/*
 * A rule fits only if one of its first tests holds: those that are met one after the other as long
 * as none does. Where that way doesn't end in failure, the rule may fit in any case.
 */
static bool first_tests(const struct mu_decider *d, size_t rule, uint32_t *counts, bool fill)
{
    int32_t at = d->code->entries[rule];
    for (int32_t i = at; i >= 0; i = d->code->steps[i].no)
        if (d->code->steps[i].no == POLICY_FITS)
            return false;
    for (; at >= 0; at = d->code->steps[at].no) {
        uint32_t bit = d->code->steps[at].bit;
        if (fill)
            d->opens[--d->opens_at[bit]] = (uint32_t)rule;
        else
            counts[bit]++;
    }
    return d->code->entries[rule] != POLICY_FITS;
}

static void index_rules(struct mu_decider *d)
{
    size_t rules = d->policy->rule_count, bits = d->code->word_count * POLICY_WORD;
    uint32_t *at = mu_alloc_array(d->arena, bits + 1, sizeof(*at));
    d->rule_words = rules / POLICY_WORD + 1;
    d->always = mu_alloc_array(d->arena, d->rule_words, sizeof(*d->always));
    d->open = mu_alloc_array(d->arena, d->rule_words, sizeof(*d->open));
    for (size_t i = 0; i < rules; i++)
        if (!first_tests(d, i, at, false))
            policy_set(d->always, i);
    for (size_t i = 1; i <= bits; i++)
        at[i] += at[i - 1];
    d->opens_at = at;
    d->opens = mu_alloc_array(d->arena, at[bits] + 1, sizeof(*d->opens));
    for (size_t i = 0; i < rules; i++)
        first_tests(d, i, NULL, true);
}

struct mu_decider *mu_decider_new(const struct mu_policy *policy, int64_t now)
{
    struct mu_decider *d = mu_xcalloc(1, sizeof(*d));
    const struct mu_policy_code *code = policy->code;
    *d = (struct mu_decider){.policy = policy,
                             .code = code,
                             .now = now,
                             .arena = mu_arena_new(),
                             .folded = MU_BUF_INIT(MU_BUF_MAX)};
    d->matchers = mu_alloc_array(d->arena, policy->field_count + 1, sizeof(*d->matchers));
    d->active = mu_alloc_array(d->arena, policy->rule_count + 1, sizeof(*d->active));
    d->bits = mu_alloc_array(d->arena, code->word_count + 1, sizeof(*d->bits));
    d->scratch = mu_alloc_array(d->arena, code->word_count + 1, sizeof(*d->scratch));
    for (size_t i = 0; i < policy->field_count; i++)
        make_matcher(d, &d->matchers[i], &code->places[i]);
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct mu_policy_rule *r = &policy->rules[i];
        d->active[i] = now >= r->from && (r->until == 0 || now < r->until);
    }
    index_rules(d);
    return d;
}

void mu_decider_free(struct mu_decider *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->policy->field_count; i++) {
        mu_map_free(d->matchers[i].equals);
        mu_map_free(d->matchers[i].memo);
    }
    mu_buf_done(&d->folded);
    mu_arena_free(d->arena);
    free(d);
}
