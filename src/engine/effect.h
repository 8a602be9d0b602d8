/* SPDX-License-Identifier: Apache-2.0 */
/* Operations counted by what they do to whom: the one line a person reads of a plan or a run. */
#ifndef MU_ENGINE_EFFECT_H
#define MU_ENGINE_EFFECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/op.h"

struct mu_effect {
    int64_t ops[MU_KINDS + 1][MU_WHY_COUNT]; /* MU_KINDS: containers */
    int64_t members_added, members_removed;  /* of groups that were there before */
};

void mu_effect_add(struct mu_effect *effect, const struct mu_op *op);

/* `2 users added, 1 group changed, 5 members removed`, or when not done `2 users to add, ...`;
 * nothing when nothing was counted. Appended. */
void mu_effect_text(const struct mu_effect *effect, bool done, struct mu_buf *to);

/* `{"users": {"added": 2}, "members": {"removed": 5}}` without what is 0. */
void mu_effect_json(const struct mu_effect *effect, struct mu_jw *w);

#endif
