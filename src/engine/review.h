/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a review of access decided, made into a plan for the account that was reviewed, which is a
 * sync's target. A plan like any other: shown, saved, refused by guards, applied, journalled, and
 * undone.
 *
 * Whom a ruling is about is found by the immutable id, else by e-mail address. It is done where the
 * target keeps it: a group's members, or a value of the person. Revoking the place in a group takes
 * the person out of it where a group is a list of people; where people are in exactly one group it
 * sets them aside. What the target can't do is a step for a person; what no longer stands there as
 * it was reviewed is left alone and listed. The sync's own plan, made later, may want something else:
 * what was decided has to be said to its source or policy, too.
 */
#ifndef MU_ENGINE_REVIEW_H
#define MU_ENGINE_REVIEW_H

#include "engine/plan.h"

enum mu_ruled { MU_RULED_REVOKE, MU_RULED_ROLE, MU_RULED_MOVE };

/* Ids are those of the account reviewed. */
struct mu_ruling {
    enum mu_ruled what;
    const char *user, *email, *label; /* email NULL: none */
    const char *group, *group_label;  /* NULL: in none */
    const char *to, *to_label;        /* role or group that it becomes; NULL for revoke */
};

/* As mu_plan_make; no two rulings are about the same user and group. */
int mu_plan_review(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                   const struct mu_ruling *rulings, size_t count, struct mu_arena *arena,
                   struct mu_log *log, const struct mu_plan **ret, struct mu_err *err);

#endif
