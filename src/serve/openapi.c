/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAPI document: paths from the tables of routes, schemas from the unified schema. */
#include "serve/openapi.h"

#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "model/schema.h"
#include "serve/openapi_schemas.h"

enum { PATH_MAX_BYTES = 256 };

static void open_object(struct mu_jw *w, const char *key)
{
    mu_jw_key(w, key);
    mu_jw_object(w);
}

/* `"schema": {...}` is opened and closed by the caller. */
static void put_choices(struct mu_jw *w, const char *const *choices)
{
    if (!choices)
        return;
    mu_jw_key(w, "enum");
    mu_jw_array(w);
    for (; *choices; choices++)
        mu_jw_str(w, *choices);
    mu_jw_end(w, ']');
}

static void put_ref(struct mu_jw *w, const char *name)
{
    MU_AUTO(buf) struct mu_buf ref = MU_BUF_INIT(PATH_MAX_BYTES);
    mu_buf_printf(&ref, "#/components/schemas/%s", name);
    mu_jw_put_str(w, "$ref", ref.data);
}

/* ---- parameters ---- */

void mu_openapi_path(const struct mu_route *route, struct mu_buf *to)
{
    for (const char *at = route->pattern; *at; at++)
        if (*at != '*')
            mu_buf_addc(to, *at);
}

static bool documented(const struct mu_param *params, const char *name)
{
    for (; params && params->name; params++)
        if (mu_streq(params->name, name))
            return true;
    return false;
}

void mu_openapi_params(const struct mu_route *route,
                       void (*each)(void *arg, const struct mu_param *param), void *arg)
{
    const struct mu_param *params = route->doc->params;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    for (const char *at = strchr(route->pattern, '{'); at; at = strchr(at + 1, '{')) {
        const char *name = mu_strndup(arena, at + 1, strcspn(at + 1, "*}"));
        if (!documented(params, name))
            each(arg,
                 &(struct mu_param){
                     .name = name, .in = "path", .type = "string", .required = true, .help = ""});
    }
    for (const struct mu_param *p = params; p && p->name; p++)
        each(arg, p);
    const struct mu_schema *fields =
        route->doc->filters ? mu_schema_of(*route->doc->filters) : NULL;
    for (size_t i = 0; fields && i < fields->count; i++) {
        const struct mu_attr *attr = &fields->attrs[i];
        each(arg, &(struct mu_param){.name = attr->name,
                                     .in = "query",
                                     .type = "string",
                                     .choices = attr->choices,
                                     .help = mu_printf(arena, "filter: %s", attr->help)});
    }
}

static void put_param(void *arg, const struct mu_param *p)
{
    struct mu_jw *w = arg;
    mu_jw_object(w);
    mu_jw_put_str(w, "name", p->name);
    mu_jw_put_str(w, "in", p->in);
    mu_jw_put_bool(w, "required", p->required);
    if (p->help && *p->help)
        mu_jw_put_str(w, "description", p->help);
    open_object(w, "schema");
    mu_jw_put_str(w, "type", p->type);
    put_choices(w, p->choices);
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}

/* ---- operations ---- */

static void put_media(struct mu_jw *w, const char *type, const char *schema, const char *example)
{
    open_object(w, type ? type : "application/json");
    open_object(w, "schema");
    if (schema)
        put_ref(w, schema);
    else
        mu_jw_put_str(w, "type", "string");
    mu_jw_end(w, '}');
    if (example) {
        mu_jw_key(w, "example");
        mu_jw_raw(w, example, strlen(example));
    }
    mu_jw_end(w, '}');
}

static void put_content(struct mu_jw *w, const char *type, const char *schema, const char *example)
{
    open_object(w, "content");
    put_media(w, type, schema, example);
    mu_jw_end(w, '}');
}

static void put_done(struct mu_jw *w, const struct mu_route_doc *doc)
{
    MU_AUTO(buf) struct mu_buf status = MU_BUF_INIT(16);
    mu_buf_printf(&status, "%u", doc->status ? doc->status : 200);
    open_object(w, status.data);
    mu_jw_put_str(w, "description", "Done");
    open_object(w, "content");
    put_media(w, doc->answer_type, doc->answer, NULL);
    if (doc->line)
        put_media(w, MU_LINES_TYPE, doc->line, NULL);
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}

static void put_answers(struct mu_jw *w, const struct mu_route_doc *doc)
{
    open_object(w, "responses");
    put_done(w, doc);
    if (doc->marked) {
        open_object(w, "304");
        mu_jw_put_str(w, "description", "What If-None-Match names is what there is");
        mu_jw_end(w, '}');
    }
    open_object(w, "default");
    mu_jw_put_str(w, "description", "Not done, and why");
    put_content(w, NULL, "Error", NULL);
    mu_jw_end(w, '}');
    mu_jw_end(w, '}');
}

