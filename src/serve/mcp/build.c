/* SPDX-License-Identifier: Apache-2.0 */
/* Tools from documentation records: which files are read, and what a tool looks like in tools/list. */
#include "serve/mcp/mcp_private.h"

#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "serve/mcp/api.h"
#include "serve/mcp/book.h"
#include "serve/mcp/directory.h"

enum { EXACT_MAX = 1000000 }; /* beyond it a bound is no help to a model */

static const struct {
    const char *name;
    mcp_run *run;
    bool waits; /* for a remote or a lock, or looks at everything */
} runs[] = {
    {"call", mcp_run_call, true},       {"gift", mcp_run_gift, true},
    {"invite", mcp_run_invite, true},   {"people", mcp_run_people, false},
    {"groups", mcp_run_groups, false},  {"memberships", mcp_run_memberships, false},
    {"diff", mcp_run_diff, true},       {"audit", mcp_run_audit, true},
    {"search", mcp_run_search, false},  {"fetch", mcp_run_fetch, false},
    {"explain", mcp_run_explain, true}, {"plan", mcp_run_plan, true},
    {"apply", mcp_run_apply, true},
};

const char *const mu_mcp_runs[] = {"call",        "gift", "invite", "people", "groups",
                                   "memberships", "diff", "audit",  "search", "fetch",
                                   "explain",     "plan", "apply",  NULL};

/* ---- what a model reads ---- */

static void write_arg(struct mu_jw *w, struct mu_arena *arena, const struct mu_tool_arg *a)
{
    mu_jw_key(w, a->name);
    mu_jw_object(w);
    mu_jw_put_str(w, "type", mu_tool_type_name(a->type));
    mu_jw_put_str(w, "description",
                  a->fallback ? mu_printf(arena, "%s Default %s.", a->description, a->fallback)
                              : a->description);
    if (a->type == MU_T_ARRAY) {
        mu_jw_key(w, "items");
        mu_jw_object(w);
        mu_jw_put_str(w, "type", mu_tool_type_name(a->items));
        mu_jw_end(w, '}');
    }
    if (a->choices) {
        mu_jw_key(w, "enum");
        mu_jw_array(w);
        for (const char *const *p = a->choices; *p; p++)
            mu_jw_str(w, *p);
        mu_jw_end(w, ']');
    }
    if (a->type == MU_T_INTEGER && a->maximum > a->minimum && a->maximum <= EXACT_MAX) {
        mu_jw_put_int(w, "minimum", a->minimum);
        mu_jw_put_int(w, "maximum", a->maximum);
    }
    mu_jw_end(w, '}');
}

/* Only the keywords that all providers take; `properties` even when there are none. */
static void write_schema(struct mu_jw *w, struct mu_arena *arena, const struct mu_tool *t)
{
    bool any = false;
    mu_jw_object(w);
    mu_jw_put_str(w, "type", "object");
    mu_jw_key(w, "properties");
    mu_jw_object(w);
    for (size_t i = 0; i < t->arg_count; i++) {
        write_arg(w, arena, &t->args[i]);
        any |= t->args[i].required;
    }
    mu_jw_end(w, '}');
    if (any) {
        mu_jw_key(w, "required");
        mu_jw_array(w);
        for (size_t i = 0; i < t->arg_count; i++)
            if (t->args[i].required)
                mu_jw_str(w, t->args[i].name);
        mu_jw_end(w, ']');
    }
    mu_jw_end(w, '}');
}

static void write_hints(struct mu_jw *w, const struct mu_tool *t)
{
    const struct {
        const char *name;
        bool is;
    } hints[] = {{"readOnlyHint", t->hints.read_only},
                 {"destructiveHint", t->hints.destructive},
                 {"idempotentHint", t->hints.idempotent},
                 {"openWorldHint", t->hints.open_world}};
    mu_jw_object(w);
    for (size_t i = 0; i < MU_LEN(hints); i++) {
        mu_jw_key(w, hints[i].name);
        mu_jw_bool(w, hints[i].is);
    }
    mu_jw_end(w, '}');
}

static const char *wire_of(struct mu_arena *arena, const struct mu_tool *t)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "name", t->name);
    mu_jw_put_str(&w, "title", t->title);
    mu_jw_put_str(&w, "description", t->description);
    mu_jw_key(&w, "inputSchema");
    write_schema(&w, arena, t);
    mu_jw_key(&w, "annotations");
    write_hints(&w, t);
    mu_jw_end(&w, '}');
    const char *ret = mu_strndup(arena, text.data, text.len);
    mu_buf_done(&text);
    return ret;
}

/* ---- which there are ---- */

static bool wanted(const struct mu_mcp *mcp, const struct mu_tool *t)
{
    return !t->flag || (mu_streq(t->flag, "search") && mcp->conf.search);
}

/* A record of the same name, from a layer below, is replaced where it stands. */
static struct mcp_tool *place(struct mu_mcp *mcp, const char *name)
{
    struct mcp_tool *old = mu_map_get(mcp->by_name, name, strlen(name));
    return old ? old : mcp->tool_count < MU_TOOLS_MAX ? &mcp->tools[mcp->tool_count++] : NULL;
}

