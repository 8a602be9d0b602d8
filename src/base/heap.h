/* SPDX-License-Identifier: Apache-2.0 */
/* The heap that malloc has of the system, for a process that lives long. Elsewhere than with glibc
 * these do nothing. */
#ifndef MU_BASE_HEAP_H
#define MU_BASE_HEAP_H

/* One heap for all threads: they hand to each other what they read, and with a heap for each what one
 * lets go of is of no use to another. Before any thread is started. */
void mu_heap_share(void);

/* Gives back to the system what is free, in the middle of the heap, too: after work that took much for
 * a while. Some milliseconds, in which others wait for memory. */
void mu_heap_trim(void);

#endif
