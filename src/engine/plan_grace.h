/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grace period of leavers inside of a plan in the making; private to engine/plan*.c. Whoever is
 * to be set aside or deleted is first listed, with a countdown that the store remembers; nothing is
 * planned about them until it is over, and their memberships stay. Who comes back is forgotten.
 * Nobody goes at first sight: a countdown that would be over when it is first seen starts then.
 */
#ifndef MU_ENGINE_PLAN_GRACE_H
#define MU_ENGINE_PLAN_GRACE_H

#include "engine/planner.h"

/* After the snapshot is known. Without a grace period p->grace stays NULL. */
int plan_grace_load(struct planner *p, struct mu_err *err);
void plan_grace_free(struct planner *p);

/* Of somebody with an object of ours who is to go: `decision` as the policy decided, `doc` as the
 * source has them; both NULL: it has them no more. 1: they stay for now, and are listed; 0: their
 * time is over, or there is no grace period; -1. */
int plan_grace(struct planner *p, const struct who *w, const struct mu_decision *decision,
               struct mu_err *err);

/* Whether that person stays for now. */
bool plan_grace_keeps(const struct planner *p, const char *id);

/* When all are matched: new countdowns are remembered, those of people who stay are forgotten. */
int plan_grace_save(struct planner *p, struct mu_err *err);

#endif
