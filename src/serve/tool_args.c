/* SPDX-License-Identifier: Apache-2.0 */
/* The arguments of a documentation record: types, places, and that no two of them share one. */
#include "serve/tool_private.h"

#include <string.h>

#include "base/opt.h"
#include "base/str.h"

static const char *const types[] = {
    [MU_T_STRING] = "string",
    [MU_T_INTEGER] = "integer",
    [MU_T_BOOLEAN] = "boolean",
    [MU_T_ARRAY] = "array",
    NULL,
};
static const char *const places[] = {
    [MU_IN_PATH] = "path",
    [MU_IN_QUERY] = "query",
    [MU_IN_BODY] = "body",
    [MU_IN_HERE] = "here",
    NULL,
};

struct arg {
    const char *name, *description, *to, *each;
    int in, type, items;
    bool required, email;
    const struct mu_y *fallback;
    const char **choices;
    int64_t minimum, maximum, longest;
};

static const struct mu_opt arg_opts[] = {
    {"name", MU_OPT_STR, offsetof(struct arg, name), .required = true},
    {"description", MU_OPT_STR, offsetof(struct arg, description), .required = true},
    {"in", MU_OPT_ENUM, offsetof(struct arg, in), .required = true, .choices = places},
    {"to", MU_OPT_STR, offsetof(struct arg, to),
     .help = "name in path or query, pointer in the body"},
    {"each", MU_OPT_STR, offsetof(struct arg, each),
     .help = "pointer each item of a list is put at"},
    {"type", MU_OPT_ENUM, offsetof(struct arg, type), .required = true, .choices = types},
    {"items", MU_OPT_ENUM, offsetof(struct arg, items), .def = "string", .choices = types},
    {"required", MU_OPT_BOOL, offsetof(struct arg, required), .def = "no"},
    {"email", MU_OPT_BOOL, offsetof(struct arg, email), .def = "no"},
    {"default", MU_OPT_NODE, offsetof(struct arg, fallback), .help = "when not given"},
    {"choices", MU_OPT_LIST, offsetof(struct arg, choices), .help = "the only values"},
    {"minimum", MU_OPT_INT, offsetof(struct arg, minimum), .help = "least"},
    {"maximum", MU_OPT_INT, offsetof(struct arg, maximum), .help = "most"},
    {"longest", MU_OPT_INT, offsetof(struct arg, longest),
     .help = "characters of a text, items of a list"},
    {.name = NULL}};

const char *mu_tool_type_name(int type)
{
    return types[type];
}

static const char *json_text(struct mu_arena *arena, const struct mu_y *node)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    if (!node)
        return NULL;
    mu_jw_init(&w, &text, false);
    mu_jw_doc(&w, mu_y_doc(arena, node));
    const char *ret = mu_strndup(arena, text.data, text.len);
    mu_buf_done(&text);
    return ret;
}

static int check_place(const struct mu_y *at, const struct mu_tool *t, const struct mu_tool_arg *a,
                       struct mu_err *err)
{
    if (a->in == MU_IN_BODY && a->to[0] != '/')
        return mu_y_fail(at, err, "%s: goes into the body, so `to:` is a JSON pointer (/send/%s)",
                         a->name, a->name);
    if (a->in == MU_IN_BODY && t->method && mu_streq(t->method, "GET"))
        return mu_y_fail(at, err, "%s: a GET has no body", a->name);
    if (a->in != MU_IN_HERE && !t->path)
        return mu_y_fail(at, err, "%s: there is no request it could go into; say `in: here`",
                         a->name);
    if (a->in == MU_IN_PATH && (!strstr(t->path, a->to) || !a->required))
        return mu_y_fail(at, err, "%s: a part of the path stands in it as {%s}, and is required",
                         a->name, a->to);
    return 0;
}

