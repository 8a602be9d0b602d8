/* SPDX-License-Identifier: Apache-2.0 */
/* Guards: how much of what is ours one plan may take away, how many it may invite, who it may not
 * touch, and who must be there. Readings are made with the plan; refusing is mu_plan_guard. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

enum { REASON_SHOWN = 300 };

static struct mu_reading *add_reading(struct planner *p, const char *guard, int64_t count,
                                      int64_t of, const char *allow)
{
    p->readings = plan_grow(p->readings, p->reading_count, &p->reading_cap, sizeof(*p->readings));
    struct mu_reading *r = &p->readings[p->reading_count++];
    *r = (struct mu_reading){.guard = guard, .count = count, .of = of, .allow = allow};
    return r;
}

static void read_limit(struct planner *p, const char *guard, int64_t count, int64_t of,
                       const struct mu_limit *limit, const char *allow)
{
    struct mu_reading *r = add_reading(p, guard, count, of, allow);
    r->limit_count = limit->count;
    r->limit_percent = limit->percent;
    r->over = count > limit->count && count * 100 > of * limit->percent;
}

/* Only groups that lose too many are read; small ones are let be. */
void plan_read_members_guard(struct planner *p, const struct who *group, int64_t removed,
                             int64_t of)
{
    const struct mu_limit *limit = &p->sync->guards.members;
    if (of >= limit->from && removed > limit->count && removed * 100 > of * limit->percent)
        read_limit(p, mu_printf(p->arena, "members of %s", group->label), removed, of, limit,
                   "guards.members");
}

/* ---- what is taken away ---- */

static bool takes_away(const struct mu_op *op)
{
    return op->why == MU_WHY_REMOVE || op->why == MU_WHY_DISABLE;
}

static int64_t count_ops(const struct planner *p, enum mu_reason why, enum mu_kind kind)
{
    int64_t count = 0;
    for (size_t i = 0; i < p->op_count; i++)
        count += p->ops[i].why == why && p->ops[i].kind == kind;
    return count;
}

static int highest(struct planner *p, const char *attr, const struct mu_value *values, size_t count)
{
    int rank = -1;
    for (size_t i = 0; i < count; i++) {
        int of = p->ops_of->rank(p->target, attr, &values[i]);
        rank = of > rank ? of : rank;
    }
    return rank;
}

/* The highest role that goes is above the highest that comes; no role at all is below each. */
static bool lowers_role(struct planner *p, const struct mu_op *op)
{
    for (size_t i = 0; p->ops_of->rank && op->kind == MU_USER && i < op->change_count; i++) {
        const struct mu_opchange *c = &op->changes[i];
        if (op->verb == MU_OP_MODIFY && highest(p, c->attr, c->remove, c->remove_count) >
                                            highest(p, c->attr, c->add, c->add_count))
            return true;
    }
    return false;
}

/* People who are told, and can't be untold. */
static int64_t count_invited(const struct planner *p)
{
    int64_t count = 0;
    for (size_t i = 0; i < p->op_count; i++) {
        const struct mu_op *op = &p->ops[i];
        count += op->verb == MU_OP_CREATE && op->kind == MU_USER && op->one_way;
    }
    return count;
}

static void read_limits(struct planner *p)
{
    const struct mu_guards *g = &p->sync->guards;
    int64_t users = p->ours[MU_USER], lowered = 0, invited = count_invited(p);
    for (size_t i = 0; i < p->op_count; i++)
        lowered += lowers_role(p, &p->ops[i]);
    if (invited > 0)
        read_limit(p, "people invited", invited, users, &g->invite, "guards.invite");
    read_limit(p, "users removed", count_ops(p, MU_WHY_REMOVE, MU_USER), users, &g->remove,
               "guards.remove");
    read_limit(p, "users set aside", count_ops(p, MU_WHY_DISABLE, MU_USER), users, &g->disable,
               "guards.disable");
    read_limit(p, "groups removed", count_ops(p, MU_WHY_REMOVE, MU_GROUP), p->ours[MU_GROUP],
               &g->groups, "guards.groups");
    if (p->ops_of->rank)
        read_limit(p, "roles lowered", lowered, users, &g->roles, "guards.roles");
}

