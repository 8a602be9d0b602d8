/* SPDX-License-Identifier: Apache-2.0 */
/* Examples in a policy file: their shape is checked at load, and `muster policy test` runs them. */
#include <string.h>

#include "base/opt.h"
#include "base/str.h"
#include "base/time.h"
#include "engine/policy_private.h"
#include "model/schema.h"

struct values {
    const char *name, *now;
    const struct mu_y *person, *expect;
};

static const struct mu_opt example_opts[] = {
    {"name", MU_OPT_STR, offsetof(struct values, name), .required = true, .help = "what it shows"},
    {"person", MU_OPT_NODE, offsetof(struct values, person), .required = true,
     .help = "attributes of somebody: {department: Sales, email: a@b}"},
    {"now", MU_OPT_STR, offsetof(struct values, now), .help = "the day it is; today when left out"},
    {"expect", MU_OPT_NODE, offsetof(struct values, expect), .required = true,
     .help = "stands, rule, group, role"},
    {.name = NULL}};

static const char *const standings[] = {"in",    "excluded", "none", "not yet",
                                        "ended", "unclear",  NULL};
static const char *const roles[] = {"regular", "manager", "admin", "sender", NULL};

struct expected {
    int stands, role;
    const char *rule, *group, *role_text;
};

static const struct mu_opt expect_opts[] = {
    {"stands", MU_OPT_ENUM, offsetof(struct expected, stands), .def = "in", .choices = standings,
     .help = "in (default), excluded, none, not yet, ended, unclear"},
    {"rule", MU_OPT_STR, offsetof(struct expected, rule), .help = "name of the rule that decides"},
    {"group", MU_OPT_STR, offsetof(struct expected, group), .help = "group as the rule writes it"},
    {"role", MU_OPT_ENUM, offsetof(struct expected, role), .def = "regular", .choices = roles,
     .help = "regular (also called sender), manager or admin"},
    {.name = NULL}};

/* ---- at load ---- */

static bool known_rule(const struct mu_policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        if (mu_streq(policy->rules[i].name, name))
            return true;
    return false;
}

static int read_expected(struct mu_arena *arena, const struct mu_policy *policy,
                         const struct mu_y *map, struct expected *ret, struct mu_err *err)
{
    *ret = (struct expected){.role_text = mu_y_str(map, "role")};
    if (mu_opt_read(arena, expect_opts, map, ret, err) < 0)
        return -1;
    if (ret->rule && !known_rule(policy, ret->rule))
        return mu_y_fail(mu_y_get(map, "rule"), err, "rule: this file has no rule '%s'",
                         mu_printable(arena, ret->rule, strlen(ret->rule), 100));
    return 0;
}

static int read_now(const struct mu_y *at, const char *text, int64_t *ret, struct mu_err *err)
{
    char canonical[MU_TIME_TEXT];
    *ret = mu_now();
    if (text && !mu_time_parse(text, canonical, ret))
        return mu_y_fail(mu_y_get(at, "now"), err,
                         "now: '%.40s' is no date; write it as 2026-11-20", text);
    return 0;
}

static int compile(struct mu_arena *arena, const struct mu_policy *policy, const struct mu_y *at,
                   struct mu_err *err)
{
    struct values v = {.name = NULL};
    struct expected expected;
    int64_t now;
    if (at->type != MU_Y_MAP)
        return mu_y_fail(at, err, "expected an example: {name: ..., person: {...}, expect: {...}}");
    if (mu_opt_read(arena, example_opts, at, &v, err) < 0)
        return -1;
    if (v.person->type != MU_Y_MAP || v.expect->type != MU_Y_MAP || v.expect->count == 0)
        return mu_y_fail(at, err, "person and expect are mappings: {department: Sales}, {rule: a}");
    return read_now(at, v.now, &now, err) < 0
               ? -1
               : read_expected(arena, policy, v.expect, &expected, err);
}

int policy_examples(struct mu_arena *arena, const struct mu_policy *policy, struct mu_err *err)
{
    const struct mu_y *list = policy->examples;
    if (list && list->type != MU_Y_SEQ)
        return mu_y_fail(list, err, "examples: expected a list");
    for (size_t i = 0; list && i < list->count; i++)
        if (compile(arena, policy, list->items[i], err) < 0)
            return -1;
    return 0;
}

/* ---- a person in short ---- */

static void put_value(struct mu_jw *w, const struct mu_y *value)
{
    MU_AUTO(json) struct json_object *json = NULL;
    if (value->type == MU_Y_SCALAR) {
        mu_jw_str(w, value->text);
        return;
    }
    json = mu_y_json(value);
    mu_jw_json(w, json);
}

