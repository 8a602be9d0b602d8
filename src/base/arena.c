/* SPDX-License-Identifier: Apache-2.0 */
/* The bump allocator, and the malloc family that ends the process when memory is out. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ALIGN = 16, FIRST_BLOCK = 8 * 1024, LAST_BLOCK = 1024 * 1024, PRINTF_FIRST = 256 };

struct block {
    struct block *next;
    size_t size; /* of bytes[] */
    _Alignas(ALIGN) char bytes[];
};

struct mu_arena {
    struct block *head; /* bumped; blocks behind it are full or hold one large piece */
    size_t at;          /* next free byte of head */
    size_t used;
};

static struct block *block_new(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct block))
        mu_oom();
    struct block *b = mu_xmalloc(sizeof(*b) + size);
    b->size = size;
    b->next = NULL;
    return b;
}

struct mu_arena *mu_arena_new(void)
{
    struct mu_arena *arena = mu_xcalloc(1, sizeof(*arena));
    arena->head = block_new(FIRST_BLOCK);
    return arena;
}

static void free_behind(struct block *head)
{
    struct block *b = head->next;
    head->next = NULL;
    while (b) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

void mu_arena_free(struct mu_arena *arena)
{
    if (!arena)
        return;
    free_behind(arena->head);
    free(arena->head);
    free(arena);
}

void mu_arena_reset(struct mu_arena *arena)
{
    free_behind(arena->head);
    arena->at = 0;
    arena->used = 0;
}

void mu_arena_adopt(struct mu_arena *arena, struct mu_arena *from)
{
    struct block *last = from->head;
    while (last->next)
        last = last->next;
    last->next = arena->head->next;
    arena->head->next = from->head;
    arena->used += from->used;
    free(from);
}

size_t mu_arena_used(const struct mu_arena *arena)
{
    return arena->used;
}

/* A piece too large for the rest of head: its own block behind head when it is big, else a new,
 * larger head. */
static void *grow(struct mu_arena *arena, size_t size)
{
    struct block *head = arena->head;
    size_t next_size = head->size < LAST_BLOCK ? head->size * 2 : LAST_BLOCK;
    if (size > next_size / 4) {
        struct block *own = block_new(size);
        own->next = head->next;
        head->next = own;
        return own->bytes;
    }
    struct block *fresh = block_new(next_size);
    fresh->next = head;
    arena->head = fresh;
    arena->at = size;
    return fresh->bytes;
}

static size_t aligned(size_t n)
{
    return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

/* Text needs no alignment and comes in masses: padding would be a quarter of it. */
static void *take_bytes(struct mu_arena *arena, size_t size)
{
    arena->used += size;
    if (size > arena->head->size - arena->at)
        return grow(arena, size);
    void *p = arena->head->bytes + arena->at;
    arena->at += size;
    return p;
}

static void *take(struct mu_arena *arena, size_t size)
{
    if (size > SIZE_MAX - ALIGN)
        mu_oom();
    /* Blocks are a multiple of ALIGN long, so this stays inside. */
    arena->at = aligned(arena->at);
    return take_bytes(arena, aligned(size));
}

void *mu_alloc(struct mu_arena *arena, size_t size)
{
    return memset(take(arena, size), 0, size);
}

void *mu_alloc_array(struct mu_arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        mu_oom();
    return mu_alloc(arena, total);
}

char *mu_strndup(struct mu_arena *arena, const char *s, size_t len)
{
    if (len == SIZE_MAX)
        mu_oom();
    char *copy = take_bytes(arena, len + 1);
    if (len > 0)
        memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

char *mu_strdup(struct mu_arena *arena, const char *s)
{
    return s ? mu_strndup(arena, s, strlen(s)) : NULL;
}

char *mu_printf(struct mu_arena *arena, const char *fmt, ...)
{
    char first[PRINTF_FIRST];
    va_list args;
    va_start(args, fmt);
    int made = vsnprintf(first, sizeof(first), fmt, args);
    va_end(args);
    size_t len = made < 0 ? 0 : (size_t)made;
    if (len < sizeof(first))
        return mu_strndup(arena, first, len);
    char *text = take(arena, len + 1);
    va_start(args, fmt);
    vsnprintf(text, len + 1, fmt, args);
    va_end(args);
    return text;
}

void *mu_xmalloc(size_t size)
{
    void *p = malloc(size > 0 ? size : 1);
    if (!p)
        mu_oom();
    return p;
}

void *mu_xcalloc(size_t count, size_t size)
{
    void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (!p)
        mu_oom();
    return p;
}

void *mu_xrealloc(void *p, size_t size)
{
    void *fresh = realloc(p, size > 0 ? size : 1);
    if (!fresh)
        mu_oom();
    return fresh;
}

char *mu_xstrdup(const char *s)
{
    if (!s)
        return NULL;
    size_t size = strlen(s) + 1;
    return memcpy(mu_xmalloc(size), s, size);
}

void mu_oom(void)
{
    static const char text[] = "muster: out of memory\n";
    /* Nothing better is left to do when even this fails. */
    ssize_t MU_UNUSED ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(1);
}
