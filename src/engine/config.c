/* SPDX-License-Identifier: Apache-2.0 */
/* muster.yaml by tables: what keys there are, where they go, and how its parts refer to each other.
 * */
#include "engine/config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

enum { NAME_MAX_LEN = 64, NAMES_SHOWN = 64 };

/* The file's top level, before its parts are understood. */
struct top {
    const char *store, *mappings;
    const struct mu_y *accounts, *syncs;
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
    {.name = NULL}};

static const char *const removals[] = {[MU_REMOVE_KEEP] = "keep",
                                       [MU_REMOVE_DISABLE] = "disable",
                                       [MU_REMOVE_DELETE] = "delete",
                                       NULL};

const char *mu_removal_name(int removal)
{
    return removals[removal];
}

/* A sync's settings as written. */
struct sync_values {
    const char *from, *to;
    int inactive, gone, gone_groups;
    int64_t plan_age;
    const struct mu_y *guards;
};

static const struct mu_opt sync_opts[] = {
    {"from", MU_OPT_STR, offsetof(struct sync_values, from), .required = true,
     .help = "account that is read"},
    {"to", MU_OPT_STR, offsetof(struct sync_values, to), .required = true,
     .help = "account that is written"},
    {"inactive", MU_OPT_ENUM, offsetof(struct sync_values, inactive), .def = "disable",
     .choices = removals, .help = "what happens to users who are inactive in the source"},
    {"gone", MU_OPT_ENUM, offsetof(struct sync_values, gone), .def = "disable", .choices = removals,
     .help = "what happens to users who are no longer in the source"},
    {"gone_groups", MU_OPT_ENUM, offsetof(struct sync_values, gone_groups), .def = "delete",
     .choices = removals,
     .help = "what happens to groups that are no longer in the source: keep or delete"},
    {"plan_age", MU_OPT_DURATION, offsetof(struct sync_values, plan_age), .def = "24h",
     .help = "how long a saved plan may be applied: 90m, 24h, 7d"},
    {"guards", MU_OPT_NODE, offsetof(struct sync_values, guards), .help = "limits of one run"},
    {.name = NULL}};

/* ---- names and paths ---- */

/* Names of accounts and syncs stand in lock names, file names and scripts. */
static int check_name(const struct mu_y *key, const char *what, struct mu_err *err)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t len = strlen(key->text);
    if (len == 0 || len > NAME_MAX_LEN || strspn(key->text, allowed) != len || *key->text == '.' ||
        *key->text == '-')
        return mu_y_fail(key, err,
                         "the name of %s is 1 to %d letters, digits, dots, dashes or underscores, "
                         "a letter or digit first",
                         what, NAME_MAX_LEN);
    return 0;
}

static const char *from_dir(struct mu_arena *arena, const char *dir, const char *path)
{
    return *path == '/' ? path : mu_printf(arena, "%s/%s", dir, path);
}

static const char *parent_of(struct mu_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return ".";
    return slash == path ? "/" : mu_strndup(arena, path, (size_t)(slash - path));
}

static int check_layer(struct mu_arena *arena, const struct mu_y *at, const char *path,
                       struct mu_err *err)
{
    const char *systems[NAMES_SHOWN + 1] = {NULL};
    struct mu_err why = MU_ERR_INIT;
    for (size_t i = 0; i < NAMES_SHOWN && mu_adapters()[i]; i++)
        systems[i] = mu_adapters()[i]->mappings;
    if (mu_map_check_dir(arena, path, systems, &why) < 0)
        return mu_y_fail(at, err, "mappings: %s", why.text);
    return 0;
}

/* `at` names a directory, relative to the file it stands in; *ret is NULL when there is no such
 * key. */
static int read_dir(struct mu_arena *arena, const char *dir, const struct mu_y *at,
                    const char **ret, struct mu_err *err)
{
    *ret = NULL;
    if (!at)
        return 0;
    if (at->type != MU_Y_SCALAR || !*at->text)
        return mu_y_fail(at, err, "mappings: expected the path of a directory");
    const char *path = from_dir(arena, dir, at->text);
    /* With the slash, a file that is no directory fails too. */
    if (access(mu_printf(arena, "%s/", path), R_OK | X_OK) < 0)
        return mu_y_fail(at, err, "mappings: directory %s can't be read: %s", path,
                         strerror(errno));
    *ret = path;
    return check_layer(arena, at, path, err);
}

