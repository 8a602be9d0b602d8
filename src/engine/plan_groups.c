/* SPDX-License-Identifier: Apache-2.0 */
/* The groups that a policy's rules name, as the target has them. */
#include <string.h>

#include "base/str.h"
#include "engine/plan_policy.h"

/* ---- the groups there are ---- */

struct group {
    const char *value;  /* what the target's mapping is told */
    const char *folded; /* its name */
    bool twice;         /* another one's name folds to the same */
};

struct plan_groups {
    struct planner *p;
    const char *attr; /* that is told the group; NULL: none is */
    bool asks;        /* only the target knows */
    struct mu_map *by_name, *by_folded, *by_id;
};

static void add_group(struct plan_groups *g, const char *name, const char *id)
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

static void add_objects(struct plan_groups *g)
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
static int add_entries(struct plan_groups *g, struct mu_err *err)
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

static int no_group(const struct plan_groups *g, const struct mu_policy_rule *rule,
                    struct mu_err *err)
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
        return mu_fail(err, MU_E_CONFIG, "%s has no group '%s'; did you mean '%s'?",
                       p->sync->to->name, shown, nearest);
    return mu_fail(err, MU_E_CONFIG, "%s has no group '%s'; make it there first", p->sync->to->name,
                   shown);
}

static int find_group(const struct plan_groups *g, const struct mu_policy_rule *rule,
                      const char **ret, struct mu_err *err)
{
    size_t len = strlen(rule->group);
    const char *folded = mu_fold(g->p->row, rule->group);
    const struct group *found = NULL;
    if (rule->ref != MU_GROUP_ID)
        found = mu_map_get(g->by_name, rule->group, len);
    if (!found && rule->ref != MU_GROUP_ID)
        found = mu_map_get(g->by_folded, folded, strlen(folded));
    if (found && found->twice && !mu_streq(found->value, rule->group))
        return mu_fail(err, MU_E_CONFIG,
                       "%s has more than one group '%s'; write its name as it is there",
                       g->p->sync->to->name, mu_printable(g->p->arena, rule->group, len, 64));
    if (!found && rule->ref != MU_GROUP_NAME)
        found = mu_map_get(g->by_id, rule->group, len);
    if (!found)
        return no_group(g, rule, err);
    *ret = found->value;
    return 0;
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
static int ask_target(const struct plan_groups *g, const struct mu_policy_rule *rule,
                      const char **ret, struct mu_err *err)
{
    struct planner *p = g->p;
    static const char *const prefix[] = {
        [MU_GROUP_ANY] = "", [MU_GROUP_NAME] = "name:", [MU_GROUP_ID] = "id:"};
    struct mu_err why = MU_ERR_INIT;
    struct mu_value value = {.bytes = mu_printf(p->arena, "%s%s", prefix[rule->ref], rule->group)};
    value.len = strlen(value.bytes);
    *ret = value.bytes;
    if (!g->attr)
        return 0;
    if (p->ops_of->resolve(p->target, p->arena, g->attr, &value, &why) < 0)
        return mu_fail(err, MU_E_CONFIG, "%s", why.text);
    *ret = mu_printf(p->arena, "id:%s", value.bytes);
    return 0;
}

int plan_groups_find(const struct plan_groups *g, const struct mu_policy_rule *rule,
                     const char **ret, struct mu_err *err)
{
    return g->asks ? ask_target(g, rule, ret, err) : find_group(g, rule, ret, err);
}

void plan_groups_free(struct plan_groups *g)
{
    if (!g)
        return;
    mu_map_free(g->by_name);
    mu_map_free(g->by_folded);
    mu_map_free(g->by_id);
}

int plan_groups_new(struct planner *p, struct plan_groups **ret, struct mu_err *err)
{
    struct plan_groups *g = mu_alloc(p->arena, sizeof(*g));
    *g = (struct plan_groups){.p = p,
                              .asks = p->ops_of->resolve,
                              .by_name = mu_map_new(0),
                              .by_folded = mu_map_new(0),
                              .by_id = mu_map_new(0)};
    g->attr = g->asks ? group_attr(p) : NULL;
    add_objects(g);
    if (!g->asks && add_entries(g, err) < 0) {
        plan_groups_free(g);
        return -1;
    }
    *ret = g;
    return 0;
}
