/* SPDX-License-Identifier: Apache-2.0 */
/* The report's first page: what a manager reads in a minute. */
#include <inttypes.h>
#include <string.h>

#include "audit/html.h"
#include "base/str.h"

enum { ATTENTION_MAX = 8 };

static const struct mu_audit_source *source(const struct mu_html *h, const char *use)
{
    for (size_t i = 0; i < h->audit->source_count; i++)
        if (mu_streq(h->audit->sources[i].use, use))
            return &h->audit->sources[i];
    return NULL;
}

void mu_html_as_of(struct mu_html *h)
{
    const struct mu_audit_source *audited = source(h, "audited");
    mu_html_text(h, h->audit->system);
    if (!audited)
        return;
    mu_html_put(h, ", as read ");
    mu_html_time(h, audited->snapshot.finished);
    mu_buf_printf(h->to, " (snapshot %" PRId64 ", ", audited->snapshot.id);
    if (audited->snapshot.verdict == MU_COMPLETE)
        mu_html_put(h, "<span class=\"ok\">a complete read</span>)");
    else
        mu_html_put(h, "<span class=\"out\">not a complete read</span>)");
}

void mu_html_warnings(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    if (a->warning_count == 0)
        return;
    mu_html_put(h, "<aside class=\"warning\" role=\"note\"><h2>");
    mu_html_put(h, a->complete ? "Mind this" : "This report rests on an incomplete read");
    mu_html_put(h, "</h2>");
    for (size_t i = 0; i < a->warning_count; i++) {
        mu_html_put(h, "<p>");
        mu_html_text(h, a->warnings[i]);
        mu_html_put(h, "</p>");
    }
    mu_html_put(h, "</aside>\n");
}

static int64_t open_findings(const struct mu_audit *a)
{
    int64_t all = 0;
    for (int s = 0; s < MU_SEVERITIES; s++)
        all += a->by_severity[s];
    return all;
}

static int64_t outside(const struct mu_audit *a)
{
    int64_t count = 0;
    for (size_t i = 0; i < a->change_count; i++)
        count += a->changes[i].seen.run == 0;
    return count;
}

static void lead_findings(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    int64_t grave = a->by_severity[MU_HIGH] + a->by_severity[MU_CRITICAL];
    int64_t asking = open_findings(a) - a->by_severity[MU_INFO];
    if (asking == 0) {
        mu_html_put(h, " <span class=\"calm\">Nothing was found that asks for a decision.</span>");
        return;
    }
    mu_html_put(h, " <strong>");
    mu_html_some(h, asking, "finding asks", "findings ask");
    mu_html_put(h, " for a decision");
    if (grave > 0) {
        mu_html_put(h, ", ");
        mu_html_number(h, grave);
        mu_html_put(h, " of them grave");
    }
    mu_html_put(h, ".</strong>");
}

void mu_html_lead(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    mu_html_some(h, a->active, "person is", "people are");
    mu_html_put(h, " active in ");
    mu_html_some(h, a->groups, "team", "teams");
    if (a->teamless > 0) {
        mu_html_put(h, ", ");
        mu_html_number(h, a->teamless);
        mu_html_put(h, " of them without a team");
    }
    mu_buf_addc(h->to, '.');
    lead_findings(h);
}

static void tile(struct mu_html *h, const char *name, const char *label, int64_t value)
{
    mu_buf_printf(
        h->to, "<div data-tile=\"%s\"><dt>%s</dt><dd class=\"value\" data-value=\"%" PRId64 "\">",
        name, label, value);
    mu_html_number(h, value);
    mu_html_put(h, "</dd><dd class=\"of\">");
}

static void tile_end(struct mu_html *h)
{
    mu_html_put(h, "</dd></div>\n");
}

void mu_html_tiles(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    tile(h, "active", "active people", a->active);
    mu_html_put(h, "of ");
    mu_html_number(h, a->people);
    mu_html_put(h, " known");
    tile_end(h);
    tile(h, "groups", "teams", a->groups);
    mu_html_number(h, a->teamless);
    mu_html_put(h, a->teamless == 1 ? " person has none" : " people have none");
    tile_end(h);
    tile(h, "findings", "findings", open_findings(a));
    mu_html_number(h, a->waived);
    mu_html_put(h, " more are waived");
    tile_end(h);
    tile(h, "changes", "changes", a->change_total);
    mu_html_number(h, outside(a));
    mu_html_put(h, " made outside of muster");
    tile_end(h);
}

/* Severities as one line, in proportion. */
static void stack(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    int64_t all = open_findings(a);
    double x = 0;
    mu_html_put(h, "<svg class=\"stack\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                   "aria-hidden=\"true\">");
    for (int s = MU_SEVERITIES - 1; s >= 0; s--) {
        double width = 1000.0 * (double)a->by_severity[s] / (double)all;
        if (a->by_severity[s] > 0)
            mu_buf_printf(h->to,
                          "<rect class=\"%s\" data-value=\"%" PRId64
                          "\" x=\"%.1f\" width=\"%.1f\" height=\"10\"/>",
                          mu_severities[s], a->by_severity[s], x, width > 6 ? width - 2 : width);
        x += width;
    }
    mu_html_put(h, "</svg>\n");
}

void mu_html_severities(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    if (open_findings(a) == 0)
        return;
    stack(h);
    mu_html_put(h, "<ul class=\"legend\">");
    for (int s = MU_SEVERITIES - 1; s >= 0; s--) {
        if (a->by_severity[s] == 0)
            continue;
        mu_buf_printf(h->to, "<li data-severity=\"%s\"><span class=\"%s key\"></span>",
                      mu_severities[s], mu_severities[s]);
        mu_html_number(h, a->by_severity[s]);
        mu_buf_printf(h->to, " %s</li>", mu_severities[s]);
    }
    mu_html_put(h, "</ul>\n");
}

static int64_t open_in(const struct mu_audit *a, size_t from, size_t to)
{
    int64_t count = 0;
    for (size_t i = from; i < to; i++)
        count += !a->findings[i].waived;
    return count;
}

/* The checks that found something, the gravest first; a line each. */
void mu_html_attention(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    int lines = 0;
    if (open_findings(a) == 0) {
        mu_html_put(h, "<p class=\"calm\">Nothing.</p>\n");
        return;
    }
    mu_html_put(h, "<ol class=\"todo\">\n");
    for (size_t at = 0, next; at < a->finding_count && lines < ATTENTION_MAX; at = next) {
        const struct mu_finding *f = &a->findings[at];
        next = mu_html_next_check(a, at);
        int64_t count = open_in(a, at, next);
        if (count == 0)
            continue;
        lines++;
        mu_buf_printf(h->to, "<li><span class=\"%s tag\">%s</span><a href=\"#c-%s\">",
                      mu_severities[f->severity], mu_severities[f->severity], f->check->name);
        mu_html_text(h, f->check->title);
        mu_html_put(h, "</a><span class=\"count\">");
        mu_html_number(h, count);
        mu_html_put(h, "</span></li>\n");
    }
    mu_html_put(h, "</ol>\n");
}
