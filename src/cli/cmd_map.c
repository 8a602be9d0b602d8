/* SPDX-License-Identifier: Apache-2.0 */
/* muster map: checks mapping files, and runs the examples in them. Works without a configuration.
 * */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/access.h"
#include "audit/checks.h"
#include "audit/sends.h"
#include "base/str.h"
#include "cli/show.h"
#include "serve/mcp/mcp.h"
#include "serve/tool.h"

struct checking {
    struct mu_cli *cli;
    struct mu_writer *writer; /* json, csv; NULL: text */
    bool examples;
    const char *file; /* at hand */
    int files, ran, failed_examples, broken_files;
};

static void tell(struct checking *c, const char *result, const char *example, const char *detail)
{
    if (c->writer) {
        const char *const values[] = {result, c->file, example, detail};
        mu_writer_row(c->writer, values, NULL);
        return;
    }
    printf("%-5s %s%s%s%s%s\n", result, c->file, example ? ": " : "",
           example ? mu_show_safe(c->cli->arena, example) : "", detail ? ": " : "",
           detail ? mu_show_safe(c->cli->arena, detail) : "");
}

static void on_example(void *arg, const char *example, const char *failure)
{
    struct checking *c = arg;
    if (failure)
        tell(c, "fail", example, failure);
    else if (c->writer)
        tell(c, "ok", example, NULL);
}

static void on_loaded(struct checking *c, const struct mu_resource *resource)
{
    int count = 0;
    int failed = c->examples ? mu_map_examples(resource, on_example, c, &count) : 0;
    c->files++;
    c->ran += count;
    c->failed_examples += failed;
    if (failed == 0)
        tell(c, "ok", NULL,
             c->examples ? mu_show_some(c->cli->arena, count, "example", "examples") : NULL);
}

/* The error says where; the rest is checked all the same. */
static void on_broken(struct checking *c, const struct mu_err *why)
{
    c->files++;
    c->broken_files++;
    tell(c, "fail", NULL, why->text);
}

/* ---- what lies among the mappings and is none ---- */

static int load_tools(struct mu_arena *arena, const char *path, size_t *ret, struct mu_err *err)
{
    const struct mu_tools *tools;
    if (mu_tools_load(arena, path, mu_mcp_runs, &tools, err) < 0)
        return -1;
    *ret = tools->count;
    return 0;
}

static int load_access(struct mu_arena *arena, const char *path, size_t *ret, struct mu_err *err)
{
    struct mu_checklist list;
    if (mu_access_load(arena, path, &list, err) < 0)
        return -1;
    *ret = list.count;
    return 0;
}

/* system or name NULL: any. */
static const struct other {
    const char *system, *name;
    int (*load)(struct mu_arena *arena, const char *path, size_t *ret, struct mu_err *err);
    const char *one, *many;
} others[] = {{NULL, "tools", load_tools, "tool", "tools"},
              {NULL, "access", load_access, "requirement", "requirements"},
              {"audit", "sends", mu_sends_check_file, "system", "systems"},
              {"audit", NULL, mu_checks_load_file, "check", "checks"}};

static bool check_other(struct checking *c, const char *system, const char *name)
{
    struct mu_err why = MU_ERR_INIT;
    size_t count, i = 0;
    while (i < MU_LEN(others) && ((others[i].system && !mu_streq(others[i].system, system)) ||
                                  (others[i].name && !mu_streq(others[i].name, name))))
        i++;
    if (i == MU_LEN(others))
        return false;
    if (others[i].load(c->cli->arena, c->file, &count, &why) < 0) {
        on_broken(c, &why);
        return true;
    }
    c->files++;
    tell(c, "ok", NULL, mu_show_some(c->cli->arena, (int64_t)count, others[i].one, others[i].many));
    return true;
}

/* Those that no list of mappings names. */
static void check_unlisted(struct checking *c, const char *top, const char *system)
{
    for (size_t i = 0; i < MU_LEN(others); i++) {
        if (others[i].system || !others[i].name)
            continue;
        c->file = mu_printf(c->cli->arena, "%s/%s/%s.yaml", top, system, others[i].name);
        if (access(c->file, F_OK) == 0)
            check_other(c, system, others[i].name);
    }
}

static void check_resource(struct checking *c, const struct mu_layers *layers, const char *system,
                           const char *name)
{
    const struct mu_resource *resource;
    struct mu_err why = MU_ERR_INIT;
    if (mu_map_load(c->cli->arena, layers, system, name, &resource, &why) < 0)
        on_broken(c, &why);
    else
        on_loaded(c, resource);
}

/* DIR/SYSTEM/NAME.yaml taken apart; false for a path of another form. */
static bool take_apart(struct mu_arena *arena, const char *path, const char **ret_dir,
                       const char **ret_system, const char **ret_name)
{
    char *copy = mu_strdup(arena, path);
    char *file = strrchr(copy, '/');
    if (!file || !mu_ends(file, ".yaml"))
        return false;
    *file++ = '\0';
    char *system = strrchr(copy, '/');
    *ret_dir = system ? copy : ".";
    if (system)
        *system++ = '\0';
    else
        system = copy;
    *ret_system = system;
    *ret_name = mu_strndup(arena, file, strlen(file) - strlen(".yaml"));
    return true;
}

/* A file that lies over a shipped one holds only what is different, so it is checked together with
 * that one. */
