/* SPDX-License-Identifier: Apache-2.0 */
/* /openapi.json and /docs. Both need a token, any: what is served here is nobody else's business. A
 * browser asks for it as a password. */
#include <string.h>

#include "base/hash.h"
#include "serve/docs.h"
#include "serve/mcp/mcp.h"
#include "serve/openapi.h"
#include "serve/serve.h"

/* The mark of what was written, so that it is sent once. */
static void mark(struct mu_request *r, struct mu_reply *reply)
{
    char digest[MU_DIGEST_HEX];
    mu_digest(reply->body.data, reply->body.len, digest);
    reply->etag = mu_strndup(r->arena, digest, 16);
}

static int openapi(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    (void)err;
    mu_openapi_write(mu_route_tables, &reply->body);
    mark(r, reply);
    return 0;
}

static int docs(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    (void)err;
    size_t count = 0;
    const struct mu_tool *const *tools = mu_mcp_tools(r->serve->mcp, r->grant, r->arena, &count);
    mu_docs_write(mu_route_tables, tools, count, &reply->body);
    reply->type = "text/html; charset=utf-8";
    mu_reply_header(reply, "Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
                    "form-action 'none'; frame-ancestors 'none'");
    mark(r, reply);
    return 0;
}

static const struct mu_route_doc openapi_doc = {.summary =
                                                    "This interface as an OpenAPI 3.1 document",
                                                .tag = "About",
                                                .answer = "Object",
                                                .marked = true};
static const struct mu_route_doc docs_doc = {.summary = "This interface for people",
                                             .tag = "About",
                                             .answer_type = "text/html",
                                             .marked = true};

const struct mu_route mu_openapi_routes[] = {
    {"GET", "/openapi.json", openapi, .need = "token", .page = true, .doc = &openapi_doc},
    {"GET", "/docs", docs, .need = "token", .page = true, .doc = &docs_doc},
    {.method = NULL}};
