/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hash from text keys to pointers, keyed by SipHash with a random seed (hostile names can't make it
 * slow). Keys and values are borrowed; they must outlive the map. Iteration is in insertion order.
 * Lookup never fails, insertion never fails (out of memory ends the process).
 */
#ifndef MU_BASE_MAP_H
#define MU_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct mu_map;

struct mu_map *mu_map_new(size_t expected);
void mu_map_free(struct mu_map *m);                                    /* NULL is fine */
void *mu_map_get(const struct mu_map *m, const char *key, size_t len); /* NULL: not there */
/* Sets key to value (not NULL); returns the value it replaces, or NULL. The first key pointer
 * stays. */
void *mu_map_put(struct mu_map *m, const char *key, size_t len, void *value);
size_t mu_map_count(const struct mu_map *m);
/* Entry i of count, in insertion order; replaced values keep their place. */
void mu_map_at(const struct mu_map *m, size_t i, const char **ret_key, size_t *ret_len,
               void **ret_value);

#endif
