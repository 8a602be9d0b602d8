/* SPDX-License-Identifier: Apache-2.0 */
/* A policy as compiled; private to engine/policy*.c. */
#ifndef MU_ENGINE_POLICY_PRIVATE_H
#define MU_ENGINE_POLICY_PRIVATE_H

#include "engine/policy.h"

/* Where a field's values are in a user's document. */
struct policy_place {
    const char *member;   /* of the user; of `attributes` for an extra */
    const char *parts[2]; /* of each item of a list; NULL: the items themselves are the values */
    bool extra, list;
    size_t first_bit;      /* of its tests, a multiple of 64 */
    const uint32_t *tests; /* those that look at it, in the order of their bits */
    size_t test_count;
};

struct policy_test {
    const struct mu_y *at; /* what was written: a scalar or a list */
    size_t field;
    const char *const *equals; /* folded */
    size_t equal_count;
    const char *const *globs; /* folded */
    size_t glob_count;
    size_t bit;
};

/* One test of a rule and where to go then: to a step, or to one of these ends. */
enum { POLICY_FITS = -1, POLICY_FAILS = -2 };
struct policy_step {
    uint32_t test, bit;
    int32_t yes, no;
};

struct mu_policy_code {
    const struct policy_place *places; /* parallel to the policy's fields */
    const struct policy_test *tests;
    size_t word_count; /* of all bits */
    const struct policy_step *steps;
    const int32_t *entries; /* of each rule: its first step */
    int32_t start, end;     /* fields; -1: none */
    int64_t early;
};

/* ---- a decider ---- */

enum { POLICY_WORD = 64 };

/* One field's tests, by the values they want. */
struct policy_matcher {
    const struct policy_place *place;
    struct mu_map *equals; /* folded -> words */
    struct mu_map *memo;   /* as it came -> words */
    size_t first, words;   /* its part of the bits */
};

struct mu_decider {
    const struct mu_policy *policy;
    const struct mu_policy_code *code;
    int64_t now;
    struct mu_arena *arena;
    struct policy_matcher *matchers;
    bool *active; /* of each rule: in force now */
    uint64_t *bits, *scratch;
    uint64_t *always; /* rules that may fit whatever bits are set */
    uint64_t *open;   /* rules that may fit the person at hand */
    size_t rule_words;
    uint32_t *opens_at,
        *opens; /* rules that a bit opens: opens[opens_at[bit]..opens_at[bit + 1]] */
    struct mu_buf folded;
};

static inline void policy_set(uint64_t *words, size_t bit)
{
    words[bit / POLICY_WORD] |= UINT64_C(1) << bit % POLICY_WORD;
}

/* policy_decide.c: each of a user's values of a field; the first one, for a `const char *` that is
 * NULL before. */
typedef void policy_value(void *arg, const char *text, size_t len);
void policy_each_value(const struct policy_place *place, const struct mu_doc *user,
                       policy_value *take, void *arg);
void policy_first_text(void *arg, const char *text, size_t len);

/* Whether a step's test holds for the user at hand; whether a rule does, were it in force, and the
 * last step taken, which decided (NULL: there is none). */
bool policy_holds(const struct mu_decider *d, const struct policy_step *step);
bool policy_fits(const struct mu_decider *d, size_t rule, const struct policy_step **ret_last);

/* ---- a policy in the making ---- */

/* policy_when.c: compiles conditions; what is made grows in malloc'ed memory until it is whole. */
struct policy_maker {
    struct mu_arena *arena;
    struct mu_policy_field *fields;
    struct policy_place *places;
    size_t field_count, field_cap, place_cap;
    struct policy_test *tests;
    size_t test_count, test_cap;
    struct policy_step *steps;
    size_t step_count, step_cap;
};

/* Where an attribute is, by the name that tests call it. False: none can be called so. */
bool policy_place_of(struct mu_arena *arena, const char *name, struct policy_place *ret);

/* The field's number, made when it is new. -1: err. */
int policy_field(struct policy_maker *m, const struct mu_y *at, const char *name,
                 struct mu_err *err);

/* The first step of a `when`, which ends in POLICY_FITS or POLICY_FAILS. */
int policy_when(struct policy_maker *m, const struct mu_y *when, int32_t *ret, struct mu_err *err);

/* policy_examples.c: checks the shape of the examples. */
int policy_examples(struct mu_arena *arena, const struct mu_policy *policy, struct mu_err *err);

#endif
