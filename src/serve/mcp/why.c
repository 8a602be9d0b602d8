/* SPDX-License-Identifier: Apache-2.0 */
/* explain: why somebody stands on a target as they do. */
#include "serve/mcp/directory.h"

#include <string.h>

#include "base/str.h"
#include "engine/explain.h"

static int tell_many(struct mcp_call *c, const char *text, const struct mu_candidate *found,
                     size_t count, struct mu_err *err)
{
    const char *names = "";
    for (size_t i = 0; i < count && i < 10; i++)
        names = mu_printf(c->arena, "%s%s%s (%s)", names, i ? ", " : "", found[i].id,
                          found[i].email ? found[i].email : found[i].label);
    return mu_fail(err, MU_E_CONFLICT, "'%s' may be any of: %s; give the id",
                   mu_printable(c->arena, text, strlen(text), 100), names);
}

static int find(struct mcp_call *c, const struct mu_explain_query *q, enum mu_kind kind,
                const char *text, struct mu_candidate *ret, struct mu_err *err)
{
    const struct mu_candidate *found;
    size_t count;
    if (mu_explain_find(q->store, q->sync, &q->snapshot, kind, text, c->arena, &found, &count,
                        err) < 0)
        return -1;
    if (count == 0)
        return mu_fail(err, MU_E_MISSING, "no %s is called '%s', now or before",
                       mu_schema_of(kind)->name, mu_printable(c->arena, text, strlen(text), 100));
    if (count > 1)
        return tell_many(c, text, found, count, err);
    *ret = found[0];
    return 0;
}

static int prepare(struct mcp_call *c, struct json_object *args, struct mu_explain_query *q,
                   const char **ret_by, struct mu_err *err)
{
    struct mu_candidate user = {.id = NULL}, group = {.id = NULL};
    const char *in = mu_json_str(args, "group");
    if (!c->peer->store)
        return mu_fail(err, MU_E_MISSING, "nothing was read yet; run muster pull ACCOUNT first");
    q->sync = mcp_sync(c, mu_json_str(args, "sync"), err);
    if (!q->sync)
        return -1;
    q->store = c->peer->store;
    q->log = c->mcp->conf.log;
    int is = mu_snapshot_get(q->store, c->arena, q->sync->from->name, 0, &q->snapshot, err);
    if (is == 0)
        return mu_fail(err, MU_E_MISSING, "%s was not read yet", q->sync->from->name);
    if (is < 0 || find(c, q, MU_USER, mu_json_str(args, "user"), &user, err) < 0 ||
        (in && *in && find(c, q, MU_GROUP, in, &group, err) < 0))
        return -1;
    q->user = user.id;
    q->group = group.id;
    *ret_by = user.by;
    return 0;
}

int mcp_run_explain(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                    struct mcp_out *out, struct mu_err *err)
{
    const struct mu_config *config = c->mcp->conf.config;
    struct mu_explain_query q = {.store = NULL};
    struct mu_err closed = MU_ERR_INIT;
    const struct mu_story *story;
    const char *by = NULL;
    struct mu_jw w;
    (void)tool;
    if (prepare(c, args, &q, &by, err) < 0 || !q.sync)
        return -1;
    struct mu_layers layers = mu_config_layers(config, q.sync->from);
    struct mu_account *target = NULL;
    if (mu_config_open(c->arena, config, q.sync->to, c->mcp->conf.log, &target, &closed) < 0)
        q.target_error = closed.text;
    q.target = target;
    q.layers = &layers;
    int rc = mu_explain(&q, c->arena, &story, err);
    if (rc == 0) {
        mu_jw_init(&w, &out->json, false);
        mu_story_json(story, by, &w);
    }
    mu_account_close(target);
    return rc;
}
