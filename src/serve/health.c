/* SPDX-License-Identifier: Apache-2.0 */
/* Whether we are alive, and whether there is something to be told. */
#include "serve/health.h"

#include "base/json.h"
#include "serve/serve.h"

static int healthz(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    (void)r;
    (void)err;
    reply->type = "text/plain; charset=utf-8";
    mu_buf_adds(&reply->body, "ok\n");
    return 0;
}

static const struct mu_route_doc healthz_doc = {
    .summary = "Whether the server answers", .tag = "Operations", .answer_type = "text/plain"};

/* ---- ready ---- */

static void write_check(struct mu_jw *w, const char *name, const char *problem)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "name", name);
    mu_jw_put_bool(w, "ok", problem == NULL);
    mu_jw_put_str(w, "problem", problem);
    mu_jw_end(w, '}');
}

/* An account without any read has nothing to be asked for. */
static const char *check_account(struct mu_request *r, struct mu_store *store,
                                 const struct mu_account_def *def, struct mu_err *err)
{
    struct mu_snapshot snap;
    const char *why;
    if (!mu_account_reads(r->arena, def->adapter, def->settings, &why))
        return NULL;
    int found = mu_snapshot_get(store, r->arena, def->name, 0, &snap, err);
    return found < 0    ? err->text
           : found == 0 ? mu_printf(r->arena, "never pulled; muster pull %s", def->name)
                        : NULL;
}

static int readyz(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const struct mu_config *c = r->serve->config;
    struct mu_store *store = NULL;
    struct mu_err why = MU_ERR_INIT;
    struct mu_jw w;
    bool ready = mu_request_store(r, &store, &why) == 0;
    (void)err;
    mu_jw_init(&w, &reply->body, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "checks");
    mu_jw_array(&w);
    write_check(&w, "store", ready ? NULL : why.text);
    for (size_t i = 0; store && i < c->account_count; i++) {
        const char *problem = check_account(r, store, &c->accounts[i], &why);
        ready = ready && !problem;
        write_check(&w, c->accounts[i].name, problem);
    }
    mu_jw_end(&w, ']');
    mu_jw_put_bool(&w, "ready", ready);
    mu_jw_end(&w, '}');
    reply->status = ready ? 200 : 503;
    return 0;
}

static const struct mu_route_doc readyz_doc = {
    .summary = "Whether the store can be read and each account was pulled; 503 while not",
    .tag = "Operations"};

const struct mu_route mu_health_routes[] = {
    {"GET", "/healthz", healthz, .doc = &healthz_doc},
    {"GET", "/readyz", readyz, .need = "get", .resource = "health", .doc = &readyz_doc},
    {.method = NULL}};
