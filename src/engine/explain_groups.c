/* SPDX-License-Identifier: Apache-2.0 */
/* One person in one group: the row that says so, the value that shows it, and what lies between. */
#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "engine/explainer.h"

enum { GROUPS_SHOWN_MAX = 200 };

enum move { MOVES_NOT, MOVES_IN, MOVES_OUT };

/* One group at work. */
struct work {
    struct mu_member_story *story;
    struct mu_entry row;
    bool in_snapshot; /* the group itself */
    const struct mu_op *pending;
    enum move move; /* what that does */
    struct trail trail;
    struct reasons because;
};

/* Every name the person has, should have or had, as values. */
static size_t names_of(struct explainer *x, struct mu_value **ret)
{
    struct mu_value *names = mu_alloc_array(x->arena, x->trail.count * 2 + 2, sizeof(*names));
    size_t count = 0;
    const char *now[] = {x->object.name, x->story->wanted_name};
    for (size_t i = 0; i < MU_LEN(now); i++)
        if (now[i])
            names[count++] = (struct mu_value){.bytes = now[i], .len = strlen(now[i])};
    for (size_t i = 0; i < x->trail.count; i++) {
        const struct mu_op *op = &x->trail.steps[i].op;
        const char *then[] = {op->name, op->new_name};
        for (size_t j = 0; j < MU_LEN(then); j++)
            if (then[j])
                names[count++] = (struct mu_value){.bytes = then[j], .len = strlen(then[j])};
    }
    *ret = names;
    return count;
}

static bool any_held(struct explainer *x, const struct mu_value *values, size_t count)
{
    struct mu_value *names;
    size_t name_count = names_of(x, &names);
    for (size_t i = 0; i < name_count; i++)
        if (explain_holds(x, NULL, values, count, &names[i]))
            return true;
    return false;
}

static enum move moves(struct explainer *x, const struct mu_op *op, const char *attr)
{
    enum move found = MOVES_NOT;
    for (size_t c = 0; attr && c < op->change_count; c++) {
        const struct mu_opchange *change = &op->changes[c];
        if (!mu_strieq(change->attr, attr))
            continue;
        if (any_held(x, change->add, change->add_count))
            return MOVES_IN;
        if (any_held(x, change->remove, change->remove_count))
            found = MOVES_OUT;
    }
    return found;
}

static void find_pending(struct explainer *x, struct work *w)
{
    for (size_t i = 0; x->plan && i < x->plan->op_count && !w->pending; i++) {
        const struct mu_op *op = &x->plan->ops[i];
        if (op->kind != MU_GROUP || !mu_streq(op->id, w->story->id))
            continue;
        w->move = moves(x, op, w->story->attribute);
        w->pending = w->move == MOVES_NOT ? NULL : op;
    }
}

/* ---- what is there ---- */

static int look(struct explainer *x, const char *name, struct mu_object *ret)
{
    struct mu_err why = MU_ERR_INIT;
    int rc = x->ops->get(x->q->target, x->arena, name, ret, &why);
    if (rc < 0 && !x->story->target_error)
        x->story->target_error = mu_strdup(x->arena, why.text);
    return rc;
}

static void find_there(struct explainer *x, struct work *w)
{
    const struct mu_owned *owned = explain_owned(x, MU_GROUP, w->story->id);
    struct mu_object group = {.name = NULL};
    w->story->there = -1;
    if (!x->ops || !w->story->attribute)
        return;
    if (x->q->past || x->story->target_error)
        explain_replay(x, &w->trail, &group);
    else if (owned && look(x, owned->name, &group) < 0)
        return;
    w->story->there = 0;
    w->story->name = group.name;
    for (size_t i = 0; group.name && i < group.attr_count; i++)
        if (mu_strieq(group.attrs[i].name, w->story->attribute) &&
            any_held(x, group.attrs[i].values, group.attrs[i].count))
            w->story->there = 1;
}

