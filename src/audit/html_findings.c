/* SPDX-License-Identifier: Apache-2.0 */
/* Findings, check by check; what one check found stands together, with what to do about it. */
#include <inttypes.h>
#include <string.h>

#include "audit/html.h"
#include "base/str.h"

static void box(struct mu_html *h, const char *value, const char *class, int64_t count)
{
    if (count == 0)
        return;
    mu_buf_printf(h->to,
                  "<label><input type=\"checkbox\" value=\"%s\" checked> <span class=\"%s\">%s"
                  "</span> (",
                  value, class, value);
    mu_html_number(h, count);
    mu_html_put(h, ")</label>\n");
}

void mu_html_filter(struct mu_html *h)
{
    for (int s = MU_SEVERITIES - 1; s >= 0; s--)
        box(h, mu_severities[s], mu_severities[s], h->audit->by_severity[s]);
    box(h, "waived", "waived", h->audit->waived);
}

static void who(struct mu_html *h, const struct mu_finding *f)
{
    mu_html_put(h, "<p class=\"who\">");
    for (size_t i = 0; i < f->subject_count && i < MU_HTML_SUBJECTS_MAX; i++) {
        if (i > 0)
            mu_html_put(h, ", ");
        mu_html_subject(h, &f->subjects[i]);
    }
    if (f->subject_count > MU_HTML_SUBJECTS_MAX) {
        mu_html_put(h, " and ");
        mu_html_number(h, (int64_t)(f->subject_count - MU_HTML_SUBJECTS_MAX));
        mu_html_put(h, " more");
    }
    mu_html_put(h, "</p>\n");
}

/* Rules are FILE:LINE; the directories before it are this machine's. */
static const char *base(const char *rule)
{
    const char *slash = strrchr(rule, '/');
    return slash ? slash + 1 : rule;
}

static void facts(struct mu_html *h, const struct mu_finding *f)
{
    mu_buf_printf(h->to, "<p class=\"facts\"><span>snapshot %" PRId64 "</span>", f->snapshot);
    if (f->run > 0)
        mu_buf_printf(h->to, "<span>run %" PRId64 "</span>", f->run);
    if (f->rule) {
        mu_html_put(h, "<span class=\"mono\">");
        mu_html_text(h, base(f->rule));
        mu_html_put(h, "</span>");
    }
    mu_buf_printf(h->to, "<a class=\"mono\" href=\"#f-%s\">%s</a></p>\n", f->id, f->id);
}

static void waiver(struct mu_html *h, const struct mu_waiver *w, bool over)
{
    mu_html_put(h,
                over ? "<p class=\"waiver out\">Was waived by " : "<p class=\"waiver\">Waived by ");
    mu_html_name(h, w->owner);
    if (w->expires > 0) {
        mu_html_put(h, " until ");
        mu_html_day(h, w->expires);
    }
    mu_html_put(h, over ? ", which is over: " : ": ");
    mu_html_text(h, w->reason);
    mu_html_put(h, "</p>\n");
}

static void finding(struct mu_html *h, const struct mu_finding *f)
{
    mu_buf_printf(h->to, "<li class=\"finding%s\" id=\"f-%s\" data-severity=\"%s\"%s>\n",
                  f->waived ? " waived" : "", f->id, mu_severities[f->severity],
                  f->waived ? " data-waived=\"1\"" : "");
    mu_html_put(h, "<div><p class=\"what\">");
    mu_html_name(h, f->title);
    mu_html_put(h, "</p>\n");
    if (f->detail) {
        mu_html_put(h, "<p class=\"detail sentence\">");
        mu_html_name(h, f->detail);
        mu_html_put(h, "</p>\n");
    }
    if (f->advice && !mu_streq(f->advice, f->check->advice)) {
        mu_html_put(h, "<p class=\"detail\">To do: ");
        mu_html_text(h, f->advice);
        mu_html_put(h, "</p>\n");
    }
    if (f->waived)
        waiver(h, f->waived, false);
    if (f->expired)
        waiver(h, f->expired, true);
    mu_html_put(h, "</div><div class=\"side\">");
    who(h, f);
    facts(h, f);
    mu_html_put(h, "</div></li>\n");
}

static void check_head(struct mu_html *h, const struct mu_finding *f)
{
    const struct mu_check_result *c = f->check;
    mu_buf_printf(h->to,
                  "<details class=\"check\" id=\"c-%s\" open><summary><span class=\"%s tag\">%s"
                  "</span><h3>",
                  c->name, mu_severities[f->severity], mu_severities[f->severity]);
    mu_html_text(h, c->title);
    mu_buf_printf(h->to, "</h3><span class=\"count\" data-value=\"%" PRId64 "\">", c->found);
    mu_html_number(h, c->found);
    mu_html_put(h, "</span></summary><div class=\"inner\">\n");
    if (c->advice) {
        mu_html_put(h, "<p class=\"advice\"><b>What to do:</b> ");
        mu_html_text(h, c->advice);
        mu_html_put(h, "</p>\n");
    }
    mu_html_put(h, "<ul class=\"list\">\n");
}

static void check(struct mu_html *h, size_t at)
{
    size_t shown = mu_html_shown(h->audit, at);
    const struct mu_check_result *c = h->audit->findings[at].check;
    check_head(h, &h->audit->findings[at]);
    for (size_t i = at; i < at + shown; i++)
        finding(h, &h->audit->findings[i]);
    mu_html_put(h, "</ul>\n");
    if (c->found > (int64_t)shown) {
        mu_html_put(h, "<p class=\"note\">And ");
        mu_html_number(h, c->found - (int64_t)shown);
        mu_html_put(h, " more: <code>muster audit --check ");
        mu_html_text(h, c->name);
        mu_html_put(h, " --format csv</code> has them.</p>\n");
    }
    mu_html_put(h, "</div></details>\n");
}

void mu_html_findings(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    if (a->finding_count == 0)
        mu_html_put(h, "<p class=\"calm\">Nothing was found.</p>\n");
    for (size_t at = 0; at < a->finding_count; at = mu_html_next_check(a, at))
        check(h, at);
}
