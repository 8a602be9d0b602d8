/* SPDX-License-Identifier: Apache-2.0 */
/* What the directory tools share. */
#include "serve/mcp/directory.h"

#include "base/str.h"
#include "base/time.h"

int mcp_account_read(struct mcp_call *c, size_t i, struct mu_snapshot *ret, struct mu_err *err)
{
    const struct mu_account_def *def = &c->mcp->conf.config->accounts[i];
    if (!mcp_account_allowed(c, def->name) || !c->peer->store)
        return 0;
    return mu_snapshot_get(c->peer->store, c->arena, def->name, 0, ret, err);
}

int mcp_one_account(struct mcp_call *c, const char *name, const char **ret, struct mu_err *err)
{
    const struct mu_config *config = c->mcp->conf.config;
    const char *found = NULL, *names = "";
    for (size_t i = 0; i < config->account_count; i++) {
        struct mu_snapshot snap;
        int is = mcp_account_read(c, i, &snap, err);
        if (is < 0)
            return -1;
        if (!is || (name && !mu_streq(name, snap.account)))
            continue;
        names = mu_printf(c->arena, "%s%s%s", names, *names ? ", " : "", snap.account);
        *ret = snap.account;
        found = found ? "" : snap.account;
    }
    if (!found)
        return mu_fail(err, MU_E_MISSING, "no such account was read; run muster pull ACCOUNT");
    return *found ? 0 : mu_fail(err, MU_E_USAGE, "account: name one of: %s", names);
}

static bool sync_allowed(const struct mcp_call *c, const struct mu_sync *sync)
{
    return mcp_account_allowed(c, sync->from->name) && mcp_account_allowed(c, sync->to->name);
}

/* Of all there are, if it is the only one that is allowed. */
static const struct mu_sync *only_one(const struct mcp_call *c)
{
    const struct mu_config *config = c->mcp->conf.config;
    const struct mu_sync *only = NULL;
    for (size_t i = 0; i < config->sync_count; i++) {
        if (!sync_allowed(c, &config->syncs[i]))
            continue;
        if (only)
            return NULL;
        only = &config->syncs[i];
    }
    return only;
}

static const char *names_of(const struct mcp_call *c)
{
    const struct mu_config *config = c->mcp->conf.config;
    const char *names = "";
    for (size_t i = 0; i < config->sync_count; i++) {
        if (sync_allowed(c, &config->syncs[i]))
            names = mu_printf(c->arena, "%s%s%s", names, *names ? ", " : "", config->syncs[i].name);
    }
    return names;
}

const struct mu_sync *mcp_sync(struct mcp_call *c, const char *name, struct mu_err *err)
{
    const struct mu_config *config = c->mcp->conf.config;
    const struct mu_sync *found = name ? NULL : only_one(c);
    for (size_t i = 0; name && i < config->sync_count; i++) {
        if (mu_streq(config->syncs[i].name, name) && sync_allowed(c, &config->syncs[i]))
            found = &config->syncs[i];
    }
    const char *names = found ? "" : names_of(c);
    if (!found && *names)
        mu_fail(err, MU_E_USAGE, "sync: name one of: %s", names);
    else if (!found)
        mu_fail(err, MU_E_MISSING,
                "no sync is configured that you may use; tell the user: `syncs:` of muster.yaml "
                "lists them");
    return found;
}

void mcp_write_snapshot(struct mu_jw *w, const struct mu_snapshot *snap)
{
    char at[MU_TIME_TEXT];
    mu_jw_object(w);
    mu_jw_put_str(w, "account", snap->account);
    mu_jw_put_int(w, "snapshot", snap->id);
    mu_jw_put_str(w, "read_at", mu_time_text(snap->finished, at));
    mu_jw_put_str(w, "verdict", mu_verdict_name(snap->verdict));
    mu_jw_end(w, '}');
}
