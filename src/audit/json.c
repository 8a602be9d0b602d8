/* SPDX-License-Identifier: Apache-2.0 */
/* An audit as one JSON document; mappings/audit.schema.json says its shape. */
#include "base/json.h"
#include "audit/audit.h"
#include "base/time.h"

enum { BRIEF_FINDINGS = 60, BRIEF_SUBJECTS = 5 };

/* 0 is null: no snapshot, run or time has that number. */
static void known_number(struct mu_jw *w, const char *key, int64_t value)
{
    mu_jw_key(w, key);
    if (value)
        mu_jw_int(w, value);
    else
        mu_jw_null(w);
}

static void time_text(struct mu_jw *w, const char *key, int64_t unix_s)
{
    char to[MU_TIME_TEXT];
    mu_jw_put_str(w, key, unix_s ? mu_time_text(unix_s, to) : NULL);
}

static void put_source(struct mu_jw *w, const struct mu_audit_source *s)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "account", s->account);
    mu_jw_put_str(w, "use", s->use);
    mu_jw_put_int(w, "snapshot", s->snapshot.id);
    mu_jw_put_str(w, "verdict", mu_verdict_name(s->snapshot.verdict));
    time_text(w, "finished", s->snapshot.finished);
    mu_jw_put_str(w, "digest", s->digest);
    for (int k = 0; k < MU_KINDS; k++)
        mu_jw_put_int(w, mu_schema_of((enum mu_kind)k)->plural, s->snapshot.counts[k]);
    mu_jw_end(w, '}');
}

/* How far the reads can be trusted. */
static void put_trust(struct mu_jw *w, const struct mu_audit *a)
{
    mu_jw_put_bool(w, "complete", a->complete);
    mu_jw_key(w, "warnings");
    mu_jw_array(w);
    for (size_t i = 0; i < a->warning_count; i++)
        mu_jw_str(w, a->warnings[i]);
    mu_jw_end(w, ']');
}

static void put_head(struct mu_jw *w, const struct mu_audit *a)
{
    mu_jw_put_str(w, "schema", "muster-audit/1");
    mu_jw_put_str(w, "account", a->account);
    mu_jw_put_str(w, "system", a->system);
    time_text(w, "made", a->made);
    mu_jw_put_str(w, "chain", a->chain);
    put_trust(w, a);
    mu_jw_key(w, "sources");
    mu_jw_array(w);
    for (size_t i = 0; i < a->source_count; i++)
        put_source(w, &a->sources[i]);
    mu_jw_end(w, ']');
}

static void put_summary(struct mu_jw *w, const struct mu_audit *a)
{
    mu_jw_key(w, "summary");
    mu_jw_object(w);
    mu_jw_put_int(w, "people", a->people);
    mu_jw_put_int(w, "active", a->active);
    mu_jw_put_int(w, "groups", a->groups);
    mu_jw_put_int(w, "without_group", a->teamless);
    mu_jw_key(w, "findings");
    mu_jw_object(w);
    for (int s = MU_SEVERITIES - 1; s >= 0; s--)
        mu_jw_put_int(w, mu_severities[s], a->by_severity[s]);
    mu_jw_end(w, '}');
    mu_jw_put_int(w, "waived", a->waived);
    mu_jw_end(w, '}');
}

static void put_roles(struct mu_jw *w, const struct mu_audit *a)
{
    mu_jw_key(w, "roles");
    mu_jw_array(w);
    for (size_t i = 0; i < a->role_count; i++) {
        mu_jw_object(w);
        mu_jw_put_str(w, "id", a->roles[i].id);
        mu_jw_put_str(w, "name", a->roles[i].name);
        mu_jw_put_int(w, "people", a->roles[i].people);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void put_team(struct mu_jw *w, const struct mu_audit *a, const struct mu_audit_team *t)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "id", t->id);
    mu_jw_put_str(w, "name", t->name);
    mu_jw_put_int(w, "people", t->people);
    mu_jw_put_int(w, "active", t->active);
    mu_jw_put_str(w, "budget", t->budget);
    mu_jw_put_str(w, "balances", t->balances);
    mu_jw_key(w, "roles");
    mu_jw_array(w);
    for (size_t i = 0; i < a->role_count; i++)
        mu_jw_int(w, t->roles[i]);
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

static void put_teams(struct mu_jw *w, const struct mu_audit *a)
{
    mu_jw_key(w, "teams");
    mu_jw_array(w);
    for (size_t i = 0; i < a->team_count; i++)
        put_team(w, a, &a->teams[i]);
    mu_jw_end(w, ']');
}

static void put_change(struct mu_jw *w, const struct mu_audit_change *c)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "what", mu_what_name(c->event.what));
    mu_jw_put_str(w, "kind", mu_schema_of(c->event.kind)->name);
    mu_jw_put_str(w, "id", c->event.id);
    mu_jw_put_str(w, "label", c->event.label);
    mu_jw_put_str(w, "field", c->event.field);
    mu_jw_put_str(w, "before", c->event.before);
    mu_jw_put_str(w, "after", c->event.after);
    known_number(w, "first_seen", c->seen.first_seen);
    time_text(w, "at", c->seen.at);
    known_number(w, "run", c->seen.run);
    mu_jw_end(w, '}');
}

