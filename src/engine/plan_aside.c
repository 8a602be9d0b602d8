/* SPDX-License-Identifier: Apache-2.0 */
/* Setting people aside and taking them back where they keep their place: by a value. */
#include <string.h>

#include "engine/planner.h"

bool plan_lies_aside(struct planner *p, const struct mu_object *o)
{
    if (!p->ops_of->aside)
        return p->ops_of->place_of(p->target, o->key) == MU_PLACE_INACTIVE;
    const struct mu_aside *by = p->ops_of->aside(p->target);
    const struct mu_attrval *have = mu_object_attr(o, by->attr);
    const struct mu_value out = {.bytes = by->out, .len = strlen(by->out)};
    return have && have->count == 1 && plan_same(p, by->attr, &have->values[0], &out);
}

bool plan_by_hand(struct planner *p, size_t from, size_t to, const char *parked)
{
    bool any = false;
    for (size_t i = from; p->ops_of->fit && i < to; i++) {
        struct mu_op *op = &p->ops[i];
        if (op->why != MU_WHY_DISABLE)
            continue;
        op->verb = MU_OP_MANUAL;
        op->note = mu_printf(p->arena, "%s refuses to set them aside, do it there; %s",
                             p->sync->to->name, parked);
        any = true;
    }
    return any;
}

void plan_aside(struct planner *p, struct who *w, bool out)
{
    const struct mu_aside *by = p->ops_of->aside(p->target);
    const struct mu_attrval *have = mu_object_attr(w->object, by->attr);
    if (plan_lies_aside(p, w->object) == out)
        return;
    struct mu_opchange *change = mu_alloc(p->arena, sizeof(*change));
    struct mu_value *to = mu_alloc(p->arena, sizeof(*to));
    to->bytes = out ? by->out : by->in;
    to->len = strlen(to->bytes);
    *change = (struct mu_opchange){.attr = by->attr,
                                   .remove = have ? have->values : NULL,
                                   .remove_count = have ? have->count : 0,
                                   .add = to,
                                   .add_count = 1,
                                   .absent = !have,
                                   .drift = w->owned && w->owned->run && w->owned->disabled == out};
    struct mu_op *op = plan_add_op(p, MU_OP_MODIFY, out ? MU_WHY_DISABLE : MU_WHY_ENABLE, w);
    op->name = w->object->name;
    op->changes = change;
    op->change_count = 1;
    if (out)
        p->removed[w->kind]++;
}
