/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of a connected system, and lists as models can use them. */
#include "serve/mcp/api.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "net/http.h"
#include "serve/mcp/directory.h"

/* ---- the account ---- */

static bool fits(struct mcp_call *c, const struct mcp_tool *tool, const struct mu_account_def *def)
{
    const struct mu_tool *t = tool->record;
    return mu_streq(def->adapter->name, t->adapter) && mcp_account_allowed(c, def->name);
}

/* NULL: none, or more than one. */
static const struct mu_account_def *find(struct mcp_call *c, const struct mcp_tool *tool,
                                         const char *name, struct mu_err *err)
{
    const struct mu_config *config = c->mcp->conf.config;
    const struct mu_account_def *found = NULL;
    const char *names = "";
    size_t count = 0;
    for (size_t i = 0; i < config->account_count; i++) {
        const struct mu_account_def *def = &config->accounts[i];
        if (!fits(c, tool, def) || (name && !mu_streq(name, def->name)))
            continue;
        names = mu_printf(c->arena, "%s%s%s", names, count ? ", " : "", def->name);
        found = def;
        count++;
    }
    if (count > 1)
        mu_fail(err, MU_E_USAGE, "account: name one of: %s", names);
    else if (count == 0)
        mu_fail(err, MU_E_MISSING, "there is no account of %s that you may use",
                tool->record->adapter);
    return count == 1 ? found : NULL;
}

int api_open(struct api *a, struct mcp_call *c, const struct mcp_tool *tool,
             struct json_object *args, struct mu_err *err)
{
    *a = (struct api){.c = c, .def = find(c, tool, mu_json_str(args, "account"), err)};
    if (!a->def)
        return -1;
    c->peer->upstream = a->def->name;
    if (!a->def->adapter->call)
        return mu_fail(err, MU_E_UNSUPPORTED, "%s: its adapter %s has no HTTP API", a->def->name,
                       a->def->adapter->name);
    return mu_accounts_take(c->mcp->conf.accounts, a->def->name, NULL, &a->lease, err);
}

void api_close(struct api *a)
{
    mu_accounts_give(a->c->mcp->conf.accounts, a->lease);
}

/* ---- composing ---- */

static void put_escaped(struct mu_buf *to, struct json_object *value)
{
    const char *text = mu_json_text(value);
    mu_url_escape(to, text ? text : "", text ? strlen(text) : 0);
}

static void compose_path(struct mu_buf *to, const struct mu_tool *t, struct json_object *args)
{
    const char *rest = t->path;
    for (const char *open = strchr(rest, '{'); open; open = strchr(rest, '{')) {
        size_t len = strcspn(open + 1, "}");
        mu_buf_add(to, rest, (size_t)(open - rest));
        for (size_t i = 0; i < t->arg_count; i++) {
            const struct mu_tool_arg *a = &t->args[i];
            if (a->in == MU_IN_PATH && strlen(a->to) == len && strncmp(a->to, open + 1, len) == 0)
                put_escaped(to, json_object_object_get(args, a->name));
        }
        rest = open + 1 + len + 1;
    }
    mu_buf_adds(to, rest);
}

static void compose_query(struct mu_buf *to, const struct mu_tool *t, struct json_object *args)
{
    for (size_t i = 0; i < t->arg_count; i++) {
        const struct mu_tool_arg *a = &t->args[i];
        struct json_object *value = json_object_object_get(args, a->name);
        if (a->in != MU_IN_QUERY || !value)
            continue;
        mu_buf_adds(to, to->len ? "&" : "");
        mu_url_escape(to, a->to, strlen(a->to));
        mu_buf_addc(to, '=');
        put_escaped(to, value);
    }
}

/* Puts a value (taken over) at a pointer, making objects on the way. */
static int put_at(struct mcp_call *c, struct json_object *body, const char *pointer,
                  struct json_object *value, struct mu_err *err)
{
    struct mu_ptr p;
    if (mu_ptr_compile(c->arena, pointer, &p, err) < 0) {
        json_object_put(value);
        return -1;
    }
    struct json_object *at = body;
    for (int i = 0; i + 1 < p.count; i++) {
        struct json_object *next = json_object_object_get(at, p.tokens[i]);
        if (!next) {
            next = json_object_new_object();
            json_object_object_add(at, p.tokens[i], next);
        }
        at = next;
    }
    json_object_object_add(at, p.tokens[p.count - 1], value);
    return 0;
}

