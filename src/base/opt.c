/* SPDX-License-Identifier: Apache-2.0 */
/* Reading settings by their table. */
#include "base/opt.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"

/* One setting on its way into the struct; at is NULL while a default is read. */
struct reading {
    struct mu_arena *arena;
    const struct mu_opt *opt;
    const struct mu_y *at;
    char *field;
};

static int wrong(const struct reading *r, struct mu_err *err, const char *text, const char *want)
{
    mu_assert(r->at); /* a default that its own type refuses */
    const char *shown = mu_printable(r->arena, text, strlen(text), 64);
    return mu_y_fail(r->at, err, "%s: '%s' is not %s", r->opt->name, shown, want);
}

static int read_int(const struct reading *r, const char *text, struct mu_err *err)
{
    bool bounded = r->opt->max > r->opt->min;
    long long value;
    if (mu_parse_int(text, bounded ? r->opt->min : INT64_MIN, bounded ? r->opt->max : INT64_MAX,
                     &value)) {
        *(int64_t *)(void *)r->field = value;
        return 0;
    }
    const char *want = "a whole number";
    if (bounded) {
        want = mu_printf(r->arena, "a whole number from %lld to %lld", (long long)r->opt->min,
                         (long long)r->opt->max);
    }
    return wrong(r, err, text, want);
}

static int read_bool(const struct reading *r, const char *text, struct mu_err *err)
{
    bool yes = mu_streq(text, "true") || mu_streq(text, "yes");
    if (!yes && !mu_streq(text, "false") && !mu_streq(text, "no"))
        return wrong(r, err, text, "true, false, yes or no");
    *(bool *)(void *)r->field = yes;
    return 0;
}

static int read_duration(const struct reading *r, const char *text, struct mu_err *err)
{
    int64_t seconds;
    if (!mu_duration_parse(text, &seconds))
        return wrong(r, err, text, "a duration such as 90s, 15m, 2h or 30d");
    bool bounded = r->opt->max > r->opt->min;
    if (bounded && (seconds < r->opt->min || seconds > r->opt->max)) {
        return wrong(r, err, text,
                     mu_printf(r->arena, "from %lld to %lld seconds", (long long)r->opt->min,
                               (long long)r->opt->max));
    }
    *(int64_t *)(void *)r->field = seconds;
    return 0;
}

static int read_enum(const struct reading *r, const char *text, struct mu_err *err)
{
    size_t count = 0;
    MU_AUTO(buf) struct mu_buf want = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    for (; r->opt->choices[count]; count++) {
        if (mu_streq(text, r->opt->choices[count])) {
            *(int *)(void *)r->field = (int)count;
            return 0;
        }
        mu_buf_printf(&want, "%s%s", count > 0 ? ", " : "one of: ", r->opt->choices[count]);
    }
    const char *nearest = mu_nearest(text, r->opt->choices, count);
    if (nearest)
        mu_buf_printf(&want, "; did you mean '%s'?", nearest);
    return wrong(r, err, text, want.data);
}

/* What was written is not quoted back: it may well be the secret itself. */
static int read_secret(const struct reading *r, const char *text, struct mu_err *err)
{
    if (!mu_starts(text, "env:") && !mu_starts(text, "file:") && !mu_starts(text, "command:")) {
        return mu_y_fail(
            r->at, err,
            "%s: a secret does not belong into this file; write env:NAME, file:PATH or command:CMD",
            r->opt->name);
    }
    *(const struct mu_y **)(void *)r->field = r->at;
    return 0;
}

static int read_list(const struct reading *r, const char *text)
{
    const char **list = mu_alloc_array(r->arena, 2, sizeof(*list));
    list[0] = text;
    *(const char ***)(void *)r->field = list;
    return 0;
}

