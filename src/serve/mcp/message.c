/* SPDX-License-Identifier: Apache-2.0 */
/* One message: its shape, its era, and what a revision wants to stand around a method. */
#include "serve/mcp/mcp_private.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const char *const legacy[] = {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};

static int fail(struct mcp_call *c, int code, int status, const char *data, const char *fmt,
                va_list args) MU_PRINTF(5, 0);
static int fail(struct mcp_call *c, int code, int status, const char *data, const char *fmt,
                va_list args)
{
    char text[MU_ERR_TEXT_MAX];
    vsnprintf(text, sizeof(text), fmt, args);
    c->code = code;
    c->status = status;
    c->data = data;
    c->text = mu_strdup(c->arena, text);
    return -1;
}

int mcp_fail_with(struct mcp_call *c, int code, int status, const char *data, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fail(c, code, status, data, fmt, args);
    va_end(args);
    return -1;
}

int mcp_fail(struct mcp_call *c, int code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fail(c, code, 200, NULL, fmt, args);
    va_end(args);
    return -1;
}

const char *mcp_header(const struct mcp_call *c, const char *name)
{
    return c->peer->header ? c->peer->header(c->peer->header_arg, name) : NULL;
}

const char *mcp_legacy_version(const char *version)
{
    for (size_t i = 0; i < MU_LEN(legacy); i++) {
        if (mu_streq(version, legacy[i]))
            return legacy[i];
    }
    return NULL;
}

/* ---- headers that repeat what the body says ---- */

static const char *trimmed(struct mu_arena *arena, const char *value)
{
    size_t len;
    value += strspn(value, " \t");
    for (len = strlen(value); len && strchr(" \t", value[len - 1]);)
        len--;
    return mu_strndup(arena, value, len);
}

const char *mcp_header_text(struct mu_arena *arena, const char *value)
{
    static const char begin[] = "=?base64?", end[] = "?=";
    const char *text = trimmed(arena, value);
    size_t len = strlen(text), decoded;
    if (!mu_starts(text, begin) || !mu_ends(text, end) || len < sizeof(begin) + sizeof(end) - 2)
        return text;
    len -= sizeof(begin) + sizeof(end) - 2;
    char *to = mu_alloc(arena, len + 1);
    if (sodium_base642bin((unsigned char *)to, len, text + sizeof(begin) - 1, len, NULL, &decoded,
                          NULL, sodium_base64_VARIANT_ORIGINAL) < 0 ||
        !mu_utf8_ok(to, decoded))
        return NULL;
    to[decoded] = '\0';
    return to;
}

static int check_header(struct mcp_call *c, const char *name, const char *want)
{
    const char *raw = mcp_header(c, name);
    const char *value = raw ? mcp_header_text(c->arena, raw) : NULL;
    if (!raw)
        return mcp_fail_with(c, MCP_HEADER, 400, NULL, "the header %s is missing", name);
    if (!mu_streq(value, want))
        return mcp_fail_with(c, MCP_HEADER, 400, NULL,
                             "the header %s doesn't say what the body says", name);
    return 0;
}

/* Integers are compared as numbers, since "42.0" and "42" are one. */
static bool same_value(const char *header, const struct mu_doc *value)
{
    const char *text = mu_doc_text(value);
    char *end;
    if (mu_streq(header, text))
        return true;
    if ((value->type != MU_DOC_INT && value->type != MU_DOC_REAL) || !*header)
        return false;
    double number = strtod(header, &end);
    return *end == '\0' && number == strtod(text, NULL);
}

static int check_param(struct mcp_call *c, const char *header, const struct mu_doc *value)
{
    const char *name = mu_printf(c->arena, "Mcp-Param-%s", header);
    const char *raw = mcp_header(c, name);
    const char *text = raw ? mcp_header_text(c->arena, raw) : NULL;
    bool given = value && mu_doc_text(value);
    if (raw && !text)
        return mcp_fail_with(c, MCP_HEADER, 400, NULL, "the header %s is no base64", name);
    if (given && !raw)
        return mcp_fail_with(c, MCP_HEADER, 400, NULL, "the header %s is missing", name);
    if (raw && !given)
        return mcp_fail_with(c, MCP_HEADER, 400, NULL, "the header %s names no argument", name);
    if (given && !same_value(text, value))
        return mcp_fail_with(c, MCP_HEADER, 400, NULL,
                             "the header %s doesn't say what the body says", name);
    return 0;
}