/* ["a", "b"] as [{"email": "a"}, {"email": "b"}]. */
static struct json_object *each_at(struct mcp_call *c, struct json_object *list,
                                   const char *pointer, struct mu_err *err)
{
    struct json_object *to = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_new_object();
        json_object_array_add(to, item);
        if (put_at(c, item, pointer, json_object_get(json_object_array_get_idx(list, i)), err) <
            0) {
            json_object_put(to);
            return NULL;
        }
    }
    return to;
}

static int compose_body(struct mcp_call *c, const struct mu_tool *t, struct json_object *args,
                        struct json_object *body, struct mu_err *err)
{
    for (size_t i = 0; i < t->fixed_count; i++) {
        if (put_at(c, body, t->fixed[i].to, mu_doc_json(t->fixed[i].value), err) < 0)
            return -1;
    }
    for (size_t i = 0; i < t->arg_count; i++) {
        const struct mu_tool_arg *a = &t->args[i];
        struct json_object *value = json_object_object_get(args, a->name);
        if (a->in != MU_IN_BODY || !value)
            continue;
        value = a->each ? each_at(c, value, a->each, err) : json_object_get(value);
        if (!value || put_at(c, body, a->to, value, err) < 0)
            return -1;
    }
    return 0;
}

int api_compose(struct mcp_call *c, const struct mu_tool *record, struct json_object *args,
                struct mu_raw_call *ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf path = MU_BUF_INIT(MU_HTTP_PATH_MAX);
    MU_AUTO(buf) struct mu_buf query = MU_BUF_INIT(MU_HTTP_PATH_MAX);
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(json) struct json_object *body = json_object_new_object();
    compose_path(&path, record, args);
    compose_query(&query, record, args);
    if (compose_body(c, record, args, body, err) < 0)
        return -1;
    if (json_object_object_length(body) > 0)
        mu_json_canonical(body, &text);
    *ret = (struct mu_raw_call){.method = record->method,
                                .path = mu_strdup(c->arena, path.data),
                                .query = query.len ? mu_strdup(c->arena, query.data) : NULL,
                                .body = text.len ? mu_strndup(c->arena, text.data, text.len) : NULL,
                                .body_len = text.len,
                                .deadline_s = API_DEADLINE_S};
    return 0;
}

/* ---- answers ---- */

int api_fail(struct api *a, const struct mu_raw_answer *answer, struct mu_err *err)
{
    const struct mu_response r = {.method = "GET",
                                  .path = "",
                                  .status = answer->status,
                                  .content_type = answer->content_type,
                                  .redirect = "",
                                  .retry_after_s = answer->retry_after_s,
                                  .body = mu_strndup(a->c->arena, answer->body, answer->len),
                                  .len = answer->len,
                                  .failed = answer->failed};
    mu_http_fail(&r, err);
    if (answer->status == 429 && !err->retry_after_s)
        err->retry_after_s = answer->rate.reset_s > 0 ? (unsigned)answer->rate.reset_s : 5;
    return mu_wrap(err, "%s", a->def->name);
}

int api_doc(struct api *a, const struct mu_raw_answer *answer, const struct mu_doc **ret,
            struct mu_err *err)
{
    if (answer->status < 200 || answer->status > 299)
        return api_fail(a, answer, err);
    if (mu_doc_parse(a->c->arena, answer->body, answer->len, ret, err) < 0)
        return mu_wrap(err, "%s: status %ld", a->def->name, answer->status);
    return 0;
}

static int deadline_s(const struct api *a)
{
    int64_t left_s = a->until_us ? (a->until_us - mu_mono_us()) / 1000000 : API_DEADLINE_S;
    return left_s < 1 ? 1 : left_s < API_DEADLINE_S ? (int)left_s : API_DEADLINE_S;
}

int api_get(struct api *a, const char *path, const char *query, const struct mu_doc **ret,
            struct mu_err *err)
{
    const struct mu_raw_call call = {.method = "GET",
                                     .path = path,
                                     .query = query,
                                     .deadline_s = deadline_s(a),
                                     .stop = mcp_cancelled,
                                     .stop_arg = a->c};
    struct mu_raw_answer answer;
    if (mu_lease_call(a->lease, &call, a->c->arena, &answer, err) < 0)
        return mu_wrap(err, "%s", a->def->name);
    return api_doc(a, &answer, ret, err);
}

static bool is_secret(const char *name, const char *const *secret)
{
    for (; name && secret && *secret; secret++) {
        if (mu_streq(name, *secret))
            return true;
    }
    return false;
}

