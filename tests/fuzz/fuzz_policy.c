/* SPDX-License-Identifier: Apache-2.0 */
/* A policy from a person, and people it is asked about. */
#include "fuzz.h"

#include <string.h>

#include "base/str.h"
#include "engine/policy.h"

static const char *const people[] = {
    "{}", "{\"id\":\"1\",\"title\":\"Lead\",\"emails\":[{\"email\":\"Ada@x.test\"}],\"attributes\":"
          "{\"department\":\"Sales\",\"location\":\"Lima\",\"start_date\":\"2026-01-01\","
          "\"end_date\":\"never\"},\"groups\":[{\"id\":\"7\",\"name\":\"Gifts\"}]}"};

static void decide(const struct mu_policy *policy, const char *text, struct mu_arena *arena)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *user = NULL;
    struct mu_decision got;
    MU_AUTO(decider) struct mu_decider *d = mu_decider_new(policy, 1800000000);
    mu_assert(mu_doc_parse(arena, text, strlen(text), &user, &err) == 0);
    mu_decide(d, user, &got);
    mu_assert((got.rule != NULL) == (got.standing != MU_STANDS_NOWHERE));
    /* What the index of rules finds is the first that fits of all. */
    for (size_t i = 0; i < policy->rule_count; i++) {
        bool fits = mu_decider_fits(d, i);
        mu_assert(fits == !mu_decider_why_not(d, user, i, arena));
        mu_assert(!fits || (got.rule && got.rule <= &policy->rules[i]));
    }
}

static void on_example(void *arg, const char *example, const char *failure)
{
    (void)arg;
    (void)failure;
    mu_assert(example != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_policy *policy = NULL;
    if (mu_policy_parse(arena, "fuzz.yaml", (const char *)data, size, &policy, &err) < 0) {
        mu_assert(mu_starts(err.text, "fuzz.yaml"));
        return 0;
    }
    for (size_t i = 0; i < MU_LEN(people); i++)
        decide(policy, people[i], arena);
    int count;
    mu_assert(mu_policy_examples(policy, on_example, NULL, &count) <= count);
    return 0;
}
