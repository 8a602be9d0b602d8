/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bump allocator: many small things that die together. Out of memory ends the process here
 * (mu_oom), in one place.
 *
 * Three lifetimes use it: process (configuration, compiled mappings), run, page (reset per remote
 * page or row). Passed explicitly, right after the object. One arena belongs to one thread at a
 * time.
 */
#ifndef MU_BASE_ARENA_H
#define MU_BASE_ARENA_H

#include <stddef.h>

#include "base/macros.h"

struct mu_arena;

struct mu_arena *mu_arena_new(void);
void mu_arena_free(struct mu_arena *arena); /* NULL is fine */

/* Forgets everything allocated; keeps one block for reuse. */
void mu_arena_reset(struct mu_arena *arena);

/* What `from` holds lives in the arena from now on; `from` is no more. */
void mu_arena_adopt(struct mu_arena *arena, struct mu_arena *from);

/* Bytes handed out since creation or reset: the leak ruler and the memory line of reports. */
size_t mu_arena_used(const struct mu_arena *arena);

/* Zeroed, aligned for any type, never NULL. */
void *mu_alloc(struct mu_arena *arena, size_t size) __attribute__((returns_nonnull));
void *mu_alloc_array(struct mu_arena *arena, size_t count, size_t size)
    __attribute__((returns_nonnull));

/* Copies; NUL-terminated. mu_strndup copies exactly len bytes and adds the NUL. mu_strdup(NULL) is
 * NULL. */
char *mu_strdup(struct mu_arena *arena, const char *s);
char *mu_strndup(struct mu_arena *arena, const char *s, size_t len);
char *mu_printf(struct mu_arena *arena, const char *fmt, ...) MU_PRINTF(2, 3);

static inline void mu_auto_arena(struct mu_arena **arena)
{
    mu_arena_free(*arena);
}

/* malloc family that ends the process when memory is out; release with free(). */
void *mu_xmalloc(size_t size) __attribute__((returns_nonnull));
void *mu_xcalloc(size_t count, size_t size) __attribute__((returns_nonnull));
void *mu_xrealloc(void *p, size_t size) __attribute__((returns_nonnull));
char *mu_xstrdup(const char *s);

void mu_oom(void) MU_NORETURN;

#endif
