/* SPDX-License-Identifier: Apache-2.0 */
/* A person's story, put together. */
#include "engine/explain.h"

#include <string.h>

#include "base/str.h"
#include "engine/explainer.h"

const struct mu_owned *explain_owned(const struct explainer *x, enum mu_kind kind, const char *id)
{
    for (size_t i = 0; i < x->owned_count; i++)
        if (x->owned[i].kind == kind && mu_streq(x->owned[i].id, id))
            return &x->owned[i];
    return NULL;
}

/* The source's mapping files, without opening the account: no secret is needed to explain. */
static int load_sources(struct explainer *x, struct mu_err *err)
{
    const struct mu_account_def *from = x->q->sync->from;
    const char *const *names;
    size_t count = 0;
    if (!x->q->layers || !from->adapter)
        return 0;
    const char *folder = mu_account_mappings(x->arena, from->adapter, from->settings);
    if (mu_map_list(x->arena, x->q->layers, folder, &names, err) < 0)
        return -1;
    while (names[count])
        count++;
    const struct mu_resource **list = mu_alloc_array(x->arena, count + 1, sizeof(*list));
    for (size_t i = 0; i < count; i++)
        if (mu_map_load(x->arena, x->q->layers, folder, names[i], &list[i], err) < 0)
            return -1;
    x->sources = list;
    return 0;
}

/* Of who is gone the last version is told, so that it can be seen what was lost. */
static int load_entry(struct explainer *x, struct mu_err *err)
{
    struct mu_version v;
    struct mu_story *story = x->story;
    int rc = explain_last(x, MU_USER, x->q->user, &v, err);
    if (rc < 0 || (rc == 1 && mu_entry_doc(&v.entry, x->arena, &x->doc, err) < 0))
        return -1;
    story->label = x->q->user;
    story->resource = explain_resource(x, MU_USER);
    if (rc == 0)
        return 0;
    story->in_snapshot = v.ended == 0 || v.ended > x->q->snapshot.id;
    story->label = mu_entry_label(x->arena, x->doc);
    story->raw = v.entry.raw;
    return v.entry.raw ? mu_doc_parse(x->arena, v.entry.raw, v.entry.raw_len, &x->record, err) : 0;
}

static const char *const *protected_list(const struct explainer *x)
{
    static const char *const none[] = {NULL};
    return x->q->sync->guards.protect ? x->q->sync->guards.protect : none;
}

static bool is_protected(const struct explainer *x)
{
    const char *email = x->doc ? mu_entry_email(x->doc) : NULL;
    const char *texts[] = {x->story->label, email, x->story->name};
    for (const char *const *glob = protected_list(x); *glob; glob++) {
        if (mu_streq(*glob, x->story->id))
            return true;
        for (size_t i = 0; i < MU_LEN(texts); i++)
            if (texts[i] && mu_glob(*glob, texts[i], true))
                return true;
    }
    return false;
}

static int load_parked(struct explainer *x, const char *what, const char *name,
                       struct parked_list *ret, struct mu_err *err)
{
    return x->q->past
               ? 0
               : mu_parked_list(x->q->store, x->arena, mu_printf(x->arena, "%s %s", what, name),
                                &ret->items, &ret->count, err);
}

/* ---- the target ---- */

static void unseen(struct explainer *x, const struct mu_err *why)
{
    x->story->target_error = mu_strdup(x->arena, why->text);
}

static void make_plan(struct explainer *x)
{
    struct mu_err why = MU_ERR_INIT;
    if (x->ops && !x->q->past &&
        mu_plan_make(x->q->store, x->q->sync, x->q->target, NULL, x->arena, x->q->log, &x->plan,
                     &why) < 0)
        unseen(x, &why);
}

