/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts by name, and the newest snapshots a worker knows. */
#include "serve/rest/view.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/auth.h"
#include "serve/exchange.h"
#include "serve/rest/beside.h"
#include "serve/rest/params.h"

enum { NAMES_TEXT = 400 };

struct mu_views {
    int64_t version;       /* of the store, when they were looked up */
    struct mu_arena *keep; /* emptied with them */
    struct mu_view views[MU_VIEWS_MAX];
    size_t count;
};

static bool readable(const struct mu_request *r, const struct mu_account_def *def)
{
    const char *why;
    return mu_account_reads(r->arena, def->adapter, def->settings, &why);
}

static int no_account(const struct mu_request *r, const char *name, struct mu_err *err)
{
    const struct mu_config *c = r->serve->config;
    MU_AUTO(buf) struct mu_buf names = MU_BUF_INIT(NAMES_TEXT);
    for (size_t i = 0; i < c->account_count; i++)
        if (readable(r, &c->accounts[i]) && mu_grant_account(r->grant, c->accounts[i].name))
            mu_buf_printf(&names, "%s%s", names.len ? ", " : "", c->accounts[i].name);
    if (!name)
        return mu_fail(err, MU_E_USAGE, "account: name one of: %s", names.data);
    return mu_fail(err, MU_E_USAGE, "account: no account '%s' that can be read; there is: %s",
                   mu_printable(r->arena, name, strlen(name), 64), names.data);
}

int mu_view_account(const struct mu_request *r, const struct mu_account_def **ret,
                    struct mu_err *err)
{
    const struct mu_config *c = r->serve->config;
    const char *name = mu_rest_param(r, "account");
    const struct mu_account_def *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < c->account_count; i++) {
        const struct mu_account_def *def = &c->accounts[i];
        if ((name && !mu_streq(def->name, name)) || !readable(r, def) ||
            !mu_grant_account(r->grant, def->name))
            continue;
        found = def;
        count++;
    }
    if (count != 1)
        return no_account(r, name, err);
    *ret = found;
    return 0;
}

static int load(struct mu_request *r, struct mu_store *store, const struct mu_account_def *account,
                int64_t id, struct mu_arena *keep, struct mu_view *ret, struct mu_err *err)
{
    struct mu_snapshot snap;
    int found = mu_snapshot_get(store, r->arena, account->name, id, &snap, err);
    if (found < 0)
        return -1;
    if (found == 0 || !snap.finished || snap.verdict == MU_VOID)
        return id ? mu_fail(err, MU_E_MISSING,
                            "cursor: snapshot %" PRId64 " of %s is no more; begin again without it",
                            id, account->name)
                  : mu_fail(err, MU_E_MISSING,
                            "%s was not read yet; run muster pull %s, or ask with max_age",
                            account->name, account->name);
    ret->account = account;
    ret->keep = keep;
    ret->beside = mu_alloc(keep, sizeof(*ret->beside));
    ret->verdict = snap.verdict;
    ret->finished = snap.finished;
    memcpy(ret->counts, snap.counts, sizeof(ret->counts));
    return mu_reading_of(store, account->name, snap.id, &ret->at, err);
}

static void forget(struct mu_views *views)
{
    mu_arena_free(views->keep);
    free(views);
}

/* What the worker knows, emptied when somebody has written. */
static int current(struct mu_request *r, struct mu_store *store, struct mu_views **ret,
                   struct mu_err *err)
{
    struct mu_worker *w = r->worker;
    int64_t version = 0;
    /* Until the handler has returned, on an event loop, where it does so soon. */
    if ((!r->may_block && mu_store_hold(store, err) < 0) ||
        mu_store_version(store, &version, err) < 0)
        return -1;
    if (!w->views) {
        w->views = mu_xcalloc(1, sizeof(*w->views));
        w->views->keep = mu_arena_new();
        w->views_free = forget;
    }
    if (w->views->version != version) {
        mu_arena_reset(w->views->keep);
        *w->views = (struct mu_views){.version = version, .keep = w->views->keep};
    }
    *ret = w->views;
    return 0;
}

int mu_view_newest(struct mu_request *r, const struct mu_account_def *account,
                   struct mu_store **ret_store, const struct mu_view **ret, struct mu_err *err)
{
    struct mu_views *known = NULL;
    if (mu_request_store(r, ret_store, err) < 0 || current(r, *ret_store, &known, err) < 0)
        return -1;
    for (size_t i = 0; i < known->count; i++) {
        if (known->views[i].account == account) {
            *ret = &known->views[i];
            return 0;
        }
    }
    struct mu_view *view = known->count < MU_VIEWS_MAX ? &known->views[known->count]
                                                       : mu_alloc(r->arena, sizeof(*view));
    if (load(r, *ret_store, account, 0, known->keep, view, err) < 0)
        return -1;
    known->count += known->count < MU_VIEWS_MAX;
    *ret = view;
    return 0;
}

int mu_view_of(struct mu_request *r, const struct mu_account_def *account, int64_t snapshot,
               struct mu_store **ret_store, const struct mu_view **ret, struct mu_err *err)
{
    struct mu_view *view = mu_alloc(r->arena, sizeof(*view));
    if (mu_request_store(r, ret_store, err) < 0 ||
        load(r, *ret_store, account, snapshot, r->arena, view, err) < 0)
        return -1;
    *ret = view;
    return 0;
}

void mu_view_headers(struct mu_request *r, const struct mu_view *view, struct mu_reply *reply)
{
    int64_t age = mu_now() - view->finished;
    mu_reply_header(reply, "Muster-Snapshot", mu_printf(r->arena, "%" PRId64, view->at.snapshot));
    mu_reply_header(reply, "Muster-Verdict", mu_verdict_name(view->verdict));
    mu_reply_header(reply, "Age", mu_printf(r->arena, "%" PRId64, age > 0 ? age : 0));
}
