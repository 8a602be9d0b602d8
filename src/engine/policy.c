/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a policy file: its keys, its rules in the order they are tried, and its code made whole. */
#include "engine/policy.h"

#include <string.h>

#include "base/map.h"
#include "base/opt.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/policy_private.h"

enum { DAY_S = 86400, EARLY_MAX = 366 * DAY_S };

/* ---- what the file may say ---- */

struct top {
    int match;
    const char *start, *end;
    int64_t early;
    const struct mu_y *exclude, *rules, *fallback, *examples;
};

static const char *const matches[] = {"first", "priority", NULL};

static const struct mu_opt top_opts[] = {
    {"match", MU_OPT_ENUM, offsetof(struct top, match), .def = "first", .choices = matches,
     .help = "which of the rules that fit counts"},
    {"start", MU_OPT_STR, offsetof(struct top, start),
     .help = "attribute of a person: the day before which they aren't in"},
    {"end", MU_OPT_STR, offsetof(struct top, end),
     .help = "attribute of a person: the day after which they are out"},
    {"early", MU_OPT_DURATION, offsetof(struct top, early), .def = "0s", .min = 0, .max = EARLY_MAX,
     .help = "how long before their start people are in"},
    {"exclude", MU_OPT_NODE, offsetof(struct top, exclude), .help = "who is never in"},
    {"rules", MU_OPT_NODE, offsetof(struct top, rules), .required = true,
     .help = "who belongs where"},
    {"default", MU_OPT_NODE, offsetof(struct top, fallback),
     .help = "where everybody belongs whom no rule fits"},
    {"examples", MU_OPT_NODE, offsetof(struct top, examples),
     .help = "people, and where they must come out; muster policy test runs them"},
    {.name = NULL}};

/* A rule, an exclusion, or the default: each has some of these. */
struct values {
    const char *name, *from, *until;
    const struct mu_y *when, *group;
    int role;
    int64_t priority;
};

/* The REST words; SCIM's `sender` is REST's `regular`. */
static const char *const roles[] = {"regular", "manager", "admin", "sender", NULL};

static const struct mu_opt rule_opts[] = {
    {"name", MU_OPT_STR, offsetof(struct values, name), .required = true,
     .help = "what it is called in plans and in explain"},
    {"when", MU_OPT_NODE, offsetof(struct values, when), .required = true, .help = "whom it fits"},
    {"group", MU_OPT_NODE, offsetof(struct values, group), .required = true,
     .help = "name or id of the target's group, or {id: ...}, {name: ...}"},
    {"role", MU_OPT_ENUM, offsetof(struct values, role), .def = "regular", .choices = roles,
     .help = "regular (also called sender), manager or admin"},
    {"priority", MU_OPT_INT, offsetof(struct values, priority), .def = "0", .min = -1000000,
     .max = 1000000, .help = "with match: priority, the highest one counts"},
    {"from", MU_OPT_STR, offsetof(struct values, from), .help = "first day it is in force"},
    {"until", MU_OPT_STR, offsetof(struct values, until), .help = "last day it is in force"},
    {.name = NULL}};

static const struct mu_opt exclude_opts[] = {
    {"name", MU_OPT_STR, offsetof(struct values, name), .required = true,
     .help = "what it is called in plans and in explain"},
    {"when", MU_OPT_NODE, offsetof(struct values, when), .required = true, .help = "whom it fits"},
    {"from", MU_OPT_STR, offsetof(struct values, from), .help = "first day it is in force"},
    {"until", MU_OPT_STR, offsetof(struct values, until), .help = "last day it is in force"},
    {.name = NULL}};

static const struct mu_opt default_opts[] = {
    {"group", MU_OPT_NODE, offsetof(struct values, group), .required = true,
     .help = "name or id of the target's group, or {id: ...}, {name: ...}"},
    {"role", MU_OPT_ENUM, offsetof(struct values, role), .def = "regular", .choices = roles,
     .help = "regular (also called sender), manager or admin"},
    {.name = NULL}};

/* A policy in the making. */
struct loading {
    struct mu_arena *arena;
    struct mu_policy *policy;
    struct mu_policy_rule *rules;
    int32_t *entries;
    struct policy_maker maker;
    struct mu_map *names;
};

/* ---- rules ---- */

/* Either end of a time: a bare date is the whole day, so that `until` ends with it. */
static int read_moment(const struct mu_y *map, const char *key, bool last, int64_t *ret,
                       struct mu_err *err)
{
    const struct mu_y *at = mu_y_get(map, key);
    char canonical[MU_TIME_TEXT];
    if (!at || at->type == MU_Y_NULL)
        return 0;
    if (!mu_time_parse(at->text, canonical, ret))
        return mu_y_fail(at, err, "%s: '%.40s' is no date; write it as 2026-11-20", key, at->text);
    if (last && !strpbrk(at->text, "Tt "))
        *ret += DAY_S;
    return 0;
}

