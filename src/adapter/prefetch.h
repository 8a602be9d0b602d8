/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source read ahead by a thread of its own: same pages, same order, same errors, at most `depth`
 * pages waiting. While it is running, nobody else touches the account.
 */
#ifndef MU_ADAPTER_PREFETCH_H
#define MU_ADAPTER_PREFETCH_H

#include "adapter/adapter.h"

struct mu_prefetch;

int mu_prefetch_begin(struct mu_account *a, const char *const *only, int depth,
                      struct mu_prefetch **ret, struct mu_err *err);
/* as source->next */
int mu_prefetch_next(struct mu_prefetch *p, struct mu_page *ret, struct mu_err *err);
/* joins; frees */
void mu_prefetch_end(struct mu_prefetch *p, struct mu_arena *arena, struct mu_read_facts *ret);

#endif
