/* SPDX-License-Identifier: Apache-2.0 */
/* People by role and by team: bars, and the matrix of both. */
#include <inttypes.h>
#include <string.h>

#include "audit/html.h"
#include "base/str.h"

static void draw(struct mu_html *h, const struct mu_html_bar *bar)
{
    double unit = 1000.0 / (double)bar->longest;
    mu_html_put(h, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
                   "aria-hidden=\"true\">");
    if (bar->of > bar->value)
        mu_buf_printf(h->to, "<rect class=\"all\" width=\"%.1f\" height=\"10\"/>",
                      unit * (double)bar->of);
    mu_buf_printf(h->to, "<rect class=\"%s\" width=\"%.1f\" height=\"10\"/></svg>", bar->class,
                  unit * (double)bar->value);
}

/* A line of a chart: a table for those who read, bars for those who look. */
void mu_html_bar(struct mu_html *h, const struct mu_html_bar *bar)
{
    mu_buf_printf(h->to, "<tr data-value=\"%" PRId64 "\"><th scope=\"row\"><span class=\"clamp\">",
                  bar->value);
    if (bar->subject)
        mu_html_subject(h, bar->subject);
    else
        mu_html_name(h, bar->label);
    mu_html_put(h, "</span></th><td>");
    if (bar->longest > 0)
        draw(h, bar);
    mu_html_put(h, "</td><td class=\"n\">");
    mu_html_number(h, bar->value);
    mu_html_put(h, "</td></tr>\n");
}

