/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to be opened, and whether a token opens any of it. */
#include "serve/exposed.h"

#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "serve/mcp/mcp.h"
#include "serve/tool.h"

enum { WORDS_MAX = 1024, EXPOSED_MAX = 1024 };

static const char *const directory[] = {"directory", NULL};
static const char *const operations[] = {"operations", NULL};
static const char *const proxy[] = {"proxy", NULL};

static const struct mu_exposed routes[] = {
    {"users", "list", directory},
    {"users", "get", directory},
    {"users", "create", directory},
    {"groups", "list", directory},
    {"groups", "get", directory},
    {"roles", "list", directory},
    {"roles", "get", directory},
    {"role-assignments", "list", directory},
    {"role-assignments", "get", directory},
    {"me", "list", directory},
    {"health", "get", operations},
    {"metrics", "get", operations},
    {"proxy", "get", proxy},
    {"proxy", "create", proxy},
    {"proxy", "update", proxy},
    {"proxy", "delete", proxy},
    {"proxy", "custom", proxy},
};

/* ---- tools ---- */

static int add_tools(struct mu_arena *arena, const char *dir, const char *system,
                     struct mu_exposed *list, size_t *count, struct mu_err *err)
{
    const char *path = mu_printf(arena, "%s/%s/tools.yaml", dir, system);
    const struct mu_tools *tools;
    if (access(path, F_OK) < 0)
        return 0;
    if (mu_tools_load(arena, path, mu_mcp_runs, &tools, err) < 0)
        return -1;
    for (size_t i = 0; i < tools->count && *count < EXPOSED_MAX; i++) {
        const struct mu_tool *t = &tools->list[i];
        list[(*count)++] = (struct mu_exposed){t->name, t->need, t->tags};
    }
    return 0;
}

static int add_system(struct mu_arena *arena, const struct mu_config *config, const char *system,
                      struct mu_exposed *list, size_t *count, struct mu_err *err)
{
    if (add_tools(arena, mu_mappings_dir(), system, list, count, err) < 0)
        return -1;
    return config->mappings ? add_tools(arena, config->mappings, system, list, count, err) : 0;
}

int mu_exposed_load(struct mu_arena *arena, const struct mu_config *config,
                    struct mu_exposures *ret, struct mu_err *err)
{
    struct mu_exposed *list = mu_alloc_array(arena, EXPOSED_MAX, sizeof(*list));
    size_t count = MU_LEN(routes);
    memcpy(list, routes, sizeof(routes));
    if (add_system(arena, config, "directory", list, &count, err) < 0)
        return -1;
    for (const struct mu_adapter *const *a = mu_adapters(); *a; a++) {
        if (add_system(arena, config, (*a)->name, list, &count, err) < 0)
            return -1;
    }
    *ret = (struct mu_exposures){list, count};
    return 0;
}

const char *const *mu_exposed_tags(const char *name)
{
    for (size_t i = 0; i < MU_LEN(routes); i++) {
        if (mu_streq(routes[i].name, name))
            return routes[i].tags;
    }
    return NULL;
}

/* ---- words ---- */

struct words {
    const char *list[WORDS_MAX];
    size_t count;
};

static void add(struct words *w, const char *word)
{
    for (size_t i = 0; i < w->count; i++) {
        if (mu_streq(w->list[i], word))
            return;
    }
    if (w->count < WORDS_MAX)
        w->list[w->count++] = word;
}

static void known_methods(const struct mu_exposures *all, struct words *w)
{
    static const char *const methods[] = {"read",   "write",  "list",   "get",
                                          "create", "update", "delete", "custom"};
    for (size_t i = 0; i < MU_LEN(methods); i++)
        add(w, methods[i]);
    for (size_t i = 0; i < all->count; i++)
        add(w, all->list[i].name);
}

static void known_tags(const struct mu_exposures *all, struct words *w)
{
    for (size_t i = 0; i < all->count; i++) {
        for (const char *const *tag = all->list[i].tags; *tag; tag++)
            add(w, *tag);
    }
}

static bool knows(const struct words *w, const char *word)
{
    for (size_t i = 0; i < w->count; i++) {
        if (mu_glob(word, w->list[i], false))
            return true;
    }
    return false;
}

static void join(struct mu_buf *to, const struct words *w)
{
    for (size_t i = 0; i < w->count; i++)
        mu_buf_printf(to, "%s%s", i ? ", " : "", w->list[i]);
}

static int check_words(const char *what, const char *const *list, const struct words *known,
                       struct mu_err *err)
{
    for (; list && *list; list++) {
        if (knows(known, *list))
            continue;
        MU_AUTO(buf)
        struct mu_buf all = MU_BUF_INIT(MU_ERR_TEXT_MAX / 2), shown = MU_BUF_INIT(MU_BUF_MAX);
        const char *nearest = mu_nearest(*list, known->list, known->count);
        join(&all, known);
        mu_printable_into(&shown, *list, strlen(*list), 60);
        return mu_fail(err, MU_E_USAGE, "%s: there is no '%s'%s%s; there are %s", what, shown.data,
                       nearest ? "; did you mean " : "", nearest ? nearest : "", all.data);
    }
    return 0;
}

/* ---- what is left ---- */

/* What other methods the tags leave, and what other tags the methods leave. */
static int nothing_left(const struct mu_exposures *all, const struct mu_grant *grant,
                        struct mu_err *err)
{
    struct words methods = {.count = 0}, tags = {.count = 0};
    struct mu_grant by_tags = *grant, by_methods = *grant;
    MU_AUTO(buf) struct mu_buf m = MU_BUF_INIT(MU_ERR_TEXT_MAX), t = MU_BUF_INIT(MU_ERR_TEXT_MAX);
    by_tags.methods = NULL;
    by_methods.tags = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const struct mu_exposed *e = &all->list[i];
        if (mu_grant_allows(&by_tags, e->method, e->name, NULL, e->tags))
            add(&methods, e->method);
        if (mu_grant_allows(&by_methods, e->method, e->name, NULL, e->tags))
            for (const char *const *tag = e->tags; *tag; tag++)
                add(&tags, *tag);
    }
    join(&m, &methods);
    join(&t, &tags);
    return mu_fail(err, MU_E_REFUSED,
                   "methods and tags together leave nothing open: with these tags there are %s; "
                   "with these methods, tags %s",
                   m.data, t.data);
}

int mu_exposed_check(const struct mu_exposures *all, const struct mu_grant *grant,
                     struct mu_err *err)
{
    struct words methods = {.count = 0}, tags = {.count = 0};
    known_methods(all, &methods);
    known_tags(all, &tags);
    if (check_words("--methods", grant->methods, &methods, err) < 0 ||
        check_words("--tags", grant->tags, &tags, err) < 0)
        return -1;
    for (size_t i = 0; i < all->count; i++) {
        if (mu_grant_allows(grant, all->list[i].method, all->list[i].name, NULL, all->list[i].tags))
            return 0;
    }
    return nothing_left(all, grant, err);
}
