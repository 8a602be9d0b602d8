/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that were full yesterday and are empty today. A report that lost a column gives the same
 * people with less in them; believed, it would clear that field for everybody.
 */
#ifndef MU_ENGINE_FILLED_H
#define MU_ENGINE_FILLED_H

#include "engine/verdict.h"

/* Compares what the source counted with the last complete read, e->before, and adds findings. A column that is
 * gone is void; one that is empty now makes the read additive. */
void mu_filled_judge(struct mu_evidence *e);

/* As the member "filled" of the evidence: {"users: title": 4980}; nothing when the source doesn't
 * count. */
void mu_filled_json(const struct mu_evidence *e, struct mu_jw *w);

#endif
