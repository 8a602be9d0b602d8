/* SPDX-License-Identifier: Apache-2.0 */
/* A read beside the last complete one: who we were, what we saw, and how much of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/filled.h"

enum { SHRUNK_PERCENT = 50, SHRUNK_FROM = 20 };

/* ---- who we were bound as ---- */

static void judge_part(struct mu_evidence *e, const char *what, const char *was, const char *is,
                       bool needed)
{
    if (!was || (is && mu_streq(was, is)) || (!is && !needed))
        return;
    if (is)
        mu_evidence_find(e, MU_CAUSE_IDENTITY,
                         "%s was %s at snapshot %" PRId64
                         " and is %s now: another one may see other people",
                         what, was, e->before->id, is);
    else
        mu_evidence_find(e, MU_CAUSE_IDENTITY,
                         "%s was %s at snapshot %" PRId64 " and can't be told now", what, was,
                         e->before->id);
}

static void judge_identity(struct mu_evidence *e)
{
    const struct mu_doc *bound = mu_doc_member(e->before_facts, "bound");
    const struct mu_bound *now = &e->facts.bound;
    size_t before = e->finding_count;
    judge_part(e, "who we are", mu_doc_str(bound, "id"), now->id, true);
    judge_part(e, "our role", mu_doc_str(bound, "role"), now->role, true);
    /* Told by records, and so by some reads only. */
    judge_part(e, "the organisation", mu_doc_str(bound, "organization"), now->organization, false);
    if (now->id && mu_doc_str(bound, "id") && e->finding_count == before)
        mu_evidence_hold(e, "bound as at snapshot %" PRId64, e->before->id);
}

/* ---- what we see ---- */

static const struct mu_tally *tally_named(const struct mu_evidence *e, const char *name)
{
    for (size_t i = 0; i < e->tally_count; i++)
        if (mu_streq(mu_map_info(e->tallies[i].resource)->name, name))
            return &e->tallies[i];
    return NULL;
}

static int64_t rows_of(const struct mu_doc *resource)
{
    int64_t rows = 0;
    return mu_doc_int(resource, "rows", &rows) ? rows : 0;
}

static int64_t kind_rows(const struct mu_evidence *e, enum mu_kind kind)
{
    int64_t now = 0;
    for (size_t i = 0; i < e->tally_count; i++)
        if (mu_map_info(e->tallies[i].resource)->kind == kind)
            now += e->tallies[i].kept;
    return now;
}

/* A list that is empty hides behind another one of its kind. */
static void judge_resource(struct mu_evidence *e, const struct mu_doc *was)
{
    const char *name = mu_doc_str(was, "name");
    const struct mu_tally *t = name ? tally_named(e, name) : NULL;
    if (!name || rows_of(was) == 0)
        return;
    if (!t)
        mu_evidence_find(e, MU_CAUSE_SIGHT,
                         "%.60s: not read now, and had %" PRId64 " rows at snapshot %" PRId64
                         ": a credential or a mapping file is missing",
                         name, rows_of(was), e->before->id);
    else if (t->pages > 0 && t->rows == 0 && kind_rows(e, mu_map_info(t->resource)->kind) > 0)
        mu_evidence_find(e, MU_CAUSE_EMPTY,
                         "%.60s: none came, the last complete read had %" PRId64
                         "; an empty answer is not believed",
                         name, rows_of(was));
}

static void judge_sight(struct mu_evidence *e)
{
    const struct mu_doc *list = mu_doc_member(e->before_facts, "resources");
    if (!mu_doc_is(list, MU_DOC_LIST))
        return;
    for (const struct mu_doc *was = list->first; was; was = was->next)
        judge_resource(e, was);
}

bool mu_evidence_lost_supplement(const struct mu_evidence *e, enum mu_kind kind)
{
    const struct mu_doc *list = mu_doc_member(e->before_facts, "resources");
    const struct mu_doc *was = mu_doc_is(list, MU_DOC_LIST) ? list->first : NULL;
    for (; was; was = was->next) {
        const char *name = mu_doc_str(was, "name");
        if (name && mu_doc_bool(was, "supplement", false) && !tally_named(e, name) &&
            mu_streq(mu_doc_str(was, "kind"), mu_schema_of(kind)->name))
            return true;
    }
    return false;
}

/* ---- how much of it ---- */

static bool was_read(const struct mu_evidence *e, enum mu_kind kind)
{
    for (size_t i = 0; i < e->tally_count; i++)
        if (mu_map_info(e->tallies[i].resource)->kind == kind && e->tallies[i].pages > 0)
            return true;
    return false;
}

static void judge_size(struct mu_evidence *e, enum mu_kind kind)
{
    int64_t now = kind_rows(e, kind), was = e->before->counts[kind];
    const char *plural = mu_schema_of(kind)->plural;
    if (!was_read(e, kind) || was == 0)
        return;
    if (now == 0)
        mu_evidence_find(e, MU_CAUSE_EMPTY,
                         "%s: none came, the last complete read had %" PRId64
                         "; an empty answer is not believed",
                         plural, was);
    else if (was >= SHRUNK_FROM && now * 100 < was * SHRUNK_PERCENT)
        mu_evidence_find(e, MU_CAUSE_SHRUNK,
                         "%s: %" PRId64 " came, the last complete read had %" PRId64
                         ": less than %d %%",
                         plural, now, was, (int)SHRUNK_PERCENT);
    else
        mu_evidence_hold(e, "%s: %" PRId64 " came, the last complete read had %" PRId64, plural,
                         now, was);
}

void mu_evidence_compare(struct mu_evidence *e)
{
    if (!e->before)
        return;
    if (e->accepted) {
        mu_evidence_hold(e, "not compared with snapshot %" PRId64 ": a person accepted this read",
                         e->before->id);
        return;
    }
    judge_identity(e);
    judge_sight(e);
    for (int kind = 0; kind < MU_KINDS; kind++)
        judge_size(e, (enum mu_kind)kind);
    mu_filled_judge(e);
}