static int read_group(const struct mu_y *at, struct mu_policy_rule *rule, struct mu_err *err)
{
    const char *id = mu_y_str(at, "id"), *name = mu_y_str(at, "name");
    rule->ref = id ? MU_GROUP_ID : name ? MU_GROUP_NAME : MU_GROUP_ANY;
    rule->group = id ? id : name ? name : at->text;
    if (at->type == MU_Y_SCALAR ? !*at->text : at->count != 1 || !(id || name) || !*rule->group)
        return mu_y_fail(at, err, "group: expected its name or id, or {id: ...} or {name: ...}");
    return 0;
}

static int check_name(struct loading *l, const struct mu_y *map, const char *name,
                      struct mu_err *err)
{
    const struct mu_y *at = mu_y_get(map, "name");
    size_t len = strlen(name);
    if (len == 0 || len > 100)
        return mu_y_fail(at, err, "name: a rule is called by 1 to 100 bytes of text");
    if (mu_streq(name, "default"))
        return mu_y_fail(at, err, "name: 'default' is what the policy's default is called");
    const struct mu_y *other = mu_map_put(l->names, name, len, (void *)(uintptr_t)at);
    if (other)
        return mu_y_fail(at, err, "name: '%s' is the name of the rule in line %d; each has its own",
                         mu_printable(l->arena, name, len, 100), other->line);
    return 0;
}

static int add_rule(struct loading *l, const struct mu_y *at, const struct values *v,
                    struct mu_err *err)
{
    struct mu_policy *p = l->policy;
    struct mu_policy_rule *rule = &l->rules[p->rule_count];
    int32_t *entry = &l->entries[p->rule_count];
    *rule = (struct mu_policy_rule){.name = v->name,
                                    .at = at,
                                    .excludes = !v->group,
                                    .role = v->group ? roles[v->role % 3] : NULL,
                                    .priority = v->priority};
    if ((v->group && read_group(v->group, rule, err) < 0) ||
        read_moment(at, "from", false, &rule->from, err) < 0 ||
        read_moment(at, "until", true, &rule->until, err) < 0)
        return -1;
    if (rule->from && rule->until && rule->until <= rule->from)
        return mu_y_fail(mu_y_get(at, "until"), err,
                         "until: is before from, so that it is never in "
                         "force");
    *entry = POLICY_FITS;
    if (v->when && policy_when(&l->maker, v->when, entry, err) < 0)
        return -1;
    p->rule_count++;
    return 0;
}

static int read_rule(struct loading *l, const struct mu_opt *opts, const struct mu_y *at,
                     struct mu_err *err)
{
    struct values v = {.name = NULL};
    const struct mu_y *priority = mu_y_get(at, "priority");
    if (at->type != MU_Y_MAP)
        return mu_y_fail(at, err, "expected a rule: {name: ..., when: {...}}");
    if (mu_opt_read(l->arena, opts, at, &v, err) < 0 || check_name(l, at, v.name, err) < 0)
        return -1;
    if (priority && !l->policy->by_priority)
        return mu_y_fail(priority, err,
                         "priority: counts only with `match: priority` at the top of the file");
    return add_rule(l, at, &v, err);
}

static int read_rules(struct loading *l, const struct mu_opt *opts, const struct mu_y *list,
                      const char *key, struct mu_err *err)
{
    if (!list)
        return 0;
    if (list->type != MU_Y_SEQ)
        return mu_y_fail(list, err, "%s: expected a list: `- {name: ..., when: {...}}`", key);
    for (size_t i = 0; i < list->count; i++)
        if (read_rule(l, opts, list->items[i], err) < 0)
            return -1;
    return 0;
}

static int read_default(struct loading *l, const struct mu_y *map, struct mu_err *err)
{
    struct values v = {.name = "default"};
    if (!map)
        return 0;
    return mu_opt_read(l->arena, default_opts, map, &v, err) < 0 ? -1 : add_rule(l, map, &v, err);
}

/* ---- the code, made whole ---- */

/* The tests of a field get bits of their own, in words of their own. */
static void give_bits(struct loading *l, size_t field, size_t *bit)
{
    struct policy_maker *m = &l->maker;
    struct policy_place *place = &m->places[field];
    uint32_t *tests = mu_alloc_array(l->arena, m->test_count + 1, sizeof(*tests));
    place->first_bit = *bit;
    place->tests = tests;
    for (size_t i = 0; i < m->test_count; i++) {
        if (m->tests[i].field != field)
            continue;
        m->tests[i].bit = place->first_bit + place->test_count;
        tests[place->test_count++] = (uint32_t)i;
    }
    *bit += (place->test_count + POLICY_WORD - 1) / POLICY_WORD * POLICY_WORD;
}

static const void *kept(struct mu_arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = mu_alloc_array(arena, count + 1, size);
    if (count > 0)
        memcpy(copy, items, count * size);
    return copy;
}

