/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a plan's operations: phases, each of which ends before the next begins. */
#include <stdlib.h>

#include "engine/planner.h"

int mu_plan_phase(const struct mu_op *op)
{
    switch (op->why) {
    case MU_WHY_CONTAINER:
    case MU_WHY_ADOPT:
    case MU_WHY_RELEASE:
        return 0;
    case MU_WHY_RENAME:
    case MU_WHY_ENABLE:
        return op->verb == MU_OP_RENAME ? 1 : 2;
    case MU_WHY_JOIN:
    case MU_WHY_CHANGE:
        return op->kind == MU_USER ? 2 : 3;
    case MU_WHY_MEMBERS:
        return 4;
    case MU_WHY_DISABLE:
        return 5;
    case MU_WHY_REMOVE:
        return op->kind == MU_GROUP ? 6 : op->kind == MU_USER ? 7 : 8;
    case MU_WHY_COUNT:
        break;
    }
    return 9;
}

static int by_phase(const void *a, const void *b)
{
    const struct mu_op *x = a, *y = b;
    int d = mu_plan_phase(x) - mu_plan_phase(y);
    return d ? d : x->seq - y->seq;
}

void plan_drop_excluded(struct planner *p)
{
    for (int k = 0; k < MU_KINDS; k++) {
        for (size_t i = 0; p->who[k] && i < mu_map_count(p->who[k]); i++) {
            const char *key;
            size_t len;
            void *value;
            mu_map_at(p->who[k], i, &key, &len, &value);
            const struct who *w = value;
            for (size_t j = w->first_op; w->excluded && j < w->op_end; j++)
                p->ops[j].verb = MU_OP_VERBS;
        }
    }
}

void plan_order(struct planner *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->op_count; i++) {
        if (p->ops[i].verb == MU_OP_VERBS)
            continue;
        p->ops[kept] = p->ops[i];
        p->ops[kept].seq = (int)kept;
        kept++;
    }
    p->op_count = kept;
    if (kept > 1)
        qsort(p->ops, kept, sizeof(*p->ops), by_phase);
    for (size_t i = 0; i < kept; i++)
        p->ops[i].seq = (int)i + 1;
}
