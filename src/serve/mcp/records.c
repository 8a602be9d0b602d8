/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /proxy/ACCOUNT: what is documented of the requests that the pass-through passes on. From the
 * records that tools come from, so that both say the same.
 */
#include "serve/mcp/mcp_http.h"

#include "base/str.h"
#include "serve/auth.h"
#include "serve/mcp/mcp_private.h"
#include "serve/openapi.h"
#include "serve/serve.h"

static void write_arg(struct mu_jw *w, const struct mu_tool_arg *a)
{
    static const char *const places[] = {
        [MU_IN_PATH] = "path", [MU_IN_QUERY] = "query", [MU_IN_BODY] = "body"};
    mu_jw_object(w);
    mu_jw_put_some(w, "name", a->in == MU_IN_BODY ? a->name : a->to);
    mu_jw_put_some(w, "in", places[a->in]);
    mu_jw_put_some(w, "pointer", a->in == MU_IN_BODY ? a->to : NULL);
    mu_jw_put_some(w, "each", a->each);
    mu_jw_put_some(w, "type", mu_tool_type_name(a->type));
    mu_jw_put_some(w, "description", a->description);
    mu_jw_put_bool(w, "required", a->required);
    if (a->choices) {
        mu_jw_key(w, "choices");
        mu_jw_array(w);
        for (const char *const *p = a->choices; *p; p++)
            mu_jw_str(w, *p);
        mu_jw_end(w, ']');
    }
    mu_jw_end(w, '}');
}

static void write_record(struct mu_jw *w, const char *account, const struct mu_tool *t)
{
    struct mu_buf path = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_printf(&path, "/proxy/%s%s", account, t->path);
    mu_jw_object(w);
    mu_jw_put_some(w, "method", t->method);
    mu_jw_put_some(w, "path", path.data);
    mu_jw_put_some(w, "title", t->title);
    mu_jw_put_some(w, "description", t->description);
    mu_jw_put_some(w, "tool", t->name);
    mu_jw_put_some(w, "records", t->records);
    mu_jw_put_some(w, "total", t->total);
    mu_jw_key(w, "arguments");
    mu_jw_array(w);
    for (size_t i = 0; i < t->arg_count; i++) {
        if (t->args[i].in != MU_IN_HERE)
            write_arg(w, &t->args[i]);
    }
    mu_jw_end(w, ']');
    mu_jw_key(w, "fixed");
    mu_jw_object(w);
    for (size_t i = 0; i < t->fixed_count; i++) {
        mu_jw_key(w, t->fixed[i].to);
        mu_jw_doc(w, t->fixed[i].value);
    }
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
    mu_buf_done(&path);
}

static int describe(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const struct mu_mcp *mcp = r->serve->mcp;
    const struct mu_account_def *def = NULL;
    struct mu_jw w;
    if (mu_config_account(r->serve->config, r->args[0], &def, err) < 0 || !def ||
        !mu_grant_account(r->grant, def->name)) {
        reply->status = 404;
        return mu_fail(err, MU_E_MISSING, "there is no account of that name here");
    }
    mu_jw_init(&w, &reply->body, false);
    mu_jw_object(&w);
    mu_jw_put_some(&w, "account", def->name);
    mu_jw_put_some(&w, "adapter", def->adapter->name);
    mu_jw_key(&w, "requests");
    mu_jw_array(&w);
    for (size_t i = 0; i < mcp->tool_count; i++) {
        const struct mu_tool *t = mcp->tools[i].record;
        if (t && t->path && mu_streq(t->adapter, def->adapter->name))
            write_record(&w, def->name, t);
    }
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
    return 0;
}

static const struct mu_route_doc doc = {
    .summary = "What is known of an account's own requests",
    .about = "Requests that the pass-through passes on, with their arguments: path, query, or a "
             "JSON pointer into the body. From the same records as the tools of /mcp.",
    .tag = "Pass-through",
    .answer = "Object"};

const struct mu_route mu_record_routes[] = {
    {"GET", "/proxy/{account}", describe, .need = "read", .resource = "proxy", .doc = &doc},
    {.method = NULL}};
