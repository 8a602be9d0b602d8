/* SPDX-License-Identifier: Apache-2.0 */
/* Guards: how much of what is ours one plan may take away. Readings are made with the plan;
 * refusing is mu_plan_guard. */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

static void read_limit(struct planner *p, const char *guard, int64_t count, int64_t of,
                       const struct mu_limit *limit, const char *allow)
{
    p->readings = plan_grow(p->readings, p->reading_count, &p->reading_cap, sizeof(*p->readings));
    bool over = count > limit->count && count * 100 > of * limit->percent;
    p->readings[p->reading_count++] = (struct mu_reading){.guard = guard,
                                                          .count = count,
                                                          .of = of,
                                                          .limit_count = limit->count,
                                                          .limit_percent = limit->percent,
                                                          .over = over,
                                                          .allow = allow};
}

/* Only groups that lose somebody are read; small ones are let be. */
void plan_read_members_guard(struct planner *p, const struct who *group, int64_t removed,
                             int64_t of)
{
    const struct mu_limit *limit = &p->sync->members;
    if (removed > limit->count && removed * 100 > of * limit->percent)
        read_limit(p, mu_printf(p->arena, "members of %s", group->label), removed, of, limit,
                   "guards.members.percent");
}

/* What stands on the target is what is protected: any value of the object, so that people gone from
 * the source count too. */
static bool object_matches(struct planner *p, const struct mu_op *op, const char *glob)
{
    struct mu_value name = {.bytes = op->name, .len = strlen(op->name)};
    mu_buf_reset(&p->fold_a);
    p->ops_of->fold(p->target, NULL, &name, &p->fold_a);
    const struct mu_object *o = mu_map_get(p->by_key, p->fold_a.data, p->fold_a.len);
    for (size_t i = 0; o && i < o->attr_count; i++)
        for (size_t j = 0; j < o->attrs[i].count; j++)
            if (mu_glob(glob, o->attrs[i].values[j].bytes, true))
                return true;
    return false;
}

static bool is_protected(struct planner *p, const struct mu_op *op)
{
    for (const char *const *glob = p->sync->protect; glob && *glob; glob++)
        if ((op->id && mu_streq(*glob, op->id)) || (op->label && mu_glob(*glob, op->label, true)) ||
            mu_glob(*glob, op->name, true) || object_matches(p, op, *glob))
            return true;
    return false;
}

static void read_protected(struct planner *p)
{
    static const struct mu_limit none = {0, 0};
    for (size_t i = 0; p->sync->protect && i < p->op_count; i++) {
        const struct mu_op *op = &p->ops[i];
        if ((op->why == MU_WHY_REMOVE || op->why == MU_WHY_DISABLE) && is_protected(p, op))
            read_limit(p, mu_printf(p->arena, "protected: %s", op->label ? op->label : op->name), 1,
                       1, &none, "guards.protect");
    }
}

void plan_read_guards(struct planner *p)
{
    int64_t users = 0, groups = 0;
    for (size_t i = 0; i < p->op_count; i++) {
        const struct mu_op *op = &p->ops[i];
        if (op->why == MU_WHY_REMOVE || op->why == MU_WHY_DISABLE)
            *(op->kind == MU_USER ? &users : &groups) += 1;
    }
    read_limit(p, "users removed or disabled", users, p->ours[MU_USER], &p->sync->remove,
               "guards.remove.count");
    read_limit(p, "groups removed", groups, p->ours[MU_GROUP], &p->sync->remove,
               "guards.remove.count");
    read_protected(p);
}

int mu_plan_guard(const struct mu_plan *plan, const char *allow, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(sizeof(err->text));
    if (allow && mu_streq(allow, plan->hash))
        return 0;
    for (size_t i = 0; i < plan->reading_count; i++) {
        const struct mu_reading *r = &plan->readings[i];
        if (r->over)
            mu_buf_printf(
                &text, "%s%s: %" PRId64 " of %" PRId64 " (limit %" PRId64 " or %" PRId64 " %%; %s)",
                text.len ? "; " : "", r->guard, r->count, r->of, r->limit_count, r->limit_percent,
                r->allow);
    }
    if (text.len == 0)
        return 0;
    return mu_fail(err, MU_E_REFUSED,
                   "nothing was written, a guard refuses this plan: %.300s%s. If it is what you "
                   "want, save the plan (-o FILE), "
                   "read it, and `muster apply FILE --allow %s`",
                   text.data, text.len > 300 ? "..." : "", plan->hash);
}