void mu_html_chart(struct mu_html *h, const char *name, const char *labelled_by)
{
    mu_buf_printf(h->to,
                  "<table class=\"chart\" data-chart=\"%s\" aria-labelledby=\"%s\"><tbody>\n", name,
                  labelled_by);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- roles ---- */

void mu_html_roles(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    int64_t longest = 0, rest = 0;
    size_t others = 0, shown = 0;
    for (size_t i = 0; i < a->role_count; i++)
        longest = larger(longest, a->roles[i].people);
    mu_html_chart(h, "roles", "h-roles");
    for (size_t i = 0; i < a->role_count; i++) {
        if (a->roles[i].people == 0)
            continue;
        if (shown++ < MU_HTML_BARS_MAX) {
            mu_html_bar(h, &(struct mu_html_bar){.label = a->roles[i].name,
                                                 .value = a->roles[i].people,
                                                 .longest = longest,
                                                 .class = "act"});
            continue;
        }
        rest += a->roles[i].people;
        others++;
    }
    if (others > 0)
        mu_html_bar(h,
                    &(struct mu_html_bar){.label = mu_printf(h->arena, "%zu other roles", others),
                                          .value = rest,
                                          .class = "rest"});
    mu_html_put(h, "</tbody></table>\n");
}

/* ---- teams ---- */

static int by_size(const void *a, const void *b)
{
    const struct mu_audit_team *x = *(const struct mu_audit_team *const *)a;
    const struct mu_audit_team *y = *(const struct mu_audit_team *const *)b;
    if (x->active != y->active)
        return x->active < y->active ? 1 : -1;
    return x < y ? -1 : x > y; /* by name */
}

static const struct mu_audit_team **teams_by_size(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    const struct mu_audit_team **teams =
        mu_alloc_array(h->arena, a->team_count + 1, sizeof(const struct mu_audit_team *));
    for (size_t i = 0; i < a->team_count; i++)
        teams[i] = &a->teams[i];
    qsort(teams, a->team_count, sizeof(const struct mu_audit_team *), by_size);
    return teams;
}

static const struct mu_subject *as_subject(struct mu_html *h, const struct mu_audit_team *team)
{
    struct mu_subject *s = mu_alloc(h->arena, sizeof(*s));
    *s = (struct mu_subject){.kind = MU_GROUP,
                             .account = h->audit->account,
                             .id = team->id,
                             .label = team->name ? team->name : team->id};
    return s;
}

void mu_html_teams_note(struct mu_html *h)
{
    mu_html_put(h, "Active people; the light part of a bar is everybody else who is known.");
    if (h->audit->team_count > MU_HTML_BARS_MAX)
        mu_html_put(h, " The largest teams.");
}

/* A sum of many teams would dwarf each of them: it has no bar. */
static void rest_of_teams(struct mu_html *h, const struct mu_audit_team *const *teams, size_t from)
{
    size_t count = h->audit->team_count - from;
    int64_t active = 0;
    for (size_t i = from; i < h->audit->team_count; i++)
        active += teams[i]->active;
    mu_html_bar(h, &(struct mu_html_bar){.label = mu_printf(h->arena, "%zu other teams", count),
                                         .value = active,
                                         .class = "rest"});
}

void mu_html_teams(struct mu_html *h)
{
    const struct mu_audit *a = h->audit;
    const struct mu_audit_team **teams = teams_by_size(h);
    int64_t longest = a->teamless;
    size_t shown = a->team_count > MU_HTML_BARS_MAX ? MU_HTML_BARS_MAX - 1 : a->team_count;
    for (size_t i = 0; i < shown; i++)
        longest = larger(longest, teams[i]->people);
    mu_html_chart(h, "teams", "h-teams");
    for (size_t i = 0; i < shown; i++)
        mu_html_bar(h, &(struct mu_html_bar){.subject = as_subject(h, teams[i]),
                                             .value = teams[i]->active,
                                             .of = teams[i]->people,
                                             .longest = longest,
                                             .class = "act"});
    if (shown < a->team_count)
        rest_of_teams(h, teams, shown);
    if (a->teamless > 0)
        mu_html_bar(
            h, &(struct mu_html_bar){
                   .label = "no team", .value = a->teamless, .longest = longest, .class = "rest"});
    mu_html_put(h, "</tbody></table>\n");
}

/* ---- the matrix ---- */

struct columns {
    size_t roles[MU_HTML_ROLES_MAX]; /* places in audit->roles */
    size_t count;
    bool others, money;
};

static void choose(const struct mu_audit *a, struct columns *ret)
{
    *ret = (struct columns){.count = 0};
    for (size_t i = 0; i < a->role_count; i++) {
        if (a->roles[i].people == 0)
            continue;
        if (ret->count < MU_HTML_ROLES_MAX)
            ret->roles[ret->count++] = i;
        else
            ret->others = true;
    }
    for (size_t i = 0; i < a->team_count; i++)
        ret->money = ret->money || a->teams[i].budget || a->teams[i].balances;
}

static void matrix_head(struct mu_html *h, const struct columns *c)
{
    mu_html_put(h,
                "<div class=\"scroll\"><table class=\"matrix\" aria-labelledby=\"matrix\"><thead>"
                "<tr><th scope=\"col\">Team</th>");
    for (size_t i = 0; i < c->count; i++) {
        mu_html_put(h, "<th scope=\"col\">");
        mu_html_name(h, h->audit->roles[c->roles[i]].name);
        mu_html_put(h, "</th>");
    }
    if (c->others)
        mu_html_put(h, "<th scope=\"col\">other roles</th>");
    mu_html_put(h, "<th scope=\"col\">people</th>");
    if (c->money)
        mu_html_put(h,
                    "<th scope=\"col\">team budget</th><th scope=\"col\">members' balances</th>");
    mu_html_put(h, "</tr></thead><tbody>\n");
}

static void cell(struct mu_html *h, int64_t people, int64_t of)
{
    int shade = people == 0 || of == 0 ? 0 : 1 + (int)(people * 4 / (of + 1));
    if (people == 0) {
        mu_html_put(h, "<td class=\"z\" data-value=\"0\">0</td>");
        return;
    }
    mu_buf_printf(h->to, "<td class=\"s%d\" data-value=\"%" PRId64 "\">", shade > 4 ? 4 : shade,
                  people);
    mu_html_number(h, people);
    mu_html_put(h, "</td>");
}

static int64_t in_others(const struct mu_audit *a, const struct mu_audit_team *team,
                         const struct columns *c)
{
    int64_t people = 0;
    for (size_t i = c->roles[c->count - 1] + 1; i < a->role_count; i++)
        people += team->roles[i];
    return people;
}

static void matrix_row(struct mu_html *h, const struct columns *c, const struct mu_audit_team *team)
{
    mu_html_put(h, "<tr><th scope=\"row\">");
    mu_html_subject(h, as_subject(h, team));
    mu_html_put(h, "</th>");
    for (size_t i = 0; i < c->count; i++)
        cell(h, team->roles[c->roles[i]], team->active);
    if (c->others)
        cell(h, in_others(h->audit, team, c), team->active);
    mu_buf_printf(h->to, "<td class=\"n\" data-value=\"%" PRId64 "\">", team->active);
    mu_html_number(h, team->active);
    mu_html_put(h, "</td>");
    if (c->money) {
        mu_html_put(h, "<td>");
        mu_html_text(h, team->budget ? team->budget : "-");
        mu_html_put(h, "</td><td>");
        mu_html_text(h, team->balances ? team->balances : "-");
        mu_html_put(h, "</td>");
    }
    mu_html_put(h, "</tr>\n");
}

static void matrix_rows(struct mu_html *h, const struct columns *c,
                        const struct mu_audit_team *const *teams, size_t from, size_t to)
{
    matrix_head(h, c);
    for (size_t i = from; i < to; i++)
        matrix_row(h, c, teams[i]);
    mu_html_put(h, "</tbody></table></div>\n");
}

void mu_html_matrix(struct mu_html *h)
{
    struct columns c;
    size_t count = h->audit->team_count;
    const struct mu_audit_team **teams = teams_by_size(h);
    choose(h->audit, &c);
    if (count == 0 || c.count == 0) {
        mu_html_put(h, "<p class=\"note\">There are no teams.</p>\n");
        return;
    }
    size_t open = count > MU_HTML_TEAMS_OPEN ? MU_HTML_TEAMS_OPEN : count;
    size_t all = count > MU_HTML_TEAMS_MAX ? MU_HTML_TEAMS_MAX : count;
    matrix_rows(h, &c, teams, 0, open);
    if (open < all) {
        mu_html_put(h, "<details class=\"more\"><summary>");
        mu_html_number(h, (int64_t)(all - open));
        mu_html_put(h, " smaller teams</summary>\n");
        matrix_rows(h, &c, teams, open, all);
        mu_html_put(h, "</details>\n");
    }
    if (all < count) {
        mu_html_put(h, "<p class=\"note\">And ");
        mu_html_number(h, (int64_t)(count - all));
        mu_html_put(h, " that are smaller still; they are in the JSON form.</p>\n");
    }
}