void api_write(struct mu_jw *w, const struct mu_doc *value, const char *const *secret)
{
    bool object = value->type == MU_DOC_OBJECT;
    if (!object && value->type != MU_DOC_LIST) {
        mu_jw_doc(w, value);
        return;
    }
    if (object)
        mu_jw_object(w);
    else
        mu_jw_array(w);
    for (const struct mu_doc *m = value->first; m; m = m->next) {
        if (object && (m->type == MU_DOC_NULL || is_secret(m->name, secret)))
            continue;
        if (object)
            mu_jw_key(w, m->name);
        api_write(w, m, secret);
    }
    mu_jw_end(w, object ? '}' : ']');
}

/* A bare list where an object is documented, or the other way round, is taken, too. */
static const struct mu_doc *records_of(const struct mu_doc *doc, const char *pointer)
{
    const struct mu_doc *list = *pointer ? mu_doc_at(doc, pointer) : doc;
    for (const char *const *p = (const char *const[]){"/users", "/data", NULL};
         *p && !mu_doc_is(list, MU_DOC_LIST); p++)
        list = mu_doc_at(doc, *p);
    return mu_doc_is(list, MU_DOC_LIST) ? list : NULL;
}

/* Of what is cut there is no next page: who went there would miss the rest of this one. */
static void write_paging(struct mu_jw *w, struct json_object *args, const struct mu_doc *total,
                         size_t rows, bool cut)
{
    int64_t page = 0, per_page = 0;
    const char *text = mu_doc_text(total);
    long long all = -1;
    if (!mu_json_int(args, "page", &page) || !mu_json_int(args, "per_page", &per_page))
        return;
    mu_jw_put_int(w, "page", page);
    mu_jw_put_int(w, "per_page", per_page);
    if (text && mu_parse_int(text, 0, INT64_MAX, &all))
        mu_jw_put_int(w, "total", all);
    if (rows > 0 && !cut && (all < 0 ? (int64_t)rows >= per_page : page * per_page < all))
        mu_jw_put_int(w, "next_page", page + 1);
}

static int write_list(struct api *a, const struct mu_tool *t, struct json_object *args,
                      const struct mu_doc *doc, struct mcp_out *out, struct mu_err *err)
{
    const struct mu_doc *list = records_of(doc, t->records);
    size_t shown = 0;
    struct mu_jw w;
    if (!list)
        return mu_fail(err, MU_E_REMOTE, "%s: the answer holds no list", a->def->name);
    mu_jw_init(&w, &out->json, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "items");
    mu_jw_array(&w);
    for (const struct mu_doc *r = list->first; r && out->json.len < MCP_LIST_BYTES; r = r->next) {
        api_write(&w, r, t->secret);
        shown++;
    }
    mu_jw_end(&w, ']');
    write_paging(&w, args, t->total ? mu_doc_at(doc, t->total) : NULL, list->len,
                 shown < list->len);
    if (shown < list->len) {
        mu_jw_put_int(&w, "not_shown", (int64_t)(list->len - shown));
        mu_jw_put_str(&w, "hint", "too long to show whole; ask with a smaller per_page");
    }
    mu_jw_end(&w, '}');
    return 0;
}

static int write_one(const struct mu_tool *t, const struct mu_doc *doc, struct mcp_out *out)
{
    struct mu_jw w;
    mu_jw_init(&w, &out->json, false);
    if (doc->type == MU_DOC_OBJECT) {
        api_write(&w, doc, t->secret);
        return 0;
    }
    mu_jw_object(&w);
    mu_jw_key(&w, "answer");
    api_write(&w, doc, t->secret);
    mu_jw_end(&w, '}');
    return 0;
}

static int call(struct api *a, const struct mu_tool *t, struct json_object *args,
                struct mcp_out *out, struct mu_err *err)
{
    struct mu_raw_call request;
    struct mu_raw_answer answer;
    const struct mu_doc *doc = NULL;
    if (api_compose(a->c, t, args, &request, err) < 0)
        return -1;
    if (mu_streq(request.method, "GET")) {
        request.stop = mcp_cancelled;
        request.stop_arg = a->c;
    }
    if (mu_lease_call(a->lease, &request, a->c->arena, &answer, err) < 0)
        return mu_wrap(err, "%s", a->def->name);
    if (api_doc(a, &answer, &doc, err) < 0 || !doc)
        return -1;
    return t->records ? write_list(a, t, args, doc, out, err) : write_one(t, doc, out);
}

int mcp_run_call(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                 struct mcp_out *out, struct mu_err *err)
{
    struct api a;
    int rc = api_open(&a, c, tool, args, err);
    if (rc == 0)
        rc = call(&a, tool->record, args, out, err);
    api_close(&a);
    return rc;
}