static void put_security(struct mu_jw *w, const struct mu_route *route)
{
    mu_jw_key(w, "security");
    mu_jw_array(w);
    if (route->need) {
        mu_jw_object(w);
        mu_jw_key(w, "bearer");
        mu_jw_array(w);
        mu_jw_end(w, ']');
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

/* "get_unified_user_directory_users_id" */
static void put_operation_id(struct mu_jw *w, const struct mu_route *route)
{
    MU_AUTO(buf) struct mu_buf id = MU_BUF_INIT(PATH_MAX_BYTES);
    for (const char *at = route->method; *at; at++)
        mu_buf_addc(&id, (char)tolower((unsigned char)*at));
    bool apart = true;
    for (const char *at = route->pattern; *at; at++) {
        if (isalnum((unsigned char)*at)) {
            if (apart)
                mu_buf_addc(&id, '_');
            mu_buf_addc(&id, *at);
        }
        apart = !isalnum((unsigned char)*at);
    }
    mu_jw_put_str(w, "operationId", id.data);
}

static void put_operation(struct mu_jw *w, const struct mu_route *route)
{
    const struct mu_route_doc *doc = route->doc;
    MU_AUTO(buf) struct mu_buf method = MU_BUF_INIT(16);
    for (const char *at = route->method; *at; at++)
        mu_buf_addc(&method, (char)tolower((unsigned char)*at));
    open_object(w, method.data);
    put_operation_id(w, route);
    mu_jw_put_str(w, "summary", doc->summary);
    if (doc->about)
        mu_jw_put_str(w, "description", doc->about);
    mu_jw_key(w, "tags");
    mu_jw_array(w);
    mu_jw_str(w, doc->tag);
    mu_jw_end(w, ']');
    mu_jw_key(w, "parameters");
    mu_jw_array(w);
    mu_openapi_params(route, put_param, w);
    mu_jw_end(w, ']');
    if (doc->body) {
        open_object(w, "requestBody");
        mu_jw_put_bool(w, "required", true);
        put_content(w, NULL, doc->body, doc->example);
        mu_jw_end(w, '}');
    }
    put_answers(w, doc);
    put_security(w, route);
    mu_jw_end(w, '}');
}

/* All methods of a path stand together: a path is written where its first route stands. */
static bool is_first(const struct mu_route *const *tables, const struct mu_route *route)
{
    for (; *tables; tables++)
        for (const struct mu_route *r = *tables; r->method; r++)
            if (r->doc && mu_streq(r->pattern, route->pattern))
                return r == route;
    return false;
}

static void put_path(struct mu_jw *w, const struct mu_route *const *tables,
                     const struct mu_route *route)
{
    MU_AUTO(buf) struct mu_buf path = MU_BUF_INIT(PATH_MAX_BYTES);
    mu_openapi_path(route, &path);
    open_object(w, path.data);
    for (; *tables; tables++)
        for (const struct mu_route *r = *tables; r->method; r++)
            if (r->doc && mu_streq(r->pattern, route->pattern))
                put_operation(w, r);
    mu_jw_end(w, '}');
}

static void put_paths(struct mu_jw *w, const struct mu_route *const *tables)
{
    open_object(w, "paths");
    for (const struct mu_route *const *table = tables; *table; table++)
        for (const struct mu_route *r = *table; r->method; r++)
            if (r->doc && is_first(tables, r))
                put_path(w, tables, r);
    mu_jw_end(w, '}');
}

void mu_openapi_write(const struct mu_route *const *tables, struct mu_buf *to)
{
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "openapi", "3.1.0");
    open_object(&w, "info");
    mu_jw_put_str(&w, "title", "muster");
    mu_jw_put_str(&w, "version", PACKAGE_VERSION);
    mu_jw_put_str(
        &w, "description",
        "The people, groups, roles and memberships of the accounts muster reads, in one schema.");
    open_object(&w, "license");
    mu_jw_put_str(&w, "name", "Apache-2.0");
    mu_jw_put_str(&w, "identifier", "Apache-2.0");
    mu_jw_end(&w, '}');
    mu_jw_end(&w, '}');
    mu_jw_key(&w, "servers");
    mu_jw_array(&w);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "url", "/");
    mu_jw_end(&w, '}');
    mu_jw_end(&w, ']');
    put_paths(&w, tables);
    mu_openapi_components(&w);
    mu_jw_end(&w, '}');
}