static void find_written(struct explainer *x, struct work *w)
{
    struct mu_value *names;
    size_t count = names_of(x, &names);
    for (size_t i = 0; i < count && w->story->attribute; i++) {
        struct mu_written by = explain_written(x, &w->trail, w->story->attribute, &names[i]);
        if (by.run > w->story->written.run ||
            (by.run == w->story->written.run && by.seq > w->story->written.seq))
            w->story->written = by;
    }
}

/* ---- why ---- */

static int membership_gone(struct explainer *x, struct work *w, struct mu_err *err)
{
    const char *id = mu_membership_id(x->arena, w->story->id, x->story->id);
    struct mu_versions *versions;
    struct mu_version v;
    int64_t ended = 0;
    int rc;
    if (mu_versions_open(x->q->store, x->q->sync->from->name, MU_MEMBERSHIP, id, &versions, err) <
        0)
        return -1;
    while ((rc = mu_versions_next(versions, &v, err)) == 1 && !ended)
        if (v.ended && v.ended <= x->q->snapshot.id)
            ended = v.ended;
    mu_versions_close(versions);
    if (rc < 0)
        return -1;
    const char *from = x->q->sync->from->name;
    if (ended)
        explain_because(x, &w->because, "not_in_source",
                        "%s listed it until snapshot %" PRId64 ", which had it no more", from,
                        ended);
    else
        explain_because(x, &w->because, "not_in_source",
                        "%s lists no membership of user %s in group %s", from, x->story->id,
                        w->story->id);
    return 0;
}

/* What keeps the user itself away keeps it out of every group. */
static void user_first(struct explainer *x, struct work *w)
{
    const struct mu_because *first = x->because.list;
    if (x->because.count > 0 &&
        (!x->story->in_snapshot || !x->object.name || explain_is_inactive(x)))
        explain_because(x, &w->because, "user", "the user comes first: %s: %s", first->code,
                        first->text);
}

static void why_pending(struct explainer *x, struct work *w)
{
    size_t before;
    explain_guards(x, &w->because);
    before = w->because.count;
    explain_attempts(x, &w->trail, &w->because);
    if (w->because.count == before)
        explain_because(x, &w->because, "not_applied",
                        "the plan from snapshot %" PRId64 " %s it; run `muster sync %s`",
                        x->plan->snapshot, w->move == MOVES_IN ? "adds" : "removes",
                        x->q->sync->name);
}

/* A member the source doesn't list, and whom nothing is planned about. */
static void why_stays(struct explainer *x, struct work *w)
{
    if (x->plan && x->plan->verdict != MU_COMPLETE)
        explain_because(x, &w->because, "additive",
                        "snapshot %" PRId64 " isn't complete, so nobody is removed after it",
                        x->plan->snapshot);
    else if (x->plan)
        explain_because(x, &w->because, "others",
                        "it was not muster that made it a member, so it stays");
}

static int why(struct explainer *x, struct work *w, struct mu_err *err)
{
    if (!w->in_snapshot && explain_absent(x, MU_GROUP, w->story->id, &w->because, err) < 0)
        return -1;
    user_first(x, w);
    if (w->in_snapshot && x->story->in_snapshot && !w->row.id && membership_gone(x, w, err) < 0)
        return -1;
    explain_left(x, MU_GROUP, w->story->id, &w->because);
    if (w->pending)
        why_pending(x, w);
    else if (w->story->there == 1 && !w->row.id)
        why_stays(x, w);
    else if (w->story->there == 0 && !x->plan && w->row.id)
        explain_because(x, &w->because, "not_written", "no run%s made it a member",
                        x->q->past ? " by then" : " so far");
    w->story->because = w->because.list;
    w->story->because_count = w->because.count;
    return 0;
}

/* ---- the source's side ---- */

static const struct mu_doc *parse(struct mu_arena *arena, const char *text, size_t len)
{
    const struct mu_doc *doc;
    struct mu_err ignored = MU_ERR_INIT;
    return text && mu_doc_parse(arena, text, len, &doc, &ignored) == 0 ? doc : NULL;
}

