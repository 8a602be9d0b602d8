/* SPDX-License-Identifier: Apache-2.0 */
/* Merges the layers of one mapping field by field, and lists what a system has. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "map/map_private.h"

/* How a key of a later layer meets the same key of an earlier one. Keys that aren't named replace.
 * */
enum meeting { REPLACE, MERGE, APPEND, SAME };

struct manner {
    const char *key;
    enum meeting how;
    const struct manner *inside; /* MERGE: of the keys below; NULL: they replace */
};

static const struct manner in_attributes[] = {{"extras", MERGE, NULL}, {NULL, REPLACE, NULL}};
static const struct manner in_fields[] = {{"attributes", MERGE, in_attributes},
                                          {NULL, REPLACE, NULL}};
static const struct manner in_fetch[] = {{"page", MERGE, NULL}, {NULL, REPLACE, NULL}};
static const struct manner in_file[] = {
    {"kind", SAME, NULL},         {"target", SAME, NULL},   {"fetch", MERGE, in_fetch},
    {"fields", MERGE, in_fields}, {"members", MERGE, NULL}, {"secret", APPEND, NULL},
    {"examples", APPEND, NULL},   {NULL, REPLACE, NULL},
};

static struct manner manner_of(const struct manner *table, const char *key)
{
    for (; table != NULL && table->key != NULL; table++)
        if (strcmp(table->key, key) == 0)
            return *table;
    return (struct manner){key, REPLACE, NULL};
}

static struct mu_y *node_like(struct mu_arena *arena, const struct mu_y *like, size_t room)
{
    struct mu_y *n = mu_alloc(arena, sizeof(*n));
    *n = *like;
    n->count = 0;
    n->items = mu_alloc_array(arena, room + 1, sizeof(struct mu_y *));
    n->keys = mu_alloc_array(arena, room + 1, sizeof(struct mu_y *));
    return n;
}

static void put(struct mu_y *map, struct mu_y *key, struct mu_y *value)
{
    map->keys[map->count] = key;
    map->items[map->count++] = value;
}

static struct mu_y *append(struct mu_arena *arena, const struct mu_y *base, const struct mu_y *over)
{
    struct mu_y *both = node_like(arena, over, base->count + over->count);
    for (size_t i = 0; i < base->count; i++)
        both->items[both->count++] = base->items[i];
    for (size_t i = 0; i < over->count; i++)
        both->items[both->count++] = over->items[i];
    return both;
}

static int merge(struct mu_arena *arena, const struct mu_y *base, const struct mu_y *over,
                 const struct manner *table, struct mu_y **ret, struct mu_err *err);

static int meet(struct mu_arena *arena, const struct manner *how, struct mu_y *base,
                struct mu_y *over, struct mu_y **ret, struct mu_err *err)
{
    *ret = over;
    if (how->how == SAME && !mu_streq(base->text, over->text)) {
        return mu_y_fail(over, err, "%s is %s in %s:%d; a later layer can't change it", how->key,
                         base->text, base->file, base->line);
    }
    if (how->how == MERGE && base->type == MU_Y_MAP && over->type == MU_Y_MAP)
        return merge(arena, base, over, how->inside, ret, err);
    if (how->how == APPEND && base->type == MU_Y_SEQ && over->type == MU_Y_SEQ)
        *ret = append(arena, base, over);
    return 0;
}

static ssize_t index_of(const struct mu_y *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->text, key) == 0)
            return (ssize_t)i;
    return -1;
}

/* A null drops the key, in the first layer too. Order: the earlier layer's keys, then what the
 * later one adds. */
static int merge(struct mu_arena *arena, const struct mu_y *base, const struct mu_y *over,
                 const struct manner *table, struct mu_y **ret, struct mu_err *err)
{
    struct mu_y *both = node_like(arena, over, base->count + over->count);
    for (size_t i = 0; i < base->count; i++) {
        struct mu_y *value = base->items[i];
        ssize_t at = index_of(over, base->keys[i]->text);
        if (at >= 0) {
            struct manner how = manner_of(table, base->keys[i]->text);
            if (meet(arena, &how, value, over->items[at], &value, err) < 0)
                return -1;
        }
        if (value->type != MU_Y_NULL)
            put(both, at >= 0 && value == over->items[at] ? over->keys[at] : base->keys[i], value);
    }
    for (size_t i = 0; i < over->count; i++) {
        if (index_of(base, over->keys[i]->text) >= 0)
            continue;
        struct mu_y *value = over->items[i];
        struct manner how = manner_of(table, over->keys[i]->text);
        /* Merging with nothing drops nulls inside. */
        if (how.how == MERGE && value->type == MU_Y_MAP &&
            merge(arena, &(const struct mu_y){.type = MU_Y_MAP}, value, how.inside, &value, err) <
                0)
            return -1;
        if (value->type != MU_Y_NULL)
            put(both, over->keys[i], value);
    }
    *ret = both;
    return 0;
}