/* email: a@b, or a list of them -> "emails": [{"email": "a@b"}]. */
static void put_list(struct mu_jw *w, const struct policy_place *place, const struct mu_y *value)
{
    size_t count = value->type == MU_Y_SEQ ? value->count : 1;
    mu_jw_key(w, place->member);
    mu_jw_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct mu_y *item = value->type == MU_Y_SEQ ? value->items[i] : value;
        bool part = item->type == MU_Y_SCALAR && place->parts[0];
        if (part) {
            mu_jw_object(w);
            mu_jw_key(w, place->parts[0]);
        }
        put_value(w, item);
        if (part)
            mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void put_extra(struct mu_jw *w, const struct policy_place *place, const struct mu_y *value)
{
    mu_jw_key(w, place->member);
    put_value(w, value);
}

/* As the unified schema has it: its fields as they are, everything else under `attributes`. */
static const struct mu_doc *person_doc(struct mu_arena *arena, const struct mu_y *person)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX), extras = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_y *given = mu_y_get(person, "attributes");
    struct mu_jw w, e;
    mu_jw_init(&w, &text, false);
    mu_jw_init(&e, &extras, false);
    mu_jw_object(&w);
    mu_jw_object(&e);
    for (size_t i = 0; given && given->type == MU_Y_MAP && i < given->count; i++)
        put_extra(&e, &(struct policy_place){.member = given->keys[i]->text}, given->items[i]);
    for (size_t i = 0; i < person->count; i++) {
        struct policy_place place;
        if (!policy_place_of(arena, person->keys[i]->text, &place))
            continue;
        if (place.list)
            put_list(&w, &place, person->items[i]);
        else
            put_extra(place.extra ? &e : &w, &place, person->items[i]);
    }
    mu_jw_end(&e, '}');
    mu_jw_key(&w, "attributes");
    mu_jw_raw(&w, extras.data, extras.len);
    mu_jw_end(&w, '}');
    const struct mu_doc *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    return mu_doc_parse(arena, mu_strndup(arena, text.data, text.len), text.len, &doc, &err) < 0
               ? NULL
               : doc;
}

/* ---- running ---- */

static const char *quote(struct mu_arena *arena, const char *text)
{
    return text ? mu_printf(arena, "\"%s\"", mu_printable(arena, text, strlen(text), 100)) : "none";
}

static const char *differs(struct mu_arena *arena, const char *what, const char *want,
                           const char *got, const struct mu_policy_rule *rule)
{
    if (!want || mu_streq(want, got))
        return NULL;
    if (!rule)
        return mu_printf(arena, "%s: expected %s, got %s", what, quote(arena, want),
                         quote(arena, got));
    return mu_printf(arena, "%s: expected %s, got %s, by rule %s (line %d)", what,
                     quote(arena, want), quote(arena, got), rule->name, rule->at->line);
}

static const char *hold(struct mu_arena *arena, const struct expected *want,
                        const struct mu_decision *got)
{
    const struct mu_policy_rule *rule = got->rule;
    const char *why =
        differs(arena, "stands", standings[want->stands], mu_standing_name(got->standing), rule);
    if (!why)
        why = differs(arena, "rule", want->rule, rule ? rule->name : NULL, rule);
    if (!why)
        why = differs(arena, "group", want->group, rule ? rule->group : NULL, rule);
    if (!why && want->role_text)
        why = differs(arena, "role", roles[want->role % 3], rule ? rule->role : NULL, rule);
    return why;
}

static const char *run(const struct mu_policy *policy, const struct mu_y *at,
                       struct mu_arena *arena)
{
    struct values v = {.name = NULL};
    struct expected expected;
    struct mu_err err = MU_ERR_INIT;
    struct mu_decision got;
    int64_t now;
    if (mu_opt_read(arena, example_opts, at, &v, &err) < 0 || read_now(at, v.now, &now, &err) < 0 ||
        read_expected(arena, policy, v.expect, &expected, &err) < 0)
        return mu_strdup(arena, err.text);
    const struct mu_doc *person = person_doc(arena, v.person);
    if (!person)
        return "the person can't be read";
    MU_AUTO(decider) struct mu_decider *decider = mu_decider_new(policy, now);
    mu_decide(decider, person, &got);
    return hold(arena, &expected, &got);
}

int mu_policy_examples(const struct mu_policy *policy, mu_policy_report *report, void *arg,
                       int *ret_count)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_y *list = policy->examples;
    int failed = 0;
    *ret_count = list ? (int)list->count : 0;
    for (int i = 0; i < *ret_count; i++) {
        const struct mu_y *at = list->items[i];
        const char *why = run(policy, at, arena);
        failed += why != NULL;
        report(arg, mu_y_str(at, "name"),
               why ? mu_printf(arena, "%s:%d: %s", at->file, at->line, why) : NULL);
        mu_arena_reset(arena);
    }
    return failed;
}
