/* SPDX-License-Identifier: Apache-2.0 */
/* What happened, when, and by whom. */
#include <inttypes.h>
#include <string.h>

#include "audit/html.h"
#include "base/str.h"

enum { COLUMNS_MAX = 48, DAY = 24 * 60 * 60 };

enum sort { OTHER, CAME, WENT, ROLE, SORTS };
static const char *const sort_classes[] = {"other", "came", "went", "role"};
static const char *const sort_names[] = {"moved or changed", "came", "left", "another role"};
static const enum sort sorts[MU_WHATS] = {
    [MU_JOINED] = CAME,  [MU_CREATED] = CAME,     [MU_ACTIVATED] = CAME, [MU_LEFT] = WENT,
    [MU_REMOVED] = WENT, [MU_DEACTIVATED] = WENT, [MU_PROMOTED] = ROLE,  [MU_DEMOTED] = ROLE};

static const struct mu_snapshot *since(const struct mu_audit *a)
{
    for (size_t i = 0; i < a->source_count; i++)
        if (mu_streq(a->sources[i].use, "since"))
            return &a->sources[i].snapshot;
    return NULL;
}

void mu_html_changes_note(struct mu_html *h)
{
    const struct mu_snapshot *from = since(h->audit);
    if (!from) {
        mu_html_put(h, "There is no earlier read to compare with.");
        return;
    }
    mu_html_put(h, "Since the read of ");
    mu_html_time(h, from->finished);
    mu_buf_printf(h->to,
                  " (snapshot %" PRId64 "). A time is that of the read that saw it first; what no "
                  "run of muster did was done outside of it.",
                  from->id);
}

/* ---- by kind, by whom ---- */

static void by_kind(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    int64_t longest = 1;
    for (int what = 0; what < MU_WHATS; what++)
        if (a->by_what[what] > longest)
            longest = a->by_what[what];
    mu_html_put(h, "<h3 id=\"h-kinds\">By kind</h3>");
    mu_html_chart(h, "changes", "h-kinds");
    for (int what = 0; what < MU_WHATS; what++)
        if (a->by_what[what] > 0)
            mu_html_bar(h, &(struct mu_html_bar){.label = mu_what_name((enum mu_what)what),
                                                 .value = a->by_what[what],
                                                 .longest = longest,
                                                 .class = sort_classes[sorts[what]]});
    mu_html_put(h, "</tbody></table>\n");
}

static void by_whom(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    int64_t ours = 0, all = (int64_t)a->change_count;
    for (size_t i = 0; i < a->change_count; i++)
        ours += a->changes[i].seen.run > 0;
    int64_t longest = ours > all - ours ? ours : all - ours;
    mu_html_put(h, "<h3 id=\"h-whom\">By whom</h3>");
    mu_html_chart(h, "whom", "h-whom");
    mu_html_bar(h,
                &(struct mu_html_bar){
                    .label = "runs of muster", .value = ours, .longest = longest, .class = "act"});
    mu_html_bar(h, &(struct mu_html_bar){.label = "outside of muster",
                                         .value = all - ours,
                                         .longest = longest,
                                         .class = "high"});
    mu_html_put(h, "</tbody></table>\n");
}

/* ---- over time ---- */

struct timeline {
    int64_t first, last; /* days since 1970 */
    int64_t days;        /* of a column */
    int64_t counts[COLUMNS_MAX][SORTS], highest;
    int columns;
};

static int64_t day_of(const struct mu_audit_change *c)
{
    return c->seen.at / DAY;
}

static void measure(const struct mu_audit *a, struct timeline *t)
{
    *t = (struct timeline){.first = day_of(&a->changes[0]), .last = day_of(&a->changes[0])};
    for (size_t i = 1; i < a->change_count; i++) {
        int64_t day = day_of(&a->changes[i]);
        t->first = day < t->first ? day : t->first;
        t->last = day > t->last ? day : t->last;
    }
    int64_t span = t->last - t->first + 1;
    t->days = (span + COLUMNS_MAX - 1) / COLUMNS_MAX;
    t->columns = (int)((span + t->days - 1) / t->days);
}