static bool lies_over(struct checking *c, const char *path, struct mu_layers *ret_layers,
                      const char **ret_system, const char **ret_name)
{
    const char *dir;
    struct stat own, shipped;
    if (!take_apart(c->cli->arena, path, &dir, ret_system, ret_name) ||
        stat(mu_printf(c->cli->arena, "%s/%s/%s.yaml", mu_mappings_dir(), *ret_system, *ret_name),
             &shipped) < 0 ||
        stat(path, &own) < 0 || (own.st_dev == shipped.st_dev && own.st_ino == shipped.st_ino))
        return false;
    *ret_layers = (struct mu_layers){.dirs = {mu_mappings_dir(), dir}};
    return true;
}

static void check_file(struct checking *c, const char *path)
{
    const struct mu_resource *resource;
    struct mu_layers layers;
    const char *dir, *system, *name;
    struct mu_err why = MU_ERR_INIT;
    c->file = path;
    if (take_apart(c->cli->arena, path, &dir, &system, &name) && check_other(c, system, name))
        return;
    if (lies_over(c, path, &layers, &system, &name))
        check_resource(c, &layers, system, name);
    else if (mu_map_load_file(c->cli->arena, path, &resource, &why) < 0)
        on_broken(c, &why);
    else
        on_loaded(c, resource);
}

/* Each file the topmost layer has for a system, together with what lies below it. */
static void check_layer(struct checking *c, const struct mu_layers *layers, const char *top,
                        const char *system)
{
    const struct mu_layers alone = {.dirs = {top}};
    const char *const *names;
    struct mu_err why = MU_ERR_INIT;
    c->file = mu_printf(c->cli->arena, "%s/%s", top, system);
    if (mu_map_list(c->cli->arena, &alone, system, &names, &why) < 0) {
        on_broken(c, &why);
        return;
    }
    for (; *names; names++) {
        c->file = mu_printf(c->cli->arena, "%s/%s/%s.yaml", top, system, *names);
        if (!check_other(c, system, *names))
            check_resource(c, layers, system, *names);
    }
    check_unlisted(c, top, system);
}

static int is_system(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && !strchr(entry->d_name, '.');
}

/* Every system the topmost layer has files for: a directory each. */
static void check_systems(struct checking *c, const struct mu_layers *layers, const char *top)
{
    struct dirent **found;
    int count = scandir(top, &found, is_system, alphasort);
    for (int i = 0; i < count; i++) {
        check_layer(c, layers, top, found[i]->d_name);
        free(found[i]);
    }
    if (count >= 0)
        free(found);
}

/* What is shipped; what this site lays over it; what each account lays over both. */
static void check_all(struct checking *c)
{
    const struct mu_config *config = c->cli->config;
    const struct mu_layers shipped = mu_config_layers(NULL, NULL),
                           site = mu_config_layers(config, NULL);
    check_systems(c, &shipped, shipped.dirs[0]);
    if (config && config->mappings)
        check_systems(c, &site, config->mappings);
    for (size_t i = 0; config && i < config->account_count; i++) {
        const struct mu_account_def *def = &config->accounts[i];
        struct mu_layers own = mu_config_layers(config, def);
        if (def->mappings)
            check_systems(c, &own, def->mappings);
    }
}

static int summary(struct checking *c)
{
    struct mu_arena *a = c->cli->arena;
    if (!c->writer && !c->cli->quiet)
        printf("%s, %d broken%s\n", mu_show_some(a, c->files, "file", "files"), c->broken_files,
               c->examples
                   ? mu_printf(a, "; %s, %d failed", mu_show_some(a, c->ran, "example", "examples"),
                               c->failed_examples)
                   : "");
    if (c->broken_files)
        return MU_EXIT_CONFIG;
    return c->failed_examples ? MU_EXIT_FAILED : MU_EXIT_DONE;
}

static int run(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err)
{
    static const char *const columns[] = {"result", "file", "example", "detail"};
    struct checking c = {.cli = cli, .examples = mu_streq(args->words[0], "test")};
    if (!c.examples && !mu_streq(args->words[0], "check"))
        return mu_fail(err, MU_E_USAGE, "map: say check or test; usage: muster map %s",
                       args->cmd->usage);
    if (args->word_count == 1 && mu_cli_maybe_config(cli, err) < 0)
        return -1;
    if (cli->format != MU_FORMAT_TEXT)
        c.writer = mu_writer_new(stdout, cli->format, columns, MU_LEN(columns));
    for (size_t i = 1; i < args->word_count; i++)
        check_file(&c, args->words[i]);
    if (args->word_count == 1)
        check_all(&c);
    if (c.writer && mu_writer_close(c.writer, err) < 0)
        return -1;
    return summary(&c);
}

const struct mu_cmd mu_cmd_map = {
    .name = "map",
    .summary = "check mapping files, or run the examples in them",
    .usage = "check|test [FILE...]",
    .about =
        "check: reads mapping files and says what is wrong with them, with file, line and the fix "
        "(exit 78). test: runs the examples they hold, too (exit 1 when one fails). Without FILE: "
        "all shipped mappings, merged with those of the site and of each account.",
    .words_min = 1,
    .words_max = 100000,
    .example = "muster map test mappings/sendoso/users.yaml",
    .run = run,
};