static void put_changes(struct mu_jw *w, const struct mu_audit *a)
{
    mu_jw_key(w, "changes");
    mu_jw_object(w);
    mu_jw_put_int(w, "total", a->change_total);
    mu_jw_key(w, "by_what");
    mu_jw_object(w);
    for (int what = 0; what < MU_WHATS; what++)
        mu_jw_put_int(w, mu_what_name((enum mu_what)what), a->by_what[what]);
    mu_jw_end(w, '}');
    mu_jw_key(w, "list");
    mu_jw_array(w);
    for (size_t i = 0; i < a->change_count; i++)
        put_change(w, &a->changes[i]);
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

static void put_check(struct mu_jw *w, const struct mu_check_result *c)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "name", c->name);
    mu_jw_put_str(w, "title", c->title);
    mu_jw_put_str(w, "severity", mu_severities[c->severity]);
    mu_jw_put_str(w, "state", mu_check_state_name(c->state));
    mu_jw_put_str(w, "why", c->why);
    mu_jw_put_str(w, "rule", c->rule);
    mu_jw_put_int(w, "found", c->found);
    mu_jw_put_int(w, "listed", c->shown);
    mu_jw_put_int(w, "waived", c->waived);
    mu_jw_end(w, '}');
}

static void put_subject(struct mu_jw *w, const struct mu_subject *s)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "kind", mu_schema_of(s->kind)->name);
    mu_jw_put_str(w, "account", s->account);
    mu_jw_put_str(w, "id", s->id);
    mu_jw_put_str(w, "label", s->label);
    mu_jw_end(w, '}');
}

static void put_evidence(struct mu_jw *w, const struct mu_finding *f)
{
    mu_jw_key(w, "evidence");
    mu_jw_object(w);
    mu_jw_put_str(w, "detail", f->detail);
    known_number(w, "snapshot", f->snapshot);
    known_number(w, "run", f->run);
    mu_jw_put_str(w, "rule", f->rule);
    mu_jw_end(w, '}');
}

static void put_waiver(struct mu_jw *w, const char *key, const struct mu_waiver *waiver)
{
    mu_jw_key(w, key);
    if (!waiver) {
        mu_jw_null(w);
        return;
    }
    mu_jw_object(w);
    mu_jw_put_str(w, "owner", waiver->owner);
    mu_jw_put_str(w, "reason", waiver->reason);
    time_text(w, "expires", waiver->expires);
    mu_jw_end(w, '}');
}

static void put_subjects(struct mu_jw *w, const struct mu_finding *f, size_t max)
{
    size_t shown = f->subject_count < max ? f->subject_count : max;
    mu_jw_key(w, "subjects");
    mu_jw_array(w);
    for (size_t i = 0; i < shown; i++)
        put_subject(w, &f->subjects[i]);
    mu_jw_end(w, ']');
    if (shown < f->subject_count)
        mu_jw_put_int(w, "subjects_not_listed", (int64_t)(f->subject_count - shown));
}

/* All but its waivers and its end. */
static void begin_finding(struct mu_jw *w, const struct mu_finding *f, size_t subjects_max)
{
    mu_jw_object(w);
    mu_jw_put_str(w, "id", f->id);
    mu_jw_put_str(w, "check", f->check->name);
    mu_jw_put_str(w, "severity", mu_severities[f->severity]);
    mu_jw_put_str(w, "title", f->title);
    put_subjects(w, f, subjects_max);
    put_evidence(w, f);
    mu_jw_put_str(w, "advice", f->advice);
}

static void put_finding(struct mu_jw *w, const struct mu_finding *f)
{
    begin_finding(w, f, SIZE_MAX);
    put_waiver(w, "waived", f->waived);
    put_waiver(w, "waiver_expired", f->expired);
    mu_jw_end(w, '}');
}

void mu_audit_json(const struct mu_audit *a, struct mu_buf *to)
{
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    put_head(&w, a);
    put_summary(&w, a);
    put_roles(&w, a);
    put_teams(&w, a);
    put_changes(&w, a);
    mu_jw_key(&w, "checks");
    mu_jw_array(&w);
    for (size_t i = 0; i < a->check_count; i++)
        put_check(&w, &a->checks[i]);
    mu_jw_end(&w, ']');
    mu_jw_key(&w, "findings");
    mu_jw_array(&w);
    for (size_t i = 0; i < a->finding_count; i++)
        put_finding(&w, &a->findings[i]);
    mu_jw_end(&w, ']');
    mu_jw_end(&w, '}');
    mu_buf_addc(to, '\n');
}

static void put_open_findings(struct mu_jw *w, const struct mu_audit *a, size_t bytes)
{
    int64_t shown = 0, open = 0;
    mu_jw_key(w, "findings");
    mu_jw_array(w);
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct mu_finding *f = &a->findings[i];
        if (f->waived)
            continue;
        open++;
        if (shown == BRIEF_FINDINGS || w->to->len >= bytes)
            continue;
        begin_finding(w, f, BRIEF_SUBJECTS);
        mu_jw_end(w, '}');
        shown++;
    }
    mu_jw_end(w, ']');
    mu_jw_put_int(w, "findings_not_listed", open - shown);
}

void mu_audit_json_brief(const struct mu_audit *a, size_t bytes, struct mu_buf *to)
{
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "account", a->account);
    put_trust(&w, a);
    put_summary(&w, a);
    put_open_findings(&w, a, bytes);
    mu_jw_end(&w, '}');
}
