/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"

struct mu_order {
    struct mu_account *target;
    struct mu_arena *arena;
    struct mu_map *touched; /* keys of names that renames left or took since all was settled */
    const struct mu_op *last;
    struct mu_buf key;
};

struct mu_order *mu_order_new(struct mu_account *target)
{
    struct mu_order *o = mu_xcalloc(1, sizeof(*o));
    *o = (struct mu_order){.target = target,
                           .arena = mu_arena_new(),
                           .touched = mu_map_new(0),
                           .key = MU_BUF_INIT(MU_BUF_MAX)};
    return o;
}

void mu_order_free(struct mu_order *o)
{
    if (!o)
        return;
    mu_map_free(o->touched);
    mu_arena_free(o->arena);
    mu_buf_done(&o->key);
    free(o);
}

/* Whether that name was touched; now it is. */
static bool touch(struct mu_order *o, const char *name)
{
    struct mu_value value = {.bytes = name, .len = strlen(name)};
    mu_buf_reset(&o->key);
    o->target->adapter->target->fold(o->target, NULL, &value, &o->key);
    if (mu_map_get(o->touched, o->key.data, o->key.len))
        return true;
    mu_map_put(o->touched, mu_strndup(o->arena, o->key.data, o->key.len), o->key.len, o);
    return false;
}

static bool passes_name(struct mu_order *o, const struct mu_op *op)
{
    bool left = touch(o, op->name), taken = touch(o, op->new_name);
    return left || taken;
}

void mu_order_settled(struct mu_order *o)
{
    if (mu_map_count(o->touched) == 0)
        return;
    mu_map_free(o->touched);
    mu_arena_reset(o->arena);
    o->touched = mu_map_new(0);
    /* What it waited for is done, itself not. */
    if (o->last->verb == MU_OP_RENAME)
        passes_name(o, o->last);
}

bool mu_order_waits(struct mu_order *o, const struct mu_op *op)
{
    const struct mu_op *last = o->last;
    o->last = op;
    if (op->verb == MU_OP_RENAME)
        return passes_name(o, op);
    /* Containers depend on each other. */
    if (op->kind == MU_KINDS)
        return last != NULL;
    /* Chunks of one group's members must arrive in order; different groups don't care. */
    return op->why == MU_WHY_MEMBERS && last && mu_streq(op->name, last->name);
}
