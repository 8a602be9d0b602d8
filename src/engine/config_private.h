/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the configuration's reader; private to engine/config*.c. One file a part of muster.yaml:
 * each reads its own keys by a table and writes its own fields.
 */
#ifndef MU_ENGINE_CONFIG_PRIVATE_H
#define MU_ENGINE_CONFIG_PRIVATE_H

#include "engine/config.h"

/* How many names of accounts, syncs or adapters an error considers. */
enum { MU_CONFIG_NAMES_SHOWN = 64 };

/* config_paths.c: paths in the file start at its directory. */
const char *config_from_dir(struct mu_arena *arena, const char *dir, const char *path);
const char *config_parent_of(struct mu_arena *arena, const char *path);
/* `at` names a directory of mappings, relative to `dir`; *ret is NULL when there is no such key. */
int config_read_dir(struct mu_arena *arena, const char *dir, const struct mu_y *at,
                    const char **ret, struct mu_err *err);

/* config_names.c: whether a name can stand in lock names, file names and scripts. */
int config_check_name(const struct mu_y *key, const char *what, struct mu_err *err);

/* Parts of the file, each under its key. */
int config_read_accounts(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                         struct mu_err *err);
int config_read_syncs(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                      struct mu_err *err);
int config_read_audit(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                      struct mu_err *err);
int config_read_serve(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                      struct mu_err *err); /* NULL: what holds without the key */

#endif
