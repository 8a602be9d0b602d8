/* SPDX-License-Identifier: Apache-2.0 */
/* A policy held against the people of a snapshot. */
#include "engine/policy_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/time.h"
#include "model/schema.h"

enum { PAIRS_MAX = 10000, KNOWN_MAX = 256 };

/* People something is said of. */
struct some {
    int64_t count;
    const char *shown[MU_POLICY_SHOWN];
    size_t shown_count;
};

/* Two rules that fit the same people; the first of them decides. */
struct pair {
    size_t first, other;
    struct some people;
};

struct checking {
    struct mu_policy_checked *c;
    struct mu_arena *arena;
    struct mu_decider *decider;
    struct mu_policy_use *uses;
    struct mu_map *pairs;  /* "FIRST OTHER" -> pair */
    struct mu_map *extras; /* names of `attributes` that somebody has */
    struct some nowhere, unclear;
    const char *unclear_field;
    int64_t now;
};

const char *mu_policy_level_name(enum mu_policy_level level)
{
    static const char *const names[] = {
        [MU_POLICY_NOTE] = "note", [MU_POLICY_WARNING] = "warning", [MU_POLICY_ERROR] = "error"};
    return names[level];
}

struct mu_policy_finding *mu_policy_find(struct mu_policy_checked *c, enum mu_policy_level level,
                                         const char *code, const struct mu_policy_rule *rule,
                                         const struct mu_y *at, const char *text)
{
    if (c->finding_count == c->finding_cap) {
        size_t cap = c->finding_cap ? c->finding_cap * 2 : 16;
        struct mu_policy_finding *more = mu_alloc_array(c->arena, cap, sizeof(*more));
        if (c->finding_count > 0)
            memcpy(more, c->findings, c->finding_count * sizeof(*more));
        c->findings = more;
        c->finding_cap = cap;
    }
    struct mu_policy_finding *f = &c->findings[c->finding_count++];
    *f = (struct mu_policy_finding){.level = level,
                                    .code = code,
                                    .text = mu_strdup(c->arena, text),
                                    .rule = rule,
                                    .at = at     ? at
                                          : rule ? rule->at
                                                 : NULL};
    return f;
}

enum mu_policy_level mu_policy_worst(const struct mu_policy_checked *c)
{
    enum mu_policy_level worst = MU_POLICY_NOTE;
    for (size_t i = 0; i < c->finding_count; i++)
        worst = c->findings[i].level > worst ? c->findings[i].level : worst;
    return worst;
}

/* ---- people ---- */

static void count(struct checking *k, struct some *some, const struct mu_doc *user)
{
    some->count++;
    if (some->shown_count < MU_POLICY_SHOWN)
        some->shown[some->shown_count++] = mu_entry_label(k->arena, user);
}

static void count_pair(struct checking *k, size_t first, size_t other, const struct mu_doc *user)
{
    char key[64];
    size_t len = (size_t)snprintf(key, sizeof(key), "%zu %zu", first, other);
    struct pair *pair = mu_map_get(k->pairs, key, len);
    if (!pair && mu_map_count(k->pairs) == PAIRS_MAX)
        return;
    if (!pair) {
        pair = mu_alloc(k->arena, sizeof(*pair));
        *pair = (struct pair){.first = first, .other = other};
        mu_map_put(k->pairs, mu_strndup(k->arena, key, len), len, pair);
    }
    count(k, &pair->people, user);
}

/* Exclusions come first by design, and the default last. */
static void count_fits(struct checking *k, size_t decided, const struct mu_doc *user)
{
    const struct mu_policy *p = k->c->policy;
    for (size_t i = 0; i < p->rule_count; i++) {
        if (!mu_decider_fits(k->decider, i))
            continue;
        k->uses[i].fits++;
        if (i > decided && !p->rules[decided].excludes && p->rules[i].at != p->fallback)
            count_pair(k, decided, i, user);
    }
    k->uses[decided].decides++;
}

