/* SPDX-License-Identifier: Apache-2.0 */
/* One request passed through, and its answer passed back. */
#include "serve/proxy.h"

#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/str.h"
#include "serve/auth.h"
#include "serve/exposed.h"
#include "serve/rate.h"
#include "serve/serve.h"
#include "serve/single.h"

enum { HEADERS_MAX = 16, PATH_SHOWN = 120 };

static const char own_params[] = "muster_";

/* ---- what is passed on ---- */

/* Never who asks (Authorization, Cookie), nor how (Host, Connection, Transfer-Encoding ...). */
static const char *const *headers_of(struct mu_request *r)
{
    static const char *const passed[] = {"Accept",        "Accept-Language",   "If-Match",
                                         "If-None-Match", "If-Modified-Since", "Idempotency-Key",
                                         "Prefer"};
    const char **list = mu_alloc_array(r->arena, MU_LEN(passed) + 1, sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; i < MU_LEN(passed); i++) {
        const char *value = mu_request_header(r, passed[i]);
        if (value)
            list[count++] = mu_printf(r->arena, "%s: %s", passed[i], value);
    }
    return list;
}

/* The query as it was sent, without parameters of ours. */
static const char *query_of(struct mu_request *r, const char *query)
{
    MU_AUTO(buf) struct mu_buf left = MU_BUF_INIT(MU_TARGET_MAX);
    while (*query) {
        size_t len = strcspn(query, "&");
        if (len > 0 && strncmp(query, own_params, strlen(own_params)) != 0) {
            if (left.len)
                mu_buf_addc(&left, '&');
            mu_buf_add(&left, query, len);
        }
        query += len + (query[len] == '&');
    }
    return mu_strndup(r->arena, left.data, left.len);
}

/* Path and query behind /proxy/ACCOUNT, still encoded: what it decodes to is the remote's business.
 * Either of the two parts may have been sent encoded, too. */
static void split_target(struct mu_passing *p)
{
    const char *path = p->r->target + 1;
    path += strcspn(path, "/") + 1;
    path += strcspn(path, "/?");
    size_t len = strcspn(path, "?");
    p->call.path = len > 0 ? mu_strndup(p->r->arena, path, len) : "/";
    p->call.query = path[len] ? query_of(p->r, path + len + 1) : NULL;
}

/* "/groups/{id}/members" and "/groups/7/members", or something below a path. */
static bool path_fits(const char *pattern, const char *path)
{
    for (; *pattern; pattern++, path++) {
        if (*pattern == '{') {
            pattern = strchr(pattern, '}');
            size_t len = strcspn(path, "/");
            if (!pattern || len == 0)
                return false;
            path += len - 1;
        } else if (*pattern != *path) {
            return false;
        }
    }
    return *path == '\0' || *path == '/';
}

static const struct mu_fetch *find_fetch(struct mu_account *a, const char *path)
{
    const struct mu_fetch *found = NULL;
    size_t longest = 0;
    const struct mu_resource *const *list =
        a->adapter->source ? a->adapter->source->resources(a) : NULL;
    for (; list && *list; list++) {
        const struct mu_fetch *f = mu_map_info(*list)->fetch;
        if (f && f->path && strlen(f->path) > longest && path_fits(f->path, path)) {
            found = f;
            longest = strlen(f->path);
        }
    }
    return found;
}

/* A slip in a name of ours would give one page for a whole list. */
static int read_own_params(struct mu_passing *p, struct mu_err *err)
{
    struct mu_request *r = p->r;
    for (size_t i = 0; i < r->query_count; i++) {
        const char *name = r->query[i].name, *value = r->query[i].value;
        if (mu_streq(name, "muster_credential")) {
            p->call.credential = value;
        } else if (mu_streq(name, "muster_all")) {
            p->all = mu_streq(value, "true") || mu_streq(value, "1");
            if (!p->all && !mu_streq(value, "false") && !mu_streq(value, "0"))
                return mu_fail(err, MU_E_USAGE, "muster_all: true or false");
        } else if (mu_starts(name, own_params)) {
            return mu_fail(err, MU_E_USAGE,
                           "no parameter '%s'; those that begin with muster_ are muster_all and "
                           "muster_credential, all others are passed on",
                           mu_printable(r->arena, name, strlen(name), 60));
        }
    }
    return 0;
}