static void finish(struct loading *l, struct mu_policy_code *code)
{
    struct policy_maker *m = &l->maker;
    size_t bits = 0;
    for (size_t i = 0; i < m->field_count; i++)
        give_bits(l, i, &bits);
    for (size_t i = 0; i < m->step_count; i++)
        m->steps[i].bit = (uint32_t)m->tests[m->steps[i].test].bit;
    code->places = kept(l->arena, m->places, m->field_count, sizeof(*m->places));
    code->tests = kept(l->arena, m->tests, m->test_count, sizeof(*m->tests));
    code->steps = kept(l->arena, m->steps, m->step_count, sizeof(*m->steps));
    code->entries = l->entries;
    code->word_count = bits / POLICY_WORD;
    l->policy->fields = kept(l->arena, m->fields, m->field_count, sizeof(*m->fields));
    l->policy->field_count = m->field_count;
    l->policy->rules = l->rules;
    l->policy->code = code;
}

static int read_dates(struct loading *l, const struct mu_y *root, const struct top *top,
                      struct mu_policy_code *code, struct mu_err *err)
{
    code->early = top->early;
    code->start = code->end = -1;
    if (top->start)
        code->start = policy_field(&l->maker, mu_y_get(root, "start"), top->start, err);
    if (top->end && (!top->start || code->start >= 0))
        code->end = policy_field(&l->maker, mu_y_get(root, "end"), top->end, err);
    return (top->start && code->start < 0) || (top->end && code->end < 0) ? -1 : 0;
}

/* ---- the file ---- */

/* Where the highest priority counts, the rules are tried in its order; equal ones as they stand. */
static void order(struct loading *l, size_t first)
{
    for (size_t i = first + 1; i < l->policy->rule_count; i++) {
        struct mu_policy_rule rule = l->rules[i];
        int32_t entry = l->entries[i];
        size_t to = i;
        for (; to > first && l->rules[to - 1].priority < rule.priority; to--) {
            l->rules[to] = l->rules[to - 1];
            l->entries[to] = l->entries[to - 1];
        }
        l->rules[to] = rule;
        l->entries[to] = entry;
    }
}

static int read_all(struct loading *l, const struct mu_y *root, const struct top *top,
                    struct mu_err *err)
{
    struct mu_policy_code *code = mu_alloc(l->arena, sizeof(*code));
    size_t count = (top->exclude ? top->exclude->count : 0) + top->rules->count + 1;
    if (count > MU_POLICY_RULES_MAX)
        return mu_y_fail(root, err, "more than the limit of %d rules", MU_POLICY_RULES_MAX);
    l->rules = mu_alloc_array(l->arena, count, sizeof(*l->rules));
    l->entries = mu_alloc_array(l->arena, count, sizeof(*l->entries));
    if (read_rules(l, exclude_opts, top->exclude, "exclude", err) < 0)
        return -1;
    size_t first = l->policy->rule_count;
    if (read_rules(l, rule_opts, top->rules, "rules", err) < 0)
        return -1;
    order(l, first);
    if (read_default(l, top->fallback, err) < 0 || read_dates(l, root, top, code, err) < 0)
        return -1;
    finish(l, code);
    return 0;
}

static void digest(const struct mu_y *root, char ret[MU_DIGEST_HEX])
{
    MU_AUTO(json) struct json_object *json = mu_y_json(root);
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_json_canonical(json, &text);
    mu_digest(text.data, text.len, ret);
}

static int load(struct mu_arena *arena, const struct mu_y *root, const struct mu_policy **ret,
                struct mu_err *err)
{
    struct top top = {.start = NULL};
    struct loading l = {.arena = arena, .maker.arena = arena};
    if (root->type != MU_Y_MAP)
        return mu_y_fail(root, err, "expected a policy: `rules:` and what else it has");
    if (mu_opt_read(arena, top_opts, root, &top, err) < 0)
        return -1;
    struct mu_policy *policy = mu_alloc(arena, sizeof(*policy));
    policy->file = root->file;
    policy->by_priority = top.match == 1;
    policy->fallback = top.fallback;
    policy->examples = top.examples;
    l.policy = policy;
    l.names = mu_map_new(top.rules->count);
    int rc = read_all(&l, root, &top, err);
    mu_map_free(l.names);
    free(l.maker.fields);
    free(l.maker.places);
    free(l.maker.tests);
    free(l.maker.steps);
    if (rc < 0 || policy_examples(arena, policy, err) < 0)
        return -1;
    digest(root, policy->digest);
    *ret = policy;
    return 0;
}

int mu_policy_parse(struct mu_arena *arena, const char *file, const char *text, size_t len,
                    const struct mu_policy **ret, struct mu_err *err)
{
    const struct mu_y *root;
    return mu_y_parse(arena, file, text, len, &root, err) < 0 ? -1 : load(arena, root, ret, err);
}

int mu_policy_load(struct mu_arena *arena, const char *path, const struct mu_policy **ret,
                   struct mu_err *err)
{
    const struct mu_y *root;
    return mu_y_load(arena, path, &root, err) < 0 ? -1 : load(arena, root, ret, err);
}
