/* SPDX-License-Identifier: Apache-2.0 */
/* The page as a whole, and its part about routes. */
#include "serve/docs.h"

#include <ctype.h>
#include <string.h>

#include "base/html.h"
#include "base/str.h"
#include "serve/openapi.h"

/* Made by local.mk from the file of that name. */
static const uint8_t style_css[] = {
#include "serve/docs.css.inc"
};

void mu_docs_text(struct mu_buf *to, const char *text)
{
    mu_html_escape(to, text, strlen(text));
}

void mu_docs_element(struct mu_buf *to, const char *name, const char *text)
{
    mu_buf_printf(to, "<%s>", name);
    mu_docs_text(to, text);
    mu_buf_printf(to, "</%s>", name);
}

void mu_docs_row(struct mu_buf *to, const struct mu_docs_row *row)
{
    mu_buf_adds(to, "<tr>");
    mu_docs_element(to, "th scope=\"row\"", row->name);
    mu_buf_adds(to, "<td>");
    mu_docs_text(to, row->type);
    mu_buf_adds(to, row->required ? ", <b>needed</b></td><td>" : "</td><td>");
    mu_docs_text(to, row->about ? row->about : "");
    for (const char *const *choice = row->choices; choice && *choice; choice++) {
        mu_buf_adds(to, choice == row->choices ? " <span class=\"choices\">" : " ");
        mu_docs_element(to, "code", *choice);
    }
    mu_buf_adds(to, row->choices ? "</span></td></tr>\n" : "</td></tr>\n");
}

void mu_docs_table(struct mu_buf *to, const char *heading, const struct mu_buf *rows)
{
    if (rows->len == 0)
        return;
    mu_buf_adds(to, "<details>");
    mu_docs_element(to, "summary", heading);
    mu_buf_adds(to, "<table>\n");
    mu_buf_add(to, rows->data, rows->len);
    mu_buf_adds(to, "</table></details>\n");
}

/* ---- walking by headings, in the order they first come ---- */

/*
 * Methods of one path that have one documentation are one card, which stands where the first of them
 * does: `route` is that one.
 */
typedef void route_fn(struct mu_buf *to, const struct mu_route *route);

static bool same_card(const struct mu_route *a, const struct mu_route *b)
{
    return a->method && a->doc == b->doc && mu_streq(a->pattern, b->pattern);
}

static void each_of(const struct mu_route *const *tables, const char *tag, route_fn *put,
                    struct mu_buf *to)
{
    for (; *tables; tables++)
        for (const struct mu_route *r = *tables; r->method; r++)
            if (r->doc && mu_streq(r->doc->tag, tag) && (r == *tables || !same_card(r - 1, r)))
                put(to, r);
}

static bool seen_before(const struct mu_route *const *tables, const struct mu_route *route)
{
    for (; *tables; tables++)
        for (const struct mu_route *r = *tables; r->method; r++) {
            if (r == route)
                return false;
            if (r->doc && mu_streq(r->doc->tag, route->doc->tag))
                return true;
        }
    return false;
}

static void each_tag(const struct mu_route *const *tables, route_fn *put, struct mu_buf *to)
{
    for (const struct mu_route *const *table = tables; *table; table++)
        for (const struct mu_route *r = *table; r->method; r++) {
            if (!r->doc || seen_before(tables, r))
                continue;
            mu_docs_element(to, "h2", r->doc->tag);
            mu_buf_addc(to, '\n');
            each_of(tables, r->doc->tag, put, to);
        }
}

/* ---- one card ---- */

static void anchor(struct mu_buf *to, const struct mu_route *route)
{
    mu_buf_adds(to, route->method);
    for (const char *at = route->pattern; *at; at++)
        if (!strchr("{}*", *at))
            mu_buf_addc(to, *at == '/' ? '-' : *at);
}

