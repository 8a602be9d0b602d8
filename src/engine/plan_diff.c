/* SPDX-License-Identifier: Apache-2.0 */
/* Value by value: what an object lacks and what it has too much, under the target's own idea of
 * equality. */
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

static bool same_bytes(const struct mu_value *a, const struct mu_value *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

bool plan_same(struct planner *p, const char *attr, const struct mu_value *a,
               const struct mu_value *b)
{
    if (same_bytes(a, b))
        return true;
    mu_buf_reset(&p->fold_a);
    mu_buf_reset(&p->fold_b);
    p->ops_of->fold(p->target, attr, a, &p->fold_a);
    p->ops_of->fold(p->target, attr, b, &p->fold_b);
    return p->fold_a.len == p->fold_b.len &&
           memcmp(p->fold_a.data, p->fold_b.data, p->fold_a.len) == 0;
}

static bool holds(struct planner *p, const char *attr, const struct mu_value *values, size_t count,
                  const struct mu_value *value)
{
    for (size_t i = 0; i < count; i++)
        if (same_bytes(&values[i], value))
            return true;
    for (size_t i = 0; i < count; i++)
        if (plan_same(p, attr, &values[i], value))
            return true;
    return false;
}

static struct mu_value copy_value(struct mu_arena *arena, const struct mu_value *v)
{
    return (struct mu_value){.bytes = mu_strndup(arena, v->bytes, v->len), .len = v->len};
}

/* Values of `from` that `other` doesn't hold, copied; NULL and 0 when there are none. */
static size_t missing(struct planner *p, const char *attr, const struct mu_value *from,
                      size_t from_count, const struct mu_value *other, size_t other_count,
                      const struct mu_value **ret)
{
    struct mu_value *out = NULL;
    size_t count = 0;
    for (size_t i = 0; i < from_count; i++) {
        if (holds(p, attr, other, other_count, &from[i]) || holds(p, attr, out, count, &from[i]))
            continue;
        if (!out)
            out = mu_alloc_array(p->arena, from_count, sizeof(*out));
        out[count++] = copy_value(p->arena, &from[i]);
    }
    *ret = out;
    return count;
}

/* One list for all operations by the same mapping, of which there are many in a row. */
static size_t class_values(struct planner *p, const struct mu_resource *mapping,
                           const struct mu_value **ret)
{
    const char *const *classes = mu_map_info(mapping)->object_classes;
    size_t count = 0;
    while (classes[count])
        count++;
    if (p->classes_of != mapping) {
        struct mu_value *values = mu_alloc_array(p->arena, count, sizeof(*values));
        for (size_t i = 0; i < count; i++)
            values[i] =
                (struct mu_value){.bytes = plan_intern(p, classes[i]), .len = strlen(classes[i])};
        p->classes_of = mapping;
        p->classes = values;
    }
    *ret = p->classes;
    return count;
}

/* As many as there are: of a plan of 50,000 they are most of what is in memory. */
static void put_changes(struct planner *p, struct mu_op *op, const struct mu_opchange *changes,
                        size_t count)
{
    struct mu_opchange *kept = mu_alloc_array(p->arena, count, sizeof(*kept));
    if (count > 0)
        memcpy(kept, changes, count * sizeof(*kept));
    op->changes = kept;
    op->change_count = count;
}

void plan_create(struct planner *p, struct who *w, const struct mu_resource *mapping,
                 const struct mu_want *wants, size_t count)
{
    struct mu_opchange *changes = mu_alloc_array(p->row, count + 1, sizeof(*changes));
    const struct mu_value *classes;
    size_t n = 0;
    changes[n].add_count = class_values(p, mapping, &classes);
    changes[n].attr = "objectClass";
    changes[n].add = classes;
    n += changes[n].add_count > 0;
    for (size_t i = 0; i < count; i++) {
        const struct mu_value *add;
        size_t adds = missing(p, wants[i].name, wants[i].values, wants[i].count, NULL, 0, &add);
        if (adds > 0)
            changes[n++] = (struct mu_opchange){.attr = plan_intern(p, wants[i].name),
                                                .add = add,
                                                .add_count = adds,
                                                .shared = wants[i].policy == MU_POLICY_MERGE};
    }
    struct mu_op *op = plan_add_op(p, MU_OP_CREATE, MU_WHY_JOIN, w);
    op->native = NULL;
    put_changes(p, op, changes, n);
    if (w->owned)
        op->note = "it was ours and is gone from the target: created again";
    w->op_end = p->op_count;
}

/* Of the values that are there and not wanted, those that we added: of the others' attribute no
 * more is ours. */
static int ours_only(struct planner *p, const struct who *w, struct mu_opchange *change,
                     struct mu_err *err)
{
    struct mu_value *kept = mu_alloc_array(p->arena, change->remove_count + 1, sizeof(*kept));
    size_t count = 0;
    for (size_t i = 0; i < change->remove_count; i++) {
        mu_buf_reset(&p->fold_a);
        p->ops_of->fold(p->target, change->attr, &change->remove[i], &p->fold_a);
        const struct mu_owned_value v = {.kind = w->kind,
                                         .id = w->id,
                                         .attr = change->attr,
                                         .value = {p->fold_a.data, p->fold_a.len}};
        int ours = mu_value_owned(p->store, p->sync->name, &v, err);
        if (ours < 0)
            return -1;
        if (ours)
            kept[count++] = change->remove[i];
    }
    change->remove = count ? kept : NULL;
    change->remove_count = count;
    return 0;
}

/* Fills *change. 1: it has something to change, 0: nothing, -1. */
static int compare(struct planner *p, const struct who *w, const struct mu_want *want,
                   struct mu_opchange *change, struct mu_err *err)
{
    const struct mu_attrval *have = mu_object_attr(w->object, want->name);
    const struct mu_value *values = have ? have->values : NULL;
    size_t count = have ? have->count : 0;
    if (want->policy == MU_POLICY_KEEP && count > 0)
        return 0;
    if (count == 1 && want->count == 1 && plan_same(p, want->name, values, want->values))
        return 0;
    *change = (struct mu_opchange){.attr = plan_intern(p, want->name),
                                   .shared = want->policy == MU_POLICY_MERGE};
    change->add_count =
        missing(p, want->name, want->values, want->count, values, count, &change->add);
    change->remove_count =
        missing(p, want->name, values, count, want->values, want->count, &change->remove);
    if (change->shared && change->remove_count > 0 && ours_only(p, w, change, err) < 0)
        return -1;
    /* Where values of others may stand beside ours, new ones don't matter. */
    change->absent = count == 0 && want->policy != MU_POLICY_MERGE;
    return change->add_count + change->remove_count > 0;
}

static bool lacks_classes(struct planner *p, const struct mu_object *o,
                          const struct mu_resource *mapping, struct mu_opchange *change)
{
    const struct mu_attrval *have = mu_object_attr(o, "objectClass");
    const char *const *classes = mu_map_info(mapping)->object_classes;
    bool lacks = false;
    for (size_t i = 0; classes[i] && !lacks; i++) {
        struct mu_value v = {.bytes = classes[i], .len = strlen(classes[i])};
        lacks = !have || !holds(p, "objectClass", have->values, have->count, &v);
    }
    if (!lacks)
        return false;
    const struct mu_value *values;
    size_t count = class_values(p, mapping, &values);
    *change = (struct mu_opchange){.attr = "objectClass"};
    change->add_count = missing(p, "objectClass", values, count, have ? have->values : NULL,
                                have ? have->count : 0, &change->add);
    return change->add_count > 0;
}

int plan_update(struct planner *p, struct who *w, const struct mu_resource *mapping,
                const struct mu_want *wants, size_t count, struct mu_err *err)
{
    const char *rdn = mu_map_info(mapping)->rdn;
    struct mu_opchange *changes = mu_alloc_array(p->row, count + 1, sizeof(*changes));
    size_t n = lacks_classes(p, w->object, mapping, &changes[0]) ? 1 : 0;
    for (size_t i = 0; i < count; i++) {
        int differs =
            mu_strieq(wants[i].name, rdn) ? 0 : compare(p, w, &wants[i], &changes[n], err);
        if (differs < 0)
            return -1;
        n += (size_t)differs;
    }
    if (n == 0)
        return 0;
    if (plan_mark_drift(p, w, mapping, wants, count, changes, n, err) < 0)
        return -1;
    put_changes(p, plan_add_op(p, MU_OP_MODIFY, MU_WHY_CHANGE, w), changes, n);
    return 0;
}
