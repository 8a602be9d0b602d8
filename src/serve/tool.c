/* SPDX-License-Identifier: Apache-2.0 */
/* Documentation records: reading tools.yaml, and what can't be right about one. */
#include "serve/tool.h"

#include <string.h>

#include "base/opt.h"
#include "base/str.h"
#include "serve/tool_private.h"

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", NULL};

struct file {
    const char *adapter;
    const struct mu_y *tools, *prompts;
};

static const struct mu_opt file_opts[] = {
    {"adapter", MU_OPT_STR, offsetof(struct file, adapter),
     .help = "whose accounts the tools work on; absent: what muster itself knows"},
    {"tools", MU_OPT_NODE, offsetof(struct file, tools), .required = true, .help = "the records"},
    {"prompts", MU_OPT_NODE, offsetof(struct file, prompts),
     .help = "texts for people to begin with (serve/mcp/book.h)"},
    {.name = NULL}};

/* A record before its parts are understood. */
struct record {
    const char *name, *title, *description, *run, *need, *path, *records, *total, *flag, *delivery;
    int method;
    const char **tags, **secret;
    const struct mu_y *hints, *args, *fixed;
};

static const struct mu_opt record_opts[] = {
    {"name", MU_OPT_STR, offsetof(struct record, name), .required = true,
     .help = "what the tool is called"},
    {"title", MU_OPT_STR, offsetof(struct record, title), .required = true,
     .help = "a title for people"},
    {"description", MU_OPT_STR, offsetof(struct record, description), .required = true,
     .help = "what it does, for a model"},
    {"run", MU_OPT_STR, offsetof(struct record, run), .def = "call"},
    {"need", MU_OPT_STR, offsetof(struct record, need), .required = true,
     .help = "method a token must allow"},
    {"method", MU_OPT_ENUM, offsetof(struct record, method), .def = "GET", .choices = methods},
    {"path", MU_OPT_STR, offsetof(struct record, path), .help = "of the request, parts as {name}"},
    {"records", MU_OPT_STR, offsetof(struct record, records),
     .help = "pointer to the list in the answer"},
    {"total", MU_OPT_STR, offsetof(struct record, total),
     .help = "pointer to the number of all of them"},
    {"flag", MU_OPT_STR, offsetof(struct record, flag),
     .help = "switch without which it is not there"},
    {"delivery", MU_OPT_STR, offsetof(struct record, delivery),
     .help = "of a gift: delivery_type of its campaign"},
    {"tags", MU_OPT_LIST, offsetof(struct record, tags), .help = "what tokens are limited by"},
    {"secret", MU_OPT_LIST, offsetof(struct record, secret), .help = "members left out of answers"},
    {"hints", MU_OPT_NODE, offsetof(struct record, hints), .required = true,
     .help = "read_only, destructive, idempotent, open_world"},
    {"arguments", MU_OPT_NODE, offsetof(struct record, args), .help = "what it takes"},
    {"fixed", MU_OPT_NODE, offsetof(struct record, fixed),
     .help = "what stands in the body always, by pointer"},
    {.name = NULL}};

struct hints {
    bool read_only, destructive, idempotent, open_world;
};

/* All four are said: a client that isn't told assumes the worst of each. */
static const struct mu_opt hint_opts[] = {
    {"read_only", MU_OPT_BOOL, offsetof(struct hints, read_only), .required = true},
    {"destructive", MU_OPT_BOOL, offsetof(struct hints, destructive), .required = true},
    {"idempotent", MU_OPT_BOOL, offsetof(struct hints, idempotent), .required = true},
    {"open_world", MU_OPT_BOOL, offsetof(struct hints, open_world), .required = true},
    {.name = NULL}};