static void note_extras(struct checking *k, const struct mu_doc *user)
{
    const struct mu_doc *extras = mu_doc_member(user, "attributes");
    for (const struct mu_doc *m = extras ? extras->first : NULL; m; m = m->next) {
        if (mu_map_get(k->extras, m->name, m->name_len) || mu_map_count(k->extras) == KNOWN_MAX)
            continue;
        char *name = mu_strndup(k->arena, m->name, m->name_len);
        mu_map_put(k->extras, name, m->name_len, name);
    }
}

static void take_user(struct checking *k, const struct mu_doc *user)
{
    struct mu_decision got;
    mu_decide(k->decider, user, &got);
    k->c->people++;
    k->c->stands[got.standing]++;
    note_extras(k, user);
    if (got.rule)
        count_fits(k, (size_t)(got.rule - k->c->policy->rules), user);
    else
        count(k, &k->nowhere, user);
    if (got.standing == MU_STANDS_UNCLEAR) {
        count(k, &k->unclear, user);
        k->unclear_field = got.field;
    }
}

static int take_users(struct checking *k, struct mu_store *store, const char *account,
                      int64_t snapshot, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    struct mu_rows *rows;
    struct mu_entry entry;
    int rc;
    if (mu_rows_open(store, account, snapshot, MU_USER, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &entry, err)) == 1) {
        const struct mu_doc *user;
        mu_arena_reset(row);
        if (mu_entry_doc(&entry, row, &user, err) < 0) {
            rc = -1;
            break;
        }
        take_user(k, user);
    }
    mu_rows_close(rows);
    return rc;
}

/* ---- findings ---- */

static void show(struct mu_policy_finding *f, const struct some *some)
{
    f->people = some->count;
    f->example_count = some->shown_count;
    memcpy(f->examples, some->shown, sizeof(f->examples));
}

static const char *people(struct checking *k, int64_t count)
{
    return count == 1 ? "1 person" : mu_printf(k->arena, "%" PRId64 " people", count);
}

/* Whose rule comes first for most of those that this one fits. */
static const char *winner(const struct checking *k, size_t rule)
{
    const struct pair *most = NULL;
    for (size_t i = 0; i < mu_map_count(k->pairs); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(k->pairs, i, &key, &len, &value);
        const struct pair *pair = value;
        if (pair->other == rule && (!most || pair->people.count > most->people.count))
            most = pair;
    }
    return most ? k->c->policy->rules[most->first].name : "an exclusion";
}

static void judge_rule(struct checking *k, size_t i)
{
    const struct mu_policy_rule *rule = &k->c->policy->rules[i];
    const struct mu_policy_use *use = &k->uses[i];
    char day[MU_TIME_TEXT];
    if (rule->until && rule->until <= k->now)
        mu_policy_find(
            k->c, MU_POLICY_WARNING, "not-in-force", rule, NULL,
            mu_printf(k->arena, "was in force until %s", mu_time_text(rule->until, day)));
    else if (rule->from > k->now)
        mu_policy_find(k->c, MU_POLICY_NOTE, "not-in-force", rule, NULL,
                       mu_printf(k->arena, "in force from %s", mu_time_text(rule->from, day)));
    else if (k->c->people > 0 && use->fits == 0 && rule->at != k->c->policy->fallback)
        mu_policy_find(k->c, MU_POLICY_WARNING, "dead-rule", rule, NULL,
                       mu_printf(k->arena, "fits nobody of %s", people(k, k->c->people)));
    else if (use->fits > 0 && use->decides == 0 && rule->at != k->c->policy->fallback)
        mu_policy_find(k->c, MU_POLICY_WARNING, "shadowed-rule", rule, NULL,
                       mu_printf(k->arena, "fits %s, and rules before it decide all of them: %s",
                                 people(k, use->fits), winner(k, i)))
            ->people = use->fits;
}

static int by_people(const void *a, const void *b)
{
    const struct pair *x = *(const struct pair *const *)a, *y = *(const struct pair *const *)b;
    if (x->people.count != y->people.count)
        return x->people.count < y->people.count ? 1 : -1;
    return x->first != y->first ? (x->first > y->first) - (x->first < y->first)
                                : (x->other > y->other) - (x->other < y->other);
}