/* ---- who is protected ---- */

static const struct mu_object *object_of(struct planner *p, const struct mu_op *op)
{
    struct mu_value name = {.bytes = op->name, .len = strlen(op->name)};
    mu_buf_reset(&p->fold_a);
    p->ops_of->fold(p->target, NULL, &name, &p->fold_a);
    return mu_map_get(p->by_key, p->fold_a.data, p->fold_a.len);
}

/* What stands on the target is what is protected: any value of the object, so that people gone from
 * the source count too. */
static bool object_matches(struct planner *p, const struct mu_op *op, const char *glob)
{
    const struct mu_object *o = object_of(p, op);
    for (size_t i = 0; o && i < o->attr_count; i++)
        for (size_t j = 0; j < o->attrs[i].count; j++)
            if (mu_glob(glob, o->attrs[i].values[j].bytes, true))
                return true;
    return false;
}

static bool is_protected(struct planner *p, const struct mu_op *op)
{
    for (const char *const *glob = p->sync->guards.protect; glob && *glob; glob++)
        if ((op->id && mu_streq(*glob, op->id)) || (op->label && mu_glob(*glob, op->label, true)) ||
            mu_glob(*glob, op->name, true) || object_matches(p, op, *glob))
            return true;
    return false;
}

static void read_protected(struct planner *p)
{
    for (size_t i = 0; p->sync->guards.protect && i < p->op_count; i++) {
        const struct mu_op *op = &p->ops[i];
        if ((takes_away(op) || lowers_role(p, op)) && is_protected(p, op))
            add_reading(p, mu_printf(p->arena, "protected: %s", op->label ? op->label : op->name),
                        1, 1, "guards.protect")
                ->over = true;
    }
}

/* ---- who must be there ---- */

bool plan_is_admin(struct planner *p, const struct mu_doc *doc)
{
    const struct mu_doc *roles = mu_doc_member(doc, "roles");
    if (!roles || !mu_doc_is(roles, MU_DOC_LIST))
        return false;
    for (const struct mu_doc *role = roles->first; role; role = role->next) {
        const char *id = mu_doc_str(role, "id"), *name = mu_doc_str(role, "name");
        p->roles_known = true;
        if ((id && mu_strieq(id, "admin")) || (name && mu_strieq(name, "admin")))
            return true;
    }
    return false;
}

static bool stays(const struct who *w)
{
    return !w->aside && (w->object || (!w->excluded && w->op_end > w->first_op));
}

/* Where the source tells roles, and people are taken away. */
static void read_admins(struct planner *p)
{
    int64_t admins = 0, left = 0, least = p->sync->guards.admins;
    bool away = count_ops(p, MU_WHY_REMOVE, MU_USER) + count_ops(p, MU_WHY_DISABLE, MU_USER) > 0;
    if (least == 0 || !p->roles_known || !away)
        return;
    for (size_t i = 0; i < mu_map_count(p->who[MU_USER]); i++) {
        const char *id;
        size_t len;
        void *value;
        mu_map_at(p->who[MU_USER], i, &id, &len, &value);
        const struct who *w = value;
        admins += w->admin;
        left += w->admin && stays(w);
    }
    struct mu_reading *r = add_reading(p, "admins left", left, admins, "guards.admins");
    r->limit_count = least;
    r->over = left < least;
}

static int rank_of(struct planner *p, const struct mu_object *o)
{
    int rank = -1;
    for (size_t i = 0; o && i < o->attr_count; i++) {
        int of = highest(p, o->attrs[i].name, o->attrs[i].values, o->attrs[i].count);
        rank = of > rank ? of : rank;
    }
    return rank;
}

static int64_t count_highest(struct planner *p, int *ret_rank)
{
    int64_t count = 0;
    *ret_rank = -1;
    for (size_t i = 0; i < p->object_count; i++) {
        const struct mu_object *o = &p->objects[i];
        int rank = o->kind == MU_USER && !plan_lies_aside(p, o) ? rank_of(p, o) : -1;
        if (rank < 0 || rank < *ret_rank)
            continue;
        count = rank > *ret_rank ? 1 : count + 1;
        *ret_rank = rank;
    }
    return count;
}

