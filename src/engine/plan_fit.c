/* SPDX-License-Identifier: Apache-2.0 */
/* What only the target knows of an operation: whether it can do it, by what words a person can, what
 * is one-way; and what a wanted value is called there. */
#include <string.h>

#include "engine/planner.h"

static int resolve(struct planner *p, struct mu_want *want, struct mu_err *err)
{
    struct mu_value *values = mu_alloc_array(p->row, want->count + 1, sizeof(*values));
    for (size_t i = 0; i < want->count; i++) {
        values[i] = want->values[i];
        if (p->ops_of->resolve(p->target, p->row, want->name, &values[i], err) < 0)
            return mu_wrap(err, "%s", want->name);
    }
    want->values = values;
    return 0;
}

int plan_resolve(struct planner *p, const struct mu_want **wants, size_t count, struct mu_err *err)
{
    if (!p->ops_of->resolve || count == 0)
        return 0;
    struct mu_want *own = mu_alloc_array(p->row, count, sizeof(*own));
    memcpy(own, *wants, count * sizeof(*own));
    for (size_t i = 0; i < count; i++)
        if (resolve(p, &own[i], err) < 0)
            return -1;
    *wants = own;
    return 0;
}

void plan_fit(struct planner *p)
{
    size_t kept = 0;
    for (size_t i = 0; p->ops_of->fit && i < p->op_count; i++) {
        struct mu_op op = p->ops[i];
        bool trouble = false;
        const char *why = p->ops_of->fit(p->target, p->arena, &op, &trouble);
        const struct who w = {.kind = op.kind, .id = op.id, .label = op.label};
        if (!why)
            p->ops[kept++] = op;
        else if (*why)
            plan_leave(p, &w, op.name, trouble, "%s", why);
    }
    if (p->ops_of->fit)
        p->op_count = kept;
}
