/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML files as a tree that remembers line and column (libyaml's parser; its document tree loses
 * nothing we need).
 *
 * Limits, each an error that names it: file 4 MiB, depth 32, 200,000 nodes, aliases expand to at
 * most 200,000 nodes and may not be cyclic, no duplicate keys, no merge keys, no multi-document
 * files, UTF-8 without NUL. Scalars are kept as text: `no`, `0123` and `1.50` stay what the author
 * wrote. Plain `null`, `~` and empty are MU_Y_NULL. Errors read `FILE:LINE:COLUMN: what, and the
 * fix` with code MU_E_CONFIG.
 */
#ifndef MU_BASE_YAML_H
#define MU_BASE_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/doc.h"
#include "base/err.h"

enum { MU_Y_FILE_MAX = 4 * 1024 * 1024 };

enum mu_y_type { MU_Y_NULL, MU_Y_SCALAR, MU_Y_SEQ, MU_Y_MAP };

struct mu_y {
    enum mu_y_type type;
    bool quoted;         /* scalar written in quotes: never a number, never null */
    const char *file;    /* as given to the loader */
    int line, column;    /* from 1 */
    const char *text;    /* scalar; "" otherwise */
    size_t count;        /* items of a sequence or pairs of a mapping */
    struct mu_y **items; /* sequence items, or mapping values */
    struct mu_y **keys;  /* mapping keys (scalars), parallel to items */
};

int mu_y_load(struct mu_arena *arena, const char *path, const struct mu_y **ret,
              struct mu_err *err);
int mu_y_parse(struct mu_arena *arena, const char *name, const char *text, size_t len,
               const struct mu_y **ret, struct mu_err *err);

/* NULL when absent or map is not a mapping */
const struct mu_y *mu_y_get(const struct mu_y *map, const char *key);
const char *mu_y_str(const struct mu_y *map, const char *key); /* scalar text, or NULL */

/* `FILE:LINE:COLUMN: fmt`, code MU_E_CONFIG; always -1. */
int mu_y_fail(const struct mu_y *at, struct mu_err *err, const char *fmt, ...) MU_PRINTF(3, 4);

/* Refuses keys of a mapping that are not in known[]: names the key, its place and the nearest known
 * key. */
int mu_y_only(const struct mu_y *map, const char *const *known, size_t count, struct mu_err *err);

/* As JSON (scalars unquoted true/false/numbers become such), caller owns; and as a document in the
 * arena. */
struct json_object *mu_y_json(const struct mu_y *node);
const struct mu_doc *mu_y_doc(struct mu_arena *arena, const struct mu_y *node);

#endif
