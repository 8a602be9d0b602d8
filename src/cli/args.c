/* SPDX-License-Identifier: Apache-2.0 */
/* Walks argv by the command table. */
#include "cli/args.h"

#include <string.h>

#include "base/macros.h"
#include "base/str.h"

enum { OPTION_NAMES_MAX = 64, SHOWN_MAX = 60, WAIT_MAX_S = 24 * 3600 };

struct walk {
    struct mu_arena *arena;
    int argc;
    char *const *argv;
    int at;
    struct mu_args *args;
};

static const char *shown(struct walk *w, const char *text)
{
    return mu_printable(w->arena, text, strlen(text), SHOWN_MAX);
}

static size_t add_names(const struct mu_cmd_opt *opts, const char **names, size_t count)
{
    for (; opts && opts->name && count < OPTION_NAMES_MAX; opts++) {
        if (opts->help)
            names[count++] = opts->name;
    }
    return count;
}

static int unknown_option(struct walk *w, const char *name, struct mu_err *err)
{
    const char *names[OPTION_NAMES_MAX];
    const struct mu_cmd *cmd = w->args->cmd;
    size_t count = add_names(cmd ? cmd->opts : NULL, names, 0);
    count = add_names(mu_cmd_everywhere, names, count);
    const char *nearest = mu_nearest(name, names, count);
    if (nearest)
        return mu_fail(err, MU_E_USAGE, "unknown option --%s; did you mean --%s?", shown(w, name),
                       nearest);
    if (!cmd)
        return mu_fail(err, MU_E_USAGE,
                       "unknown option --%s; options of a command come after its name",
                       shown(w, name));
    return mu_fail(err, MU_E_USAGE, "unknown option --%s; see muster %s --help", shown(w, name),
                   cmd->name);
}

static void set(struct walk *w, const struct mu_cmd_opt *opt, const char *value)
{
    w->args->set[w->args->set_count++] = (struct mu_arg){.opt = opt, .value = value};
}

/* The next argument as the value of an option. */
static int take_value(struct walk *w, const struct mu_cmd_opt *opt, struct mu_err *err)
{
    if (w->at + 1 >= w->argc)
        return mu_fail(err, MU_E_USAGE, "option --%s needs %s", opt->name, opt->arg);
    set(w, opt, w->argv[++w->at]);
    return 0;
}

static int long_option(struct walk *w, const char *text, struct mu_err *err)
{
    const char *equals = strchr(text, '=');
    const char *name = equals ? mu_strndup(w->arena, text, (size_t)(equals - text)) : text;
    const struct mu_cmd_opt *opt = mu_cmd_option(w->args->cmd, name, 0);
    if (!opt)
        return unknown_option(w, name, err);
    if (opt->arg && !equals)
        return take_value(w, opt, err);
    if (!opt->arg && equals)
        return mu_fail(err, MU_E_USAGE, "option --%s takes no value", opt->name);
    set(w, opt, equals ? equals + 1 : "");
    return 0;
}

static int short_options(struct walk *w, const char *letters, struct mu_err *err)
{
    for (; *letters; letters++) {
        const struct mu_cmd_opt *opt = mu_cmd_option(w->args->cmd, NULL, *letters);
        if (!opt)
            return mu_fail(err, MU_E_USAGE, "unknown option -%s; see muster%s%s --help",
                           shown(w, letters), w->args->cmd ? " " : "",
                           w->args->cmd ? w->args->cmd->name : "");
        if (!opt->arg) {
            set(w, opt, "");
            continue;
        }
        if (!letters[1])
            return take_value(w, opt, err);
        set(w, opt, letters + 1);
        return 0;
    }
    return 0;
}

/* The first word names the command; from there on its own options are known. `help` is what many
 * type for --help. */
static int word(struct walk *w, const char *text, struct mu_err *err)
{
    struct mu_args *args = w->args;
    if (args->cmd) {
        args->words[args->word_count++] = text;
        return 0;
    }
    if (mu_streq(text, "help")) {
        set(w, mu_cmd_option(NULL, text, 0), "");
        return 0;
    }
    const char *nearest;
    args->cmd = mu_cmd_find(text, &nearest);
    if (args->cmd)
        return 0;
    if (nearest)
        return mu_fail(err, MU_E_USAGE, "unknown command %s; did you mean %s?", shown(w, text),
                       nearest);
    return mu_fail(err, MU_E_USAGE, "unknown command %s; see muster --help", shown(w, text));
}

