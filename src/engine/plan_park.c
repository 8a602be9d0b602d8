/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the target refused: left alone until the next try is due. */
#include <inttypes.h>

#include "base/time.h"
#include "engine/park.h"
#include "engine/planner.h"

int plan_load_parked(struct planner *p, struct mu_err *err)
{
    return mu_parking_open(p->store, "sync", p->sync->name, &p->parking, err);
}

const char *plan_parked(struct planner *p, const struct who *w)
{
    const struct mu_parked *parked = mu_parking_find(p->parking, w->kind, w->id);
    char when[MU_TIME_TEXT];
    if (!parked || parked->next_try <= mu_now())
        return NULL;
    return mu_printf(p->arena, "parked after %" PRId64 " %s, next try from %s: %s", parked->tries,
                     parked->tries == 1 ? "try" : "tries", mu_time_text(parked->next_try, when),
                     parked->reason);
}
