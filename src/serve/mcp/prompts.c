/* SPDX-License-Identifier: Apache-2.0 */
/* Prompts of the books, and completion of their arguments and of resource templates. */
#include "serve/mcp/book.h"

#include <string.h>

#include "base/str.h"

enum { COMPLETIONS_MAX = 100 };

int mcp_prompts_list(struct mcp_call *c)
{
    mu_jw_key(&c->w, "prompts");
    mu_jw_array(&c->w);
    mcp_book_list(c, "prompts");
    mu_jw_end(&c->w, ']');
    return 0;
}

static int check_arguments(struct mcp_call *c, const struct mu_doc *wire,
                           const struct mu_doc *arguments)
{
    const struct mu_doc *declared = mu_doc_member(wire, "arguments");
    for (const struct mu_doc *a = declared ? declared->first : NULL; a; a = a->next) {
        const char *name = mu_doc_str(a, "name");
        if (mu_doc_bool(a, "required", false) && !mu_doc_str(arguments, name))
            return mcp_fail(c, MCP_PARAMS, "prompt %s: the argument %s is missing",
                            mu_doc_str(wire, "name"), name);
    }
    return 0;
}

int mcp_prompts_get(struct mcp_call *c)
{
    const char *name = mu_doc_str(c->params, "name");
    const struct mu_doc *arguments = mu_doc_member(c->params, "arguments");
    const struct mu_doc *item = mcp_book_find(c->mcp, "prompts", "name", name);
    if (!item)
        return mcp_fail(c, MCP_PARAMS, "Unknown prompt: %s",
                        name ? mu_printable(c->arena, name, strlen(name), 100) : "(no name)");
    const struct mu_doc *wire = mu_doc_member(item, "wire");
    if (check_arguments(c, wire, arguments) < 0)
        return -1;
    int asked = mcp_ask(c, mu_doc_member(item, "rounds"), name);
    if (asked <= 0)
        return asked;
    if (mu_doc_str(wire, "description")) {
        mu_jw_key(&c->w, "description");
        mu_jw_str(&c->w, mu_doc_str(wire, "description"));
    }
    mu_jw_key(&c->w, "messages");
    mcp_book_fill(c, mu_doc_member(item, "messages"), arguments);
    return 0;
}

/* ---- completion ---- */

struct completing {
    struct mcp_call *c;
    const char *typed;
    int count, shown;
};

static void offer(struct completing *k, const char *value)
{
    if (!mu_starts(value, k->typed))
        return;
    if (k->count++ < COMPLETIONS_MAX) {
        mu_jw_str(&k->c->w, value);
        k->shown++;
    }
}

static void offer_accounts(struct completing *k)
{
    const struct mu_config *config = k->c->mcp->conf.config;
    for (size_t i = 0; config && mcp_may_read(k->c) && i < config->account_count; i++) {
        if (mcp_account_allowed(k->c, config->accounts[i].name))
            offer(k, config->accounts[i].name);
    }
}

int mcp_complete(struct mcp_call *c)
{
    const struct mu_doc *ref = mu_doc_member(c->params, "ref");
    const struct mu_doc *argument = mu_doc_member(c->params, "argument");
    const char *type = mu_doc_str(ref, "type"), *name = mu_doc_str(argument, "name");
    const char *typed = mu_doc_str(argument, "value");
    if (!name || !typed || (!mu_streq(type, "ref/prompt") && !mu_streq(type, "ref/resource")))
        return mcp_fail(
            c, MCP_PARAMS,
            "completion wants ref (ref/prompt or ref/resource) and argument {name, value}");
    const struct mu_doc *prompt = mcp_book_find(c->mcp, "prompts", "name", mu_doc_str(ref, "name"));
    if (mu_streq(type, "ref/prompt") && !prompt)
        return mcp_fail(c, MCP_PARAMS, "Unknown prompt");
    struct completing k = {.c = c, .typed = typed};
    mu_jw_key(&c->w, "completion");
    mu_jw_object(&c->w);
    mu_jw_key(&c->w, "values");
    mu_jw_array(&c->w);
    const struct mu_doc *known = mu_doc_member(mu_doc_member(prompt, "complete"), name);
    for (const struct mu_doc *v = known ? known->first : NULL; v; v = v->next)
        offer(&k, mu_doc_text(v));
    if (mu_streq(name, "account"))
        offer_accounts(&k);
    mu_jw_end(&c->w, ']');
    mu_jw_key(&c->w, "total");
    mu_jw_int(&c->w, k.count);
    mu_jw_key(&c->w, "hasMore");
    mu_jw_bool(&c->w, k.count > k.shown);
    mu_jw_end(&c->w, '}');
    return 0;
}