static int argument(struct walk *w, bool options, struct mu_err *err)
{
    const char *text = w->argv[w->at];
    if (!options || text[0] != '-' || !text[1])
        return word(w, text, err);
    if (text[1] == '-')
        return long_option(w, text + 2, err);
    return short_options(w, text + 1, err);
}

/* Switches given together count one by one, so the list of options can be as long as the text. */
static size_t longest(int argc, char *const *argv)
{
    size_t count = 1;
    for (int i = 0; i < argc; i++)
        count += strlen(argv[i]) + 1;
    return count;
}

int mu_args_parse(struct mu_arena *arena, int argc, char *const *argv, struct mu_args *ret,
                  struct mu_err *err)
{
    struct mu_args args = {.cmd = NULL};
    args.words = mu_alloc_array(arena, (size_t)argc + 1, sizeof(*args.words));
    args.set = mu_alloc_array(arena, longest(argc, argv), sizeof(*args.set));
    struct walk w = {.arena = arena, .argc = argc, .argv = argv, .args = &args};
    bool options = true;
    for (w.at = 1; w.at < argc; w.at++) {
        if (options && mu_streq(argv[w.at], "--")) {
            options = false;
            continue;
        }
        if (argument(&w, options, err) < 0)
            return -1;
    }
    /* An option given before the command may be one the command has a table entry of its own for.
     * */
    for (size_t i = 0; i < args.set_count; i++)
        args.set[i].opt = mu_cmd_option(args.cmd, args.set[i].opt->name, 0);
    *ret = args;
    return 0;
}

int mu_args_check_words(const struct mu_args *args, struct mu_err *err)
{
    const struct mu_cmd *cmd = args->cmd;
    if (args->word_count >= cmd->words_min && args->word_count <= cmd->words_max)
        return 0;
    return mu_fail(err, MU_E_USAGE, "%s: too %s arguments; usage: muster %s %s", cmd->name,
                   args->word_count < cmd->words_min ? "few" : "many", cmd->name, cmd->usage);
}

const char *mu_args_get(const struct mu_args *args, const char *name)
{
    mu_assert(mu_cmd_option(args->cmd, name, 0));
    const char *value = NULL;
    for (size_t i = 0; i < args->set_count; i++) {
        if (mu_streq(args->set[i].opt->name, name))
            value = args->set[i].value;
    }
    return value;
}

bool mu_args_has(const struct mu_args *args, const char *name)
{
    return mu_args_get(args, name) != NULL;
}

const char *const *mu_args_list(struct mu_arena *arena, const struct mu_args *args,
                                const char *name)
{
    size_t room = 1;
    for (size_t i = 0; i < args->set_count; i++)
        room += strlen(args->set[i].value) + 1;
    const char **list = mu_alloc_array(arena, room, sizeof(*list));
    size_t count = 0;
    for (size_t i = 0; i < args->set_count; i++) {
        if (!mu_streq(args->set[i].opt->name, name))
            continue;
        for (const char *at = args->set[i].value; *at;) {
            size_t len = strcspn(at, ",");
            if (len)
                list[count++] = mu_strndup(arena, at, len);
            at += len + (at[len] == ',');
        }
    }
    return count ? list : NULL;
}

int mu_args_int(const struct mu_args *args, const char *name, long long min, long long max,
                long long fallback, long long *ret, struct mu_err *err)
{
    const char *text = mu_args_get(args, name);
    if (!text) {
        *ret = fallback;
        return 0;
    }
    if (!mu_parse_int(text, min, max, ret))
        return mu_fail(err, MU_E_USAGE, "--%s must be a whole number from %lld to %lld", name, min,
                       max);
    return 0;
}

int mu_args_wait(const struct mu_args *args, int *ret, struct mu_err *err)
{
    long long seconds;
    if (mu_args_int(args, "wait", 0, WAIT_MAX_S, 0, &seconds, err) < 0)
        return -1;
    *ret = (int)seconds;
    return 0;
}
