/* SPDX-License-Identifier: Apache-2.0 */
/* What glibc offers, and nothing elsewhere. */
#include "base/heap.h"

#include <malloc.h>

#ifdef M_ARENA_MAX
void mu_heap_share(void)
{
    mallopt(M_ARENA_MAX, 1);
}

void mu_heap_trim(void)
{
    malloc_trim(0);
}
#else
void mu_heap_share(void)
{
}

void mu_heap_trim(void)
{
}
#endif
