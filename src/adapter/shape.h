/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mappings of a source that has rows and no paths: a file, a search. They are those of
 * feed-SHAPE, in order of reading: whole rows (users), what rows name (departments), who belongs to
 * it. A row is read once for all of them.
 */
#ifndef MU_ADAPTER_SHAPE_H
#define MU_ADAPTER_SHAPE_H

#include "adapter/adapter.h"
#include "base/map.h"

struct mu_row_shape {
    struct mu_arena *arena;
    const char *name;
    const struct mu_resource **resources; /* NULL-terminated */
    const char *const *names;    /* members of a row that any of them looks for; NULL-terminated */
    struct mu_map *wanted;       /* the same */
    const char *const *id_names; /* members the id of a whole row is made of; NULL: none */
    const struct mu_ask *asks;   /* rules that look at whole rows */
    size_t ask_count;
};

/* `at`: where the name was written, NULL: nowhere. MU_E_CONFIG with file and line. What it holds
 * lives in the arena, but for what shape_done frees. */
int mu_row_shape_load(struct mu_arena *arena, const struct mu_layers *layers, const char *name,
                      const struct mu_y *at, struct mu_row_shape *ret, struct mu_err *err);
void mu_row_shape_done(struct mu_row_shape *s);

#endif
