/* SPDX-License-Identifier: Apache-2.0 */
/* Deletions: the whole object goes into the operation, so that it can be made again. */
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

/* Of an attribute that others write too, those that are ours are so again, if it is undone. */
static int mark_values(struct planner *p, const struct who *w, struct mu_opchange *c,
                       struct mu_err *err)
{
    const char **who = mu_alloc_array(p->arena, c->remove_count, sizeof(*who));
    int any = 0;
    for (size_t i = 0; i < c->remove_count; i++) {
        mu_buf_reset(&p->fold_a);
        p->ops_of->fold(p->target, c->attr, &c->remove[i], &p->fold_a);
        const struct mu_owned_value v = {.kind = w->kind,
                                         .id = w->id,
                                         .attr = c->attr,
                                         .value = {p->fold_a.data, p->fold_a.len}};
        int ours = mu_value_owned(p->store, p->sync->name, &v, err);
        if (ours < 0)
            return -1;
        who[i] = ours ? "" : NULL;
        any |= ours;
    }
    if (!any)
        return 0;
    c->remove_who = who;
    c->shared = true;
    return 0;
}

static int mark(struct planner *p, const struct who *w, struct mu_opchange *changes, size_t count,
                struct mu_err *err)
{
    const char *members = w->kind == MU_GROUP ? mu_target_member_attr(p->target) : NULL;
    for (size_t i = 0; i < count; i++)
        if (!(members && mu_strieq(changes[i].attr, members)) &&
            mark_values(p, w, &changes[i], err) < 0)
            return -1;
    return members ? plan_mark_members(p, w, changes, count, err) : 0;
}

int plan_whole(struct planner *p, const struct who *w, const struct mu_object *whole,
               struct mu_op *op, size_t *ret_secrets, struct mu_err *err)
{
    struct mu_opchange *changes = mu_alloc_array(p->arena, whole->attr_count + 1, sizeof(*changes));
    size_t n = 0;
    for (size_t i = 0; i < whole->attr_count; i++) {
        const struct mu_attrval *attr = &whole->attrs[i];
        if (attr->count == 0)
            continue;
        changes[n++] = (struct mu_opchange){.attr = plan_intern(p, attr->name),
                                            .remove = attr->values,
                                            .remove_count = attr->count};
    }
    op->changes = changes;
    op->change_count = n;
    *ret_secrets = whole->attr_count - n;
    return w->id ? mark(p, w, changes, n, err) : 0;
}

int plan_delete(struct planner *p, struct who *w, struct mu_err *err)
{
    struct mu_object whole;
    size_t secrets;
    int rc = p->ops_of->get(p->target, p->arena, w->object->name, &whole, err);
    if (rc < 0)
        return -1;
    if (rc == 0 || !mu_streq(whole.native, w->object->native)) {
        plan_leave(p, w, w->object->name, true, "it changed while the plan was made");
        return 0;
    }
    struct mu_op *op = plan_add_op(p, MU_OP_DELETE, MU_WHY_REMOVE, w);
    op->name = whole.name;
    op->version = whole.version;
    if (plan_whole(p, w, &whole, op, &secrets, err) < 0)
        return -1;
    if (secrets > 0)
        op->note = "its password is kept nowhere: a way back makes the entry without it";
    p->removed[w->kind]++;
    return 0;
}
