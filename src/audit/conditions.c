/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that are data: their conditions on users while rows go by, and on groups afterwards. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/auditing.h"
#include "base/str.h"
#include "base/time.h"
#include "model/number.h"

enum { FACTS_MAX = 8, FACT_TEXT = 24, COUNTED_SHOWN = 100 };

/* Of a check with `count`: who matched, the first of them by name. */
struct audit_counted {
    int64_t count;
    struct mu_subject shown[COUNTED_SHOWN];
};

/* Facts laid before an entry's own members. */
struct view {
    struct mu_doc whole, facts[FACTS_MAX];
    char numbers[FACTS_MAX][FACT_TEXT];
    size_t count;
};

static void add_text(struct view *v, const char *name, const char *text)
{
    if (!text)
        return;
    v->facts[v->count++] = (struct mu_doc){.type = MU_DOC_TEXT,
                                           .text = text,
                                           .len = (uint32_t)strlen(text),
                                           .name = name,
                                           .name_len = (uint32_t)strlen(name)};
}

static void add_number(struct view *v, const char *name, int64_t n)
{
    char *to = v->numbers[v->count];
    snprintf(to, FACT_TEXT, "%" PRId64, n);
    add_text(v, name, to);
}

static void lay_over(struct view *v, const struct mu_doc *doc)
{
    v->whole = *doc;
    for (size_t i = 0; i < v->count; i++)
        v->facts[i].next = i + 1 < v->count ? &v->facts[i + 1] : doc->first;
    if (v->count > 0)
        v->whole.first = &v->facts[0];
}

/* ---- what texts may say of an entry ---- */

struct saying {
    const struct auditing *a;
    const struct view *view;
    const struct mu_person *person; /* NULL: a group */
};

static const char *joined(struct mu_arena *arena, const struct mu_doc *list)
{
    const char *text = "";
    for (const struct mu_doc *item = list->first; item; item = item->next) {
        const char *id = mu_doc_text(item->first ? item->first : item);
        if (id)
            text = mu_printf(arena, "%s%s%s", text, *text ? ", " : "", id);
    }
    return text;
}

static const char *say(void *arg, const char *name)
{
    const struct saying *s = arg;
    if (s->person && mu_streq(name, "email"))
        return s->person->email ? s->person->email : "";
    const struct mu_doc *value = mu_doc_member(&s->view->whole, name);
    if (mu_doc_is(value, MU_DOC_LIST))
        return joined(s->a->arena, value);
    return mu_doc_text(value);
}

/* ---- matches ---- */

static void count_it(struct auditing *a, size_t check, const struct mu_subject *subject)
{
    if (!a->counted)
        a->counted = mu_xcalloc(a->audit->check_count, sizeof(*a->counted));
    struct audit_counted *counted = &a->counted[check];
    if (counted->count < COUNTED_SHOWN)
        counted->shown[counted->count] = *subject;
    counted->count++;
}

static void match(struct auditing *a, enum mu_kind kind, const struct view *view,
                  const struct mu_subject *subject, const struct mu_person *person)
{
    struct saying saying = {.a = a, .view = view, .person = person};
    const struct audit_words words = {.more = say, .arg = &saying};
    const struct audit_draft draft = {.subjects = subject, .subject_count = 1, .named = 1};
    for (size_t i = 0; i < a->audit->check_count; i++) {
        const struct mu_check *c = &a->checks[i];
        if (!c->when || c->about != (int)kind || a->results[i].state != MU_CHECK_RAN ||
            !mu_filter_match(c->when, &view->whole))
            continue;
        if (c->counted)
            count_it(a, i, subject);
        else
            audit_find(a, i, &draft, &words);
    }
}

static const char *domain_of(const struct mu_person *p)
{
    const char *at = p->key ? strrchr(p->key, '@') : NULL;
    return at ? at + 1 : NULL;
}

int audit_user(void *arg, const struct mu_person *person, const struct mu_doc *doc,
               struct mu_err *err)
{
    struct auditing *a = arg;
    struct view view;
    char canonical[MU_TIME_TEXT];
    int64_t made;
    const char *created = mu_doc_str(doc, "created_at");
    (void)err;
    view.count = 0;
    add_number(&view, "group_count", person->seat_count);
    add_number(&view, "strength", person->strength);
    if (created && mu_time_parse(created, canonical, &made))
        add_number(&view, "age_days", (a->now - made) / 86400);
    add_text(&view, "balance", person->balance);
    add_text(&view, "domain", domain_of(person));
    lay_over(&view, doc);
    const struct mu_subject subject = {MU_USER, a->account->name, person->id, person->label};
    match(a, MU_USER, &view, &subject, person);
    return 0;
}

static void audit_group(struct auditing *a, const struct mu_team *team)
{
    struct view view;
    view.count = 0;
    add_number(&view, "people", team->people);
    add_number(&view, "active_people", team->active);
    add_number(&view, "managers", team->managers);
    add_text(&view, "balances", team->balances);
    add_text(&view, "team_budget", team->budget);
    if (team->budget && team->balances)
        add_text(&view, "budget_left", mu_number_sub(a->arena, team->budget, team->balances));
    lay_over(&view, team->doc);
    const struct mu_subject subject = audit_team(a->people, team);
    match(a, MU_GROUP, &view, &subject, NULL);
}

void audit_groups(struct auditing *a)
{
    for (size_t i = 0; i < a->people->team_count; i++)
        if (a->people->teams[i]->doc)
            audit_group(a, a->people->teams[i]);
}

static void bound(struct auditing *a, size_t check)
{
    static const struct audit_counted nobody;
    static const char *const names[] = {"count"};
    const struct mu_check *c = &a->checks[check];
    const struct audit_counted *counted = a->counted ? &a->counted[check] : &nobody;
    if (counted->count >= c->min && (c->max < 0 || counted->count <= c->max))
        return;
    const char *const values[] = {mu_printf(a->arena, "%" PRId64, counted->count)};
    const struct audit_words words = {.names = names, .values = values, .count = 1};
    size_t shown = counted->count < COUNTED_SHOWN ? (size_t)counted->count : COUNTED_SHOWN;
    const struct audit_draft draft = {.subjects = counted->shown, .subject_count = shown};
    audit_find(a, check, &draft, &words);
}

void audit_counts(struct auditing *a)
{
    for (size_t i = 0; i < a->audit->check_count; i++)
        if (a->checks[i].counted && a->results[i].state == MU_CHECK_RAN)
            bound(a, i);
    free(a->counted);
    a->counted = NULL;
}
