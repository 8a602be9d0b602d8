/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in muster.yaml, and directories of mappings. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/config_private.h"

const char *config_from_dir(struct mu_arena *arena, const char *dir, const char *path)
{
    return *path == '/' ? path : mu_printf(arena, "%s/%s", dir, path);
}

const char *config_parent_of(struct mu_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return slash == path ? "/" : mu_strndup(arena, path, (size_t)(slash - path));
}

static int check_layer(struct mu_arena *arena, const struct mu_y *at, const char *path,
                       struct mu_err *err)
{
    const char *systems[MU_CONFIG_NAMES_SHOWN + 1] = {NULL};
    struct mu_err why = MU_ERR_INIT;
    for (size_t i = 0; i < MU_CONFIG_NAMES_SHOWN && mu_adapters()[i]; i++)
        systems[i] = mu_adapters()[i]->mappings;
    if (mu_map_check_dir(arena, path, systems, &why) < 0)
        return mu_y_fail(at, err, "mappings: %s", why.text);
    return 0;
}

int config_read_dir(struct mu_arena *arena, const char *dir, const struct mu_y *at,
                    const char **ret, struct mu_err *err)
{
    *ret = NULL;
    if (!at)
        return 0;
    if (at->type != MU_Y_SCALAR || !*at->text)
        return mu_y_fail(at, err, "mappings: expected the path of a directory");
    const char *path = config_from_dir(arena, dir, at->text);
    /* With the slash, a file that is no directory fails too. */
    if (access(mu_printf(arena, "%s/", path), R_OK | X_OK) < 0)
        return mu_y_fail(at, err, "mappings: directory %s can't be read: %s", path,
                         strerror(errno));
    *ret = path;
    return check_layer(arena, at, path, err);
}
