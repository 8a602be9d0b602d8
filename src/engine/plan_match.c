/* SPDX-License-Identifier: Apache-2.0 */
/* Who is who: entries of the snapshot against the ledger and the target, and what each of them
 * needs. */
#include <string.h>

#include "base/str.h"
#include "engine/plan_grace.h"

/* Inactive and deleted people are set aside; whoever is invited, active or of unknown state is not.
 * */
static bool is_inactive(const struct mu_doc *doc)
{
    const char *status = mu_doc_str(doc, "status");
    return mu_streq(status, "inactive") || mu_streq(status, "deleted");
}

static const struct mu_want *want_of(const struct mu_want *wants, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (mu_strieq(wants[i].name, name) && wants[i].count > 0)
            return &wants[i];
    return NULL;
}

/* Our object: by the immutable id the ledger knows, else by the name it knows. */
static const struct mu_object *object_of(struct planner *p, const struct mu_owned *owned)
{
    struct mu_object *o = NULL;
    if (owned->native)
        o = mu_map_get(p->by_native, owned->native, strlen(owned->native));
    if (!o && !owned->native)
        o = mu_map_get(p->by_key, owned->key, strlen(owned->key));
    return o;
}

void plan_exclude(struct planner *p, struct who *w, const char *why)
{
    if (w->excluded)
        return;
    w->excluded = true;
    plan_leave(p, w, w->name, true, "%s", why);
}

static const char *asked_for_by(struct planner *p, const struct who *other)
{
    return mu_printf(
        p->arena,
        "the same name is asked for by %s (%s); give one of them another name in the source",
        other->label, other->id);
}

/* Two entries that ask for one name: whoever holds it keeps it; when neither does, both are left
 * alone. */
static void settle_twins(struct planner *p, struct who *w, struct who *twin)
{
    bool twin_holds = twin->object && mu_streq(twin->object->key, w->key);
    if (!twin_holds)
        plan_exclude(p, twin, asked_for_by(p, w));
    bool holds = w->object && mu_streq(w->object->key, w->key) && !twin_holds;
    if (!holds)
        plan_exclude(p, w, asked_for_by(p, twin));
}

/* Whoever stands at the name we want and isn't ours is left alone; who is ours may leave it. */
static void settle_name(struct planner *p, struct who *w)
{
    struct who *twin = mu_map_put(p->who_by_key, w->key, strlen(w->key), w);
    if (twin) {
        mu_map_put(p->who_by_key, w->key, strlen(w->key), twin);
        settle_twins(p, w, twin);
    }
    if (w->object && mu_streq(w->object->key, w->key))
        return;
    const struct mu_object *there = mu_map_get(p->by_key, w->key, strlen(w->key));
    if (!there || there == w->object || w->excluded)
        return;
    const struct mu_owned *owner = mu_map_get(p->owned_by_key, w->key, strlen(w->key));
    if (!owner || (owner->native && there->native && !mu_streq(owner->native, there->native)))
        plan_exclude(p, w, mu_printf(p->arena, "%s exists there and isn't ours", there->name));
    else if (!mu_streq(owner->id, w->id))
        plan_wait_for_name(p, w, owner);
}

/* Moving between the active and the inactive place is what disabling and enabling are, where a value
 * isn't. */
static enum mu_reason why_moved(struct planner *p, const struct mu_object *o, bool inactive)
{
    if (p->ops_of->aside || plan_lies_aside(p, o) == inactive)
        return MU_WHY_RENAME;
    return inactive ? MU_WHY_DISABLE : MU_WHY_ENABLE;
}

static void plan_place(struct planner *p, struct who *w, bool inactive)
{
    const struct mu_object *o = w->object;
    if (p->ops_of->aside)
        plan_aside(p, w, inactive);
    if (mu_streq(o->key, w->key) || (p->ops_of->aside && inactive))
        return;
    enum mu_reason why = why_moved(p, o, inactive);
    struct mu_op *op = plan_add_op(p, MU_OP_RENAME, why, w);
    op->name = o->name;
    op->new_name = w->name;
    if (w->owned && !mu_streq(w->owned->key, o->key))
        op->note = mu_printf(p->arena, "drift: we had called it %s", w->owned->name);
    if (why == MU_WHY_DISABLE)
        p->removed[w->kind]++;
}

/* An inactive user by the sync's policy; a user who never was on the target needs nothing. */
static int plan_inactive(struct planner *p, struct who *w, struct mu_err *err)
{
    w->aside = true;
    p->aside++;
    if (!w->object || w->excluded)
        return 0;
    if (p->sync->inactive == MU_REMOVE_DELETE && !p->may_remove)
        plan_leave(p, w, w->name, false,
                   "inactive in the source: to be deleted after a complete read");
    else if (p->sync->inactive == MU_REMOVE_DELETE)
        return plan_delete(p, w, err);
    if (p->sync->inactive == MU_REMOVE_DISABLE)
        plan_place(p, w, true);
    return 0;
}

