/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sync's policy at work: the groups its rules name as the target has them, looked up before
 * anything is planned, and where each person stands.
 */
#include "engine/plan_policy.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"

/* ---- the groups there are ---- */

struct group {
    const char *value;  /* what the target's mapping is told */
    const char *folded; /* its name */
    bool twice;         /* another one's name folds to the same */
};

struct groups {
    struct planner *p;
    struct mu_map *by_name, *by_folded, *by_id;
};

static void add_group(struct groups *g, const char *name, const char *id)
{
    struct planner *p = g->p;
    struct group *group = mu_alloc(p->arena, sizeof(*group));
    group->value = mu_strdup(p->arena, name);
    group->folded = mu_fold(p->arena, name);
    mu_map_put(g->by_name, group->value, strlen(group->value), group);
    struct group *same = mu_map_put(g->by_folded, group->folded, strlen(group->folded), group);
    group->twice = same && (same->twice || !mu_streq(same->value, group->value));
    if (!id)
        return;
    const char *key = mu_strdup(p->arena, id);
    mu_map_put(g->by_id, key, strlen(key), group);
}

static void add_objects(struct groups *g)
{
    struct planner *p = g->p;
    const struct mu_resource *mapping = p->ops_of->mapping(p->target, MU_GROUP);
    const char *rdn = mapping ? mu_map_info(mapping)->rdn : "";
    for (size_t i = 0; i < p->object_count; i++) {
        const struct mu_object *o = &p->objects[i];
        const struct mu_attrval *name = o->kind == MU_GROUP ? mu_object_attr(o, rdn) : NULL;
        if (name && name->count > 0)
            add_group(g, name->values[0].bytes, o->native);
    }
}

/* Groups of the source will be there when the plan is done. */
static int add_entries(struct groups *g, struct mu_err *err)
{
    struct planner *p = g->p;
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    if (mu_rows_open(p->store, p->sync->from->name, p->snapshot.id, MU_GROUP, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        const struct mu_doc *doc;
        mu_arena_reset(p->row);
        if (mu_entry_doc(&entry, p->row, &doc, err) < 0) {
            rc = -1;
            break;
        }
        const char *name = mu_doc_str(doc, "name");
        if (name)
            add_group(g, name, entry.id);
    }
    mu_rows_close(rows);
    return rc;
}

/* ---- the groups that rules name ---- */

static int no_group(const struct groups *g, const struct mu_policy_rule *rule, struct mu_err *err)
{
    enum { SHOWN_MAX = 64 };
    struct planner *p = g->p;
    const char *names[SHOWN_MAX];
    size_t count = 0;
    for (; count < SHOWN_MAX && count < mu_map_count(g->by_name); count++) {
        size_t len;
        void *value;
        mu_map_at(g->by_name, count, &names[count], &len, &value);
    }
    const char *nearest = mu_nearest(rule->group, names, count);
    const char *shown = mu_printable(p->arena, rule->group, strlen(rule->group), 64);
    if (nearest)
        return mu_y_fail(rule->at, err, "rule %s: %s has no group '%s'; did you mean '%s'?",
                         rule->name, p->sync->to->name, shown, nearest);
    return mu_y_fail(rule->at, err, "rule %s: %s has no group '%s'; make it there first",
                     rule->name, p->sync->to->name, shown);
}

static int find_group(const struct groups *g, const struct mu_policy_rule *rule, const char **ret,
                      struct mu_err *err)
{
    size_t len = strlen(rule->group);
    const char *folded = mu_fold(g->p->row, rule->group);
    const struct group *found = NULL;
    if (rule->ref != MU_GROUP_ID)
        found = mu_map_get(g->by_name, rule->group, len);
    if (!found && rule->ref != MU_GROUP_ID)
        found = mu_map_get(g->by_folded, folded, strlen(folded));
    if (found && found->twice && !mu_streq(found->value, rule->group))
        return mu_y_fail(rule->at, err,
                         "rule %s: %s has more than one group '%s'; write its name as it is there",
                         rule->name, g->p->sync->to->name,
                         mu_printable(g->p->arena, rule->group, len, 64));
    if (!found && rule->ref != MU_GROUP_NAME)
        found = mu_map_get(g->by_id, rule->group, len);
    if (!found)
        return no_group(g, rule, err);
    *ret = found->value;
    return 0;
}

/* {"policy": {...}}, which a mapping sees under /@. */
static const struct mu_doc *context(struct mu_arena *arena, const struct mu_policy_rule *rule,
                                    const char *group)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "policy");
    mu_jw_object(&w);
    mu_jw_key(&w, "group");
    mu_jw_str(&w, group);
    mu_jw_key(&w, "role");
    mu_jw_str(&w, rule->role);
    mu_jw_key(&w, "rule");
    mu_jw_str(&w, rule->name);
    mu_jw_end(&w, '}');
    mu_jw_end(&w, '}');
    mu_assert(mu_doc_parse(arena, mu_strndup(arena, text.data, text.len), text.len, &doc, &err) ==
              0);
    return doc;
}

