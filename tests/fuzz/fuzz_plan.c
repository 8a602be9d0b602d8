/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan file. What is read is written, and read again to the same text; a changed one is refused
 * by its hash. The hash itself is put right here, or no input but a true plan would get any
 * further.
 */
#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "engine/planner.h"

static void check_again(struct mu_arena *arena, const struct mu_plan *plan)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf first = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf second = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_plan *again = NULL;

    mu_plan_json(plan, &first);
    mu_assert(mu_plan_parse(arena, first.data, first.len, &again, &err) == 0);
    mu_assert(strcmp(plan->hash, again->hash) == 0);
    mu_plan_json(again, &second);
    /* who was left alone is for people, and isn't read back */
    mu_assert(plan->left_count > 0 ||
              (first.len == second.len && memcmp(first.data, second.data, first.len) == 0));
}

/* The hash it says is that of the lines as they stand, or of what they say: libFuzzer sees both
 * compared, and writes either into its inputs. */
static void check_true(const struct mu_plan *whole, const struct mu_plan *plan, const char *said)
{
    char hash[MU_DIGEST_HEX];
    mu_assert(said && strcmp(whole->hash, said) == 0);
    plan_hash(whole, NULL, hash);
    mu_assert(strcmp(hash, plan->hash) == 0);
}

static void use(const struct mu_plan *plan)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf shown = MU_BUF_INIT(MU_BUF_MAX);

    for (size_t i = 0; i < plan->op_count; i++) {
        mu_plan_show_op(&plan->ops[i], true, &shown);
        (void)mu_plan_phase(&plan->ops[i]);
    }
    mu_plan_summary(plan, &shown);
    (void)mu_plan_guard(plan, NULL, NULL, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct mu_plan plan = {0};
    const struct mu_plan *whole = NULL;
    const char *said = NULL;

    if (plan_read(arena, (const char *)data, size, &plan, &said, &err) < 0) {
        mu_assert(err.text[0] != '\0');
        return 0;
    }
    plan_hash(&plan, NULL, plan.hash);
    if (mu_plan_parse(arena, (const char *)data, size, &whole, &err) == 0)
        check_true(whole, &plan, said);
    else
        mu_assert(!said || strcmp(said, plan.hash) != 0);
    use(&plan);
    check_again(arena, &plan);
    return 0;
}
