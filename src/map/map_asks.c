/* SPDX-License-Identifier: Apache-2.0 */
/* What a source mapping looks for in a record: for sources whose records say beforehand what they
 * hold, such as a file with a header. */
#include "map/map_private.h"

struct asks {
    struct mu_arena *arena;
    struct mu_ask *list; /* NULL while they are only counted */
    size_t count;
};

static void add(struct asks *to, const char *field, const struct mu_path *paths, size_t path_count,
                bool required)
{
    size_t names = 0;
    for (size_t i = 0; i < path_count; i++)
        names += !paths[i].context && paths[i].ptr.count > 0;
    if (names == 0)
        return;
    struct mu_ask *ask = to->list ? &to->list[to->count] : NULL;
    to->count++;
    if (!ask)
        return;
    const char **list = mu_alloc_array(to->arena, names + 1, sizeof(*list));
    *ask = (struct mu_ask){.field = field, .names = list, .required = required};
    for (size_t i = 0; i < path_count; i++)
        if (!paths[i].context && paths[i].ptr.count > 0)
            *list++ = paths[i].ptr.tokens[0];
    *list = NULL;
}

static void add_scalar(struct asks *to, const struct mu_scalar *s)
{
    add(to, s->name, s->paths, s->path_count, s->required);
}

/* Parts of an item with `over` look into the list's items, and the record is asked for the list. */
static void add_items(struct asks *to, const struct mu_field *f)
{
    for (size_t i = 0; i < f->item_count; i++) {
        const struct mu_template *t = &f->items[i];
        if (t->over)
            add(to, f->name, &t->list, 1, false);
        for (size_t p = 0; p < t->part_count && !t->over; p++)
            add_scalar(to, &t->parts[p].value);
    }
}

static void add_all(struct asks *to, const struct mu_resource *r)
{
    for (size_t i = 0; i < r->field_count; i++) {
        const struct mu_field *f = &r->fields[i];
        add_scalar(to, &f->value);
        add_items(to, f);
        for (size_t e = 0; e < f->extra_count; e++)
            add_scalar(to, &f->extras[e].value);
    }
}

const struct mu_ask *mu_map_asks(const struct mu_resource *r, struct mu_arena *arena,
                                 size_t *ret_count)
{
    struct asks asks = {.arena = arena};
    add_all(&asks, r);
    asks.list = mu_alloc_array(arena, asks.count + 1, sizeof(*asks.list));
    asks.count = 0;
    add_all(&asks, r);
    *ret_count = asks.count;
    return asks.list;
}