/* The attribute that is told the group; NULL: the mapping doesn't ask for it. */
static const char *group_attr(struct planner *p)
{
    const struct mu_resource *mapping = p->ops_of->mapping(p->target, MU_USER);
    for (const char *const *attr = mu_map_attributes(mapping); *attr; attr++) {
        const struct mu_read *reads;
        size_t count = mu_map_reads(mapping, *attr, NULL, NULL, p->arena, &reads);
        for (size_t i = 0; i < count; i++)
            if (mu_streq(reads[i].pointer, "/@/policy/group"))
                return *attr;
    }
    return NULL;
}

/* Where only the target knows what groups there are: the group's id, said to be one. */
static int ask_target(struct planner *p, const char *attr, const struct mu_policy_rule *rule,
                      const char **ret, struct mu_err *err)
{
    static const char *const prefix[] = {
        [MU_GROUP_ANY] = "", [MU_GROUP_NAME] = "name:", [MU_GROUP_ID] = "id:"};
    struct mu_err why = MU_ERR_INIT;
    struct mu_value value = {.bytes = mu_printf(p->arena, "%s%s", prefix[rule->ref], rule->group)};
    value.len = strlen(value.bytes);
    *ret = value.bytes;
    if (!attr)
        return 0;
    if (p->ops_of->resolve(p->target, p->arena, attr, &value, &why) < 0)
        return mu_y_fail(rule->at, err, "rule %s: %s", rule->name, why.text);
    *ret = mu_printf(p->arena, "id:%s", value.bytes);
    return 0;
}

static int find_groups(struct groups *g, struct plan_policy *policy, struct mu_err *err)
{
    struct planner *p = g->p;
    bool asks = p->ops_of->resolve;
    const char *attr = asks ? group_attr(p) : NULL;
    add_objects(g);
    if (!asks && add_entries(g, err) < 0)
        return -1;
    for (size_t i = 0; i < policy->policy->rule_count; i++) {
        const struct mu_policy_rule *rule = &policy->policy->rules[i];
        const char *group = NULL;
        if (rule->excludes)
            continue;
        if ((asks ? ask_target(p, attr, rule, &group, err) : find_group(g, rule, &group, err)) < 0)
            return -1;
        policy->contexts[i] = context(p->arena, rule, group);
    }
    return 0;
}

int plan_policy_load(struct planner *p, struct mu_err *err)
{
    const struct mu_policy *rules = p->sync->policy;
    if (!rules)
        return 0;
    struct plan_policy *policy = mu_alloc(p->arena, sizeof(*policy));
    *policy = (struct plan_policy){.policy = rules, .now = mu_now()};
    policy->contexts = mu_alloc_array(p->arena, rules->rule_count + 1, sizeof(*policy->contexts));
    struct groups g = {
        .p = p, .by_name = mu_map_new(0), .by_folded = mu_map_new(0), .by_id = mu_map_new(0)};
    int rc = find_groups(&g, policy, err);
    mu_map_free(g.by_name);
    mu_map_free(g.by_folded);
    mu_map_free(g.by_id);
    if (rc == 0)
        p->policy = policy;
    return rc;
}

/* ---- people ---- */

const struct mu_doc *plan_policy_context(const struct plan_policy *policy,
                                         const struct mu_decision *decision)
{
    return decision->rule ? policy->contexts[decision->rule - policy->policy->rules] : NULL;
}

const struct mu_doc *plan_decide(struct planner *p, const struct mu_doc *user,
                                 struct mu_decision *ret)
{
    *ret = (struct mu_decision){.standing = MU_STANDS_IN};
    if (!p->policy)
        return NULL;
    if (!p->decider)
        p->decider = mu_decider_new(p->policy->policy, p->policy->now);
    mu_decide(p->decider, user, ret);
    return plan_policy_context(p->policy, ret);
}

void plan_policy_note(struct planner *p)
{
    if (!p->first_out)
        return;
    plan_leave(p, p->first_out, p->first_out->name, false, "not in by the policy%s",
               p->out == 1 ? "" : mu_printf(p->arena, ", like %" PRId64 " more", p->out - 1));
}
