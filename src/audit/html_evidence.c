/* SPDX-License-Identifier: Apache-2.0 */
/* What the report rests on: checks that ran, reads with their verdicts, the journal's chain. */
#include <inttypes.h>

#include "audit/html.h"

static void state(struct mu_html *h, const struct mu_check_result *c)
{
    if (c->state == MU_CHECK_RAN) {
        mu_buf_printf(h->to, "<td class=\"%s\">", c->found ? "" : "ok");
        mu_html_number(h, c->found);
        mu_html_put(h, " found</td>");
        return;
    }
    mu_buf_printf(h->to, "<td>%s", mu_check_state_name(c->state));
    if (c->why) {
        mu_html_put(h, ": ");
        mu_html_text(h, c->why);
    }
    mu_html_put(h, "</td>");
}

void mu_html_checks(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    mu_html_put(h,
                "<table class=\"stackable\" aria-labelledby=\"h-checks\"><thead><tr>"
                "<th scope=\"col\">Looked for</th><th scope=\"col\">Severity</th>"
                "<th scope=\"col\">Result</th><th scope=\"col\">Check</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < a->check_count; i++) {
        const struct mu_check_result *c = &a->checks[i];
        mu_buf_printf(h->to, "<tr data-check=\"%s\" data-state=\"%s\"><th scope=\"row\">", c->name,
                      mu_check_state_name(c->state));
        mu_html_text(h, c->title);
        mu_buf_printf(h->to, "</th><td><span class=\"%s tag\">%s</span></td>",
                      mu_severities[c->severity], mu_severities[c->severity]);
        state(h, c);
        mu_html_put(h, "<td class=\"mono\">");
        mu_html_text(h, c->name);
        mu_html_put(h, "</td></tr>\n");
    }
    mu_html_put(h, "</tbody></table>\n");
}

static void read_row(struct mu_html *h, const struct mu_audit_source *s)
{
    const struct mu_snapshot *snap = &s->snapshot;
    mu_html_put(h, "<tr><th scope=\"row\">");
    mu_html_name(h, s->account);
    mu_html_put(h, "</th><td>");
    mu_html_text(h, s->use);
    mu_buf_printf(h->to, "</td><td>%" PRId64 "</td><td>", snap->id);
    mu_html_time(h, snap->finished);
    mu_buf_printf(h->to, "</td><td class=\"%s\">%s</td><td>",
                  snap->verdict == MU_COMPLETE ? "ok" : "out", mu_verdict_name(snap->verdict));
    mu_html_some(h, snap->counts[MU_USER], "person", "people");
    mu_html_put(h, ", ");
    mu_html_some(h, snap->counts[MU_GROUP], "group", "groups");
    mu_html_put(h, "</td><td class=\"digest\">");
    mu_html_text(h, s->digest);
    mu_html_put(h, "</td></tr>\n");
}

void mu_html_sources(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    mu_html_put(h,
                "<div class=\"scroll\"><table class=\"stackable\" aria-labelledby=\"h-evidence\">"
                "<thead><tr><th scope=\"col\">Read of</th><th scope=\"col\">Used as</th>"
                "<th scope=\"col\">Snapshot</th><th scope=\"col\">Read</th>"
                "<th scope=\"col\">Verdict</th><th scope=\"col\">Holds</th>"
                "<th scope=\"col\">Digest</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < a->source_count; i++)
        read_row(h, &a->sources[i]);
    mu_html_put(h, "</tbody></table></div>\n");
}

void mu_html_chain(struct mu_html *h)
{
    if (!h->audit->chain)
        return;
    mu_html_put(h,
                "<h3>Journal</h3><p>What muster itself did is in a journal whose rows are chained: "
                "none can be changed, removed or inserted without breaking the chain. When this "
                "report was made, its head was</p><p class=\"digest\" id=\"head\">");
    mu_html_text(h, h->audit->chain);
    mu_html_put(h, "</p><p>To prove that the journal of today still holds it:</p>"
                   "<code class=\"command\">muster audit verify --head ");
    mu_html_text(h, h->audit->chain);
    mu_html_put(h, "</code>\n");
}
