/* SPDX-License-Identifier: Apache-2.0 */
/* Loads the mappings of a shape, and gathers what they look for. */
#include "adapter/shape.h"

#include <string.h>

#include "base/str.h"

enum { RESOURCES_MAX = 32 };

/* ---- mappings ---- */

/* Whole rows first, then what is in them, then who belongs to it. */
static int rank(const struct mu_resource *r)
{
    const struct mu_fetch *fetch = mu_map_info(r)->fetch;
    return !fetch ? 0 : fetch->over_count == 0 ? 1 : fetch->rows == MU_ROWS_DISTINCT ? 2 : 3;
}

static int add_resource(struct mu_row_shape *s, const struct mu_resource *r, size_t count,
                        struct mu_err *err)
{
    const struct mu_resource_info *info = mu_map_info(r);
    if (count == RESOURCES_MAX)
        return mu_fail(err, MU_E_LIMIT, "shape %s: more than %d mapping files", s->name,
                       (int)RESOURCES_MAX);
    if (info->target || (info->fetch && info->fetch->rows == MU_ROWS_NONE))
        return mu_fail(err, MU_E_CONFIG,
                       "%s: fetch: expected rows, such as fetch: {rows: all}, and no path",
                       info->file);
    size_t i = count;
    for (; i > 0 && rank(s->resources[i - 1]) > rank(r); i--)
        s->resources[i] = s->resources[i - 1];
    s->resources[i] = r;
    return 0;
}

static int no_shape(const struct mu_row_shape *s, const struct mu_layers *layers,
                    const struct mu_y *at, struct mu_err *err)
{
    static const char *const known[] = {"plain",    "bamboohr", "workday",
                                        "personio", "rippling", "ldap"};
    const char *shape = s->name, *near = mu_nearest(shape, known, MU_LEN(known));
    if (!at || mu_streq(near, shape))
        return mu_fail(err, MU_E_CONFIG,
                       "no mappings feed-%s in %s; is muster installed, or MUSTER_MAPPINGS set?",
                       shape, layers->dirs[0]);
    if (near)
        return mu_y_fail(at, err, "shape: there are no mappings feed-%s; did you mean %s?",
                         mu_printable(s->arena, shape, strlen(shape), 60), near);
    return mu_y_fail(
        at, err,
        "shape: there are no mappings feed-%s; take plain, bamboohr, workday, personio "
        "or rippling, or make a directory feed-%s in mappings:",
        mu_printable(s->arena, shape, strlen(shape), 60),
        mu_printable(s->arena, shape, strlen(shape), 60));
}

static int load_mappings(struct mu_row_shape *s, const struct mu_layers *layers,
                         const struct mu_y *at, struct mu_err *err)
{
    const char *system = mu_printf(s->arena, "feed-%s", s->name);
    const char *const *names;
    if (mu_map_list(s->arena, layers, system, &names, err) < 0)
        return -1;
    if (!*names)
        return no_shape(s, layers, at, err);
    s->resources = mu_alloc_array(s->arena, RESOURCES_MAX + 1, sizeof(*s->resources));
    for (size_t count = 0; names[count]; count++) {
        const struct mu_resource *r;
        if (mu_map_load(s->arena, layers, system, names[count], &r, err) < 0 ||
            add_resource(s, r, count, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- what is looked for ---- */

static void add_name(const char **names, const char *name)
{
    while (*names && !mu_streq(*names, name))
        names++;
    *names = name;
}

/* Names of all mappings go into one list: a row is read once for all of them. Whether a rule found
 * something is counted for those that get whole rows. */
static void add_asks(struct mu_row_shape *s, const struct mu_resource *r, const struct mu_ask *own,
                     size_t count, const char **names, struct mu_ask *asks)
{
    const struct mu_resource_info *info = mu_map_info(r);
    for (size_t i = 0; i < count; i++) {
        for (const char *const *name = own[i].names; *name; name++)
            add_name(names, *name);
        if (!s->id_names && info->fetch->over_count == 0 && mu_streq(own[i].field, "id"))
            s->id_names = own[i].names;
        if (info->fetch->over_count == 0)
            asks[s->ask_count++] = (struct mu_ask){
                mu_printf(s->arena, "%s: %s from %s", info->name, own[i].field, own[i].names[0]),
                own[i].names, own[i].required};
    }
    for (int i = 0; i < info->fetch->over_count; i++)
        add_name(names, info->fetch->over[i]);
}

static void gather(struct mu_row_shape *s)
{
    const struct mu_ask *own[RESOURCES_MAX] = {NULL};
    size_t counts[RESOURCES_MAX] = {0}, asks = 0, names = 0, at = 0;
    mu_assert(s->resources != NULL);
    for (const struct mu_resource **r = s->resources; *r; r++, at++) {
        if (mu_map_info(*r)->fetch)
            own[at] = mu_map_asks(*r, s->arena, &counts[at]);
        asks += counts[at];
        for (size_t i = 0; own[at] && i < counts[at]; i++)
            for (const char *const *name = own[at][i].names; *name; name++)
                names++;
        names += MU_PTR_ALT_MAX;
    }
    const char **all_names = mu_alloc_array(s->arena, names + 1, sizeof(*all_names));
    struct mu_ask *all_asks = mu_alloc_array(s->arena, asks + 1, sizeof(*all_asks));
    memset(all_names, 0, (names + 1) * sizeof(*all_names));
    for (size_t i = 0; i < at; i++)
        if (own[i])
            add_asks(s, s->resources[i], own[i], counts[i], all_names, all_asks);
    s->names = all_names;
    s->wanted = mu_map_new(names);
    for (const char **name = all_names; *name; name++)
        mu_map_put(s->wanted, *name, strlen(*name), s->arena);
    s->asks = all_asks;
}

int mu_row_shape_load(struct mu_arena *arena, const struct mu_layers *layers, const char *name,
                      const struct mu_y *at, struct mu_row_shape *ret, struct mu_err *err)
{
    struct mu_row_shape s = {.arena = arena, .name = name};
    if (load_mappings(&s, layers, at, err) < 0)
        return -1;
    gather(&s);
    *ret = s;
    return 0;
}

void mu_row_shape_done(struct mu_row_shape *s)
{
    mu_map_free(s->wanted);
    s->wanted = NULL;
}