int plan_locate(struct planner *p, struct who *w, const struct mu_resource *mapping,
                const struct mu_want *wants, size_t count, bool inactive, struct mu_err *err)
{
    const char *rdn = mu_map_info(mapping)->rdn;
    const struct mu_want *naming = want_of(wants, count, rdn);
    enum mu_place place = w->kind == MU_GROUP ? MU_PLACE_GROUPS
                          : inactive          ? MU_PLACE_INACTIVE
                                              : MU_PLACE_USERS;
    if (!naming)
        return mu_fail(err, MU_E_DATA, "%s: no value, and entries are named by it", rdn);
    const char *name, *key;
    if (p->ops_of->place(p->target, p->row, place, rdn, naming->values[0].bytes, &name, &key, err) <
        0)
        return -1;
    /* Most people stand where they should, under the very name: then the text is there already. */
    const struct mu_object *o = w->object;
    w->name = o && mu_streq(o->name, name) ? o->name : mu_strdup(p->arena, name);
    w->key = o && mu_streq(o->key, key) ? o->key
             : mu_streq(name, key)      ? w->name
                                        : mu_strdup(p->arena, key);
    return 0;
}

struct who *plan_who(struct planner *p, enum mu_kind kind, const struct mu_entry *entry,
                     const struct mu_doc *doc)
{
    struct who *w = mu_alloc(p->arena, sizeof(*w));
    w->kind = kind;
    w->id = mu_strdup(p->arena, entry->id);
    w->label = mu_entry_label(p->arena, doc);
    w->admin = plan_is_admin(p, doc);
    w->owned = mu_map_get(p->owned_by_id[kind], w->id, strlen(w->id));
    if (w->owned)
        w->object = object_of(p, w->owned);
    mu_map_put(p->who[kind], w->id, strlen(w->id), w);
    return w;
}

/* It stays what it is and in the groups it is in, and its name stays taken. */
static void stay(struct planner *p, struct who *w)
{
    if (!w->object)
        return;
    w->name = w->object->name;
    w->key = w->object->key;
    mu_map_put(p->who_by_key, w->key, strlen(w->key), w);
}

/* Held, or refused before: a step for a person where the target knows such, else left alone. */
static bool gone_parked(struct planner *p, struct who *w, int policy)
{
    const char *why = w->object->held ? w->object->held : plan_parked(p, w);
    size_t first = p->op_count;
    if (!why)
        return false;
    if (!w->object->held && p->ops_of->aside && policy == MU_REMOVE_DISABLE) {
        plan_aside(p, w, true);
        if (plan_by_hand(p, first, p->op_count, why))
            return true;
        p->op_count = first;
    }
    plan_leave(p, w, w->owned->name, true, "%s", why);
    return true;
}

/* Somebody of ours whom the target is not to have any more, by the sync's settings. */
static int plan_gone(struct planner *p, struct who *w, const struct mu_decision *decision,
                     struct mu_err *err)
{
    int policy = w->kind == MU_USER ? p->sync->gone : p->sync->gone_groups;
    if (!w->object || policy == MU_REMOVE_KEEP)
        return 0;
    if (!p->may_remove) {
        plan_leave(p, w, w->owned->name, false,
                   "not in the source any more, but the read wasn't complete");
        return 0;
    }
    if (policy == MU_REMOVE_DISABLE && plan_lies_aside(p, w->object))
        return 0;
    if (gone_parked(p, w, policy))
        return 0;
    int stays = plan_grace(p, w, decision, err);
    if (stays != 0)
        return stays < 0 ? -1 : 0;
    if (policy == MU_REMOVE_DELETE)
        return plan_delete(p, w, err);
    if (p->ops_of->aside) {
        plan_aside(p, w, true);
        return 0;
    }
    if (p->ops_of->move(p->target, p->arena, w->object->name, MU_PLACE_INACTIVE, &w->name, &w->key,
                        err) < 0)
        return -1;
    if (mu_map_get(p->by_key, w->key, strlen(w->key)))
        plan_leave(p, w, w->name, true, "can't be set aside: the name is taken");
    else
        plan_place(p, w, true);
    return 0;
}

/* Somebody the policy doesn't have in: as if the source had them no more. */
static int plan_out(struct planner *p, struct who *w, const struct mu_decision *decision,
                    struct mu_err *err)
{
    if (!p->first_out)
        p->first_out = w;
    p->out++;
    p->users--;
    w->aside = true;
    stay(p, w);
    if (w->owned && plan_gone(p, w, decision, err) < 0)
        return -1;
    w->aside = !plan_grace_keeps(p, w->id);
    return 0;
}

/* Stays as it is, and is told. */
static void leave_bad(struct planner *p, struct who *w, const char *why)
{
    stay(p, w);
    plan_exclude(p, w, why);
}

static const char *unclear(struct planner *p, const struct mu_decision *d)
{
    return mu_printf(p->arena, "%s '%s' is no date (2026-11-20): nobody knows whether they are in",
                     d->field, mu_printable(p->row, d->date, strlen(d->date), 40));
}

