/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: their ids, their texts, their order, and the waivers that cover some of them. */
#include <string.h>

#include "audit/auditing.h"
#include "base/hash.h"
#include "base/str.h"

/* ---- texts ---- */

struct filling {
    const struct auditing *a;
    const struct mu_check *check;
    const struct audit_draft *draft;
    const struct audit_words *words;
};

static const char *of_subject(const struct filling *f, const char *name)
{
    const struct mu_subject *s = f->draft->subject_count > 0 ? f->draft->subjects : NULL;
    if (mu_streq(name, "account"))
        return f->a->account->name;
    if (mu_streq(name, "label"))
        return s ? s->label : "";
    return mu_streq(name, "id") ? (s ? s->id : "") : NULL;
}

static const char *look_up(void *arg, const char *name)
{
    const struct filling *f = arg;
    const struct mu_param *param = mu_check_param(f->check, name);
    for (size_t i = 0; f->words && i < f->words->count; i++)
        if (mu_streq(f->words->names[i], name))
            return f->words->values[i] ? f->words->values[i] : "";
    const char *own = of_subject(f, name);
    if (own)
        return own;
    const char *more = f->words && f->words->more ? f->words->more(f->words->arg, name) : NULL;
    if (more)
        return more;
    return param ? mu_param_text(f->a->arena, param) : "";
}

static const char *fill(struct filling *f, const char *text)
{
    return text ? mu_text_fill(f->a->arena, text, look_up, f, NULL) : NULL;
}

/* ---- findings ---- */

static void add_part(struct mu_buf *to, const char *text)
{
    mu_buf_add(to, text, strlen(text) + 1);
}

static void set_id(struct mu_finding *f, const struct mu_check *check, const char *account,
                   size_t named)
{
    char hex[MU_DIGEST_HEX];
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    add_part(&text, check->name);
    add_part(&text, account);
    for (size_t i = 0; i < named; i++) {
        add_part(&text, f->subjects[i].account);
        add_part(&text, mu_schema_of(f->subjects[i].kind)->name);
        add_part(&text, f->subjects[i].id);
    }
    mu_digest(text.data, text.len, hex);
    memcpy(f->id, hex, MU_FINDING_ID);
    f->id[MU_FINDING_ID] = '\0';
}

static struct mu_finding *new_finding(struct auditing *a)
{
    if (a->found_count == a->found_room) {
        a->found_room = a->found_room ? a->found_room * 2 : 256;
        a->found = mu_xrealloc(a->found, a->found_room * sizeof(*a->found));
    }
    return &a->found[a->found_count++];
}

/* People are forgotten when the audit is made; who is told of isn't. */
static struct mu_subject keep(struct mu_arena *arena, const struct mu_subject *s)
{
    return (struct mu_subject){s->kind, s->account, mu_strdup(arena, s->id),
                               mu_strdup(arena, s->label)};
}

void audit_find(struct auditing *a, size_t check, const struct audit_draft *draft,
                const struct audit_words *words)
{
    const struct mu_check *c = &a->checks[check];
    struct mu_check_result *result = &a->results[check];
    struct filling filling = {.a = a, .check = c, .draft = draft, .words = words};
    if (result->found++ >= MU_FINDINGS_MAX)
        return;
    result->shown++;
    struct mu_subject *subjects =
        mu_alloc_array(a->arena, draft->subject_count + 1, sizeof(*subjects));
    for (size_t i = 0; i < draft->subject_count; i++)
        subjects[i] = keep(a->arena, &draft->subjects[i]);
    struct mu_finding *f = new_finding(a);
    *f = (struct mu_finding){.check = result,
                             .severity = (enum mu_severity)c->severity,
                             .title = fill(&filling, c->finding),
                             .subjects = subjects,
                             .subject_count = draft->subject_count,
                             .detail = draft->detail ? draft->detail : fill(&filling, c->detail),
                             .snapshot = draft->snapshot ? draft->snapshot : a->snapshot,
                             .run = draft->run,
                             .rule = draft->rule ? draft->rule : c->rule,
                             .advice = c->advice};
    set_id(f, c, a->account->name, draft->named);
}

void audit_skip(struct auditing *a, size_t check, const char *why)
{
    a->results[check].state = MU_CHECK_SKIPPED;
    a->results[check].why = why;
}

struct mu_subject audit_person(const struct mu_people *people, const struct mu_person *p)
{
    return (struct mu_subject){MU_USER, people->account, p->id, p->label};
}

struct mu_subject audit_team(const struct mu_people *people, const struct mu_team *team)
{
    return (struct mu_subject){MU_GROUP, people->account, team->id, team->label};
}

/* ---- the end ---- */

static int compare(const void *x, const void *y)
{
    const struct mu_finding *a = x, *b = y;
    if (a->severity != b->severity)
        return a->severity < b->severity ? 1 : -1;
    if (a->check != b->check)
        return a->check < b->check ? -1 : 1;
    const char *i = a->subject_count > 0 ? a->subjects[0].id : "";
    const char *j = b->subject_count > 0 ? b->subjects[0].id : "";
    int order = strcmp(i, j);
    return order ? order : strcmp(a->id, b->id);
}

static void waive(struct auditing *a, struct mu_map *by_id)
{
    for (size_t i = 0; i < a->options->waiver_count; i++) {
        const struct mu_waiver *w = &a->options->waivers[i];
        struct mu_finding *f = mu_map_get(by_id, w->finding, strlen(w->finding));
        if (f && (w->expires == 0 || w->expires > a->now))
            f->waived = w;
        else if (f)
            f->expired = w;
        else if (!a->options->checks)
            mu_log(a->log, MU_LOG_WARN,
                   "%s:%d: finding %s isn't there any more; its waiver can be taken out", w->file,
                   w->line, w->finding);
    }
}

static void apply_waivers(struct auditing *a)
{
    if (a->options->waiver_count == 0)
        return;
    struct mu_map *by_id = mu_map_new(a->found_count);
    for (size_t i = 0; i < a->found_count; i++)
        mu_map_put(by_id, a->found[i].id, MU_FINDING_ID, &a->found[i]);
    waive(a, by_id);
    mu_map_free(by_id);
}

void audit_conclude(struct auditing *a)
{
    struct mu_audit *audit = a->audit;
    if (a->found_count > 1)
        qsort(a->found, a->found_count, sizeof(*a->found), compare);
    apply_waivers(a);
    for (size_t i = 0; i < a->found_count; i++) {
        if (!a->found[i].waived) {
            audit->by_severity[a->found[i].severity]++;
            continue;
        }
        audit->waived++;
        a->results[a->found[i].check - a->results].waived++;
    }
    /* What is only counted counts too: nobody's exit status hangs on a ceiling. */
    for (size_t i = 0; i < audit->check_count; i++)
        audit->by_severity[a->results[i].severity] += a->results[i].found - a->results[i].shown;
    struct mu_finding *kept = mu_alloc_array(a->arena, a->found_count + 1, sizeof(*kept));
    if (a->found_count > 0)
        memcpy(kept, a->found, a->found_count * sizeof(*kept));
    audit->findings = kept;
    audit->finding_count = a->found_count;
}
