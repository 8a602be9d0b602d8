/* SPDX-License-Identifier: Apache-2.0 */
/* Files of checks: loaded, checked completely, and brought together with a site's settings. */
#include "audit/checks.h"

#include <string.h>

#include "audit/auditing.h"
#include "base/opt.h"
#include "base/str.h"

static const char *const user_facts[] = {"group_count", "balance",  "domain",
                                         "strength",    "age_days", NULL};
static const char *const group_facts[] = {"people",      "active_people", "managers", "balances",
                                          "team_budget", "budget_left",   NULL};

static const char *const abouts[] = {[MU_USER] = "user", [MU_GROUP] = "group", NULL};

static const char *const needs[] = {
    [MU_NEEDS_NOTHING] = "nothing", [MU_NEEDS_ROLES] = "roles", NULL};

/* A check as written. */
struct values {
    const char *title, *when, *builtin, *history, *finding, *detail, *advice;
    int severity, about, needs;
    const struct mu_y *count, *params;
};

static const struct mu_opt check_opts[] = {
    {"title", MU_OPT_STR, offsetof(struct values, title), .required = true},
    {"severity", MU_OPT_ENUM, offsetof(struct values, severity), .required = true,
     .choices = mu_severities},
    {"about", MU_OPT_ENUM, offsetof(struct values, about), .def = "user", .choices = abouts},
    {"needs", MU_OPT_ENUM, offsetof(struct values, needs), .def = "nothing", .choices = needs,
     .help = "without which the check says nothing"},
    {"when", MU_OPT_STR, offsetof(struct values, when), .help = "condition on an entry"},
    {"builtin", MU_OPT_STR, offsetof(struct values, builtin), .help = "check in C"},
    {"count", MU_OPT_NODE, offsetof(struct values, count), .help = "how many may match"},
    {"history", MU_OPT_STR, offsetof(struct values, history),
     .help = "field whose history is told"},
    {"params", MU_OPT_NODE, offsetof(struct values, params), .help = "values a site may set"},
    {"finding", MU_OPT_STR, offsetof(struct values, finding), .required = true},
    {"detail", MU_OPT_STR, offsetof(struct values, detail), .help = "the evidence in words"},
    {"advice", MU_OPT_STR, offsetof(struct values, advice), .required = true},
    {.name = NULL}};

struct loading {
    struct mu_arena *arena;
    const struct mu_y *settings; /* of the site; NULL: none */
    struct mu_check *checks;
    size_t count;
};

/* ---- what a check says of itself ---- */

static bool is_in(const char *const *list, const char *name)
{
    for (; list && *list; list++)
        if (mu_streq(*list, name))
            return true;
    return false;
}

/* Names that texts may use; the value doesn't matter here. */
static const char *known_word(void *arg, const char *name)
{
    static const char *const always[] = {"label", "id", "email", "account", "count", NULL};
    const struct mu_check *c = arg;
    const struct audit_builtin *b = c->builtin ? audit_builtin_find(c->builtin) : NULL;
    bool group = c->about == MU_GROUP;
    bool known = is_in(always, name) || is_in(group ? group_facts : user_facts, name) ||
                 mu_check_param(c, name) || (b && is_in(b->words, name)) ||
                 mu_schema_attr((enum mu_kind)c->about, name);
    return known ? "" : NULL;
}

static int check_text(struct mu_arena *arena, const struct mu_check *c, const char *key,
                      struct mu_err *err)
{
    const struct mu_y *node = mu_y_get(c->at, key);
    const char *unknown = NULL;
    if (!node)
        return 0;
    mu_text_fill(arena, node->text, known_word, (void *)(uintptr_t)c, &unknown);
    if (!unknown)
        return 0;
    return mu_y_fail(node, err,
                     "%s: {%s} is neither a field nor a fact nor a parameter of this check", key,
                     unknown);
}

/* A number, or the {parameter} that holds one. */
static int read_bound(struct mu_arena *arena, struct mu_check *c, const struct mu_y *node,
                      int64_t *ret, struct mu_err *err)
{
    long long n;
    if (!node)
        return 0;
    const char *text = node->text;
    if (*text == '{') {
        const char *name = mu_strndup(arena, text + 1, strcspn(text + 1, "}"));
        const struct mu_param *param = mu_check_param(c, name);
        if (!param)
            return mu_y_fail(node, err, "count: {%.40s} is no parameter of this check", name);
        if (param->count == 0)
            c->lacks = param;
        text = param->count > 0 ? param->values[0] : "0";
    }
    if (!mu_parse_int(text, 0, INT64_MAX, &n))
        return mu_y_fail(node, err, "count: '%.40s' is not a whole number", text);
    *ret = n;
    return 0;
}

