/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of pointers from one thread to another: who puts waits while it is full, who takes
 * waits while it is empty. What it holds belongs to whoever takes it. Several threads may take, not
 * more than its depth.
 */
#ifndef MU_BASE_RING_H
#define MU_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct mu_ring;

struct mu_ring *mu_ring_new(size_t depth);
void mu_ring_free(struct mu_ring *r); /* empty by then; NULL is fine */

/* False: nobody wants more (mu_ring_stop); the item stays the caller's. */
bool mu_ring_put(struct mu_ring *r, void *item);
void *mu_ring_take(struct mu_ring *r);
/* From now on nothing is put, also by who is waiting to. What is in it is given by mu_ring_left, once
 * the other thread is joined; NULL: no more. */
void mu_ring_stop(struct mu_ring *r);
void *mu_ring_left(struct mu_ring *r);

#endif
