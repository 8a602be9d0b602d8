/* SPDX-License-Identifier: Apache-2.0 */
/* Roles against the policy of the syncs that write to the account. */
#include <string.h>

#include "audit/auditing.h"
#include "audit/events.h"
#include "base/str.h"
#include "engine/policy.h"

struct comparing {
    struct auditing *a;
    size_t check;
    const struct mu_sync *sync;
    const struct mu_snapshot *source;
    struct mu_decider *decider;
    struct mu_buf key;
};

static void tell(struct comparing *c, const struct mu_person *p, const struct mu_policy_rule *rule)
{
    static const char *const names[] = {"is", "role", "group", "policy_rule"};
    struct auditing *a = c->a;
    const struct mu_subject subject = audit_person(a->people, p);
    const char *const values[] = {mu_person_roles(a->people, p, a->arena), rule->role, rule->group,
                                  rule->name};
    const struct audit_words words = {.names = names, .values = values, .count = MU_LEN(names)};
    const struct audit_draft draft = {
        .subjects = &subject,
        .subject_count = 1,
        .named = 1,
        .detail = mu_printf(a->arena, "rule %s of the policy of sync %s: group %s, role %s",
                            rule->name, c->sync->name, rule->group ? rule->group : "-", rule->role),
        .rule = mu_printf(a->arena, "%s:%d", rule->at->file, rule->at->line),
        .snapshot = c->source->id};
    audit_find(a, c->check, &draft, &words);
}

/* Whose role nobody knows, that one doesn't differ. */
static void compare(struct comparing *c, const struct mu_doc *user)
{
    struct mu_decision d;
    const char *email = mu_entry_email(user);
    const struct mu_person *p;
    size_t at = 0;
    if (!email)
        return;
    mu_decide(c->decider, user, &d);
    if (d.standing != MU_STANDS_IN || !d.rule || !d.rule->role)
        return;
    mu_buf_reset(&c->key);
    mu_fold_into(&c->key, email, strlen(email));
    while ((p = mu_people_by_address(c->a->people, c->key.data, &at)))
        if (mu_person_active(p) && p->strength != MU_STRENGTH_NONE &&
            p->strength != mu_role_strength(d.rule->role))
            tell(c, p, d.rule);
}

static int walk(struct comparing *c, struct mu_err *err)
{
    struct mu_rows *rows;
    struct mu_entry e;
    const struct mu_doc *doc;
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    int rc;
    if (mu_rows_open(c->a->store, c->sync->from->name, c->source->id, MU_USER, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &e, err)) == 1) {
        mu_arena_reset(row);
        if (mu_entry_doc(&e, row, &doc, err) < 0) {
            rc = -1;
            break;
        }
        compare(c, doc);
    }
    mu_rows_close(rows);
    return rc;
}

static int of_sync(struct auditing *a, size_t check, const struct mu_sync *sync, struct mu_err *err)
{
    struct comparing c = {.a = a, .check = check, .sync = sync, .key = MU_BUF_INIT(MU_BUF_MAX)};
    struct mu_err why = MU_ERR_INIT;
    if (audit_source(a, sync->from->name, "policy", 0, &c.source, &why) < 0) {
        if (why.code != MU_E_MISSING) {
            *err = why;
            return -1;
        }
        audit_skip(a, check, mu_strdup(a->arena, why.text));
        return 0;
    }
    c.decider = mu_decider_new(sync->policy, a->now);
    int rc = walk(&c, err);
    mu_decider_free(c.decider);
    mu_buf_done(&c.key);
    return rc;
}

static int run_policy(struct auditing *a, size_t check, struct mu_err *err)
{
    bool any = false;
    for (size_t i = 0; i < a->config->sync_count; i++) {
        const struct mu_sync *sync = &a->config->syncs[i];
        if (!sync->policy || !mu_streq(sync->to->name, a->account->name))
            continue;
        any = true;
        if (of_sync(a, check, sync, err) < 0)
            return -1;
    }
    if (!any)
        audit_skip(a, check, "no sync that writes to this account has a policy");
    return 0;
}

static const char *const policy_words[] = {"is", "role", "group", "policy_rule", NULL};
const struct audit_builtin audit_builtin_role_policy = {
    .name = "role-policy", .words = policy_words, .run = run_policy};