void plan_read_highest(struct planner *p)
{
    int64_t least = p->sync->guards.admins, lost = 0;
    int rank = -1;
    int64_t count = p->ops_of->rank && least > 0 ? count_highest(p, &rank) : 0;
    for (size_t i = 0; rank > 0 && i < p->op_count; i++)
        if ((takes_away(&p->ops[i]) || lowers_role(p, &p->ops[i])) &&
            rank_of(p, object_of(p, &p->ops[i])) == rank)
            lost++;
    if (lost == 0)
        return;
    struct mu_reading *r =
        add_reading(p, "people left with the highest role", count - lost, count, "guards.admins");
    r->limit_count = least;
    r->over = count - lost < least;
}

static bool has_value(const struct mu_object *o, const char *text)
{
    for (size_t i = 0; i < o->attr_count; i++)
        for (size_t j = 0; j < o->attrs[i].count; j++)
            if (mu_strieq(o->attrs[i].values[j].bytes, text))
                return true;
    return false;
}

static bool is_there(struct planner *p, const char *who)
{
    for (int k = 0; k < MU_KINDS; k++) {
        const struct mu_owned *owned = mu_map_get(p->owned_by_id[k], who, strlen(who));
        if (owned && mu_map_get(p->by_key, owned->key, strlen(owned->key)))
            return true;
    }
    for (size_t i = 0; i < p->object_count; i++)
        if (mu_strieq(p->objects[i].name, who) || has_value(&p->objects[i], who))
            return true;
    return false;
}

/* Before the first run nobody can be there. */
static void read_canary(struct planner *p)
{
    for (const char *const *who = p->sync->guards.canary; who && *who && p->owned_count; who++)
        if (!is_there(p, *who))
            add_reading(p, mu_printf(p->arena, "not found on the target: %s", *who), 1, 1,
                        "guards.canary")
                ->over = true;
}

void plan_read_guards(struct planner *p)
{
    read_limits(p);
    read_protected(p);
    read_admins(p);
    read_canary(p);
}

/* ---- refusing ---- */

void mu_reading_show(const struct mu_reading *r, struct mu_buf *to)
{
    mu_buf_printf(to, "%s: %" PRId64 " of %" PRId64 " (", r->guard, r->count, r->of);
    if (r->limit_percent > 0)
        mu_buf_printf(to, "limit %" PRId64 " or %" PRId64 " %%, ", r->limit_count,
                      r->limit_percent);
    else
        mu_buf_printf(to, "limit %" PRId64 ", ", r->limit_count);
    mu_buf_printf(to, "%s)", r->allow);
}

int mu_plan_guard(const struct mu_plan *plan, const char *file, const char *allow,
                  struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    if (allow && mu_streq(allow, plan->hash))
        return 0;
    for (size_t i = 0; i < plan->reading_count; i++) {
        if (!plan->readings[i].over)
            continue;
        mu_buf_adds(&text, text.len ? "; " : "");
        mu_reading_show(&plan->readings[i], &text);
    }
    if (text.len == 0)
        return 0;
    const char *cut = text.len > REASON_SHOWN ? "..." : "";
    if (file)
        return mu_fail(err, MU_E_REFUSED,
                       "nothing was written, a guard refuses this plan: %.*s%s. If it is what you "
                       "want, allow this plan alone: muster apply %.100s --allow %s",
                       REASON_SHOWN, text.data, cut, file, plan->hash);
    char undo[64];
    snprintf(undo, sizeof(undo), "undo %" PRId64, plan->undoes);
    return mu_fail(err, MU_E_REFUSED,
                   "nothing was written, a guard refuses this plan: %.*s%s. If it is what you "
                   "want, save it (muster %s%s -o FILE): that tells what allows that plan alone",
                   REASON_SHOWN, text.data, cut, plan->undoes ? undo : "plan ",
                   plan->undoes ? "" : plan->sync);
}
