/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources: accounts as they were last read, and single people and groups, by address
 * (directory://ACCOUNT, directory://ACCOUNT/users/ID). For clients that let a person browse; tools
 * give the same.
 */
#include "serve/mcp/book.h"
#include "serve/mcp/directory.h"

#include <string.h>

#include "base/str.h"

static const char scheme[] = "directory://";

/* ---- what there is ---- */

static int list_accounts(struct mcp_call *c, struct mu_err *err)
{
    const struct mu_config *config = c->mcp->conf.config;
    for (size_t i = 0; config && mcp_may_read(c) && i < config->account_count; i++) {
        struct mu_snapshot snap;
        int is = mcp_account_read(c, i, &snap, err);
        if (is < 0)
            return -1;
        if (!is)
            continue;
        mu_jw_object(&c->w);
        mu_jw_put_str(&c->w, "uri", mu_printf(c->arena, "%s%s", scheme, snap.account));
        mu_jw_put_str(&c->w, "name", snap.account);
        mu_jw_put_str(
            &c->w, "description",
            mu_printf(c->arena, "The account %s as last read: counts and verdict", snap.account));
        mu_jw_put_str(&c->w, "mimeType", "application/json");
        mu_jw_end(&c->w, '}');
    }
    return 0;
}

static int internal(struct mcp_call *c, const struct mu_err *err)
{
    return mcp_fail(c, MCP_INTERNAL, "%s", err->text);
}

int mcp_resources_list(struct mcp_call *c)
{
    struct mu_err err = MU_ERR_INIT;
    mu_jw_key(&c->w, "resources");
    mu_jw_array(&c->w);
    mcp_book_list(c, "resources");
    if (list_accounts(c, &err) < 0)
        return internal(c, &err);
    mu_jw_end(&c->w, ']');
    return 0;
}

int mcp_resources_templates(struct mcp_call *c)
{
    static const char *const kinds[] = {"users", "groups"};
    mu_jw_key(&c->w, "resourceTemplates");
    mu_jw_array(&c->w);
    mcp_book_list(c, "templates");
    for (size_t i = 0; c->mcp->conf.config && mcp_may_read(c) && i < MU_LEN(kinds); i++) {
        mu_jw_object(&c->w);
        mu_jw_put_str(&c->w, "uriTemplate",
                      mu_printf(c->arena, "%s{account}/%s/{id}", scheme, kinds[i]));
        mu_jw_put_str(&c->w, "name", kinds[i]);
        mu_jw_put_str(&c->w, "description",
                      mu_printf(c->arena, "One of the %s of an account as last read", kinds[i]));
        mu_jw_put_str(&c->w, "mimeType", "application/json");
        mu_jw_end(&c->w, '}');
    }
    mu_jw_end(&c->w, ']');
    return 0;
}

/* ---- one ---- */

static void write_text(struct mcp_call *c, const char *uri, const char *text, size_t len)
{
    mu_jw_key(&c->w, "contents");
    mu_jw_array(&c->w);
    mu_jw_object(&c->w);
    mu_jw_put_str(&c->w, "uri", uri);
    mu_jw_put_str(&c->w, "mimeType", "application/json");
    mu_jw_key(&c->w, "text");
    mu_jw_strn(&c->w, text, len);
    mu_jw_end(&c->w, '}');
    mu_jw_end(&c->w, ']');
}

static void write_account(struct mcp_call *c, const char *uri, const struct mu_snapshot *snap)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    mu_jw_key(&w, "read");
    mcp_write_snapshot(&w, snap);
    for (int kind = 0; kind < MU_KINDS; kind++) {
        mu_jw_put_int(&w, mu_schema_of((enum mu_kind)kind)->plural, snap->counts[kind]);
    }
    mu_jw_end(&w, '}');
    write_text(c, uri, text.data, text.len);
    mu_buf_done(&text);
}

static int find_account(struct mcp_call *c, const char *name, struct mu_snapshot *ret,
                        struct mu_err *err)
{
    const struct mu_config *config = c->mcp->conf.config;
    for (size_t i = 0; config && i < config->account_count; i++) {
        if (mu_streq(config->accounts[i].name, name))
            return mcp_account_read(c, i, ret, err);
    }
    return 0;
}

/* 1 written, 0 there is nothing of that address. */
static int read_directory(struct mcp_call *c, const char *uri, struct mu_err *err)
{
    struct mu_snapshot snap;
    struct mu_entry entry;
    enum mu_kind kind;
    char *account = mu_strdup(c->arena, uri + sizeof(scheme) - 1);
    char *rest = strchr(account, '/');
    char *id = rest ? strchr(rest + 1, '/') : NULL;
    if (rest)
        *rest++ = '\0';
    int is = find_account(c, account, &snap, err);
    if (is <= 0 || (rest && !id))
        return is < 0 ? -1 : 0;
    if (!rest) {
        write_account(c, uri, &snap);
        return 1;
    }
    *id++ = '\0';
    if (!mu_kind_parse(rest, &kind))
        return 0;
    is = mu_entry_get(c->peer->store, c->arena, snap.account, snap.id, kind, id, &entry, err);
    if (is == 1)
        write_text(c, uri, entry.body, entry.body_len);
    return is;
}

static int read_book(struct mcp_call *c, const char *uri)
{
    const struct mu_doc *names = mu_doc_single(c->arena, "uri", uri);
    const struct mu_doc *item = mcp_book_find(c->mcp, "resources", "uri", uri);
    if (!item)
        item = mcp_book_template(c, uri, &names);
    if (!item)
        return 0;
    mu_jw_key(&c->w, "contents");
    mcp_book_fill(c, mu_doc_member(item, "contents"), names);
    return 1;
}

static const char *uri_data(struct mcp_call *c, const char *uri)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "uri", uri);
    mu_jw_end(&w, '}');
    const char *ret = mu_strdup(c->arena, text.data);
    mu_buf_done(&text);
    return ret;
}

int mcp_resources_read(struct mcp_call *c)
{
    struct mu_err err = MU_ERR_INIT;
    const char *uri = mu_doc_str(c->params, "uri");
    if (!uri)
        return mcp_fail(c, MCP_PARAMS, "params.uri is missing");
    int is = read_book(c, uri);
    if (!is && mu_starts(uri, scheme) && mcp_may_read(c))
        is = read_directory(c, uri, &err);
    if (is < 0)
        return internal(c, &err);
    if (is == 0)
        return mcp_fail_with(c, c->modern ? MCP_PARAMS : MCP_NO_RESOURCE, 200, uri_data(c, uri),
                             "Resource not found");
    return 0;
}