static void count(const struct mu_audit *a, struct timeline *t)
{
    for (size_t i = 0; i < a->change_count; i++) {
        const struct mu_audit_change *c = &a->changes[i];
        t->counts[(day_of(c) - t->first) / t->days][sorts[c->event.what]]++;
    }
    for (int i = 0; i < t->columns; i++) {
        int64_t sum = 0;
        for (int s = 0; s < SORTS; s++)
            sum += t->counts[i][s];
        t->highest = sum > t->highest ? sum : t->highest;
    }
}

static void column(struct mu_html *h, const struct timeline *t, int at)
{
    double y = 100;
    const int64_t *counts = t->counts[at];
    mu_html_put(h, "<g class=\"col\"><title>");
    mu_html_day(h, (t->first + at * t->days) * DAY);
    for (int s = 0; s < SORTS; s++)
        if (counts[s] > 0)
            mu_buf_printf(h->to, "; %" PRId64 " %s", counts[s], sort_names[s]);
    mu_html_put(h, "</title>");
    for (int s = 0; s < SORTS; s++) {
        double height = 94.0 * (double)counts[s] / (double)t->highest;
        if (counts[s] == 0)
            continue;
        y -= height;
        mu_buf_printf(h->to,
                      "<rect class=\"%s\" data-value=\"%" PRId64
                      "\" x=\"%d.8\" y=\"%.2f\" width=\"8.4\" height=\"%.2f\"/>",
                      sort_classes[s], counts[s], at * 10, y, height);
    }
    mu_html_put(h, "</g>\n");
}

static void key(struct mu_html *h)
{
    mu_html_put(h, "<ul class=\"legend\">");
    for (int s = SORTS - 1; s >= 0; s--)
        mu_buf_printf(h->to, "<li><span class=\"%s key\"></span>%s</li>", sort_classes[s],
                      sort_names[s]);
    mu_html_put(h, "</ul>\n");
}

/* Only where there is more than one day to show. */
static void over_time(struct mu_html *h)
{
    struct timeline t;
    measure(h->audit, &t);
    if (t.first == t.last)
        return;
    count(h->audit, &t);
    mu_html_put(h, "<figure><figcaption>");
    key(h);
    mu_buf_printf(h->to,
                  "</figcaption><svg class=\"time\" data-chart=\"time\" viewBox=\"0 0 %d 100\" "
                  "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Changes by day; at most "
                  "%" PRId64 "\">\n",
                  t.columns * 10, t.highest);
    mu_buf_printf(h->to, "<path class=\"grid\" d=\"M0 6H%dM0 53H%d\"/>\n", t.columns * 10,
                  t.columns * 10);
    for (int i = 0; i < t.columns; i++)
        column(h, &t, i);
    mu_html_put(h, "</svg><p class=\"axis\"><span>");
    mu_html_day(h, t.first * DAY);
    mu_html_put(h, "</span><span>at most ");
    mu_html_some(h, t.highest, "change", "changes");
    mu_html_put(h, t.days == 1 ? " a day" : " a column");
    mu_html_put(h, "</span><span>");
    mu_html_day(h, t.last * DAY);
    mu_html_put(h, "</span></p></figure>\n");
}

/* ---- one by one ---- */

static void value(struct mu_html *h, const char *text)
{
    if (text)
        mu_html_name(h, text);
    else
        mu_html_put(h, "nothing");
}

