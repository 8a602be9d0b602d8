/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of the HTML report; private to src/audit. report.html holds what is the same in each one and
 * names slots, as {{name}}; a function writes each of them. Whatever comes from outside goes through
 * mu_html_text.
 */
#ifndef MU_AUDIT_HTML_H
#define MU_AUDIT_HTML_H

#include "audit/audit.h"
#include "base/map.h"

enum {
    MU_HTML_TEXT_MAX = 300,     /* bytes shown of one text; JSON and CSV have all of it */
    MU_HTML_FINDINGS_MAX = 500, /* shown of one check */
    MU_HTML_SUBJECTS_MAX = 30,  /* shown of one finding */
    MU_HTML_PEOPLE_MAX = 5000,  /* shown among those concerned */
    MU_HTML_TEAMS_MAX = 2000,   /* rows of the matrix */
    MU_HTML_TEAMS_OPEN = 40,    /* of them not folded away */
    MU_HTML_BARS_MAX = 14,
    MU_HTML_ROLES_MAX = 12, /* columns of the matrix */
    MU_HTML_CHANGES_MAX = 1000,
    MU_HTML_CHANGES_OPEN = 15
};

/* Somebody or something that findings shown are about. */
struct mu_html_subject {
    const struct mu_subject *is;
    size_t number;    /* from 1 on, in the order of the list; 0: not in it */
    size_t *findings; /* places in audit->findings, ascending */
    size_t count, room;
};

struct mu_html {
    struct mu_buf *to;
    const struct mu_audit *audit;
    struct mu_arena *arena;
    struct mu_map *subjects; /* kind, account and id -> struct mu_html_subject */
    struct mu_html_subject **sorted;
    size_t subject_count;
};

typedef void mu_html_part(struct mu_html *h);

/* ---- html_text.c ---- */

/* Escaped; control characters, bidi overrides and bad UTF-8 as visible codes; cut at
 * MU_HTML_TEXT_MAX with the number of bytes there are. NULL: nothing. */
void mu_html_text(struct mu_html *h, const char *text);
/* The same as a name of its own, which doesn't change the direction of what is around it. */
void mu_html_name(struct mu_html *h, const char *text);
void mu_html_put(struct mu_html *h, const char *markup); /* markup of ours */
void mu_html_number(struct mu_html *h, int64_t n);       /* 50,000 */
/* "1 person", "12 people" */
void mu_html_some(struct mu_html *h, int64_t n, const char *one, const char *many);
void mu_html_day(struct mu_html *h, int64_t unix_s);  /* 3 Nov 2026 */
void mu_html_time(struct mu_html *h, int64_t unix_s); /* 3 Nov 2026, 18:05 UTC, as an element */

/* ---- html_summary.c, html_people.c, html_changes.c, html_findings.c, html_evidence.c ---- */

mu_html_part mu_html_as_of, mu_html_warnings, mu_html_lead, mu_html_tiles, mu_html_severities,
    mu_html_attention;
mu_html_part mu_html_roles, mu_html_teams, mu_html_teams_note, mu_html_matrix;
mu_html_part mu_html_changes, mu_html_changes_note;
mu_html_part mu_html_filter, mu_html_findings;
mu_html_part mu_html_concerned, mu_html_concerned_note;
mu_html_part mu_html_checks, mu_html_sources, mu_html_chain;

/* ---- html_people.c ---- */

struct mu_html_bar {
    const struct mu_subject *subject; /* in place of label, which is NULL then */
    const char *label;
    int64_t value, of; /* of: more than that, drawn lightly; 0: none */
    int64_t longest;   /* of the chart; 0: no bar */
    const char *class; /* colour, by report.css */
};

/* Begins a chart of bars, a table for those who don't see them. */
void mu_html_chart(struct mu_html *h, const char *name, const char *labelled_by);
void mu_html_bar(struct mu_html *h, const struct mu_html_bar *bar);

/* ---- html_subjects.c ---- */

/* Which subjects the findings shown have, before anything is written. */
void mu_html_gather(struct mu_html *h);
void mu_html_forget(struct mu_html *h);
/* A name that links to the entry among those concerned, where there is one. */
void mu_html_subject(struct mu_html *h, const struct mu_subject *s);
/* Findings of a check that are shown: those from `at` on. */
size_t mu_html_shown(const struct mu_audit *audit, size_t at);
/* The first finding behind `at` that is another check's. */
size_t mu_html_next_check(const struct mu_audit *audit, size_t at);

#endif
