/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan and apply. A plan is kept in the store under its hash. Applying wants that hash and an
 * approval which a person gave outside of this protocol (muster approve): no call of a tool can make
 * one.
 */
#include "serve/mcp/directory.h"

#include <string.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/apply.h"
#include "serve/auth.h"
#include "store/approvals.h"

enum { OPS_SHOWN = 100, LEFT_SHOWN = 30, PLAN_STEPS = 2, HASH_LEN = MU_DIGEST_HEX - 1 };

/* What both need: opened here, closed by `close_all`. */
struct planning {
    struct mcp_call *c;
    const struct mu_sync *sync;
    struct mu_store *store;
    struct mu_lock *lock;
    struct mu_account *target;
};

static int open_all(struct planning *p, const char *sync, struct mu_err *err)
{
    const struct mu_config *config = p->c->mcp->conf.config;
    struct mu_log *log = p->c->mcp->conf.log;
    p->sync = mcp_sync(p->c, sync, err);
    return !p->sync || mu_store_open(config->store, MU_STORE_WRITE, &p->store, err) < 0 ||
                   mu_sync_lock(p->store, p->sync, 0, &p->lock, err) < 0 ||
                   mu_config_open(p->c->arena, config, p->sync->to, log, &p->target, err) < 0
               ? -1
               : 0;
}

static void close_all(struct planning *p)
{
    mu_account_close(p->target);
    mu_unlock(p->lock);
    mu_store_close(p->store);
}

/* ---- plan ---- */

static void write_ops(struct mu_jw *w, const struct mu_plan *plan)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    size_t shown = 0;
    mu_jw_key(w, "operations");
    mu_jw_array(w);
    for (; shown < plan->op_count && shown < OPS_SHOWN && w->to->len < MCP_LIST_BYTES; shown++) {
        mu_buf_reset(&text);
        mu_plan_show_op(&plan->ops[shown], false, &text);
        while (text.len && text.data[text.len - 1] == '\n')
            mu_buf_cut(&text, text.len - 1);
        mu_jw_strn(w, text.data, text.len);
    }
    mu_jw_end(w, ']');
    mu_jw_put_int(w, "operations_not_listed", (int64_t)(plan->op_count - shown));
    mu_buf_done(&text);
}

