/* SPDX-License-Identifier: Apache-2.0 */
/* Answers word for word. */
#include "serve/mcp/book.h"

#include <string.h>

#include "base/str.h"

int mcp_book_load(struct mu_mcp *mcp, const char *path, struct mu_err *err)
{
    const struct mu_y *root;
    if (mu_y_load(mcp->arena, path, &root, err) < 0)
        return -1;
    mu_assert(mcp->book_count < MU_LEN(mcp->books));
    mcp->books[mcp->book_count++] = mu_y_doc(mcp->arena, root);
    return 0;
}

static const struct mu_doc *items(const struct mu_mcp *mcp, size_t book, const char *list)
{
    const struct mu_doc *found = mu_doc_member(mcp->books[book], list);
    return mu_doc_is(found, MU_DOC_LIST) ? found->first : NULL;
}

void mcp_book_list(struct mcp_call *c, const char *list)
{
    for (size_t i = 0; i < c->mcp->book_count; i++) {
        for (const struct mu_doc *item = items(c->mcp, i, list); item; item = item->next)
            mu_jw_doc(&c->w, mu_doc_member(item, "wire"));
    }
}

const struct mu_doc *mcp_book_find(const struct mu_mcp *mcp, const char *list, const char *key,
                                   const char *value)
{
    for (size_t i = 0; i < mcp->book_count; i++) {
        for (const struct mu_doc *item = items(mcp, i, list); item; item = item->next) {
            if (value && mu_streq(mu_doc_str(mu_doc_member(item, "wire"), key), value))
                return item;
        }
    }
    return NULL;
}

/* ---- ${names} ---- */

static void add_escaped(struct mu_buf *to, const char *text)
{
    struct mu_buf json = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &json, false);
    mu_jw_str(&w, text ? text : "");
    mu_buf_add(to, json.data + 1, json.len - 2);
    mu_buf_done(&json);
}

void mcp_book_fill(struct mcp_call *c, const struct mu_doc *value, const struct mu_doc *names)
{
    struct mu_buf text = MU_BUF_INIT(MU_MCP_RESULT_MAX), to = MU_BUF_INIT(MU_MCP_RESULT_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_doc(&w, value);
    const char *rest = text.data;
    for (const char *at = strstr(rest, "${"); at; at = strstr(rest, "${")) {
        size_t len = strcspn(at + 2, "}\"");
        const char *name = mu_strndup(c->arena, at + 2, len);
        mu_buf_add(&to, rest, (size_t)(at - rest));
        add_escaped(&to, mu_doc_text(mu_doc_member(names, name)));
        rest = at + 2 + len + (at[2 + len] == '}');
    }
    mu_buf_adds(&to, rest);
    mu_jw_raw(&c->w, to.data, to.len);
    c->result.full |= to.full;
    mu_buf_done(&text);
    mu_buf_done(&to);
}

/* ---- templates ---- */

const struct mu_doc *mcp_book_template(struct mcp_call *c, const char *uri,
                                       const struct mu_doc **ret_names)
{
    for (size_t i = 0; i < c->mcp->book_count; i++) {
        for (const struct mu_doc *t = items(c->mcp, i, "templates"); t; t = t->next) {
            const char *form = mu_doc_str(mu_doc_member(t, "wire"), "uriTemplate");
            const char *open = form ? strchr(form, '{') : NULL;
            const char *close = open ? strchr(open, '}') : NULL;
            if (!close || strncmp(uri, form, (size_t)(open - form)) != 0 ||
                !mu_ends(uri, close + 1) || strlen(uri) < strlen(form) - (size_t)(close - open + 1))
                continue;
            size_t len = strlen(uri) - (size_t)(open - form) - strlen(close + 1);
            *ret_names =
                mu_doc_single(c->arena, mu_strndup(c->arena, open + 1, (size_t)(close - open - 1)),
                              mu_strndup(c->arena, uri + (open - form), len));
            return t;
        }
    }
    return NULL;
}

/* ---- tools ---- */

static const char *json_of(struct mcp_call *c, void (*write)(struct mu_jw *w, const void *arg),
                           const void *arg)
{
    struct mu_buf text = MU_BUF_INIT(4096);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    write(&w, arg);
    mu_jw_end(&w, '}');
    const char *ret = mu_strdup(c->arena, text.data);
    mu_buf_done(&text);
    return ret;
}

struct step {
    const struct mu_doc *token, *value;
};

static void write_progress(struct mu_jw *w, const void *arg)
{
    const struct step *s = arg;
    mu_jw_key(w, "progressToken");
    mu_jw_doc(w, s->token);
    mu_jw_key(w, "progress");
    mu_jw_doc(w, s->value);
    mu_jw_put_int(w, "total", 100);
}

static void write_log(struct mu_jw *w, const void *arg)
{
    const struct step *s = arg;
    mu_jw_put_str(w, "level", "info");
    mu_jw_key(w, "data");
    mu_jw_doc(w, s->value);
}

static void notify(struct mcp_call *c, const struct mu_doc *item)
{
    struct step s = {.token = mu_doc_member(c->meta, "progressToken")};
    const struct mu_doc *progress = mu_doc_member(item, "progress"),
                        *log = mu_doc_member(item, "log");
    for (s.value = progress && s.token ? progress->first : NULL; s.value; s.value = s.value->next)
        mcp_notify(c, "notifications/progress", json_of(c, write_progress, &s));
    if (c->modern && !mu_doc_str(c->meta, MCP_META "logLevel"))
        return;
    for (s.value = log ? log->first : NULL; s.value; s.value = s.value->next)
        mcp_notify(c, "notifications/message", json_of(c, write_log, &s));
}

/* Capabilities the client must have declared. */
static int check_needs(struct mcp_call *c, const struct mu_doc *item)
{
    const struct mu_doc *needs = mu_doc_member(item, "needs");
    const struct mu_doc *has = mu_doc_member(c->meta, MCP_META "clientCapabilities");
    for (const struct mu_doc *n = c->modern && needs ? needs->first : NULL; n; n = n->next) {
        if (!mu_doc_member(has, n->name))
            return mcp_fail_with(
                c, MCP_CAPABILITY, 400,
                mu_printf(c->arena, "{\"requiredCapabilities\":{\"%s\":{}}}", n->name),
                "the client must declare %s", n->name);
    }
    return 0;
}

int mcp_run_book(struct mcp_call *c, const struct mcp_tool *tool, struct json_object *args,
                 struct mcp_out *out, struct mu_err *err)
{
    const struct mu_doc *item = mcp_book_find(c->mcp, "tools", "name", tool->name);
    struct mu_jw w;
    (void)args;
    (void)err;
    if (check_needs(c, item) < 0)
        return -1;
    int asked = mcp_ask(c, mu_doc_member(item, "rounds"), tool->name);
    if (asked <= 0) {
        out->asks = asked == 0;
        return asked;
    }
    notify(c, item);
    mu_jw_init(&w, &out->content, false);
    mu_jw_doc(&w, mu_doc_member(item, "content"));
    out->is_error = mu_doc_bool(item, "is_error", false);
    return 0;
}
