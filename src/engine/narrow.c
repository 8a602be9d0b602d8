/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on groups, without the members that could not be made. */
#include "engine/narrow.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

struct mu_narrow {
    struct mu_arena *arena;
    struct mu_map *missing; /* unified ids, each to itself */
};

struct mu_narrow *mu_narrow_new(void)
{
    struct mu_narrow *n = mu_xcalloc(1, sizeof(*n));
    n->arena = mu_arena_new();
    n->missing = mu_map_new(0);
    return n;
}

void mu_narrow_free(struct mu_narrow *n)
{
    if (!n)
        return;
    mu_map_free(n->missing);
    mu_arena_free(n->arena);
    free(n);
}

void mu_narrow_missing(struct mu_narrow *n, const struct mu_op *create)
{
    if (!create->id)
        return;
    char *id = mu_strdup(n->arena, create->id);
    mu_map_put(n->missing, id, strlen(id), id);
}

static bool is_missing(const struct mu_narrow *n, const char *who)
{
    return who && mu_map_get(n->missing, who, strlen(who));
}

static bool names_missing(const struct mu_narrow *n, const struct mu_opchange *c)
{
    for (size_t i = 0; c->add_who && i < c->add_count; i++)
        if (is_missing(n, c->add_who[i]))
            return true;
    return false;
}

static struct mu_opchange without_missing(struct mu_narrow *n, const struct mu_opchange *c)
{
    struct mu_opchange kept = *c;
    struct mu_value *add = mu_alloc_array(n->arena, c->add_count, sizeof(*add));
    const char **who = mu_alloc_array(n->arena, c->add_count, sizeof(*who));
    kept.add_count = 0;
    for (size_t i = 0; i < c->add_count; i++) {
        if (is_missing(n, c->add_who[i]))
            continue;
        add[kept.add_count] = c->add[i];
        who[kept.add_count++] = c->add_who[i];
    }
    kept.add = add;
    kept.add_who = who;
    return kept;
}

/* Where nobody is left to go in, the operation waits for the next plan as a whole: the group may need
 * one of them in the place of those it takes out. */
static const struct mu_op *narrowed(struct mu_narrow *n, const struct mu_op *op)
{
    struct mu_op *copy = mu_alloc(n->arena, sizeof(*copy));
    struct mu_opchange *changes = mu_alloc_array(n->arena, op->change_count, sizeof(*changes));
    *copy = *op;
    copy->changes = changes;
    for (size_t i = 0; i < op->change_count; i++) {
        changes[i] = op->changes[i];
        if (!names_missing(n, &op->changes[i]))
            continue;
        changes[i] = without_missing(n, &op->changes[i]);
        if (changes[i].add_count == 0)
            return NULL;
    }
    return copy;
}

const struct mu_op *mu_narrow_op(struct mu_narrow *n, const struct mu_op *op)
{
    if (mu_map_count(n->missing) == 0)
        return op;
    for (size_t i = 0; i < op->change_count; i++)
        if (names_missing(n, &op->changes[i]))
            return narrowed(n, op);
    return op;
}
