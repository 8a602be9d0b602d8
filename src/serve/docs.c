/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of routes as a page for people: no script, nothing from elsewhere. */
#include "serve/openapi.h"

#include <string.h>

#include "base/str.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>muster: HTTP "
    "interface</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>\n"
    ":root{color-scheme:light dark;--bg:#fbfbfc;--ink:#1c2330;--dim:#5b6576;--line:#dfe3ea;"
    "--card:#fff;--code:#f0f2f6;--get:#0b6e4f;--post:#1f5fbf;--put:#8a5a00;--delete:#b3261e}\n"
    "@media(prefers-color-scheme:dark){:root{--bg:#12151b;--ink:#e4e8ef;--dim:#98a3b5;"
    "--line:#2a303b;--card:#191d25;--code:#222833;--get:#5fd3a5;--post:#82b1ff;--put:#e8b75c;"
    "--delete:#ff8a80}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 "
    "system-ui,sans-serif}\n"
    ".page{display:grid;grid-template-columns:15rem minmax(0,54rem);gap:2.5rem;max-width:74rem;"
    "margin:0 auto;padding:2rem 1.25rem}\n"
    "nav{position:sticky;top:2rem;align-self:start;max-height:calc(100vh - "
    "4rem);overflow:auto;font-size:.9rem}\n"
    "nav h2{font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--dim);"
    "margin:1.2rem 0 .3rem}\n"
    "nav a{display:block;padding:.15rem 0;color:inherit;text-decoration:none}nav "
    "a:hover,nav a:focus-visible{text-decoration:underline}\n"
    "h1{margin:0 0 .3rem;font-size:1.7rem}main>h2{margin:2.5rem 0 .8rem;padding-top:.5rem;"
    "border-top:1px solid var(--line)}\n"
    ".lead{color:var(--dim);margin:0 0 1rem}section{background:var(--card);border:1px solid "
    "var(--line);border-radius:.6rem;padding:1rem 1.15rem;margin:0 0 1rem;scroll-margin-top:1rem}\n"
    "section h3{margin:0 0 .4rem;font-size:1.05rem}section p{margin:.4rem 0}\n"
    ".path{font:.92rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\n"
    "b.method{margin-right:.6rem}.GET{color:var(--get)}.POST{color:var(--post)}.PUT,.PATCH{color:"
    "var(--put)}.DELETE{color:var(--delete)}\n"
    "details{margin:.6rem 0}summary{cursor:pointer;color:var(--dim)}\n"
    "table{width:100%;border-collapse:collapse;font-size:.9rem;margin-top:.5rem}td,th{text-align:"
    "left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-top:1px solid var(--line)}\n"
    "td:first-child{white-space:nowrap;font-family:ui-monospace,monospace}pre{background:var(--"
    "code)"
    ";border-radius:.4rem;padding:.6rem .8rem;overflow-x:auto;font:.86rem/1.5 "
    "ui-monospace,monospace;margin:.6rem 0 0}\n"
    ".open{color:var(--dim);font-size:.85rem}\n"
    "@media(max-width:52rem){.page{grid-template-columns:minmax(0,1fr)}nav{position:static;max-"
    "height:"
    "none}}\n"
    "</style></head>\n<body><div class=\"page\">\n";

static void escape(struct mu_buf *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            mu_buf_adds(to, "&lt;");
        else if (*text == '>')
            mu_buf_adds(to, "&gt;");
        else if (*text == '&')
            mu_buf_adds(to, "&amp;");
        else if (*text == '"')
            mu_buf_adds(to, "&quot;");
        else
            mu_buf_addc(to, *text);
    }
}

static void element(struct mu_buf *to, const char *name, const char *text)
{
    mu_buf_printf(to, "<%s>", name);
    escape(to, text);
    mu_buf_printf(to, "</%s>", name);
}

/* ---- walking by headings, in the order they first come ---- */

typedef void route_fn(struct mu_buf *to, const struct mu_route *route);

static void each_of(const struct mu_route *const *tables, const char *tag, route_fn *put,
                    struct mu_buf *to)
{
    for (; *tables; tables++)
        for (const struct mu_route *r = *tables; r->method; r++)
            if (r->doc && mu_streq(r->doc->tag, tag))
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
            element(to, "h2", r->doc->tag);
            mu_buf_addc(to, '\n');
            each_of(tables, r->doc->tag, put, to);
        }
}

/* ---- one route ---- */

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
    escape(to, route->doc->summary);
    mu_buf_adds(to, "</a>\n");
}

static void put_row(void *arg, const struct mu_param *p)
{
    struct mu_buf *to = arg;
    mu_buf_adds(to, "<tr>");
    element(to, "td", p->name);
    element(to, "td", p->required ? "needed" : "");
    mu_buf_adds(to, "<td>");
    escape(to, p->help ? p->help : "");
    for (const char *const *choice = p->choices; choice && *choice; choice++) {
        mu_buf_adds(to, choice == p->choices ? " (" : ", ");
        escape(to, *choice);
    }
    mu_buf_adds(to, p->choices ? ")</td></tr>\n" : "</td></tr>\n");
}

static void put_params(struct mu_buf *to, const struct mu_route *route)
{
    MU_AUTO(buf) struct mu_buf rows = MU_BUF_INIT(MU_BUF_MAX);
    mu_openapi_params(route, put_row, &rows);
    if (rows.len == 0)
        return;
    mu_buf_adds(to, "<details><summary>Parameters</summary><table>\n");
    mu_buf_add(to, rows.data, rows.len);
    mu_buf_adds(to, "</table></details>\n");
}

static void put_example(struct mu_buf *to, const struct mu_route *route)
{
    mu_buf_adds(to, "<pre>curl ");
    if (!mu_streq(route->method, "GET"))
        mu_buf_printf(to, "-X %s ", route->method);
    if (route->need)
        mu_buf_adds(to, "-H &quot;Authorization: Bearer $TOKEN&quot; ");
    if (route->doc->body)
        mu_buf_adds(to, "--json @body.json ");
    mu_buf_adds(to, "'$BASE");
    mu_openapi_path(route, to);
    mu_buf_adds(to, "'</pre>\n");
}

static void put_section(struct mu_buf *to, const struct mu_route *route)
{
    mu_buf_adds(to, "<section id=\"");
    anchor(to, route);
    mu_buf_adds(to, "\">");
    element(to, "h3", route->doc->summary);
    mu_buf_printf(to, "<div class=\"path\"><b class=\"method %s\">%s</b>", route->method,
                  route->method);
    mu_openapi_path(route, to);
    mu_buf_adds(to, "</div>\n");
    if (route->doc->about)
        element(to, "p", route->doc->about);
    if (!route->need)
        mu_buf_adds(to, "<p class=\"open\">Needs no token.</p>");
    put_params(to, route);
    put_example(to, route);
    mu_buf_adds(to, "</section>\n");
}

void mu_docs_write(const struct mu_route *const *tables, struct mu_buf *to)
{
    mu_buf_add(to, head, sizeof(head) - 1);
    mu_buf_adds(to, "<nav aria-label=\"Paths\">\n");
    each_tag(tables, put_link, to);
    mu_buf_adds(to, "</nav>\n<main>\n<h1>muster</h1>\n<p class=\"lead\">The people, groups, roles "
                    "and memberships of the accounts muster reads, in one schema. For programs: <a "
                    "href=\"/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>\n");
    each_tag(tables, put_section, to);
    mu_buf_adds(to, "</main></div></body></html>\n");
}