/* ---- accounts ---- */

static int unknown_adapter(const struct mu_y *at, struct mu_err *err)
{
    const char *names[NAMES_SHOWN];
    size_t count = 0;
    MU_AUTO(buf) struct mu_buf known = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    for (const struct mu_adapter *const *a = mu_adapters(); *a && count < NAMES_SHOWN; a++) {
        mu_buf_printf(&known, "%s%s", count ? ", " : "", (*a)->name);
        names[count++] = (*a)->name;
    }
    const char *nearest = mu_nearest(at->text, names, count);
    if (nearest)
        return mu_y_fail(at, err, "unknown adapter '%.60s'; did you mean %s?", at->text, nearest);
    return mu_y_fail(at, err, "unknown adapter '%.60s'; known are: %s", at->text, known.data);
}

/* The same for every adapter. */
struct account_values {
    const char *adapter, *mappings;
    const char *const *canary;
    int64_t rereads;
};

static const struct mu_opt account_opts[] = {
    {"adapter", MU_OPT_STR, offsetof(struct account_values, adapter), .help = "kind of system"},
    {"mappings", MU_OPT_STR, offsetof(struct account_values, mappings),
     .help = "directory of mapping files of this account alone"},
    {"canary", MU_OPT_LIST, offsetof(struct account_values, canary),
     .help = "ids, e-mail addresses, names or globs of people who must be in every read"},
    {"rereads", MU_OPT_INT, offsetof(struct account_values, rereads), .def = "2", .min = 0,
     .max = 10, .help = "how often a read is repeated while people are added or removed"},
    {.name = NULL}};

static bool is_common(const char *key)
{
    for (const struct mu_opt *o = account_opts; o->name; o++)
        if (mu_streq(o->name, key))
            return true;
    return false;
}

/* The account's settings: the keys that are the same for every adapter, or the others. */
static const struct mu_y *settings_part(struct mu_arena *arena, const struct mu_y *map, bool common)
{
    struct mu_y *part = mu_alloc(arena, sizeof(*part));
    *part = *map;
    part->items = mu_alloc_array(arena, map->count, sizeof(*part->items));
    part->keys = mu_alloc_array(arena, map->count, sizeof(*part->keys));
    part->count = 0;
    for (size_t i = 0; i < map->count; i++) {
        if (is_common(map->keys[i]->text) != common)
            continue;
        part->keys[part->count] = map->keys[i];
        part->items[part->count++] = map->items[i];
    }
    return part;
}

static int read_common(struct mu_arena *arena, const struct mu_y *map, struct mu_account_def *def,
                       struct mu_err *err)
{
    struct account_values values = {.adapter = NULL};
    if (mu_opt_read(arena, account_opts, settings_part(arena, map, true), &values, err) < 0)
        return -1;
    const struct mu_y *canary = mu_y_get(map, "canary");
    const char *why;
    if (canary && !mu_account_reads(arena, def->adapter, def->settings, &why))
        return mu_y_fail(canary, err, "canary: account %s is never read: %s", def->name, why);
    def->canary = values.canary;
    def->rereads = values.rereads;
    return 0;
}

static int read_account(struct mu_arena *arena, const char *dir, const struct mu_y *key,
                        const struct mu_y *map, struct mu_account_def *ret, struct mu_err *err)
{
    if (check_name(key, "an account", err) < 0)
        return -1;
    if (map->type != MU_Y_MAP)
        return mu_y_fail(key, err, "account %s: expected its settings, indented below it",
                         key->text);
    const struct mu_y *adapter = mu_y_get(map, "adapter");
    if (!adapter)
        return mu_y_fail(
            key, err, "account %s: which kind of system is it? add a line such as `adapter: ldap`",
            key->text);
    *ret = (struct mu_account_def){.name = key->text, .settings = settings_part(arena, map, false)};
    ret->adapter = adapter->type == MU_Y_SCALAR ? mu_adapter_find(adapter->text) : NULL;
    if (!ret->adapter)
        return unknown_adapter(adapter, err);
    if (read_common(arena, map, ret, err) < 0)
        return -1;
    /* Read here for its errors alone: a mistake in any account is told before anything is done with
     * another. */
    void *values = mu_alloc(arena, ret->adapter->values_size);
    if (mu_opt_read(arena, ret->adapter->opts, ret->settings, values, err) < 0)
        return -1;
    return read_dir(arena, dir, mu_y_get(map, "mappings"), &ret->mappings, err);
}