static void put_link(struct mu_buf *to, const struct mu_route *route)
{
    mu_buf_adds(to, "<a href=\"#");
    anchor(to, route);
    mu_buf_adds(to, "\">");
    mu_docs_text(to, route->doc->summary);
    mu_buf_adds(to, "</a>\n");
}

static void put_row(void *arg, const struct mu_param *p)
{
    mu_docs_row(arg, &(struct mu_docs_row){.name = p->name,
                                           .type = p->type,
                                           .about = p->help,
                                           .required = p->required,
                                           .choices = p->choices});
}

/* The path as one would type it: "/users/ID". */
static void put_typed_path(struct mu_buf *to, const struct mu_route *route)
{
    bool name = false;
    for (const char *at = route->pattern; *at; at++) {
        if (*at == '{' || *at == '}')
            name = *at == '{';
        else if (*at != '*')
            mu_buf_addc(to, name ? (char)toupper((unsigned char)*at) : *at);
    }
}

static void put_example(struct mu_buf *to, const struct mu_route *route)
{
    mu_buf_adds(to, "<pre>curl ");
    if (!mu_streq(route->method, "GET") && !route->doc->example)
        mu_buf_printf(to, "-X %s ", route->method);
    if (route->need)
        mu_buf_adds(to, "-H &quot;Authorization: Bearer $TOKEN&quot; ");
    mu_buf_adds(to, "&quot;$BASE");
    put_typed_path(to, route);
    mu_buf_adds(to, "&quot;");
    if (route->doc->example) {
        mu_buf_adds(to, " --json '");
        mu_docs_text(to, route->doc->example);
        mu_buf_addc(to, '\'');
    }
    mu_buf_adds(to, "</pre>\n");
}

static void put_methods(struct mu_buf *to, const struct mu_route *route)
{
    for (const struct mu_route *r = route; same_card(r, route); r++)
        mu_buf_printf(to, "<b class=\"method %s\">%s</b> ", r->method, r->method);
}

static void put_card(struct mu_buf *to, const struct mu_route *route)
{
    MU_AUTO(buf) struct mu_buf rows = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_adds(to, "<section id=\"");
    anchor(to, route);
    mu_buf_adds(to, "\">");
    mu_docs_element(to, "h3", route->doc->summary);
    mu_buf_adds(to, "<div class=\"path\">");
    put_methods(to, route);
    mu_openapi_path(route, to);
    mu_buf_adds(to, "</div>\n");
    if (route->doc->about)
        mu_docs_element(to, "p", route->doc->about);
    if (!route->need)
        mu_buf_adds(to, "<p class=\"aside\">Needs no token.</p>");
    mu_openapi_params(route, put_row, &rows);
    mu_docs_table(to, "Parameters", &rows);
    put_example(to, route);
    mu_buf_adds(to, "</section>\n");
}

void mu_docs_write(const struct mu_route *const *tables, const struct mu_tool *const *tools,
                   size_t tool_count, struct mu_buf *to)
{
    mu_buf_adds(to,
                "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>muster: "
                "what it serves</title>\n<meta name=\"viewport\" content=\"width=device-width, "
                "initial-scale=1\">\n<style>\n");
    mu_buf_add(to, style_css, sizeof(style_css));
    mu_buf_adds(to, "</style></head>\n<body><div class=\"page\">\n<nav aria-label=\"Contents\">\n");
    each_tag(tables, put_link, to);
    mu_docs_tool_links(tools, tool_count, to);
    mu_buf_adds(
        to, "</nav>\n<main>\n<h1>muster</h1>\n<p class=\"lead\">The people, groups, roles and "
            "memberships of the accounts muster reads, in one schema; and what else is served "
            "here. In the examples <code>$BASE</code> is this server's address, "
            "<code>$TOKEN</code> one that <code>muster token create</code> made. For programs: <a "
            "href=\"/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\n");
    each_tag(tables, put_card, to);
    mu_docs_tools(tools, tool_count, to);
    mu_buf_adds(to, "</main></div></body></html>\n");
}