static int read_count(struct mu_arena *arena, struct mu_check *c, const struct mu_y *node,
                      struct mu_err *err)
{
    static const char *const known[] = {"min", "max"};
    c->max = -1;
    if (!node)
        return 0;
    if (node->type != MU_Y_MAP)
        return mu_y_fail(node, err, "count: expected {min: N, max: N}");
    c->counted = true;
    return mu_y_only(node, known, MU_LEN(known), err) < 0 ||
                   read_bound(arena, c, mu_y_get(node, "min"), &c->min, err) < 0 ||
                   read_bound(arena, c, mu_y_get(node, "max"), &c->max, err) < 0
               ? -1
               : 0;
}

static int read_when(struct mu_arena *arena, struct mu_check *c, struct mu_err *err)
{
    const struct mu_y *node = mu_y_get(c->at, "when");
    const char *text;
    struct mu_err why = MU_ERR_INIT;
    if (mu_params_into(arena, c, node, &text, err) < 0)
        return -1;
    if (!text)
        return 0;
    const char *const *facts = c->about == MU_GROUP ? group_facts : user_facts;
    if (mu_filter_parse_facts(arena, (enum mu_kind)c->about, facts, text, &c->when, &why) < 0)
        return mu_y_fail(node, err, "when: %s", why.text);
    return 0;
}

static int read_builtin(struct mu_arena *arena, struct mu_check *c, struct mu_err *err)
{
    const struct mu_y *node = mu_y_get(c->at, "builtin");
    const struct audit_builtin *b = audit_builtin_find(c->builtin);
    if (!b) {
        const char *names[64];
        size_t count = 0;
        for (; audit_builtins[count] && count < MU_LEN(names); count++)
            names[count] = audit_builtins[count]->name;
        const char *nearest = mu_nearest(c->builtin, names, count);
        return mu_y_fail(node, err, "builtin: there is none called '%.60s'%s%s%s", c->builtin,
                         nearest ? "; did you mean " : "", nearest ? nearest : "",
                         nearest ? "?" : "");
    }
    for (const char *const *need = b->needs; need && *need; need++) {
        const struct mu_param *param = mu_check_param(c, *need);
        if (!param)
            return mu_y_fail(node, err, "builtin: %s needs a parameter `%s`", b->name,
                             mu_strdup(arena, *need));
        if (param->count == 0)
            c->lacks = param;
    }
    return 0;
}

static int read_severity(const struct mu_y *node, struct mu_check *c, struct mu_err *err)
{
    for (int i = 0; i < MU_SEVERITIES; i++) {
        if (mu_streq(node->text, mu_severities[i])) {
            c->severity = i;
            return 0;
        }
    }
    return mu_y_fail(node, err, "severity: '%.40s' is not info, low, medium, high or critical",
                     node->text);
}

/* What the site says of the check: off, on, or a mapping. */
static int read_site(const struct mu_y *site, struct mu_check *c, struct mu_err *err)
{
    if (!site)
        return 0;
    if (site->type == MU_Y_MAP) {
        const struct mu_y *severity = mu_y_get(site, "severity");
        return severity ? read_severity(severity, c, err) : 0;
    }
    c->off = mu_streq(site->text, "off") || mu_streq(site->text, "false");
    if (c->off || mu_streq(site->text, "on") || mu_streq(site->text, "true"))
        return 0;
    return mu_y_fail(site, err, "check %s: expected off, on, or its severity and parameters",
                     c->name);
}

static int check_forms(const struct mu_y *node, const struct values *v, struct mu_err *err)
{
    if (!v->when == !v->builtin)
        return mu_y_fail(node, err, "a check has either `when` or `builtin`");
    if (v->builtin && v->count)
        return mu_y_fail(mu_y_get(node, "count"), err, "count: goes with `when` only");
    if (v->history && !mu_schema_attr((enum mu_kind)v->about, v->history))
        return mu_y_fail(mu_y_get(node, "history"), err, "history: a %s has no field '%.40s'",
                         abouts[v->about], v->history);
    return 0;
}

/* Where a check stands: the same on every machine for those that are shipped. */
static const char *place_of(struct mu_arena *arena, const struct mu_y *key)
{
    static const char shipped[] = "audit/checks.yaml";
    const char *file = mu_ends(key->file, shipped) ? shipped : key->file;
    return mu_printf(arena, "%s:%d", file, key->line);
}