static int read_accounts(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                         struct mu_err *err)
{
    if (map->type != MU_Y_MAP || map->count == 0)
        return mu_y_fail(
            map, err,
            "accounts: expected a mapping of names to settings, with one account at least");
    struct mu_account_def *accounts = mu_alloc_array(arena, map->count, sizeof(*accounts));
    for (size_t i = 0; i < map->count; i++) {
        if (read_account(arena, c->dir, map->keys[i], map->items[i], &accounts[i], err) < 0)
            return -1;
    }
    c->accounts = accounts;
    c->account_count = map->count;
    return 0;
}

/* ---- looking up by name ---- */

/* Lists of accounts and syncs both start with the name; this is all that lookups need to know of
 * them. */
struct names {
    const char *what;
    const char *names[NAMES_SHOWN];
    size_t count;
    struct mu_buf text; /* all of them, for messages */
};

static void add_name(struct names *n, const char *name)
{
    if (n->count == NAMES_SHOWN)
        return;
    mu_buf_printf(&n->text, "%s%s", n->count ? ", " : "", name);
    n->names[n->count++] = name;
}

static struct names account_names(const struct mu_config *c)
{
    struct names n = {.what = "account", .text = MU_BUF_INIT(MU_ERR_TEXT_MAX)};
    for (size_t i = 0; i < c->account_count; i++)
        add_name(&n, c->accounts[i].name);
    return n;
}

static struct names sync_names(const struct mu_config *c)
{
    struct names n = {.what = "sync", .text = MU_BUF_INIT(MU_ERR_TEXT_MAX)};
    for (size_t i = 0; i < c->sync_count; i++)
        add_name(&n, c->syncs[i].name);
    return n;
}

/* Not found: says which there are. Frees the names. */
static int not_found(struct names *n, const char *file, const char *name, struct mu_err *err)
{
    const char *nearest = name ? mu_nearest(name, n->names, n->count) : NULL;
    if (n->count == 0)
        mu_fail(err, MU_E_USAGE, "%s has no %s", file, n->what);
    else if (!name)
        mu_fail(err, MU_E_USAGE, "name one %s of: %s", n->what, n->text.data);
    else if (nearest)
        mu_fail(err, MU_E_USAGE, "no %s '%.60s' in %s; did you mean %s?", n->what, name, file,
                nearest);
    else
        mu_fail(err, MU_E_USAGE, "no %s '%.60s' in %s; there is: %s", n->what, name, file,
                n->text.data);
    mu_buf_done(&n->text);
    return -1;
}

int mu_config_account(const struct mu_config *c, const char *name,
                      const struct mu_account_def **ret, struct mu_err *err)
{
    for (size_t i = 0; i < c->account_count; i++) {
        if (name ? mu_streq(c->accounts[i].name, name) : c->account_count == 1) {
            *ret = &c->accounts[i];
            return 0;
        }
    }
    struct names n = account_names(c);
    return not_found(&n, c->file, name, err);
}

int mu_config_sync(const struct mu_config *c, const char *name, const struct mu_sync **ret,
                   struct mu_err *err)
{
    for (size_t i = 0; i < c->sync_count; i++) {
        if (name ? mu_streq(c->syncs[i].name, name) : c->sync_count == 1) {
            *ret = &c->syncs[i];
            return 0;
        }
    }
    struct names n = sync_names(c);
    return not_found(&n, c->file, name, err);
}

/* ---- syncs ---- */