static int check_type(const struct mu_y *at, const struct mu_tool_arg *a, struct mu_err *err)
{
    if (a->required && a->fallback)
        return mu_y_fail(at, err, "%s: what has a default isn't required", a->name);
    if (a->choices && a->type != MU_T_STRING)
        return mu_y_fail(at, err, "%s: choices are for strings", a->name);
    if (a->items == MU_T_ARRAY || (a->each && a->type != MU_T_ARRAY))
        return mu_y_fail(at, err, "%s: items are scalars, and each: is for an array", a->name);
    return 0;
}

static int check_shared(const struct mu_y *at, const struct mu_tool *t, size_t i,
                        struct mu_err *err)
{
    const struct mu_tool_arg *a = &t->args[i];
    for (size_t j = 0; j < i; j++) {
        const struct mu_tool_arg *b = &t->args[j];
        if (mu_streq(a->name, b->name))
            return mu_y_fail(at, err, "%s: is an argument twice; give one of them another name",
                             a->name);
        if (a->in == b->in && a->in != MU_IN_HERE && mu_streq(a->to, b->to))
            return mu_y_fail(at, err, "%s: goes where %s goes (%s %s)", a->name, b->name,
                             places[a->in], a->to);
    }
    for (size_t j = 0; j < t->fixed_count; j++) {
        if (a->in == MU_IN_BODY && mu_streq(a->to, t->fixed[j].to))
            return mu_y_fail(at, err, "%s: goes where something fixed stands (%s)", a->name, a->to);
    }
    return 0;
}

static int read_arg(struct mu_arena *arena, const struct mu_y *at, struct mu_tool_arg *a,
                    struct mu_err *err)
{
    struct arg raw = {.name = NULL};
    if (at->type != MU_Y_MAP)
        return mu_y_fail(at, err, "expected an argument: name, in, type, description...");
    if (mu_opt_read(arena, arg_opts, at, &raw, err) < 0)
        return -1;
    *a = (struct mu_tool_arg){.name = raw.name,
                              .description = raw.description,
                              .in = raw.in,
                              .to = raw.in == MU_IN_HERE ? ""
                                    : raw.to             ? raw.to
                                                         : raw.name,
                              .each = raw.each,
                              .type = raw.type,
                              .items = raw.items,
                              .email = raw.email,
                              .required = raw.required,
                              .fallback = json_text(arena, raw.fallback),
                              .choices = (const char *const *)raw.choices,
                              .minimum = raw.minimum,
                              .maximum = raw.maximum,
                              .longest = raw.longest};
    return 0;
}

/* Every {part} of the path has an argument. */
static int check_path(struct mu_arena *arena, const struct mu_y *at, const struct mu_tool *t,
                      struct mu_err *err)
{
    for (const char *open = t->path ? strchr(t->path, '{') : NULL; open;
         open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        size_t len = close ? (size_t)(close - open - 1) : 0;
        const char *name = mu_strndup(arena, open + 1, len);
        bool found = false;
        for (size_t i = 0; i < t->arg_count; i++)
            found |= t->args[i].in == MU_IN_PATH && mu_streq(t->args[i].to, name);
        if (!found)
            return mu_y_fail(mu_y_get(at, "path"), err, "path: no argument goes to {%s}", name);
    }
    return 0;
}

int tool_read_args(struct mu_arena *arena, const struct mu_y *at, const struct mu_y *list,
                   struct mu_tool *t, struct mu_err *err)
{
    size_t count = list ? list->count : 0;
    if (list && (list->type != MU_Y_SEQ || count > MU_TOOL_ARGS_MAX))
        return mu_y_fail(list, err, "arguments: expected a list of at most %d", MU_TOOL_ARGS_MAX);
    struct mu_tool_arg *args = mu_alloc_array(arena, count + 1, sizeof(*args));
    t->args = args;
    t->arg_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct mu_y *item = list->items[i];
        if (read_arg(arena, item, &args[i], err) < 0 || check_place(item, t, &args[i], err) < 0 ||
            check_type(item, &args[i], err) < 0 || check_shared(item, t, i, err) < 0)
            return -1;
    }
    return check_path(arena, at, t, err);
}
