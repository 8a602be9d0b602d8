/* SPDX-License-Identifier: Apache-2.0 */
/* muster.yaml as a whole: its top level, where it is, and how its accounts are opened. */
#include "engine/config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "engine/config_private.h"

/* The file's top level, before its parts are understood. */
struct top {
    const char *store, *mappings;
    const struct mu_y *accounts, *syncs, *audit, *serve;
};

static const struct mu_opt top_opts[] = {
    {"store", MU_OPT_STR, offsetof(struct top, store), .def = "muster.db",
     .help = "file of snapshots, ledger and journal, relative to this file"},
    {"mappings", MU_OPT_STR, offsetof(struct top, mappings),
     .help = "directory of mapping files of this site, laid over the shipped ones"},
    {"accounts", MU_OPT_NODE, offsetof(struct top, accounts), .required = true,
     .help = "systems muster talks to"},
    {"syncs", MU_OPT_NODE, offsetof(struct top, syncs),
     .help = "which account is made to agree with which"},
    {"audit", MU_OPT_NODE, offsetof(struct top, audit),
     .help = "what muster audit looks for, and where"},
    {"serve", MU_OPT_NODE, offsetof(struct top, serve), .help = "how muster serve answers"},
    {.name = NULL}};

static int read_tree(struct mu_arena *arena, const struct mu_y *root, struct mu_config *c,
                     struct mu_err *err)
{
    struct top top = {.store = NULL};
    if (root->type == MU_Y_NULL)
        return mu_fail(err, MU_E_CONFIG, "%s: empty; write a first one with muster init", c->file);
    if (root->type != MU_Y_MAP)
        return mu_y_fail(root, err, "expected `accounts:` and `syncs:`; see muster.yaml(5)");
    if (mu_opt_read(arena, top_opts, root, &top, err) < 0)
        return -1;
    c->store = strstr(top.store, "://") ? top.store : config_from_dir(arena, c->dir, top.store);
    if (config_read_dir(arena, c->dir, mu_y_get(root, "mappings"), &c->mappings, err) < 0)
        return -1;
    if (config_read_accounts(arena, top.accounts, c, err) < 0 ||
        config_read_syncs(arena, top.syncs, c, err) < 0)
        return -1;
    return config_read_audit(arena, top.audit, c, err) < 0
               ? -1
               : config_read_serve(arena, top.serve, c, err);
}

static int finish(struct mu_arena *arena, const char *file, const struct mu_y *root,
                  const struct mu_config **ret, struct mu_err *err)
{
    struct mu_config *c = mu_alloc(arena, sizeof(*c));
    char dir[PATH_MAX];
    c->file = mu_strdup(arena, file);
    if (!realpath(config_parent_of(arena, file), dir))
        return mu_fail_errno(err, "%s", config_parent_of(arena, file));
    c->dir = mu_strdup(arena, dir);
    if (read_tree(arena, root, c, err) < 0)
        return -1;
    *ret = c;
    return 0;
}

int mu_config_parse(struct mu_arena *arena, const char *file, const char *text, size_t len,
                    const struct mu_config **ret, struct mu_err *err)
{
    const struct mu_y *root;
    if (mu_y_parse(arena, file, text, len, &root, err) < 0)
        return -1;
    return finish(arena, file, root, ret, err);
}

/* The first file that is there, even if it can't be read: an unreadable one must not be passed over
 * in silence. */
static const char *default_path(void)
{
    static const char *const places[] = {"muster.yaml", "/etc/muster/muster.yaml"};
    for (size_t i = 0; i < MU_LEN(places); i++) {
        if (access(places[i], F_OK) == 0 || errno != ENOENT)
            return places[i];
    }
    return NULL;
}

int mu_config_load(struct mu_arena *arena, const char *path, const struct mu_config **ret,
                   struct mu_err *err)
{
    const struct mu_y *root;
    if (!path)
        path = default_path();
    if (!path)
        return mu_fail(
            err, MU_E_CONFIG,
            "no configuration: neither ./muster.yaml nor /etc/muster/muster.yaml is there; "
            "write one with muster init, or name one with -c FILE");
    if (mu_y_load(arena, path, &root, err) < 0 || finish(arena, path, root, ret, err) < 0) {
        /* Whatever kept the file from being read, it is the configuration that is wrong. */
        err->code = MU_E_CONFIG;
        return -1;
    }
    return 0;
}

const char *mu_mappings_dir(void)
{
    const char *told = getenv("MUSTER_MAPPINGS");
    return told && *told ? told : MU_MAPPINGS_DIR;
}

struct mu_layers mu_config_layers(const struct mu_config *c, const struct mu_account_def *def)
{
    struct mu_layers layers = {.dirs = {mu_mappings_dir()}};
    size_t count = 1;
    if (c && c->mappings)
        layers.dirs[count++] = c->mappings;
    if (def && def->mappings)
        layers.dirs[count++] = def->mappings;
    return layers;
}

int mu_config_open(struct mu_arena *arena, const struct mu_config *c,
                   const struct mu_account_def *def, struct mu_log *log, struct mu_account **ret,
                   struct mu_err *err)
{
    struct mu_account_conf *conf = mu_alloc(arena, sizeof(*conf));
    *conf = (struct mu_account_conf){
        .name = def->name,
        .settings = def->settings,
        .layers = mu_config_layers(c, def),
        .store = c->store,
        .state_dir = strstr(c->store, "://") ? c->dir : config_parent_of(arena, c->store),
        .governors = c->governors,
        .log = log,
    };
    return mu_account_open(arena, def->adapter, conf, ret, err);
}