int mu_layers_merge(struct mu_arena *arena, const char *const *paths, const struct mu_y **ret,
                    const char **ret_top, struct mu_err *err)
{
    struct mu_y *all = mu_alloc(arena, sizeof(*all));
    all->type = MU_Y_MAP;
    const char *top = NULL;
    for (; *paths != NULL; paths++) {
        const struct mu_y *layer = NULL;
        if (mu_y_load(arena, *paths, &layer, err) < 0)
            return -1;
        if (layer->type != MU_Y_MAP) {
            return mu_y_fail(layer, err,
                             "a mapping file holds keys such as kind, fetch and fields");
        }
        if (merge(arena, all, layer, in_file, &all, err) < 0)
            return -1;
        top = *paths;
    }
    *ret = all;
    *ret_top = top;
    return 0;
}

/* ---- the directories ---- */

/* Names come from configuration files: they must not lead out of the directories. */
static bool plain_name(const char *name)
{
    return name[0] != '\0' && strlen(name) <= 64 &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

int mu_layers_paths(struct mu_arena *arena, const struct mu_layers *layers, const char *system,
                    const char *name, const char *ret_paths[MU_LAYERS_MAX + 2], struct mu_err *err)
{
    if (!plain_name(system) || !plain_name(name)) {
        return mu_fail(err, MU_E_CONFIG, "%s/%s: a mapping's name holds only a-z, 0-9, _ and -",
                       mu_printable(arena, system, strlen(system), 64),
                       mu_printable(arena, name, strlen(name), 64));
    }
    size_t count = 0;
    for (size_t i = 0; i < MU_LAYERS_MAX && layers->dirs[i] != NULL; i++) {
        const char *path = mu_printf(arena, "%s/%s/%s.yaml", layers->dirs[i], system, name);
        /* Anything but "not there" is left for the reader to complain about. */
        if (access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR))
            ret_paths[count++] = path;
    }
    ret_paths[count] = NULL;
    return 0;
}

static void add_name(struct mu_arena *arena, struct mu_names *names, const char *name)
{
    if (names->count == names->room) {
        size_t room = names->room == 0 ? 16 : names->room * 2;
        const char **list = mu_alloc_array(arena, room, sizeof(*list));
        if (names->count > 0)
            memcpy(list, names->list, names->count * sizeof(*list));
        names->list = list;
        names->room = room;
    }
    names->list[names->count++] = name;
}

static int list_dir(struct mu_arena *arena, const char *dir, struct mu_names *names,
                    struct mu_err *err)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return errno == ENOENT || errno == ENOTDIR ? 0 : mu_fail_errno(err, "%s", dir);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        size_t len = strlen(e->d_name);
        if (len <= 5 || !mu_ends(e->d_name, ".yaml"))
            continue;
        const char *name = mu_strndup(arena, e->d_name, len - 5);
        /* tools are serve/tool.h's, access is audit/access.h's */
        if (plain_name(name) && strcmp(name, "tools") != 0 && strcmp(name, "access") != 0)
            add_name(arena, names, name);
    }
    closedir(d);
    return 0;
}

static int check_folder(struct mu_arena *arena, const char *dir, const char *name,
                        const char *const *systems, struct mu_err *err)
{
    struct mu_names names = {0};
    size_t count = 0;
    for (; systems[count] != NULL; count++)
        if (mu_glob(systems[count], name, false))
            return 0;
    if (list_dir(arena, mu_printf(arena, "%s/%s", dir, name), &names, err) < 0)
        return -1;
    if (names.count == 0)
        return 0;
    const char *nearest = mu_nearest(name, systems, count);
    return mu_fail(err, MU_E_CONFIG, "%s/%s: there is no system of that name%s%s", dir, name,
                   nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "");
}

int mu_map_check_dir(struct mu_arena *arena, const char *dir, const char *const *systems,
                     struct mu_err *err)
{
    int rc = 0;
    DIR *d = opendir(dir);
    if (d == NULL)
        return mu_fail_errno(err, "%s", dir);
    for (struct dirent *e = readdir(d); rc == 0 && e != NULL; e = readdir(d)) {
        if (e->d_name[0] == '.')
            continue;
        if (mu_ends(e->d_name, ".yaml")) {
            rc = mu_fail(err, MU_E_CONFIG,
                         "%s/%s: a mapping file lies in a folder named by its system, such as "
                         "%s/%s/%s",
                         dir, e->d_name, dir, systems[0], e->d_name);
        } else {
            rc = check_folder(arena, dir, e->d_name, systems, err);
        }
    }
    closedir(d);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int mu_map_list(struct mu_arena *arena, const struct mu_layers *layers, const char *system,
                const char *const **ret, struct mu_err *err)
{
    struct mu_names names = {0};
    if (!plain_name(system)) {
        return mu_fail(err, MU_E_CONFIG, "%s: a system's name holds only a-z, 0-9, _ and -",
                       mu_printable(arena, system, strlen(system), 64));
    }
    for (size_t i = 0; i < MU_LAYERS_MAX && layers->dirs[i] != NULL; i++)
        if (list_dir(arena, mu_printf(arena, "%s/%s", layers->dirs[i], system), &names, err) < 0)
            return -1;
    if (names.count > 1)
        qsort(names.list, names.count, sizeof(*names.list), by_name);
    const char **unique = mu_alloc_array(arena, names.count + 1, sizeof(*unique));
    size_t kept = 0;
    for (size_t i = 0; i < names.count; i++)
        if (kept == 0 || strcmp(unique[kept - 1], names.list[i]) != 0)
            unique[kept++] = names.list[i];
    *ret = unique;
    return 0;
}
