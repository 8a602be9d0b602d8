/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parking: what can't be done for now is set aside with its reason, and the rest goes on. A sync
 * parks people and groups whose operation the target refused, a pull records it can't use. Here is
 * kept what one run learns of them; the store hears of it once, at the end:
 *
 *     mu_parking_open(store, "sync", "teams-to-ldap", &parking, err);
 *     mu_parking_refused(parking, kind, id, label, &why);   mu_parking_ok(parking, kind, id);
 *     mu_parking_settle(parking, MU_PARKING_KEEP_REST, err);
 *     mu_parking_free(parking);
 *
 * An operation is tried again after 5 minutes, then 30, then 2, 12 and 24 hours; a record with
 * every pull; a conflict is looked at with every plan.
 */
#ifndef MU_ENGINE_PARK_H
#define MU_ENGINE_PARK_H

#include "engine/plan.h"
#include "store/store.h"

struct mu_parking;

/* Loads what is parked. what: "sync" or "pull"; name: of that sync, or account. The store is lent
 * until free. */
int mu_parking_open(struct mu_store *store, const char *what, const char *name,
                    struct mu_parking **ret, struct mu_err *err);
void mu_parking_free(struct mu_parking *p); /* NULL is fine */

/* NULL: it isn't parked. Lives with p. */
const struct mu_parked *mu_parking_find(const struct mu_parking *p, enum mu_kind kind,
                                        const char *id);

/* It worked this time. Cheap when nothing is parked: may be called for everything that works. */
void mu_parking_ok(struct mu_parking *p, enum mu_kind kind, const char *id);
/* It did not; wins over ok for the same one. label may be NULL; texts are copied. */
void mu_parking_refused(struct mu_parking *p, enum mu_kind kind, const char *id, const char *label,
                        const struct mu_err *why);
/* Forgets this run's refusals with the code of `why`: it is no fault of those it hit. */
void mu_parking_forgive(struct mu_parking *p, const struct mu_err *why);

/* What becomes of those that were parked and that nothing was said of. */
enum mu_parking_rest { MU_PARKING_KEEP_REST, MU_PARKING_DROP_REST };
int mu_parking_settle(struct mu_parking *p, enum mu_parking_rest rest, struct mu_err *err);

/* Whom a whole plan neither writes nor leaves alone needs nothing any more: those clear. Whom it
 * leaves alone because of a conflict is parked until it is solved. */
void mu_parking_expect(struct mu_parking *p, const struct mu_plan *plan);
int mu_parking_prune(struct mu_store *store, const struct mu_plan *plan, struct mu_err *err);

#endif