static int read_check(struct loading *l, const struct mu_y *key, const struct mu_y *node,
                      struct mu_check *c, struct mu_err *err)
{
    struct values v = {.title = NULL};
    if (node->type != MU_Y_MAP)
        return mu_y_fail(key, err, "check %.60s: expected its settings, indented below it",
                         key->text);
    if (mu_opt_read(l->arena, check_opts, node, &v, err) < 0 || check_forms(node, &v, err) < 0)
        return -1;
    *c = (struct mu_check){.name = key->text,
                           .title = v.title,
                           .rule = place_of(l->arena, key),
                           .at = node,
                           .severity = v.severity,
                           .about = v.about,
                           .needs = (enum mu_check_needs)v.needs,
                           .builtin = v.builtin,
                           .history = v.history,
                           .finding = v.finding,
                           .detail = v.detail,
                           .advice = v.advice};
    const struct mu_y *site = mu_y_get(l->settings, c->name);
    if (read_site(site, c, err) < 0 ||
        mu_params_read(l->arena, v.params, site && site->type == MU_Y_MAP ? site : NULL, c, err) <
            0 ||
        read_count(l->arena, c, v.count, err) < 0)
        return -1;
    if (c->builtin ? read_builtin(l->arena, c, err) < 0 : read_when(l->arena, c, err) < 0)
        return -1;
    return check_text(l->arena, c, "finding", err) < 0 ? -1
                                                       : check_text(l->arena, c, "detail", err);
}

/* ---- files ---- */

static const struct mu_check *named(const struct loading *l, const char *name)
{
    for (size_t i = 0; i < l->count; i++)
        if (mu_streq(l->checks[i].name, name))
            return &l->checks[i];
    return NULL;
}

static int check_name(const struct loading *l, const struct mu_y *key, struct mu_err *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t len = strlen(key->text);
    if (len == 0 || len > 64 || strspn(key->text, allowed) != len)
        return mu_y_fail(key, err, "the name of a check is 1 to 64 of a-z, 0-9 and dashes");
    const struct mu_check *other = named(l, key->text);
    if (other)
        return mu_y_fail(key, err,
                         "check %s is in %s already; give this one another name, or set the "
                         "other's parameters under `audit: checks:`",
                         key->text, other->rule);
    return l->count < MU_CHECKS_MAX
               ? 0
               : mu_y_fail(key, err, "more than %d checks", (int)MU_CHECKS_MAX);
}

static int load_file(struct loading *l, const char *path, struct mu_err *err)
{
    static const char *const known[] = {"kind", "checks"};
    const struct mu_y *root;
    if (mu_y_load(l->arena, path, &root, err) < 0)
        return -1;
    const struct mu_y *map = mu_y_get(root, "checks");
    if (root->type != MU_Y_MAP || !mu_streq(mu_y_str(root, "kind"), "checks") || !map ||
        map->type != MU_Y_MAP)
        return mu_y_fail(root, err, "expected `kind: checks`, and `checks:` with names below it");
    if (mu_y_only(root, known, MU_LEN(known), err) < 0)
        return -1;
    for (size_t i = 0; i < map->count; i++) {
        if (check_name(l, map->keys[i], err) < 0 ||
            read_check(l, map->keys[i], map->items[i], &l->checks[l->count], err) < 0)
            return -1;
        l->count++;
    }
    return 0;
}

/* What the site sets has to be there. */
static int check_settings(const struct loading *l, struct mu_err *err)
{
    const struct mu_y *map = l->settings;
    if (!map || map->type == MU_Y_NULL)
        return 0;
    if (map->type != MU_Y_MAP)
        return mu_y_fail(map, err, "checks: expected names of checks, with off or settings");
    const char *names[MU_CHECKS_MAX];
    for (size_t i = 0; i < l->count; i++)
        names[i] = l->checks[i].name;
    for (size_t i = 0; i < map->count; i++) {
        const char *name = map->keys[i]->text;
        if (named(l, name))
            continue;
        const char *nearest = mu_nearest(name, names, l->count);
        return mu_y_fail(map->keys[i], err, "there is no check '%.60s'%s%s%s", name,
                         nearest ? "; did you mean " : "; muster audit lists them",
                         nearest ? nearest : "", nearest ? "?" : "");
    }
    return 0;
}

int mu_checks_load(struct mu_arena *arena, const char *shipped, const char *const *rules,
                   const struct mu_y *settings, const struct mu_check **ret, size_t *ret_count,
                   struct mu_err *err)
{
    struct loading l = {.arena = arena, .settings = settings};
    l.checks = mu_alloc_array(arena, MU_CHECKS_MAX, sizeof(*l.checks));
    if (load_file(&l, shipped, err) < 0)
        return -1;
    for (; rules && *rules; rules++)
        if (load_file(&l, *rules, err) < 0)
            return -1;
    if (check_settings(&l, err) < 0)
        return -1;
    *ret = l.checks;
    *ret_count = l.count;
    return 0;
}

int mu_checks_load_file(struct mu_arena *arena, const char *path, size_t *ret_count,
                        struct mu_err *err)
{
    const struct mu_check *checks;
    return mu_checks_load(arena, path, NULL, NULL, &checks, ret_count, err);
}