static void write_left(struct mu_jw *w, const struct mu_plan *plan)
{
    mu_jw_key(w, "left_alone");
    mu_jw_array(w);
    for (size_t i = 0; i < plan->left_count && i < LEFT_SHOWN; i++) {
        const struct mu_left *l = &plan->left[i];
        mu_jw_object(w);
        mu_jw_put_str(w, "who", l->label ? l->label : l->name);
        mu_jw_put_str(w, "reason", l->reason);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void write_plan(struct mcp_call *c, const struct mu_plan *plan, struct mcp_out *out)
{
    struct mu_err refused = MU_ERR_INIT;
    struct mu_buf summary = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_plan_summary(plan, &summary);
    mu_jw_init(&w, &out->json, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "plan", plan->hash);
    mu_jw_put_str(&w, "sync", plan->sync);
    mu_jw_put_str(&w, "summary", summary.data);
    mu_jw_put_int(&w, "snapshot", plan->snapshot);
    mu_jw_put_str(&w, "read", mu_verdict_name(plan->verdict));
    mu_jw_put_int(&w, "cannot_be_undone", plan->one_way);
    mu_jw_put_str(&w, "refused",
                  mu_plan_guard(plan, NULL, NULL, &refused) < 0 ? refused.text : NULL);
    write_ops(&w, plan);
    write_left(&w, plan);
    mu_jw_put_str(&w, "next",
                  plan->op_count == 0
                      ? "nothing to do"
                      : mu_printf(c->arena,
                                  "show this to the user; they approve it in a terminal with "
                                  "`muster approve %s`, then call apply",
                                  plan->hash));
    mu_jw_end(&w, '}');
    mu_buf_done(&summary);
}

static int keep(struct planning *p, const struct mu_plan *plan, struct mu_err *err)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_plan_json(plan, &text);
    const struct mu_kept_plan kept = {.hash = plan->hash,
                                      .sync = plan->sync,
                                      .by = p->c->peer->grant->name,
                                      .made = plan->made,
                                      .body = text.data,
                                      .len = text.len};
    int rc = mu_plan_keep(p->store, &kept, err);
    mu_buf_done(&text);
    return rc;
}

int mcp_run_plan(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                 struct mcp_out *out, struct mu_err *err)
{
    struct planning p = {.c = c};
    const struct mu_plan *plan = NULL;
    (void)tool;
    int rc = open_all(&p, mu_json_str(args, "sync"), err);
    mcp_progress(c, "reading the target and comparing", 1, PLAN_STEPS);
    if (rc == 0)
        rc =
            mu_plan_make(p.store, p.sync, p.target, NULL, c->arena, mcp_watched_log(c), &plan, err);
    mcp_progress(c, "planned", PLAN_STEPS, PLAN_STEPS);
    if (rc == 0 && plan->op_count)
        rc = keep(&p, plan, err);
    if (rc == 0)
        write_plan(c, plan, out);
    close_all(&p);
    return rc;
}

/* ---- apply ---- */

/* NULL: there is none. */
static const struct mu_plan *find_plan(struct mcp_call *c, const char *hash, struct mu_err *err)
{
    struct mu_kept_plan kept = {.len = 0};
    const struct mu_plan *plan = NULL;
    int is = 0;
    if (c->peer->store && strlen(hash) == HASH_LEN)
        is = mu_plan_kept(c->peer->store, c->arena, hash, &kept, err);
    if (is == 0)
        mu_fail(err, MU_E_MISSING,
                "no plan of that hash is kept; call plan again, and give the whole hash");
    if (is == 1 && mu_plan_parse(c->arena, kept.body, kept.len, &plan, err) < 0)
        return NULL;
    return plan;
}

static int check_approval(struct planning *p, const struct mu_plan *plan, struct mu_err *err)
{
    struct mu_approval a = {.used = 0};
    int is = mu_approval_get(p->store, p->c->arena, plan->hash, &a, err);
    if (is < 0)
        return -1;
    if (is == 0)
        return mu_fail(err, MU_E_REFUSED,
                       "nobody has approved this plan; a person runs `muster approve %s` in a "
                       "terminal, which can't be done from here",
                       plan->hash);
    if (a.used)
        return mu_fail(err, MU_E_REFUSED, "this plan was applied before; call plan again");
    if (a.expires <= mu_now())
        return mu_fail(err, MU_E_REFUSED, "the approval by %s has expired; have it approved again",
                       a.by);
    return mu_plan_guard(plan, NULL, a.over_guards ? plan->hash : NULL, err);
}

static void write_applied(const struct mu_applied *done, struct mcp_out *out)
{
    const struct {
        const char *name;
        int64_t n;
    } counts[] = {{"run", done->run},
                  {"ok", done->ok},
                  {"failed", done->failed},
                  {"stale", done->stale},
                  {"skipped", done->skipped}};
    struct mu_jw w;
    mu_jw_init(&w, &out->json, false);
    mu_jw_object(&w);
    for (size_t i = 0; i < MU_LEN(counts); i++) {
        mu_jw_key(&w, counts[i].name);
        mu_jw_int(&w, counts[i].n);
    }
    if (done->stopped.code != MU_OK) {
        mu_jw_put_str(&w, "stopped", done->stopped.text);
    }
    mu_jw_end(&w, '}');
}

int mcp_run_apply(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                  struct mcp_out *out, struct mu_err *err)
{
    struct planning p = {.c = c};
    struct mu_applied done = {.run = 0};
    const struct mu_plan *plan = find_plan(c, mu_json_str(args, "plan"), err);
    (void)tool;
    if (!plan)
        return -1;
    const struct mu_apply_how how = {
        .command = mu_printf(c->arena, "apply (mcp, token %s)", c->peer->grant->name)};
    int rc = open_all(&p, plan->sync, err);
    if (rc == 0)
        rc = check_approval(&p, plan, err);
    if (rc == 0 && mu_approval_use(p.store, plan->hash, mu_now(), err) != 1)
        rc = err->code ? -1 : mu_fail(err, MU_E_REFUSED, "the approval was used meanwhile");
    if (rc == 0)
        rc = mu_apply(p.store, p.sync, p.target, plan, &how, mcp_watched_log(c), NULL, NULL, &done,
                      err);
    if (rc == 0)
        write_applied(&done, out);
    close_all(&p);
    return rc;
}
