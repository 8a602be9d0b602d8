/* SPDX-License-Identifier: Apache-2.0 */
/* Checklists of access, and what people answered. */
#include "audit/access.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "base/opt.h"
#include "base/str.h"

enum { SYSTEMS_MAX = 100, REQUIREMENTS_MAX = 1000 };

static const char *const results[] = {
    [MU_ACCESS_PASS] = "pass",       [MU_ACCESS_FAIL] = "fail", [MU_ACCESS_WARN] = "warn",
    [MU_ACCESS_UNKNOWN] = "unknown", [MU_ACCESS_NA] = "n/a",    NULL};

const char *mu_access_name(enum mu_access result)
{
    static const char *const names[] = {[MU_ACCESS_PASS] = "PASS",
                                        [MU_ACCESS_FAIL] = "FAIL",
                                        [MU_ACCESS_WARN] = "WARN",
                                        [MU_ACCESS_UNKNOWN] = "UNKNOWN",
                                        [MU_ACCESS_NA] = "N/A"};
    return names[result];
}

/* ---- checklists ---- */

struct file {
    const char *kind, *system, *title, *who;
    const struct mu_y *requirements;
};

static const struct mu_opt file_opts[] = {
    {"kind", MU_OPT_STR, offsetof(struct file, kind), .required = true, .help = "access"},
    {"system", MU_OPT_STR, offsetof(struct file, system), .required = true,
     .help = "as its folder is called"},
    {"title", MU_OPT_STR, offsetof(struct file, title), .required = true,
     .help = "what it is about"},
    {"who", MU_OPT_STR, offsetof(struct file, who), .help = "whose rights these are"},
    {"requirements", MU_OPT_NODE, offsetof(struct file, requirements), .required = true,
     .help = "list"},
    {.name = NULL}};

static const struct mu_opt requirement_opts[] = {
    {"id", MU_OPT_STR, offsetof(struct mu_requirement, id), .required = true,
     .help = "that answers name"},
    {"title", MU_OPT_STR, offsetof(struct mu_requirement, title), .required = true,
     .help = "what is needed"},
    {"need", MU_OPT_STR, offsetof(struct mu_requirement, need), .help = "how much of it"},
    {"how", MU_OPT_STR, offsetof(struct mu_requirement, how), .required = true,
     .help = "where to look"},
    {"probe", MU_OPT_STR, offsetof(struct mu_requirement, probe), .help = "a call that shows it"},
    {"pass", MU_OPT_STR, offsetof(struct mu_requirement, pass), .help = "what has to be there"},
    {.name = NULL}};

static struct mu_requirement *find(const struct mu_checklist *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (mu_streq(list->list[i].id, id))
            return &list->list[i];
    return NULL;
}

static int read_requirements(struct mu_arena *arena, const struct mu_y *node,
                             struct mu_checklist *ret, struct mu_err *err)
{
    if (node->type != MU_Y_SEQ || node->count == 0 || node->count > REQUIREMENTS_MAX)
        return mu_y_fail(node, err, "requirements: expected a list of 1 to %d",
                         (int)REQUIREMENTS_MAX);
    ret->list = mu_alloc_array(arena, node->count, sizeof(*ret->list));
    for (size_t i = 0; i < node->count; i++) {
        struct mu_requirement one = {.system = ret->system, .result = MU_ACCESS_UNKNOWN};
        if (mu_opt_read(arena, requirement_opts, node->items[i], &one, err) < 0)
            return -1;
        if (find(ret, one.id))
            return mu_y_fail(node->items[i], err, "requirement %.40s is there twice", one.id);
        ret->list[ret->count++] = one;
    }
    return 0;
}

int mu_access_load(struct mu_arena *arena, const char *path, struct mu_checklist *ret,
                   struct mu_err *err)
{
    const struct mu_y *root;
    struct file file = {.kind = NULL};
    if (mu_y_load(arena, path, &root, err) < 0 ||
        mu_opt_read(arena, file_opts, root, &file, err) < 0)
        return -1;
    if (!mu_streq(file.kind, "access"))
        return mu_y_fail(mu_y_get(root, "kind"), err, "kind: expected access");
    *ret = (struct mu_checklist){.system = file.system, .title = file.title, .who = file.who};
    return read_requirements(arena, file.requirements, ret, err);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int mu_access_systems(struct mu_arena *arena, const char *dir, const char *const **ret,
                      struct mu_err *err)
{
    const char **names = mu_alloc_array(arena, SYSTEMS_MAX + 1, sizeof(*names));
    size_t count = 0;
    DIR *d = opendir(dir);
    if (!d)
        return mu_fail_errno(err, "%s", dir);
    for (struct dirent *e = readdir(d); e && count < SYSTEMS_MAX; e = readdir(d)) {
        const char *path = mu_printf(arena, "%s/%s/access.yaml", dir, e->d_name);
        if (e->d_name[0] != '.' && access(path, F_OK) == 0)
            names[count++] = mu_strdup(arena, e->d_name);
    }
    closedir(d);
    if (count > 1)
        qsort(names, count, sizeof(*names), by_name);
    *ret = names;
    return 0;
}

/* ---- answers ---- */

static const struct mu_opt answer_opts[] = {
    {"result", MU_OPT_ENUM, offsetof(struct mu_requirement, result), .required = true,
     .choices = results, .help = "what was seen"},
    {"by", MU_OPT_STR, offsetof(struct mu_requirement, by), .required = true, .help = "who looked"},
    {"on", MU_OPT_STR, offsetof(struct mu_requirement, on), .required = true, .help = "which day"},
    {"note", MU_OPT_STR, offsetof(struct mu_requirement, note), .help = "what there is to say"},
    {.name = NULL}};

static int unknown(const struct mu_checklist *list, const struct mu_y *key, struct mu_err *err)
{
    const char *names[REQUIREMENTS_MAX];
    for (size_t i = 0; i < list->count; i++)
        names[i] = list->list[i].id;
    const char *nearest = mu_nearest(key->text, names, list->count);
    return mu_y_fail(key, err, "%s has no requirement '%.40s'%s%s%s", list->system, key->text,
                     nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

static int answer(struct mu_arena *arena, struct mu_checklist *list, const struct mu_y *answers,
                  struct mu_err *err)
{
    if (answers->type != MU_Y_MAP)
        return mu_y_fail(answers, err, "expected ids of requirements, with answers");
    for (size_t i = 0; i < answers->count; i++) {
        struct mu_requirement *r = find(list, answers->keys[i]->text);
        if (!r)
            return unknown(list, answers->keys[i], err);
        if (mu_opt_read(arena, answer_opts, answers->items[i], r, err) < 0)
            return -1;
    }
    return 0;
}

int mu_access_answer(struct mu_arena *arena, const char *path, struct mu_checklist *lists,
                     size_t count, struct mu_err *err)
{
    static const char *const known[] = {"kind", "systems"};
    const struct mu_y *root;
    if (mu_y_load(arena, path, &root, err) < 0)
        return -1;
    const struct mu_y *systems = mu_y_get(root, "systems");
    if (!mu_streq(mu_y_str(root, "kind"), "access-answers") || !systems ||
        systems->type != MU_Y_MAP)
        return mu_y_fail(root, err, "expected `kind: access-answers`, and `systems:` below it");
    if (mu_y_only(root, known, MU_LEN(known), err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct mu_y *answers = mu_y_get(systems, lists[i].system);
        if (answers && answer(arena, &lists[i], answers, err) < 0)
            return -1;
    }
    return 0;
}