static int add(struct mu_mcp *mcp, const struct mcp_tool *tool, struct mu_err *err)
{
    struct mcp_tool *to = place(mcp, tool->name);
    if (!to)
        return mu_fail(err, MU_E_CONFIG, "there are over %d tools", MU_TOOLS_MAX);
    *to = *tool;
    mu_map_put(mcp->by_name, to->name, strlen(to->name), to);
    return 0;
}

/* Where there are several accounts of the adapter, which one is an argument. */
static const struct mu_tool *with_account(struct mu_mcp *mcp, const struct mu_tool *t)
{
    const struct mu_config *config = mcp->conf.config;
    size_t count = 0;
    for (size_t i = 0; i < config->account_count; i++)
        count += mu_streq(config->accounts[i].adapter->name, t->adapter);
    if (count < 2 || mu_tool_arg(t, "account"))
        return t;
    struct mu_tool *copy = mu_alloc(mcp->arena, sizeof(*copy));
    struct mu_tool_arg *args = mu_alloc_array(mcp->arena, t->arg_count + 1, sizeof(*args));
    *copy = *t;
    if (t->arg_count)
        memcpy(args, t->args, t->arg_count * sizeof(*args));
    args[copy->arg_count++] = (struct mu_tool_arg){.name = "account",
                                                   .description = "Which account.",
                                                   .in = MU_IN_HERE,
                                                   .to = "",
                                                   .type = MU_T_STRING};
    copy->args = args;
    return copy;
}

static int add_record(struct mu_mcp *mcp, const struct mu_tool *t, struct mu_err *err)
{
    t = t->adapter ? with_account(mcp, t) : t;
    for (size_t i = 0; i < MU_LEN(runs); i++) {
        if (mu_streq(runs[i].name, t->run))
            return add(mcp,
                       &(struct mcp_tool){.record = t,
                                          .name = t->name,
                                          .run = runs[i].run,
                                          .waits = runs[i].waits,
                                          .wire = wire_of(mcp->arena, t)},
                       err);
    }
    return 0;
}

static int add_file(struct mu_mcp *mcp, const char *dir, const char *system, struct mu_err *err)
{
    const char *path = mu_printf(mcp->arena, "%s/%s/tools.yaml", dir, system);
    const struct mu_tools *tools;
    if (!dir || access(path, F_OK) < 0)
        return 0;
    if (mu_tools_load(mcp->arena, path, mu_mcp_runs, &tools, err) < 0)
        return -1;
    for (size_t i = 0; i < tools->count; i++) {
        if (wanted(mcp, &tools->list[i]) && add_record(mcp, &tools->list[i], err) < 0)
            return -1;
    }
    return 0;
}

static bool seen_before(const struct mu_config *config, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (config->accounts[j].adapter == config->accounts[i].adapter)
            return true;
    }
    return false;
}

static int add_system(struct mu_mcp *mcp, const char *system, struct mu_err *err)
{
    return add_file(mcp, mu_mappings_dir(), system, err) < 0
               ? -1
               : add_file(mcp, mcp->conf.config->mappings, system, err);
}

static const char *text_of(struct mu_arena *arena, const struct mu_doc *doc)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_doc(&w, doc);
    const char *ret = mu_strndup(arena, text.data, text.len);
    mu_buf_done(&text);
    return ret;
}

static int add_fixtures(struct mu_mcp *mcp, struct mu_err *err)
{
    if (mcp_book_load(mcp, mcp->conf.fixtures, err) < 0)
        return -1;
    const struct mu_doc *list = mu_doc_member(mcp->books[0], "tools");
    for (const struct mu_doc *item = list ? list->first : NULL; item; item = item->next) {
        const struct mu_doc *wire = mu_doc_member(item, "wire");
        struct mcp_tool tool = {.name = mu_doc_str(wire, "name"),
                                .run = mcp_run_book,
                                .wire = text_of(mcp->arena, wire),
                                .schema = mu_doc_json(mu_doc_member(wire, "inputSchema"))};
        if (add(mcp, &tool, err) < 0)
            return -1;
    }
    return 0;
}

int mcp_build(struct mu_mcp *mcp, struct mu_err *err)
{
    const struct mu_config *config = mcp->conf.config;
    mcp->tools = mu_alloc_array(mcp->arena, MU_TOOLS_MAX, sizeof(*mcp->tools));
    if (mcp->conf.fixtures && add_fixtures(mcp, err) < 0)
        return -1;
    if (config &&
        mcp_book_load(mcp, mu_printf(mcp->arena, "%s/directory/tools.yaml", mu_mappings_dir()),
                      err) < 0)
        return -1;
    for (size_t i = 0; config && i < config->account_count; i++) {
        if (!seen_before(config, i) && add_system(mcp, config->accounts[i].adapter->name, err) < 0)
            return -1;
    }
    return config ? add_system(mcp, "directory", err) : 0;
}
