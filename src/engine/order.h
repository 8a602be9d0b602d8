/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which operation of a phase has to wait for those sent before it: chunks of one object, containers,
 * and renames that take a name another one leaves. All others go out side by side.
 *
 *     struct mu_order *order = mu_order_new(target);
 *     for each operation in the plan's order:
 *         if (mu_order_waits(order, op))   reap everything, then mu_order_settled(order);
 *         submit
 *     mu_order_free(order);
 */
#ifndef MU_ENGINE_ORDER_H
#define MU_ENGINE_ORDER_H

#include "adapter/adapter.h"

struct mu_order;

struct mu_order *mu_order_new(struct mu_account *target);
void mu_order_free(struct mu_order *o); /* NULL is fine */

/* True: nothing may be in flight when op is sent. Takes note of op in any case. */
bool mu_order_waits(struct mu_order *o, const struct mu_op *op);

/* Nothing is in flight any more. */
void mu_order_settled(struct mu_order *o);

#endif
