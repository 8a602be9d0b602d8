/* SPDX-License-Identifier: Apache-2.0 */
/* An audit to be read on a terminal. */
#include <inttypes.h>
#include <string.h>

#include "audit/audit.h"
#include "base/str.h"
#include "base/time.h"

enum { SAFE_MAX = 4096, TEAMS_SHOWN = 20, OTHERS_SHOWN = 20 };

struct page {
    struct mu_buf *to;
    bool color;
};

static void safe(const struct page *p, const char *text)
{
    mu_printable_into(p->to, text, strlen(text), SAFE_MAX);
}

static void paint(const struct page *p, const char *color)
{
    if (p->color)
        mu_buf_adds(p->to, color);
}

static const char *const colors[MU_SEVERITIES] = {[MU_INFO] = "\033[2m",
                                                  [MU_LOW] = "\033[36m",
                                                  [MU_MEDIUM] = "\033[33m",
                                                  [MU_HIGH] = "\033[31m",
                                                  [MU_CRITICAL] = "\033[1;31m"};

static void put_head(const struct page *p, const struct mu_audit *a)
{
    char when[MU_TIME_TEXT];
    for (size_t i = 0; i < a->warning_count; i++) {
        paint(p, "\033[1;31m");
        mu_buf_adds(p->to, "! ");
        safe(p, a->warnings[i]);
        paint(p, "\033[0m");
        mu_buf_addc(p->to, '\n');
    }
    for (size_t i = 0; i < a->source_count; i++) {
        const struct mu_snapshot *s = &a->sources[i].snapshot;
        mu_buf_printf(p->to, "%s (%s): snapshot %" PRId64 ", %s, read %s\n", a->sources[i].account,
                      a->sources[i].use, s->id, mu_verdict_name(s->verdict),
                      mu_time_text(s->finished, when));
    }
}

static void put_people(const struct page *p, const struct mu_audit *a)
{
    mu_buf_printf(p->to,
                  "%" PRId64 " people, %" PRId64 " active, %" PRId64 " of them without a group; "
                  "%" PRId64 " groups\n",
                  a->people, a->active, a->teamless, a->groups);
    for (size_t i = 0; i < a->role_count; i++) {
        if (a->roles[i].people == 0)
            continue;
        mu_buf_printf(p->to, "  %8" PRId64 "  ", a->roles[i].people);
        safe(p, a->roles[i].name);
        mu_buf_addc(p->to, '\n');
    }
}

static void put_changes(const struct page *p, const struct mu_audit *a)
{
    const char *comma = "changes: ";
    for (int what = 0; what < MU_WHATS; what++) {
        if (a->by_what[what] == 0)
            continue;
        mu_buf_printf(p->to, "%s%" PRId64 " %s", comma, a->by_what[what],
                      mu_what_name((enum mu_what)what));
        comma = ", ";
    }
    if (a->change_total > 0)
        mu_buf_addc(p->to, '\n');
}

static void put_others(const struct page *p, const struct mu_finding *f)
{
    for (size_t i = 1; i < f->subject_count && i <= OTHERS_SHOWN; i++) {
        mu_buf_adds(p->to, i == 1 ? "    with " : ", ");
        safe(p, f->subjects[i].label);
        mu_buf_adds(p->to, " (");
        safe(p, f->subjects[i].id);
        mu_buf_addc(p->to, ')');
    }
    if (f->subject_count > OTHERS_SHOWN + 1)
        mu_buf_printf(p->to, " and %zu more", f->subject_count - OTHERS_SHOWN - 1);
    if (f->subject_count > 1)
        mu_buf_addc(p->to, '\n');
}

static void put_finding(const struct page *p, const struct mu_finding *f)
{
    mu_buf_printf(p->to, "  %s  ", f->id);
    safe(p, f->title);
    if (f->subject_count > 0) {
        mu_buf_adds(p->to, "  [");
        mu_buf_printf(p->to, "%s ", mu_schema_of(f->subjects[0].kind)->name);
        safe(p, f->subjects[0].id);
        mu_buf_addc(p->to, ']');
    }
    if (f->waived) {
        mu_buf_adds(p->to, "  waived by ");
        safe(p, f->waived->owner);
    }
    if (f->expired) {
        char when[MU_TIME_TEXT];
        mu_buf_adds(p->to, "  waived by ");
        safe(p, f->expired->owner);
        mu_buf_printf(p->to, " until %s: that is over", mu_time_text(f->expired->expires, when));
    }
    mu_buf_addc(p->to, '\n');
    if (f->detail) {
        mu_buf_adds(p->to, "    ");
        safe(p, f->detail);
        mu_buf_addc(p->to, '\n');
    }
    put_others(p, f);
}

/* What one check found stands together, with what to do about it once. */
static void put_findings(const struct page *p, const struct mu_audit *a)
{
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct mu_finding *f = &a->findings[i];
        const struct mu_check_result *check = f->check;
        if (i == 0 || a->findings[i - 1].check != check) {
            mu_buf_addc(p->to, '\n');
            paint(p, colors[f->severity]);
            mu_buf_adds(p->to, mu_severities[f->severity]);
            paint(p, "\033[0m");
            mu_buf_printf(p->to, "  %s: %s, %" PRId64 "\n", check->name, check->title,
                          check->found);
            mu_buf_printf(p->to, "  to do: %s\n", f->advice);
        }
        put_finding(p, f);
        bool end = i + 1 == a->finding_count || a->findings[i + 1].check != check;
        if (end && check->found > check->shown)
            mu_buf_printf(p->to, "  and %" PRId64 " more, which are counted only\n",
                          check->found - check->shown);
    }
}

static void put_checks(const struct page *p, const struct mu_audit *a)
{
    size_t ran = 0;
    for (size_t i = 0; i < a->check_count; i++)
        ran += a->checks[i].state == MU_CHECK_RAN;
    mu_buf_printf(p->to, "\n%zu of %zu checks ran", ran, a->check_count);
    for (int s = MU_SEVERITIES - 1; s >= 0; s--)
        mu_buf_printf(p->to, "%s %" PRId64 " %s", s == MU_SEVERITIES - 1 ? ":" : ",",
                      a->by_severity[s], mu_severities[s]);
    if (a->waived)
        mu_buf_printf(p->to, "; %" PRId64 " waived", a->waived);
    mu_buf_addc(p->to, '\n');
    for (size_t i = 0; i < a->check_count; i++)
        if (a->checks[i].state == MU_CHECK_SKIPPED)
            mu_buf_printf(p->to, "skipped  %s: %s\n", a->checks[i].name, a->checks[i].why);
}

void mu_audit_text(const struct mu_audit *a, bool color, struct mu_buf *to)
{
    const struct page p = {.to = to, .color = color};
    put_head(&p, a);
    put_people(&p, a);
    put_changes(&p, a);
    put_findings(&p, a);
    put_checks(&p, a);
}