/* Where the mapping wants the person; what it makes no name of is told later. */
static void find_wanted_name(struct explainer *x)
{
    const struct mu_resource *mapping = x->ops->mapping(x->q->target, MU_USER);
    const char *rdn = mu_map_info(mapping)->rdn, *key;
    bool aside = explain_is_inactive(x) || explain_is_away(x);
    const struct mu_want *wants;
    size_t count;
    struct mu_err ignored = MU_ERR_INIT;
    if (!x->story->in_snapshot || explain_is_out(x) ||
        (aside && (!x->story->name || x->q->sync->inactive == MU_REMOVE_DELETE)) ||
        mu_map_want(mapping, x->doc, x->context, x->arena, &wants, &count, &ignored) < 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (mu_strieq(wants[i].name, rdn) && wants[i].count > 0)
            x->ops->place(x->q->target, x->arena, aside ? MU_PLACE_INACTIVE : MU_PLACE_USERS, rdn,
                          wants[i].values[0].bytes, &x->story->wanted_name, &key, &ignored);
}

/* The name to look at: where the plan found the object, else where the ledger last knew it. */
static const char *name_now(const struct explainer *x, const struct mu_owned *owned)
{
    for (size_t i = 0; x->plan && i < x->plan->op_count; i++) {
        const struct mu_op *op = &x->plan->ops[i];
        if (op->kind == MU_USER && op->native && mu_streq(op->id, x->story->id))
            return op->name;
    }
    return owned->name;
}

static void find_object(struct explainer *x, const struct mu_owned *owned)
{
    struct mu_story *story = x->story;
    struct mu_err why = MU_ERR_INIT;
    const char *name = name_now(x, owned);
    int rc = x->ops->get(x->q->target, x->arena, name, &x->object, &why);
    if (rc < 0) {
        unseen(x, &why);
        return;
    }
    bool ours = rc == 1 &&
                (!owned->native || !x->object.native || mu_streq(owned->native, x->object.native));
    if (!ours) {
        x->object = (struct mu_object){.name = NULL};
        story->matched = rc == 1 ? "the ledger knows another entry by that name: ours is gone"
                                 : "it was ours, and is not there any more";
        return;
    }
    story->matched = owned->native ? "ours by the ledger, told by its immutable id"
                                   : "ours by the ledger, told by its name";
}

static void look_at_target(struct explainer *x)
{
    struct mu_story *story = x->story;
    const struct mu_owned *owned = explain_owned(x, MU_USER, story->id);
    bool live = x->plan && owned;
    if (live)
        find_object(x, owned);
    else if (!x->plan)
        explain_replay(x, &x->trail, &x->object);
    if (!x->plan)
        story->matched = x->object.name ? "by what our own runs wrote" : "no run of ours wrote it";
    else if (!owned)
        story->matched = "nothing on the target is known to be this person's";
    bool known = owned && !x->q->past;
    story->on_target = x->object.name != NULL;
    story->name = x->object.name ? x->object.name : known ? owned->name : NULL;
    story->native = x->object.native ? x->object.native : known ? owned->native : NULL;
}

static int tell(struct explainer *x, struct mu_err *err)
{
    if (load_sources(x, err) < 0 || load_entry(x, err) < 0 ||
        mu_ledger_load(x->q->store, x->arena, x->q->sync->name, &x->owned, &x->owned_count, err) <
            0 ||
        load_parked(x, "pull", x->q->sync->from->name, &x->parked_records, err) < 0 ||
        load_parked(x, "sync", x->q->sync->name, &x->parked_ops, err) < 0 ||
        explain_trail(x, MU_USER, x->q->user, &x->trail, err) < 0)
        return -1;
    make_plan(x);
    explain_policy(x);
    look_at_target(x);
    if (x->ops)
        find_wanted_name(x);
    x->story->protected = is_protected(x);
    if (explain_user(x, err) < 0 || explain_groups(x, err) < 0)
        return -1;
    x->story->because = x->because.list;
    x->story->because_count = x->because.count;
    return 0;
}

int mu_explain(const struct mu_explain_query *q, struct mu_arena *arena,
               const struct mu_story **ret, struct mu_err *err)
{
    struct mu_story *story = mu_alloc(arena, sizeof(*story));
    struct explainer x = {.q = q,
                          .ops = q->target ? q->target->adapter->target : NULL,
                          .arena = arena,
                          .story = story};
    *story = (struct mu_story){.sync = q->sync,
                               .snapshot = q->snapshot,
                               .past = q->past,
                               .id = q->user,
                               .target_error = q->past ? NULL : q->target_error};
    if (tell(&x, err) < 0)
        return mu_wrap(err, "explain %s", q->user);
    *ret = story;
    return 0;
}