static int read_text(const struct reading *r, const char *text, struct mu_err *err)
{
    switch (r->opt->type) {
    case MU_OPT_STR:
        *(const char **)(void *)r->field = text;
        return 0;
    case MU_OPT_INT:
        return read_int(r, text, err);
    case MU_OPT_BOOL:
        return read_bool(r, text, err);
    case MU_OPT_DURATION:
        return read_duration(r, text, err);
    case MU_OPT_ENUM:
        return read_enum(r, text, err);
    case MU_OPT_SECRET:
        return read_secret(r, text, err);
    case MU_OPT_LIST:
        return read_list(r, text);
    case MU_OPT_NODE:
        break;
    }
    return 0;
}

static int read_sequence(const struct reading *r, struct mu_err *err)
{
    const char **list = mu_alloc_array(r->arena, r->at->count + 1, sizeof(*list));
    for (size_t i = 0; i < r->at->count; i++) {
        const struct mu_y *item = r->at->items[i];
        if (item->type != MU_Y_SCALAR)
            return mu_y_fail(item, err, "%s: each item of this list must be a text", r->opt->name);
        list[i] = item->text;
    }
    *(const char ***)(void *)r->field = list;
    return 0;
}

static int read_node(const struct reading *r, struct mu_err *err)
{
    if (r->opt->type == MU_OPT_NODE) {
        *(const struct mu_y **)(void *)r->field = r->at;
        return 0;
    }
    if (r->opt->type == MU_OPT_LIST && r->at->type == MU_Y_SEQ)
        return read_sequence(r, err);
    if (r->at->type != MU_Y_SCALAR) {
        return mu_y_fail(r->at, err, "%s: must be a %s, not a %s", r->opt->name,
                         r->opt->type == MU_OPT_LIST ? "text or a list of texts" : "single value",
                         r->at->type == MU_Y_SEQ ? "list" : "mapping");
    }
    return read_text(r, r->at->text, err);
}

static int missing(const struct mu_opt *opt, const struct mu_y *map, const struct mu_y *empty,
                   struct mu_err *err)
{
    const char *help = opt->help ? opt->help : "no default";
    if (empty)
        return mu_y_fail(empty, err, "%s: needs a value (%s)", opt->name, help);
    if (map)
        return mu_y_fail(map, err, "'%s' is missing here (%s)", opt->name, help);
    return mu_fail(err, MU_E_CONFIG, "'%s' is missing (%s)", opt->name, help);
}

static int check_map(struct mu_arena *arena, const struct mu_opt *opts, const struct mu_y *map,
                     struct mu_err *err)
{
    if (map->type != MU_Y_MAP)
        return mu_y_fail(map, err, "must be a mapping of settings (key: value)");
    size_t count = 0;
    while (opts[count].name)
        count++;
    const char **names = mu_alloc_array(arena, count, sizeof(*names));
    for (size_t i = 0; i < count; i++)
        names[i] = opts[i].name;
    return mu_y_only(map, names, count, err);
}

static int read_one(struct mu_arena *arena, const struct mu_opt *opt, const struct mu_y *map,
                    void *to, struct mu_err *err)
{
    const struct mu_y *node = mu_y_get(map, opt->name);
    struct reading r = {.arena = arena, .opt = opt, .at = node, .field = (char *)to + opt->offset};
    if (node && node->type != MU_Y_NULL)
        return read_node(&r, err);
    if (opt->required)
        return missing(opt, map, node, err);
    r.at = NULL;
    return opt->def ? read_text(&r, opt->def, err) : 0;
}

int mu_opt_read(struct mu_arena *arena, const struct mu_opt *opts, const struct mu_y *map, void *to,
                struct mu_err *err)
{
    if (map && map->type == MU_Y_NULL)
        map = NULL;
    if (map && check_map(arena, opts, map, err) < 0)
        return -1;
    for (const struct mu_opt *opt = opts; opt->name; opt++)
        if (read_one(arena, opt, map, to, err) < 0)
            return -1;
    return 0;
}
