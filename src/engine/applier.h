/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of apply; private to engine/apply*.c. */
#ifndef MU_ENGINE_APPLIER_H
#define MU_ENGINE_APPLIER_H

#include "engine/apply.h"

/* apply_check.c: refuses a plan that doesn't fit, has expired, or that something has overtaken. */
int apply_check(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                const struct mu_plan *plan, struct mu_err *err);

#endif