/* Those of the most people; a rule that never decides is told as such. */
static void judge_pairs(struct checking *k)
{
    size_t total = mu_map_count(k->pairs), told = 0;
    const struct pair **pairs = mu_alloc_array(k->arena, total + 1, sizeof(*pairs));
    for (size_t i = 0; i < total; i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(k->pairs, i, &key, &len, &value);
        pairs[i] = value;
    }
    qsort(pairs, total, sizeof(*pairs), by_people);
    for (size_t i = 0; i < total && told < MU_POLICY_OVERLAPS_MAX; i++) {
        const struct mu_policy_rule *rules = k->c->policy->rules;
        if (k->uses[pairs[i]->other].decides == 0)
            continue;
        show(mu_policy_find(k->c, MU_POLICY_NOTE, "overlap", &rules[pairs[i]->other], NULL,
                            mu_printf(k->arena, "rule %s fits %s of it too, and decides",
                                      rules[pairs[i]->first].name,
                                      people(k, pairs[i]->people.count))),
             &pairs[i]->people);
        told++;
    }
}

static const char *nearest_known(const struct checking *k, const char *name)
{
    const struct mu_schema *schema = mu_schema_of(MU_USER);
    const char *known[KNOWN_MAX + 64];
    size_t count = 0;
    for (; count < schema->count && count < 64; count++)
        known[count] = schema->attrs[count].name;
    for (size_t i = 0; i < mu_map_count(k->extras); i++) {
        size_t len;
        void *value;
        mu_map_at(k->extras, i, &known[count++], &len, &value);
    }
    return mu_nearest(name, known, count);
}

static void judge_fields(struct checking *k)
{
    const struct mu_policy *p = k->c->policy;
    for (size_t i = 0; k->c->people > 0 && i < p->field_count; i++) {
        const struct mu_policy_field *f = &p->fields[i];
        if (!f->extra || mu_map_get(k->extras, f->extra, strlen(f->extra)))
            continue;
        const char *nearest = nearest_known(k, f->extra);
        const char *shown = mu_printable(k->arena, f->name, strlen(f->name), 64);
        mu_policy_find(
            k->c, nearest ? MU_POLICY_ERROR : MU_POLICY_NOTE, "unknown-attribute", NULL, f->at,
            nearest ? mu_printf(k->arena, "nobody has '%s'; did you mean '%s'?", shown, nearest)
                    : mu_printf(k->arena, "nobody has '%s'", shown));
    }
}

static void judge(struct checking *k)
{
    judge_fields(k);
    for (size_t i = 0; i < k->c->policy->rule_count; i++)
        judge_rule(k, i);
    judge_pairs(k);
    if (k->unclear.count > 0)
        show(mu_policy_find(k->c, MU_POLICY_WARNING, "unclear-date", NULL, NULL,
                            mu_printf(k->arena, "%s of %s is no date", k->unclear_field,
                                      people(k, k->unclear.count))),
             &k->unclear);
    if (k->nowhere.count > 0)
        show(mu_policy_find(k->c, MU_POLICY_NOTE, "no-match", NULL, NULL,
                            mu_printf(k->arena, "no rule fits %s, and there is no default",
                                      people(k, k->nowhere.count))),
             &k->nowhere);
}

int mu_policy_check(struct mu_store *store, const char *account, int64_t snapshot,
                    const struct mu_policy *policy, struct mu_arena *arena,
                    struct mu_policy_checked **ret, struct mu_err *err)
{
    struct mu_policy_checked *c = mu_alloc(arena, sizeof(*c));
    struct checking k = {.c = c, .arena = arena, .now = mu_now()};
    c->arena = arena;
    c->policy = policy;
    c->uses = k.uses = mu_alloc_array(arena, policy->rule_count + 1, sizeof(*k.uses));
    k.decider = mu_decider_new(policy, k.now);
    k.pairs = mu_map_new(0);
    k.extras = mu_map_new(0);
    int rc = snapshot ? take_users(&k, store, account, snapshot, err) : 0;
    if (rc == 0)
        judge(&k);
    mu_decider_free(k.decider);
    mu_map_free(k.pairs);
    mu_map_free(k.extras);
    if (rc == 0)
        *ret = c;
    return rc;
}