static bool plain_name(const char *name)
{
    return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static int check_names(const struct mu_y *at, const struct record *r, struct mu_err *err)
{
    if (!plain_name(r->name) || strlen(r->name) > MU_TOOL_NAME_MAX)
        return mu_y_fail(mu_y_get(at, "name"), err,
                         "name: a tool's name has 1 to %d of a-z, 0-9 and _", MU_TOOL_NAME_MAX);
    if (strlen(r->description) > MU_TOOL_TEXT_MAX)
        return mu_y_fail(mu_y_get(at, "description"), err,
                         "description: has %zu bytes, over %d; models pay for each of them",
                         strlen(r->description), MU_TOOL_TEXT_MAX);
    return 0;
}

static int check_run(const struct mu_y *at, const struct record *r, const char *const *runs,
                     struct mu_err *err)
{
    size_t count = 0;
    for (; runs[count]; count++) {
        if (mu_streq(runs[count], r->run))
            return 0;
    }
    const char *nearest = mu_nearest(r->run, runs, count);
    return mu_y_fail(mu_y_get(at, "run"), err, "run: nothing is called '%s'%s%s", r->run,
                     nearest ? "; did you mean " : "", nearest ? nearest : "");
}

static int check_request(const struct mu_y *at, const char *adapter, const struct record *r,
                         struct mu_err *err)
{
    const struct mu_y *path = mu_y_get(at, "path");
    if (!r->path && adapter)
        return mu_y_fail(at, err, "%s: a tool of an adapter needs a path", r->name);
    if (r->path && !adapter)
        return mu_y_fail(path, err, "path: there is no adapter: that could send it");
    if (r->path && r->path[0] != '/')
        return mu_y_fail(path, err, "path: starts with /");
    for (const char *const *p = (const char *const[]){r->records, r->total, NULL}; *p; p++) {
        if (**p && **p != '/')
            return mu_y_fail(at, err, "%s: records and total are JSON pointers (/users)", r->name);
    }
    return 0;
}

static int read_fixed(struct mu_arena *arena, const struct record *r, struct mu_tool *t,
                      struct mu_err *err)
{
    if (!r->fixed)
        return 0;
    if (r->fixed->type != MU_Y_MAP)
        return mu_y_fail(r->fixed, err, "fixed: expected pointers with values");
    struct mu_tool_fixed *list = mu_alloc_array(arena, r->fixed->count, sizeof(*list));
    for (size_t i = 0; i < r->fixed->count; i++) {
        list[i] = (struct mu_tool_fixed){.to = r->fixed->keys[i]->text,
                                         .value = mu_y_doc(arena, r->fixed->items[i])};
        if (list[i].to[0] != '/')
            return mu_y_fail(r->fixed->keys[i], err, "fixed: '%s' is no JSON pointer (/send/via)",
                             list[i].to);
    }
    t->fixed = list;
    t->fixed_count = r->fixed->count;
    return 0;
}

static int read_hints(struct mu_arena *arena, const struct record *r, struct mu_tool *t,
                      struct mu_err *err)
{
    struct hints h = {.read_only = false};
    if (mu_opt_read(arena, hint_opts, r->hints, &h, err) < 0)
        return -1;
    if (h.read_only && (h.destructive || (t->method && !mu_streq(t->method, "GET"))))
        return mu_y_fail(r->hints, err, "hints: %s can't be read_only", t->name);
    t->hints.read_only = h.read_only;
    t->hints.destructive = h.destructive;
    t->hints.idempotent = h.idempotent;
    t->hints.open_world = h.open_world;
    return 0;
}

static int read_tool(struct mu_arena *arena, const char *adapter, const struct mu_y *at,
                     const char *const *runs, struct mu_tool *t, struct mu_err *err)
{
    static const char *const none[] = {NULL};
    struct record r = {.name = NULL};
    if (at->type != MU_Y_MAP)
        return mu_y_fail(at, err, "expected a record: name, title, description...");
    if (mu_opt_read(arena, record_opts, at, &r, err) < 0 || check_names(at, &r, err) < 0 ||
        check_run(at, &r, runs, err) < 0 || check_request(at, adapter, &r, err) < 0)
        return -1;
    *t = (struct mu_tool){.file = at->file,
                          .line = at->line,
                          .name = r.name,
                          .title = r.title,
                          .description = r.description,
                          .adapter = adapter,
                          .run = r.run,
                          .method = r.path ? methods[r.method] : NULL,
                          .path = r.path,
                          .need = r.need,
                          .tags = r.tags ? (const char *const *)r.tags : none,
                          .flag = r.flag,
                          .records = r.records,
                          .total = r.total,
                          .delivery = r.delivery,
                          .secret = (const char *const *)r.secret};
    if (read_hints(arena, &r, t, err) < 0 || read_fixed(arena, &r, t, err) < 0)
        return -1;
    return tool_read_args(arena, at, r.args, t, err);
}

static int twice(const struct mu_y *at, const struct mu_tool *list, size_t i, struct mu_err *err)
{
    for (size_t j = 0; j < i; j++) {
        if (mu_streq(list[j].name, list[i].name))
            return mu_y_fail(at, err,
                             "%s: stands here for the second time; the first is in line %d",
                             list[i].name, list[j].line);
    }
    return 0;
}

static int read_file(struct mu_arena *arena, const struct mu_y *root, const char *const *runs,
                     const struct mu_tools **ret, struct mu_err *err)
{
    struct file f = {.adapter = NULL};
    struct mu_tools *tools = mu_alloc(arena, sizeof(*tools));
    if (root->type != MU_Y_MAP)
        return mu_y_fail(root, err, "expected `tools:`");
    if (mu_opt_read(arena, file_opts, root, &f, err) < 0)
        return -1;
    if (f.tools->type != MU_Y_SEQ || f.tools->count > MU_TOOLS_MAX)
        return mu_y_fail(f.tools, err, "tools: expected a list of at most %d records",
                         MU_TOOLS_MAX);
    struct mu_tool *list = mu_alloc_array(arena, f.tools->count, sizeof(*list));
    for (size_t i = 0; i < f.tools->count; i++) {
        if (read_tool(arena, f.adapter, f.tools->items[i], runs, &list[i], err) < 0 ||
            twice(f.tools->items[i], list, i, err) < 0)
            return -1;
    }
    *tools = (struct mu_tools){.list = list, .count = f.tools->count};
    *ret = tools;
    return 0;
}

int mu_tools_load(struct mu_arena *arena, const char *path, const char *const *runs,
                  const struct mu_tools **ret, struct mu_err *err)
{
    const struct mu_y *root;
    return mu_y_load(arena, path, &root, err) < 0 ? -1 : read_file(arena, root, runs, ret, err);
}

int mu_tools_parse(struct mu_arena *arena, const char *name, const char *text, size_t len,
                   const char *const *runs, const struct mu_tools **ret, struct mu_err *err)
{
    const struct mu_y *root;
    return mu_y_parse(arena, name, text, len, &root, err) < 0
               ? -1
               : read_file(arena, root, runs, ret, err);
}

const struct mu_tool_arg *mu_tool_arg(const struct mu_tool *tool, const char *name)
{
    for (size_t i = 0; i < tool->arg_count; i++) {
        if (mu_streq(tool->args[i].name, name))
            return &tool->args[i];
    }
    return NULL;
}
