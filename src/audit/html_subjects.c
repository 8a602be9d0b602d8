/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the report's findings are about: gathered first, so that a name can link to its entry. */
#include <inttypes.h>
#include <string.h>

#include "audit/html.h"
#include "base/str.h"

size_t mu_html_next_check(const struct mu_audit *audit, size_t at)
{
    const struct mu_check_result *check = audit->findings[at].check;
    while (at < audit->finding_count && audit->findings[at].check == check)
        at++;
    return at;
}

size_t mu_html_shown(const struct mu_audit *audit, size_t at)
{
    size_t count = mu_html_next_check(audit, at) - at;
    return count < MU_HTML_FINDINGS_MAX ? count : MU_HTML_FINDINGS_MAX;
}

static const char *key_of(struct mu_html *h, const struct mu_subject *s)
{
    return mu_printf(h->arena, "%d\n%s\n%s", (int)s->kind, s->account, s->id);
}

static void add(struct mu_html *h, const struct mu_subject *s, size_t finding)
{
    const char *key = key_of(h, s);
    struct mu_html_subject *found = mu_map_get(h->subjects, key, strlen(key));
    if (!found) {
        found = mu_alloc(h->arena, sizeof(*found));
        found->is = s;
        mu_map_put(h->subjects, key, strlen(key), found);
    }
    if (found->count == found->room) {
        size_t room = found->room ? 2 * found->room : 2;
        size_t *more = mu_alloc_array(h->arena, room, sizeof(*more));
        if (found->count > 0)
            memcpy(more, found->findings, found->count * sizeof(*more));
        found->findings = more;
        found->room = room;
    }
    found->findings[found->count++] = finding;
}

static int by_name(const void *a, const void *b)
{
    const struct mu_subject *x = (*(struct mu_html_subject *const *)a)->is;
    const struct mu_subject *y = (*(struct mu_html_subject *const *)b)->is;
    int order = (int)x->kind - (int)y->kind;
    if (order == 0)
        order = strcmp(x->label, y->label);
    if (order == 0)
        order = strcmp(x->account, y->account);
    return order ? order : strcmp(x->id, y->id);
}

static void sort(struct mu_html *h)
{
    const char *key;
    size_t len;
    void *value;
    h->subject_count = mu_map_count(h->subjects);
    h->sorted = mu_alloc_array(h->arena, h->subject_count + 1, sizeof(struct mu_html_subject *));
    for (size_t i = 0; i < h->subject_count; i++) {
        mu_map_at(h->subjects, i, &key, &len, &value);
        h->sorted[i] = value;
    }
    qsort(h->sorted, h->subject_count, sizeof(struct mu_html_subject *), by_name);
    for (size_t i = 0; i < h->subject_count && i < MU_HTML_PEOPLE_MAX; i++)
        h->sorted[i]->number = i + 1;
}

void mu_html_gather(struct mu_html *h)
{
    const struct mu_audit *audit = h->audit;
    h->subjects = mu_map_new(1024);
    for (size_t at = 0; at < audit->finding_count; at = mu_html_next_check(audit, at)) {
        size_t shown = mu_html_shown(audit, at);
        for (size_t i = at; i < at + shown; i++) {
            const struct mu_finding *f = &audit->findings[i];
            for (size_t s = 0; s < f->subject_count && s < MU_HTML_SUBJECTS_MAX; s++)
                add(h, &f->subjects[s], i);
        }
    }
    sort(h);
}

void mu_html_forget(struct mu_html *h)
{
    mu_map_free(h->subjects);
}

void mu_html_subject(struct mu_html *h, const struct mu_subject *s)
{
    const char *key = key_of(h, s);
    const struct mu_html_subject *found = mu_map_get(h->subjects, key, strlen(key));
    bool linked = found && found->number > 0;
    if (linked)
        mu_buf_printf(h->to, "<a href=\"#s-%zu\">", found->number);
    mu_html_name(h, s->label && *s->label ? s->label : s->id);
    if (linked)
        mu_html_put(h, "</a>");
}

/* ---- the list of those concerned ---- */

void mu_html_concerned_note(struct mu_html *h)
{
    if (h->subject_count == 0) {
        mu_html_put(h, "Nobody: nothing was found.");
        return;
    }
    mu_html_put(h, "Each person and group of a finding above, with all that was found about them");
    if (h->subject_count > MU_HTML_PEOPLE_MAX) {
        mu_html_put(h, "; the first ");
        mu_html_number(h, MU_HTML_PEOPLE_MAX);
        mu_html_put(h, " of ");
        mu_html_number(h, (int64_t)h->subject_count);
        mu_html_put(h, ", all of them are in the CSV and JSON forms");
    }
    mu_buf_addc(h->to, '.');
}

static void concern(struct mu_html *h, const struct mu_html_subject *s)
{
    mu_buf_printf(h->to, "<li class=\"person\" id=\"s-%zu\"><span class=\"name\">", s->number);
    mu_html_name(h, s->is->label);
    mu_buf_printf(h->to, "</span> <span class=\"id\">%s ", mu_schema_of(s->is->kind)->name);
    mu_html_text(h, s->is->id);
    mu_html_put(h, ", ");
    mu_html_text(h, s->is->account);
    mu_html_put(h, "</span><ul>");
    for (size_t i = 0; i < s->count && i < MU_HTML_SUBJECTS_MAX; i++) {
        const struct mu_finding *f = &h->audit->findings[s->findings[i]];
        mu_buf_printf(h->to, "<li><span class=\"%s key\"></span>", mu_severities[f->severity]);
        mu_buf_printf(h->to, "<a href=\"#f-%s\">", f->id);
        mu_html_text(h, f->check->title);
        mu_html_put(h, f->waived ? "</a> (waived)</li>" : "</a></li>");
    }
    if (s->count > MU_HTML_SUBJECTS_MAX) {
        mu_html_put(h, "<li>and ");
        mu_html_number(h, (int64_t)(s->count - MU_HTML_SUBJECTS_MAX));
        mu_html_put(h, " more</li>");
    }
    mu_html_put(h, "</ul></li>\n");
}

void mu_html_concerned(struct mu_html *h)
{
    if (h->subject_count == 0)
        return;
    mu_html_put(h, "<ul class=\"list people\">");
    for (size_t i = 0; i < h->subject_count && i < MU_HTML_PEOPLE_MAX; i++)
        concern(h, h->sorted[i]);
    mu_html_put(h, "</ul>\n");
}
