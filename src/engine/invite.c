/* SPDX-License-Identifier: Apache-2.0 */
/* A plan of one invitation: the person as an entry, mapped as a sync would, with group and role as a
 * policy would have decided. */
#include "engine/invite.h"

#include <string.h>

#include "base/str.h"
#include "engine/planner.h"

enum { PLAN_AGE_S = 86400, SHOWN = 100 };

int mu_invite_sync(struct mu_arena *arena, const struct mu_account_def *def,
                   const struct mu_sync **ret, struct mu_err *err)
{
    struct mu_sync *sync = mu_alloc(arena, sizeof(*sync));
    *sync = (struct mu_sync){.name = mu_printf(arena, "invite %s", def->name),
                             .from = def,
                             .to = def,
                             .plan_age = PLAN_AGE_S};
    if (!def->adapter->target)
        return mu_fail(err, MU_E_UNSUPPORTED, "nobody can be invited into %s: it can't be written",
                       def->name);
    if (mu_guards_read(arena, NULL, &sync->guards, err) < 0)
        return -1;
    *ret = sync;
    return 0;
}

/* ---- the person as documents ---- */

static void email_json(struct mu_jw *w, const char *email)
{
    mu_jw_key(w, "emails");
    mu_jw_array(w);
    mu_jw_object(w);
    mu_jw_put_some(w, "email", email);
    mu_jw_put_some(w, "type", "work");
    mu_jw_put_bool(w, "is_primary", true);
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
}

static void entry_json(struct mu_jw *w, const struct mu_invite *who)
{
    mu_jw_object(w);
    mu_jw_put_some(w, "id", who->email);
    mu_jw_put_some(w, "username", who->email);
    mu_jw_put_some(w, "first_name", who->first_name);
    mu_jw_put_some(w, "last_name", who->last_name);
    email_json(w, who->email);
    mu_jw_put_some(w, "status", "active");
    mu_jw_end(w, '}');
}

static void context_json(struct mu_jw *w, const struct mu_invite *who)
{
    mu_jw_object(w);
    mu_jw_key(w, "policy");
    mu_jw_object(w);
    mu_jw_put_some(w, "group", who->team_group);
    mu_jw_put_some(w, "role", who->role);
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}

static int document(struct mu_arena *arena, void (*write)(struct mu_jw *, const struct mu_invite *),
                    const struct mu_invite *who, const struct mu_doc **ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    write(&w, who);
    return mu_doc_parse(arena, mu_strndup(arena, text.data, text.len), text.len, ret, err);
}

/* ---- the operation ---- */

static int check_free(struct planner *p, const struct who *w, struct mu_err *err)
{
    const struct mu_object *there = mu_map_get(p->by_key, w->key, strlen(w->key));
    const struct mu_attrval *status = mu_object_attr(there, "status");
    if (!there)
        return 0;
    if (there->held)
        return mu_fail(err, MU_E_CONFLICT, "%s", there->held);
    return mu_fail(err, MU_E_CONFLICT, "%s is there already%s%s", there->name, status ? ": " : "",
                   status ? status->values[0].bytes : "");
}

static int add_op(struct planner *p, const struct mu_invite *who, struct mu_err *err)
{
    const struct mu_resource *mapping = p->ops_of->mapping(p->target, MU_USER);
    const struct mu_doc *entry, *context;
    const struct mu_want *wants;
    size_t count;
    struct who *w = mu_alloc(p->arena, sizeof(*w));
    *w = (struct who){.kind = MU_USER,
                      .label = mu_printf(p->arena, "%s %s", who->first_name ? who->first_name : "",
                                         who->last_name ? who->last_name : "")};
    if (document(p->arena, entry_json, who, &entry, err) < 0 ||
        document(p->arena, context_json, who, &context, err) < 0 ||
        mu_map_want(mapping, entry, context, p->arena, &wants, &count, err) < 0 ||
        plan_resolve(p, &wants, count, err) < 0 ||
        plan_locate(p, w, mapping, wants, count, false, err) < 0 || check_free(p, w, err) < 0)
        return -1;
    plan_create(p, w, mapping, wants, count);
    return 0;
}

/* What the target itself says of it. */
static int fit(struct planner *p, struct mu_err *err)
{
    plan_fit(p);
    if (p->op_count == 1 && mu_verb_writes(p->ops[0].verb)) {
        p->ops[0].seq = 1;
        return 0;
    }
    return mu_fail(err, MU_E_REFUSED, "%s",
                   p->op_count     ? p->ops[0].note
                   : p->left_count ? p->left[0].reason
                                   : "there is nothing to do");
}

int mu_invite_plan(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                   const struct mu_invite *who, struct mu_arena *arena, struct mu_log *log,
                   const struct mu_plan **ret, struct mu_err *err)
{
    struct planner p;
    plan_init(&p, store, sync, target, arena, log);
    p.snapshot = (struct mu_snapshot){.verdict = MU_COMPLETE}; /* it is made from none */
    for (int k = 0; k < MU_KINDS; k++)
        p.who[k] = mu_map_new(0);
    int rc = plan_read_target(&p, err);
    if (rc == 0)
        rc = add_op(&p, who, err);
    if (rc == 0)
        rc = fit(&p, err);
    if (rc == 0) {
        plan_read_guards(&p);
        *ret = plan_finish(&p);
    }
    plan_done(&p);
    return rc < 0 ? mu_wrap(err, "%s", sync->to->name) : 0;
}

/* ---- doing it ---- */

static void keep_outcome(void *arg, const struct mu_outcome *outcome)
{
    struct mu_err *kept = arg;
    *kept = outcome->err;
    if (outcome->done != MU_DONE_OK && kept->code == MU_OK)
        mu_fail(kept, MU_E_REMOTE, "it was not done");
    if (outcome->done == MU_DONE_OK)
        kept->code = MU_OK;
}

static int look_up(struct mu_store *store, const struct mu_sync *sync, const struct mu_plan *plan,
                   struct mu_arena *arena, struct mu_invited_now *ret, struct mu_err *err)
{
    const char *key = mu_fold(arena, plan->ops[0].name);
    int found = mu_invitation_get(store, arena, sync->to->name, key, &ret->invitation, err);
    ret->registered = found == 1;
    return found < 0 ? -1 : 0;
}

int mu_invite_apply(struct mu_store *store, const struct mu_sync *sync, struct mu_account *target,
                    const struct mu_plan *plan, const char *command, struct mu_log *log,
                    struct mu_arena *arena, struct mu_invited_now *ret, struct mu_err *err)
{
    const struct mu_apply_how how = {.command = command};
    struct mu_applied applied = {0};
    struct mu_err outcome = MU_ERR_INIT;
    *ret = (struct mu_invited_now){.registered = false};
    if (mu_plan_guard(plan, NULL, NULL, err) < 0)
        return -1;
    int rc = mu_apply(store, sync, target, plan, &how, log, keep_outcome, &outcome, &applied, err);
    ret->run = applied.run;
    if (rc < 0 || look_up(store, sync, plan, arena, ret, err) < 0)
        return -1;
    if (outcome.code == MU_OK)
        return 0;
    *err = outcome;
    return -1;
}