/* Inactive in the source, before their first day, or after the last. */
static bool is_away(const struct planner *p, const struct plan_row *row)
{
    enum mu_standing standing = row->decision.standing;
    return p->sync->inactive != MU_REMOVE_KEEP &&
           (is_inactive(row->doc) || standing == MU_STANDS_NOT_YET || standing == MU_STANDS_ENDED);
}

/* Nothing would be planned about somebody inactive. */
static bool lies_where_it_goes(struct planner *p, const struct who *w)
{
    return !w->object || (p->sync->inactive == MU_REMOVE_DISABLE && plan_lies_aside(p, w->object));
}

/* Not spoken of, or held by the target: stays as it is. */
static void leave_alone(struct planner *p, struct who *w, bool inactive)
{
    w->aside = inactive;
    stay(p, w);
    if (w->selected)
        plan_exclude(p, w, w->object->held);
}

/* What was refused before and isn't due yet is for a person, or left. */
static void hold_parked(struct planner *p, struct who *w)
{
    const char *parked = w->op_end > w->first_op ? plan_parked(p, w) : NULL;
    if (parked && !plan_by_hand(p, w->first_op, w->op_end, parked))
        plan_exclude(p, w, parked);
}

static int write_row(struct planner *p, struct who *w, const struct mu_want *wants, size_t count,
                     bool inactive, struct mu_err *err)
{
    const struct mu_resource *mapping = p->ops_of->mapping(p->target, w->kind);
    if (inactive)
        return plan_inactive(p, w, err);
    if (w->object) {
        plan_place(p, w, false);
        return plan_update(p, w, mapping, wants, count, err);
    }
    plan_create(p, w, mapping, wants, count);
    return 0;
}

/* Somebody the target is to have, or to set aside. */
static int settle_row(struct planner *p, struct who *w, const struct plan_row *row, bool inactive,
                      struct mu_err *err)
{
    const struct mu_resource *mapping = p->ops_of->mapping(p->target, w->kind);
    const struct mu_want *wants = row->wants;
    size_t count = row->want_count;
    struct mu_err bad = MU_ERR_INIT;
    if (row->bad || (!inactive && plan_resolve(p, &wants, count, &bad) < 0) ||
        plan_locate(p, w, mapping, wants, count, inactive && w->object, &bad) < 0) {
        leave_bad(p, w, row->bad ? row->bad : bad.text); /* which copies it */
        return 0;
    }
    if (inactive && !w->object)
        return plan_inactive(p, w, err);
    settle_name(p, w);
    if (w->excluded)
        return 0;
    if (write_row(p, w, wants, count, inactive, err) < 0)
        return -1;
    w->op_end = p->op_count;
    hold_parked(p, w);
    return 0;
}

static struct who *who_of_row(struct planner *p, enum mu_kind kind, const struct plan_row *row)
{
    struct who *w = plan_who(p, kind, &row->entry, row->doc);
    w->rule = row->decision.rule ? row->decision.rule->name : NULL;
    w->first_op = w->op_end = p->op_count;
    *(kind == MU_USER ? &p->users : &p->groups) += 1;
    plan_select(p, w, row->doc);
    return w;
}

int plan_match_row(struct planner *p, enum mu_kind kind, const struct plan_row *row,
                   struct mu_err *err)
{
    struct who *w = who_of_row(p, kind, row);
    bool inactive = kind == MU_USER && is_away(p, row);
    enum mu_standing standing = row->decision.standing;
    if (!w->selected || (w->object && w->object->held)) {
        leave_alone(p, w, inactive);
        return 0;
    }
    if (standing == MU_STANDS_EXCLUDED || standing == MU_STANDS_NOWHERE)
        return plan_out(p, w, &row->decision, err);
    if (standing == MU_STANDS_UNCLEAR) {
        leave_bad(p, w, unclear(p, &row->decision));
        return 0;
    }
    int stays = inactive && !lies_where_it_goes(p, w) ? plan_grace(p, w, &row->decision, err) : 0;
    if (stays > 0)
        stay(p, w);
    return stays != 0 ? (stays < 0 ? -1 : 0) : settle_row(p, w, row, inactive, err);
}

static int gone_one(struct planner *p, const struct mu_owned *owned, struct mu_err *err)
{
    struct who *w = mu_alloc(p->arena, sizeof(*w));
    w->kind = owned->kind;
    w->id = owned->id;
    w->name = owned->name;
    w->owned = owned;
    w->object = object_of(p, owned);
    plan_select(p, w, NULL);
    if (w->selected && !w->object && !owned->disabled &&
        mu_map_get(p->by_key, owned->key, strlen(owned->key)))
        plan_leave(
            p, w, owned->name, false,
            "gone from the source; what stands there has another id than what was ours, so it "
            "is left alone");
    return w->selected ? plan_gone(p, w, NULL, err) : 0;
}

int plan_match_gone(struct planner *p, struct mu_err *err)
{
    for (size_t i = 0; i < p->owned_count; i++) {
        const struct mu_owned *owned = &p->owned[i];
        bool here =
            p->who[owned->kind] && mu_map_get(p->who[owned->kind], owned->id, strlen(owned->id));
        if (!here && gone_one(p, owned, err) < 0)
            return -1;
    }
    return 0;
}