static void row_links(struct explainer *x, struct work *w)
{
    static const char *const fields[] = {"user_id", "group_id", NULL};
    const struct mu_doc *doc = parse(x->arena, w->row.body, w->row.body_len);
    const struct mu_doc *record = parse(x->arena, w->row.raw, w->row.raw_len);
    const struct mu_doc *context = mu_doc_single(x->arena, "group_id", w->story->id);
    w->story->link_count =
        explain_links(x, MU_MEMBERSHIP, fields, doc, record, context, &w->story->links);
}

static int find_group(struct explainer *x, struct work *w, struct mu_err *err)
{
    const char *from = x->q->sync->from->name;
    struct mu_entry entry;
    struct mu_err damaged = MU_ERR_INIT;
    const struct mu_doc *doc;
    int rc = mu_entry_get(x->q->store, x->arena, from, x->q->snapshot.id, MU_GROUP, w->story->id,
                          &entry, err);
    if (rc == 1 && mu_entry_doc(&entry, x->arena, &doc, &damaged) == 0) {
        w->in_snapshot = true;
        w->story->label = mu_entry_label(x->arena, doc);
    }
    return rc < 0 ? -1 : 0;
}

static int tell(struct explainer *x, struct mu_member_story *story, const char *id,
                struct mu_err *err)
{
    struct work w = {.story = story};
    *story = (struct mu_member_story){.id = id, .label = id};
    if (x->ops)
        story->attribute = mu_target_member_attr(x->q->target);
    int rc = mu_entry_get(x->q->store, x->arena, x->q->sync->from->name, x->q->snapshot.id,
                          MU_MEMBERSHIP, mu_membership_id(x->arena, id, x->story->id), &w.row, err);
    if (rc < 0 || find_group(x, &w, err) < 0 || explain_trail(x, MU_GROUP, id, &w.trail, err) < 0)
        return -1;
    story->in_source = rc == 1;
    if (story->in_source)
        row_links(x, &w);
    find_pending(x, &w);
    find_there(x, &w);
    find_written(x, &w);
    return why(x, &w, err);
}

/* ---- which groups ---- */

static int listed_groups(struct explainer *x, struct mu_map *ids, struct mu_err *err)
{
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    if (mu_rows_open(x->q->store, x->q->sync->from->name, x->q->snapshot.id, MU_MEMBERSHIP, &rows,
                     err) < 0)
        return -1;
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        const char *group, *user;
        mu_arena_reset(row);
        if (!mu_membership_split(row, entry.id, &group, &user) || !mu_streq(user, x->story->id))
            continue;
        const char *id = mu_strdup(x->arena, group);
        mu_map_put(ids, id, strlen(id), x);
    }
    mu_rows_close(rows);
    return rc;
}

/* Groups the plan would take the person out of: the source doesn't list those any more. */
static void planned_groups(struct explainer *x, struct mu_map *ids)
{
    const char *attr = mu_target_member_attr(x->q->target);
    for (size_t i = 0; i < x->plan->op_count; i++) {
        const struct mu_op *op = &x->plan->ops[i];
        if (op->kind == MU_GROUP && op->id && moves(x, op, attr))
            mu_map_put(ids, op->id, strlen(op->id), x);
    }
}

int explain_groups(struct explainer *x, struct mu_err *err)
{
    struct mu_map *ids = mu_map_new(0);
    int rc = 0;
    if (x->q->group)
        mu_map_put(ids, x->q->group, strlen(x->q->group), x);
    else
        rc = listed_groups(x, ids, err);
    if (rc == 0 && !x->q->group && x->plan)
        planned_groups(x, ids);
    size_t count = mu_map_count(ids) < GROUPS_SHOWN_MAX ? mu_map_count(ids) : GROUPS_SHOWN_MAX;
    struct mu_member_story *list = mu_alloc_array(x->arena, count + 1, sizeof(*list));
    for (size_t i = 0; rc == 0 && i < count; i++) {
        const char *id;
        size_t len;
        void *value;
        mu_map_at(ids, i, &id, &len, &value);
        rc = tell(x, &list[i], id, err);
    }
    mu_map_free(ids);
    x->story->members = list;
    x->story->member_count = count;
    return rc;
}
