/* SPDX-License-Identifier: Apache-2.0 */
/* The page's part about tools for language models. */
#include "serve/docs.h"

#include "base/str.h"

void mu_docs_tool_links(const struct mu_tool *const *tools, size_t count, struct mu_buf *to)
{
    if (count > 0)
        mu_buf_adds(to, "<h2>Tools of /mcp</h2>\n");
    for (size_t i = 0; i < count; i++) {
        mu_buf_printf(to, "<a href=\"#tool-%s\">", tools[i]->name);
        mu_docs_text(to, tools[i]->title);
        mu_buf_adds(to, "</a>\n");
    }
}

/* "string, body /user/email" */
static void put_place(struct mu_buf *to, const struct mu_tool_arg *arg)
{
    static const char *const places[] = {
        [MU_IN_PATH] = "path", [MU_IN_QUERY] = "query", [MU_IN_BODY] = "body"};
    mu_buf_adds(to, mu_tool_type_name(arg->type));
    if (arg->in == MU_IN_HERE)
        return;
    mu_buf_printf(to, ", %s", places[arg->in]);
    if (!mu_streq(arg->to, arg->name))
        mu_buf_printf(to, " %s", arg->to);
}

static void put_arguments(struct mu_buf *to, const struct mu_tool *tool)
{
    MU_AUTO(buf) struct mu_buf rows = MU_BUF_INIT(MU_BUF_MAX);
    for (size_t i = 0; i < tool->arg_count; i++) {
        const struct mu_tool_arg *arg = &tool->args[i];
        MU_AUTO(buf) struct mu_buf place = MU_BUF_INIT(MU_BUF_MAX);
        put_place(&place, arg);
        mu_docs_row(&rows, &(struct mu_docs_row){.name = arg->name,
                                                 .type = place.data,
                                                 .about = arg->description,
                                                 .required = arg->required,
                                                 .choices = arg->choices});
    }
    mu_docs_table(to, "Arguments", &rows);
}

static void put_request(struct mu_buf *to, const struct mu_tool *tool)
{
    mu_buf_adds(to, "<p class=\"aside\">A token needs <code>");
    mu_docs_text(to, tool->need);
    mu_buf_adds(to, "</code>.");
    if (tool->path) {
        mu_buf_adds(to, " Asks an account of ");
        mu_docs_text(to, tool->adapter);
        mu_buf_printf(to, ": <code><b class=\"method %s\">%s</b> ", tool->method, tool->method);
        mu_docs_text(to, tool->path);
        mu_buf_adds(to, "</code>.");
    }
    mu_buf_adds(to, "</p>\n");
}

void mu_docs_tools(const struct mu_tool *const *tools, size_t count, struct mu_buf *to)
{
    if (count > 0)
        mu_buf_adds(to, "<h2>Tools of /mcp</h2>\n<p class=\"lead\">What a language model is "
                        "offered, over Streamable HTTP at <code>/mcp</code>, HTTP+SSE at "
                        "<code>/sse</code>, and by <code>muster mcp</code>. These are the ones "
                        "that your token may call.</p>\n");
    for (size_t i = 0; i < count; i++) {
        mu_buf_printf(to, "<section id=\"tool-%s\">", tools[i]->name);
        mu_docs_element(to, "h3", tools[i]->title);
        mu_buf_printf(to, "<div class=\"path\">%s</div>\n", tools[i]->name);
        mu_docs_element(to, "p", tools[i]->description);
        put_request(to, tools[i]);
        put_arguments(to, tools[i]);
        mu_buf_adds(to, "</section>\n");
    }
}
