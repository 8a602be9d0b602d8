/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members that aren't there: a person whose entry this run could not make is left out of the groups
 * that the same run writes, so that no group names nobody. The plan stays as it was shown; what is
 * sent, and journalled, is the part of it that still makes sense.
 *
 *     struct mu_narrow *narrow = mu_narrow_new();
 *     when the creation of a person fails:   mu_narrow_missing(narrow, op);
 *     before an operation is journalled:     op = mu_narrow_op(narrow, op);
 *     mu_narrow_free(narrow);
 */
#ifndef MU_ENGINE_NARROW_H
#define MU_ENGINE_NARROW_H

#include "model/op.h"

struct mu_narrow;

struct mu_narrow *mu_narrow_new(void);
void mu_narrow_free(struct mu_narrow *n); /* NULL is fine */

/* `create` is of a person and wasn't done. */
void mu_narrow_missing(struct mu_narrow *n, const struct mu_op *create);

/* `op` itself when it names nobody who is missing; else a copy without them, which lives as long as
 * the narrow; NULL when nobody is left that it would put in: it has to wait for the next plan. */
const struct mu_op *mu_narrow_op(struct mu_narrow *n, const struct mu_op *op);

#endif