static int prepare(struct mu_passing *p, struct mu_err *err)
{
    struct mu_request *r = p->r;
    split_target(p); /* the adapter refuses what would leave its base address */
    p->fetch = find_fetch(p->lease->account, p->call.path);
    p->call.method = r->method;
    p->call.headers = headers_of(r);
    p->call.content_type = mu_request_header(r, "Content-Type");
    p->call.body = r->body_len > 0 ? r->body : NULL;
    p->call.body_len = r->body_len;
    if (read_own_params(p, err) < 0)
        return -1;
    if (!p->call.credential && p->fetch)
        p->call.credential = p->fetch->credential;
    if (mu_streq(r->method, "GET")) { /* a write goes on to its end, whoever waits */
        p->call.stop = mu_request_stop;
        p->call.stop_arg = r;
    }
    p->call.deadline_s = (int)r->serve->config->serve->wait_s;
    if (p->all && !mu_streq(r->method, "GET"))
        return mu_fail(err, MU_E_USAGE, "muster_all: only a GET can be followed to the end");
    return 0;
}

/* ---- what is passed back ---- */

static bool may_pass(const char *name, size_t len)
{
    static const char *const passed[] = {
        "ETag",       "Last-Modified", "Content-Language",    "X-Total-Count", "X-Total", "X-Page",
        "X-Per-Page", "X-Next-Page",   "Content-Disposition", "Deprecation",   "Sunset"};
    for (size_t i = 0; i < MU_LEN(passed); i++) {
        if (strlen(passed[i]) == len && strncasecmp(passed[i], name, len) == 0)
            return true;
    }
    return false;
}

static void pass_headers(struct mu_passing *p, const char *lines)
{
    struct mu_arena *arena = p->r->arena;
    for (const char *next = lines; *next;) {
        const char *line = next, *end = line + strcspn(line, "\r\n");
        next = end + strspn(end, "\r\n");
        size_t name = strcspn(line, ":");
        if (line + name >= end || !may_pass(line, name))
            continue;
        const char *value = line + name + 1;
        value += strspn(value, " \t");
        if (value < end)
            mu_reply_header(p->reply, mu_strndup(arena, line, name),
                            mu_strndup(arena, value, (size_t)(end - value)));
    }
}

static int no_answer(struct mu_passing *p, const struct mu_raw_answer *a, struct mu_err *err)
{
    const struct mu_err why = a->failed;
    bool reads = mu_streq(p->call.method, "GET");
    if (why.code == MU_E_AUTH || why.code == MU_E_DENIED || reads) {
        *err = why;
        mu_wrap(err, "%s", p->lease->account->name);
        return -1;
    }
    p->reply->status = 504;
    return mu_fail(err, why.code,
                   "%s: %s; the request was sent and may have had its effect or not: look before "
                   "it is sent again",
                   p->lease->account->name, why.text);
}

int mu_proxy_reply(struct mu_passing *p, const struct mu_raw_answer *a, struct mu_err *err)
{
    struct mu_request *r = p->r;
    mu_reply_waited(r, p->reply, p->waited_us);
    if (a->status == 0)
        return no_answer(p, a, err);
    p->reply->status = (unsigned)a->status;
    p->reply->type = *a->content_type ? mu_strdup(r->arena, a->content_type) : NULL;
    pass_headers(p, a->headers);
    if (a->status >= 400)
        mu_reply_header(p->reply, "muster-remote-error", "true");
    if (a->retry_after_s > 0)
        mu_reply_header(p->reply, "Retry-After", mu_printf(r->arena, "%u", a->retry_after_s));
    mu_buf_add(&p->reply->body, a->body, a->len);
    return 0;
}

int mu_proxy_call(struct mu_passing *p, struct mu_raw_answer *ret, struct mu_err *err)
{
    struct mu_account *a = p->lease->account;
    p->r->upstream = a->name;
    if (mu_lease_call(p->lease, &p->call, p->arena, ret, err) == 0) {
        p->waited_us += ret->waited_us;
        return 0;
    }
    return -1;
}

/* ---- writes ---- */