int mcp_check_param_headers(struct mcp_call *c, const struct mcp_tool *tool,
                            const struct mu_doc *arguments)
{
    struct json_object *properties = tool->schema ? mu_json_at(tool->schema, "/properties") : NULL;
    if (!c->modern || !c->peer->header || !properties)
        return 0;
    json_object_object_foreach(properties, name, schema)
    {
        const char *header = mu_json_str(schema, "x-mcp-header");
        if (header && check_param(c, header, mu_doc_member(arguments, name)) < 0)
            return -1;
    }
    return 0;
}

/* ---- the modern era ---- */

static const char *version_data(struct mcp_call *c, const char *requested)
{
    struct mu_buf text = MU_BUF_INIT(4096);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "supported");
    mcp_supported(&w);
    mu_jw_put_str(&w, "requested", mu_printable(c->arena, requested, strlen(requested), 100));
    mu_jw_end(&w, '}');
    const char *ret = mu_strdup(c->arena, text.data);
    mu_buf_done(&text);
    return ret;
}

static int check_version(struct mcp_call *c)
{
    const char *version = mu_doc_str(c->meta, MCP_META "protocolVersion");
    if (!version)
        return mcp_fail_with(c, MCP_PARAMS, 400, NULL,
                             "params._meta[\"" MCP_META "protocolVersion\"] is missing");
    if (mcp_header(c, "MCP-Protocol-Version") &&
        check_header(c, "MCP-Protocol-Version", version) < 0)
        return -1; /* whichever of the two is meant */
    if (!mu_streq(version, MCP_MODERN))
        return mcp_fail_with(c, MCP_VERSION, 400, version_data(c, version),
                             "Unsupported protocol version");
    c->version = MCP_MODERN;
    if (!mu_doc_is(mu_doc_member(c->meta, MCP_META "clientCapabilities"), MU_DOC_OBJECT))
        return mcp_fail_with(c, MCP_PARAMS, 400, NULL,
                             "params._meta[\"" MCP_META "clientCapabilities\"] is missing");
    return 0;
}

static int check_modern_headers(struct mcp_call *c)
{
    const struct mcp_method *m = mcp_method(c->method, true);
    if (!c->peer->header)
        return 0;
    if (check_header(c, "MCP-Protocol-Version", c->version) < 0 ||
        check_header(c, "Mcp-Method", c->method) < 0)
        return -1;
    const char *name = m && m->name_param ? mu_doc_str(c->params, m->name_param) : NULL;
    return name ? check_header(c, "Mcp-Name", name) : 0;
}

static int frame_modern(struct mcp_call *c)
{
    c->modern = true;
    if (!c->id)
        return 0;
    return check_version(c) < 0 ? -1 : check_modern_headers(c);
}

/* ---- the era ---- */

static bool is_modern_header(const char *version)
{
    return mu_streq(version, MCP_MODERN);
}

static int frame_legacy(struct mcp_call *c, const char *header)
{
    const char *known = mcp_legacy_version(header);
    bool modern =
        !c->id && is_modern_header(header); /* a notification, of which nothing is asked */
    if (header && !known && !modern && !mu_streq(c->method, "initialize"))
        return mcp_fail_with(c, MCP_VERSION, 400, version_data(c, header),
                             "Unsupported protocol version in the header MCP-Protocol-Version");
    if (c->peer->session_unknown && !mu_streq(c->method, "initialize"))
        return mcp_fail_with(c, MCP_INVALID, 404, NULL,
                             "Mcp-Session-Id: there is no such session; initialize again");
    c->version = known ? known : c->peer->version ? c->peer->version : "2025-03-26";
    return 0;
}

int mcp_frame(struct mcp_call *c)
{
    const char *header = mcp_header(c, "MCP-Protocol-Version");
    const struct mu_doc *version = mu_doc_member(c->meta, MCP_META "protocolVersion");
    header = header ? trimmed(c->arena, header) : NULL;
    if (version || (c->id && is_modern_header(header)))
        return frame_modern(c);
    return frame_legacy(c, header);
}
