/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target read by a thread of its own, while its user is busy elsewhere (pulling from the source).
 *
 *     mu_preread_begin(target, &ahead, err);
 *     ...                                     nobody touches the target
 *     mu_preread_join(ahead);                 the target is usable, and its next `read` is done already
 *     mu_preread_end(ahead);                  the target is as it was
 *
 * The account stays the same and gets another table of functions meanwhile. Its first `read` after
 * the join gives what the thread read, or failed with; what is older than MU_PREREAD_FRESH_S by then
 * is read again.
 */
#ifndef MU_ADAPTER_PREREAD_H
#define MU_ADAPTER_PREREAD_H

#include "adapter/adapter.h"

/* A pull that takes longer is limited by the source's rate, and nothing was to be gained. */
enum { MU_PREREAD_FRESH_S = 10 };

struct mu_preread;

int mu_preread_begin(struct mu_account *target, struct mu_preread **ret, struct mu_err *err);
void mu_preread_join(struct mu_preread *p);
void mu_preread_end(struct mu_preread *p); /* joins if that wasn't done; frees; NULL is fine */

static inline void mu_auto_preread(struct mu_preread **p)
{
    mu_preread_end(*p);
}

#endif