/* The account a sync's `from` or `to` names; the error stands where the name was written. */
static int refer(const struct mu_config *c, const struct mu_y *at,
                 const struct mu_account_def **ret, struct mu_err *err)
{
    struct mu_err why = MU_ERR_INIT;
    if (mu_config_account(c, at->text, ret, &why) == 0)
        return 0;
    return mu_y_fail(at, err, "%s", why.text);
}

static int read_ends(struct mu_arena *arena, const struct mu_config *c, const struct mu_y *map,
                     struct mu_sync *sync, struct mu_err *err)
{
    const struct mu_y *from = mu_y_get(map, "from"), *to = mu_y_get(map, "to");
    if (refer(c, from, &sync->from, err) < 0 || refer(c, to, &sync->to, err) < 0)
        return -1;
    if (sync->from == sync->to)
        return mu_y_fail(to, err, "sync %s: from and to are the same account", sync->name);
    const char *why;
    if (!mu_account_reads(arena, sync->from->adapter, sync->from->settings, &why))
        return mu_y_fail(from, err, "sync %s: account %s can't be read: %s", sync->name,
                         sync->from->name, why);
    if (!sync->to->adapter->target)
        return mu_y_fail(to, err,
                         "sync %s: account %s can't be written: its adapter %s is a source only",
                         sync->name, sync->to->name, sync->to->adapter->name);
    return 0;
}

static int read_sync(struct mu_arena *arena, const struct mu_config *c, const struct mu_y *key,
                     const struct mu_y *map, struct mu_sync *sync, struct mu_err *err)
{
    struct sync_values values = {.from = NULL};
    if (check_name(key, "a sync", err) < 0)
        return -1;
    if (map->type != MU_Y_MAP)
        return mu_y_fail(key, err, "sync %s: expected its settings, `from` and `to` at least",
                         key->text);
    if (mu_opt_read(arena, sync_opts, map, &values, err) < 0)
        return -1;
    *sync = (struct mu_sync){.name = key->text,
                             .file = key->file,
                             .line = key->line,
                             .inactive = values.inactive,
                             .gone = values.gone,
                             .gone_groups = values.gone_groups,
                             .plan_age = values.plan_age};
    if (values.gone_groups == MU_REMOVE_DISABLE)
        return mu_y_fail(mu_y_get(map, "gone_groups"), err,
                         "gone_groups: a group can't be disabled; keep or delete");
    return read_ends(arena, c, map, sync, err) < 0
               ? -1
               : mu_guards_read(arena, values.guards, &sync->guards, err);
}

static int read_syncs(struct mu_arena *arena, const struct mu_y *map, struct mu_config *c,
                      struct mu_err *err)
{
    if (!map || map->type == MU_Y_NULL)
        return 0;
    if (map->type != MU_Y_MAP)
        return mu_y_fail(map, err, "syncs: expected a mapping of names to settings");
    struct mu_sync *syncs = mu_alloc_array(arena, map->count ? map->count : 1, sizeof(*syncs));
    for (size_t i = 0; i < map->count; i++) {
        if (read_sync(arena, c, map->keys[i], map->items[i], &syncs[i], err) < 0)
            return -1;
    }
    c->syncs = syncs;
    c->sync_count = map->count;
    return 0;
}

/* ---- the file ---- */

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
    c->store = strstr(top.store, "://") ? top.store : from_dir(arena, c->dir, top.store);
    if (read_dir(arena, c->dir, mu_y_get(root, "mappings"), &c->mappings, err) < 0)
        return -1;
    return read_accounts(arena, top.accounts, c, err) < 0 ? -1
                                                          : read_syncs(arena, top.syncs, c, err);
}

static int finish(struct mu_arena *arena, const char *file, const struct mu_y *root,
                  const struct mu_config **ret, struct mu_err *err)
{
    struct mu_config *c = mu_alloc(arena, sizeof(*c));
    char dir[PATH_MAX];
    c->file = mu_strdup(arena, file);
    if (!realpath(parent_of(arena, file), dir))
        return mu_fail_errno(err, "%s", parent_of(arena, file));
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

/* ---- opening ---- */

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
        .state_dir = strstr(c->store, "://") ? c->dir : parent_of(arena, c->store),
        .log = log,
    };
    return mu_account_open(arena, def->adapter, conf, ret, err);
}
