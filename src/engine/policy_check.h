/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be said of a policy beside that it can be read: against the people of a snapshot, which
 * rules fit nobody, which never decide because others always come first, where several fit, who
 * falls through, whose dates can't be read, and which attributes nobody has. `muster policy check`
 * shows it.
 */
#ifndef MU_ENGINE_POLICY_CHECK_H
#define MU_ENGINE_POLICY_CHECK_H

#include "engine/policy.h"
#include "store/store.h"

enum { MU_POLICY_SHOWN = 5, MU_POLICY_OVERLAPS_MAX = 20 };

enum mu_policy_level { MU_POLICY_NOTE, MU_POLICY_WARNING, MU_POLICY_ERROR };
const char *mu_policy_level_name(enum mu_policy_level level); /* "note" ... */

/*
 * code     unknown-attribute, unknown-group, dead-rule, shadowed-rule, not-in-force, overlap,
 *          no-match, unclear-date
 */
struct mu_policy_finding {
    enum mu_policy_level level;
    const char *code, *text;
    const struct mu_policy_rule *rule;     /* NULL: of no rule */
    const struct mu_y *at;                 /* NULL: no place */
    int64_t people;                        /* how many it is about; 0: nobody */
    const char *examples[MU_POLICY_SHOWN]; /* some of them */
    size_t example_count;
};

/* How many people a rule fits, and how many of them it decides. */
struct mu_policy_use {
    int64_t fits, decides;
};

struct mu_policy_checked {
    const struct mu_policy *policy;
    int64_t people, stands[MU_STANDS_UNCLEAR + 1];
    const struct mu_policy_use *uses; /* parallel to the policy's rules */
    struct mu_policy_finding *findings;
    size_t finding_count, finding_cap;
    struct mu_arena *arena;
};

/* Against the users of a snapshot; snapshot 0: against nobody, which leaves what the file alone
 * tells. All in the arena. */
int mu_policy_check(struct mu_store *store, const char *account, int64_t snapshot,
                    const struct mu_policy *policy, struct mu_arena *arena,
                    struct mu_policy_checked **ret, struct mu_err *err);

/* One more finding, for who checks more. The text is copied. */
struct mu_policy_finding *mu_policy_find(struct mu_policy_checked *c, enum mu_policy_level level,
                                         const char *code, const struct mu_policy_rule *rule,
                                         const struct mu_y *at, const char *text);

/* The worst of the findings; MU_POLICY_NOTE when there are none. */
enum mu_policy_level mu_policy_worst(const struct mu_policy_checked *c);

#endif
