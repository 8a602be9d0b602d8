/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People who must be in every read of an account (`canary:` in muster.yaml), by id, e-mail address,
 * name or glob. When one of them is missing, whatever else came is not to be believed.
 */
#ifndef MU_ENGINE_CANARY_H
#define MU_ENGINE_CANARY_H

#include "engine/verdict.h"

struct mu_canary;

/* names: NULL-terminated, lent; NULL: nobody. In the arena. */
struct mu_canary *mu_canary_new(struct mu_arena *arena, const char *const *names);

/* Every entry that is kept. Looks into it only while somebody is missing; `page` is for the moment. */
void mu_canary_entry(struct mu_canary *c, struct mu_arena *page, const struct mu_entry *entry);

/* After a read of people; one without has nothing to say about them. */
void mu_canary_judge(const struct mu_canary *c, struct mu_evidence *e);

#endif
