/* SPDX-License-Identifier: Apache-2.0 */
/* tools/list and tools/call. */
#include "serve/mcp/mcp_private.h"

#include <string.h>

#include "base/str.h"
#include "serve/auth.h"

static bool allowed(const struct mu_grant *grant, const struct mu_tool *t)
{
    return mu_grant_allows(grant, t->need, t->name, NULL, t->tags);
}

bool mcp_allowed(const struct mcp_call *c, const struct mcp_tool *tool)
{
    return !tool->record || allowed(c->peer->grant, tool->record);
}

const struct mu_tool *const *mu_mcp_tools(const struct mu_mcp *mcp, const struct mu_grant *grant,
                                          struct mu_arena *arena, size_t *ret_count)
{
    const struct mu_tool **list = mu_alloc(arena, mcp->tool_count * sizeof(const struct mu_tool *));
    *ret_count = 0;
    for (size_t i = 0; i < mcp->tool_count; i++) {
        const struct mu_tool *t = mcp->tools[i].record;
        if (t && allowed(grant, t))
            list[(*ret_count)++] = t;
    }
    return list;
}

bool mcp_may_read(const struct mcp_call *c)
{
    static const char reader[] = "people";
    const struct mcp_tool *tool = mu_map_get(c->mcp->by_name, reader, sizeof(reader) - 1);
    return tool && mcp_allowed(c, tool);
}

bool mcp_account_allowed(const struct mcp_call *c, const char *account)
{
    return mu_grant_account(c->peer->grant, account);
}

int mcp_tools_list(struct mcp_call *c)
{
    mu_jw_key(&c->w, "tools");
    mu_jw_array(&c->w);
    for (size_t i = 0; i < c->mcp->tool_count; i++) {
        const struct mcp_tool *tool = &c->mcp->tools[i];
        if (mcp_allowed(c, tool))
            mu_jw_raw(&c->w, tool->wire, strlen(tool->wire));
    }
    mu_jw_end(&c->w, ']');
    return 0;
}

/* ---- results ---- */

static void write_text(struct mu_jw *w, const char *text, size_t len)
{
    mu_jw_array(w);
    mu_jw_object(w);
    mu_jw_put_str(w, "type", "text");
    mu_jw_key(w, "text");
    mu_jw_strn(w, text, len);
    mu_jw_end(w, '}');
    mu_jw_end(w, ']');
}

/* structuredContent came with 2025-06-18. */
static bool knows_structure(const struct mcp_call *c)
{
    return strcmp(c->version, "2025-06-18") >= 0;
}

static void write_out(struct mcp_call *c, const struct mcp_out *out)
{
    mu_jw_key(&c->w, "content");
    if (out->content.len)
        mu_jw_raw(&c->w, out->content.data, out->content.len);
    else
        write_text(&c->w, out->json.data, out->json.len);
    if (out->json.len && knows_structure(c) && !out->is_error) {
        mu_jw_key(&c->w, "structuredContent");
        mu_jw_raw(&c->w, out->json.data, out->json.len);
    }
    mu_jw_key(&c->w, "isError");
    mu_jw_bool(&c->w, out->is_error);
}

static void write_failure(struct mcp_call *c, const struct mu_err *err)
{
    const char *text = err->text;
    if (err->retry_after_s)
        text = mu_printf(c->arena, "%s; try again in %u seconds", text, err->retry_after_s);
    c->retry_after_s = err->retry_after_s;
    mu_jw_key(&c->w, "content");
    write_text(&c->w, text, strlen(text));
    mu_jw_key(&c->w, "isError");
    mu_jw_bool(&c->w, true);
}

/* ---- calls ---- */

static int check_arguments(struct mcp_call *c, const struct mu_doc *arguments)
{
    return !arguments || mu_doc_is(arguments, MU_DOC_OBJECT) || mu_doc_is(arguments, MU_DOC_NULL)
               ? 0
               : mcp_fail(c, MCP_PARAMS, "params.arguments must be an object");
}

/* NULL: the message fails. */
static const struct mcp_tool *find(struct mcp_call *c)
{
    const char *name = mu_doc_str(c->params, "name");
    const struct mu_doc *arguments = mu_doc_member(c->params, "arguments");
    const struct mcp_tool *tool = name ? mu_map_get(c->mcp->by_name, name, strlen(name)) : NULL;
    if (check_arguments(c, arguments) < 0)
        return NULL;
    if (!tool || !mcp_allowed(c, tool)) {
        mcp_fail(c, MCP_PARAMS, "Unknown tool: %s",
                 name ? mu_printable(c->arena, name, strlen(name), 100)
                      : "(params.name is missing)");
        return NULL;
    }
    if (tool->waits && c->peer->no_room) {
        mcp_fail(c, MCP_INTERNAL, "too many requests are waiting; try again soon");
        return NULL;
    }
    c->reads = tool->record && tool->record->hints.read_only;
    c->reply->later |= tool->waits && !c->peer->may_wait;
    c->reply->tells = c->reply->later && mcp_wants_progress(c);
    return mcp_check_param_headers(c, tool, arguments) < 0 ? NULL : tool;
}

static int run(struct mcp_call *c, const struct mcp_tool *tool, struct mcp_out *out,
               struct mu_err *err)
{
    const struct mu_doc *given = mu_doc_member(c->params, "arguments");
    MU_AUTO(json) struct json_object *args = NULL;
    given = mu_doc_is(given, MU_DOC_OBJECT) ? given : NULL;
    if (!tool->record)
        args = given ? mu_doc_json(given) : json_object_new_object();
    else if (mcp_arguments(tool->record, given, c->arena, &args, err) < 0)
        return mu_wrap(err, "%s", tool->name);
    return tool->run(c, tool, args, out, err);
}

int mcp_tools_call(struct mcp_call *c)
{
    const struct mcp_tool *tool = find(c);
    struct mu_err err = MU_ERR_INIT;
    struct mcp_out out = {.json = MU_BUF_INIT(MU_MCP_RESULT_MAX / 4),
                          .content = MU_BUF_INIT(MU_MCP_RESULT_MAX / 4)};
    if (!tool)
        return -1;
    if (c->reply->later)
        return 0;
    int rc = run(c, tool, &out, &err);
    if (rc == 0 && (out.json.full || out.content.full))
        rc = mu_fail(&err, MU_E_LIMIT, "%s: the result is too large; ask for less", tool->name);
    if (rc == 0 && !out.asks)
        write_out(c, &out);
    else if (rc < 0 && !c->code)
        write_failure(c, &err);
    mu_buf_done(&out.json);
    mu_buf_done(&out.content);
    return c->code ? -1 : 0;
}