static void happened(struct mu_html *h, const struct mu_event *e)
{
    bool field = e->what == MU_CHANGED && e->field;
    mu_buf_printf(h->to, "<span class=\"%s key\"></span>", sort_classes[sorts[e->what]]);
    if (field)
        mu_html_text(h, e->field);
    else
        mu_html_put(h, mu_what_name(e->what));
    if (!e->before && !e->after)
        return;
    mu_html_put(h, field ? ": " : " ");
    if (e->before || field)
        value(h, e->before);
    if ((e->before && e->after) || field)
        mu_html_put(h, " <span class=\"arrow\">\342\206\222</span> ");
    if (e->after || field)
        value(h, e->after);
}

static void change(struct mu_html *h, const struct mu_audit_change *c)
{
    const struct mu_event *e = &c->event;
    const struct mu_subject s = {.kind = e->kind,
                                 .account = h->audit->account,
                                 .id = e->id,
                                 .label = e->label ? e->label : e->id};
    mu_buf_printf(h->to, "<tr data-what=\"%s\"><td>", mu_what_name(e->what));
    mu_html_time(h, c->seen.at);
    mu_html_put(h, "</td><th scope=\"row\">");
    mu_html_subject(h, &s);
    mu_html_put(h, "</th><td>");
    happened(h, e);
    if (c->seen.run > 0)
        mu_buf_printf(h->to, "</td><td>run %" PRId64 "</td></tr>\n", c->seen.run);
    else
        mu_html_put(h, "</td><td class=\"out\">outside of muster</td></tr>\n");
}

static void rows(struct mu_html *h, const struct mu_audit_change *const *list, size_t from,
                 size_t to)
{
    mu_html_put(h, "<table class=\"stackable changed\" aria-labelledby=\"h-changes\"><thead><tr>"
                   "<th scope=\"col\">First seen</th><th scope=\"col\">Who</th>"
                   "<th scope=\"col\">What</th><th scope=\"col\">By</th></tr></thead><tbody>\n");
    for (size_t i = from; i < to; i++)
        change(h, list[i]);
    mu_html_put(h, "</tbody></table>\n");
}

static int newest_first(const void *a, const void *b)
{
    const struct mu_audit_change *x = *(const struct mu_audit_change *const *)a;
    const struct mu_audit_change *y = *(const struct mu_audit_change *const *)b;
    if (x->seen.at != y->seen.at)
        return x->seen.at < y->seen.at ? 1 : -1;
    return x < y ? -1 : x > y;
}

static void one_by_one(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    const struct mu_audit_change **list =
        mu_alloc_array(h->arena, a->change_count, sizeof(const struct mu_audit_change *));
    for (size_t i = 0; i < a->change_count; i++)
        list[i] = &a->changes[i];
    qsort(list, a->change_count, sizeof(const struct mu_audit_change *), newest_first);
    size_t all = a->change_count < MU_HTML_CHANGES_MAX ? a->change_count : MU_HTML_CHANGES_MAX;
    size_t open = all < MU_HTML_CHANGES_OPEN ? all : MU_HTML_CHANGES_OPEN;
    rows(h, list, 0, open);
    if (open < all) {
        mu_html_put(h, "<details class=\"more\"><summary>");
        mu_html_number(h, (int64_t)(all - open));
        mu_html_put(h, " earlier ones</summary>\n");
        rows(h, list, open, all);
        mu_html_put(h, "</details>\n");
    }
    if ((int64_t)all < a->change_total) {
        mu_html_put(h, "<p class=\"note\">And ");
        mu_html_number(h, a->change_total - (int64_t)all);
        mu_html_put(h, " more; the JSON form has them.</p>\n");
    }
}

void mu_html_changes(struct mu_html *h)
{
    if (h->audit->change_count == 0) {
        if (since(h->audit))
            mu_html_put(h, "<p>Nothing changed.</p>\n");
        return;
    }
    over_time(h);
    mu_html_put(h, "<div class=\"two\"><div>");
    by_kind(h);
    mu_html_put(h, "</div><div>");
    by_whom(h);
    mu_html_put(h, "</div></div>\n");
    one_by_one(h);
}