/* The intent is durable before the request leaves. */
static int begin_write(struct mu_passing *p, struct mu_store *store, struct mu_single *ret,
                       struct mu_err *err)
{
    struct mu_request *r = p->r;
    char digest[MU_DIGEST_HEX];
    mu_digest(r->body, r->body_len, digest);
    const struct mu_run run = {
        .command = mu_printf(r->arena, "%s %s (proxy, token %s)", r->method,
                             mu_printable(r->arena, p->call.path, strlen(p->call.path), PATH_SHOWN),
                             r->grant->name),
        .plan = digest};
    return mu_single_begin(store, p->lease->account->name, &run, r->log, ret, err);
}

static int write_once(struct mu_passing *p, struct mu_err *err)
{
    struct mu_store *store;
    struct mu_raw_answer answer;
    struct mu_err lost = MU_ERR_INIT;
    struct mu_single single;
    if (mu_request_writable(p->r, &store, err) < 0 || begin_write(p, store, &single, err) < 0)
        return -1;
    int rc = mu_proxy_call(p, &answer, err);
    const char *status = rc < 0                                         ? "failed"
                         : answer.status == 0                           ? "cut"
                         : answer.status >= 200 && answer.status <= 299 ? "done"
                                                                        : "failed";
    if (mu_single_end(&single, status, &lost) < 0)
        mu_log(p->r->log, MU_LOG_ERROR, "%s run %lld: its end isn't in the journal: %s", p->r->id,
               (long long)single.run, lost.text);
    return rc < 0 ? -1 : mu_proxy_reply(p, &answer, err);
}

/* ---- routes ---- */

static int check_grant(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const char *const *tags = mu_exposed_tags("proxy");
    const char *account = r->args[0];
    bool writes = !mu_streq(r->method, "GET");
    const char *refused = !mu_grant_account(r->grant, account) ? r->route->need
                          : writes && !mu_grant_allows(r->grant, "custom", "proxy", account, tags)
                              ? "custom"
                              : NULL;
    if (!refused)
        return 0;
    reply->status = 403;
    return mu_grant_refuse(r->grant, refused, "proxy", account, err);
}

static int pass(struct mu_passing *p, struct mu_err *err)
{
    struct mu_raw_answer answer;
    if (!p->lease->account->adapter->call)
        return mu_fail(err, MU_E_UNSUPPORTED, "account %s has no HTTP API to pass requests to",
                       p->lease->account->name);
    if (prepare(p, err) < 0)
        return -1;
    if (!mu_streq(p->r->method, "GET"))
        return write_once(p, err);
    if (p->all)
        return mu_proxy_follow(p, err);
    return mu_proxy_call(p, &answer, err) < 0 ? -1 : mu_proxy_reply(p, &answer, err);
}

static int proxy(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    struct mu_passing p = {.r = r, .reply = reply, .arena = r->arena};
    struct mu_accounts *accounts = r->serve->accounts;
    if (check_grant(r, reply, err) < 0 ||
        mu_accounts_take(accounts, r->args[0], r->id, &p.lease, err) < 0)
        return -1;
    int rc = pass(&p, err);
    mu_accounts_give(accounts, p.lease);
    return rc;
}

static const struct mu_param params[] = {
    {"account", "path", "string", true, NULL, "account of muster.yaml"},
    {"rest", "path", "string", true, NULL, "path below the account's base address"},
    {"muster_all", "query", "boolean", false, NULL, "follow a list to its end"},
    {"muster_credential", "query", "string", false, NULL,
     "another credential of the account: scim"},
    {.name = NULL}};

static const struct mu_route_doc doc = {
    .summary = "The account's own API",
    .about = "Passed to the account's base address and no other, with its credentials, under its "
             "rate. Writes need the method custom besides their own.",
    .tag = "Pass-through",
    .params = params,
};

#define ROUTE(m, n)                                                                               \
    {                                                                                             \
        (m), "/proxy/{account}/{rest*}", proxy, .need = (n), .resource = "proxy", .blocks = true, \
                                                .doc = &doc                                       \
    }

const struct mu_route mu_proxy_routes[] = {ROUTE("GET", "get"),       ROUTE("POST", "create"),
                                           ROUTE("PUT", "update"),    ROUTE("PATCH", "update"),
                                           ROUTE("DELETE", "delete"), {.method = NULL}};
