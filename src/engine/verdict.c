/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of a read: counts per resource, findings, and the judgement over them. */
#include "engine/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { FINDINGS_MAX = 200, HELD_MAX = 32, TEXT_MAX_LEN = 1024 };

/* What a cause allows at best, and whether it may come from people added or removed meanwhile. */
static const struct {
    const char *name;
    enum mu_verdict at_best;
    bool passing;
} causes[MU_CAUSES] = {
    [MU_CAUSE_FAILED] = {"failed", MU_ADDITIVE, false},
    [MU_CAUSE_LIMIT] = {"limit", MU_ADDITIVE, false},
    [MU_CAUSE_VANISHED] = {"vanished", MU_ADDITIVE, true},
    [MU_CAUSE_UNANSWERED] = {"unanswered", MU_ADDITIVE, false},
    [MU_CAUSE_TOTAL_MOVED] = {"total_moved", MU_ADDITIVE, true},
    [MU_CAUSE_ROWS] = {"rows", MU_ADDITIVE, true},
    [MU_CAUSE_SHORT_PAGE] = {"short_page", MU_ADDITIVE, true},
    [MU_CAUSE_REPEATED] = {"repeated", MU_ADDITIVE, true},
    [MU_CAUSE_CLASHED] = {"clashed", MU_ADDITIVE, true},
    [MU_CAUSE_LISTS] = {"lists_differ", MU_ADDITIVE, true},
    [MU_CAUSE_FOREIGN] = {"foreign_rows", MU_VOID, false},
    [MU_CAUSE_GONE] = {"gone", MU_ADDITIVE, true},
    [MU_CAUSE_ORPHANS] = {"orphans", MU_ADDITIVE, true},
    [MU_CAUSE_PARKED] = {"parked", MU_ADDITIVE, false},
    [MU_CAUSE_PART] = {"part", MU_ADDITIVE, false},
    [MU_CAUSE_IDENTITY] = {"identity", MU_ADDITIVE, false},
    [MU_CAUSE_SIGHT] = {"sees_less", MU_ADDITIVE, false},
    [MU_CAUSE_EMPTY] = {"empty", MU_VOID, false},
    [MU_CAUSE_SHRUNK] = {"shrunk", MU_ADDITIVE, false},
    [MU_CAUSE_COLUMN_GONE] = {"column_gone", MU_VOID, false},
    [MU_CAUSE_COLUMN_EMPTY] = {"column_empty", MU_ADDITIVE, false},
    [MU_CAUSE_CANARY] = {"canary", MU_VOID, false},
    [MU_CAUSE_NOTHING] = {"nothing", MU_VOID, false},
};

const char *mu_cause_name(enum mu_cause cause)
{
    return causes[cause].name;
}

static void clear_counts(struct mu_evidence *e)
{
    for (size_t i = 0; i < e->tally_count; i++)
        e->tallies[i] = (struct mu_tally){.resource = e->tallies[i].resource,
                                          .asked = -1,
                                          .answered = -1,
                                          .total_first = -1,
                                          .total_last = -1};
}

static const struct mu_doc *facts_of(struct mu_arena *arena, const struct mu_snapshot *snap)
{
    const struct mu_doc *doc;
    struct mu_err ignored = MU_ERR_INIT;
    if (!snap || !snap->evidence ||
        mu_doc_parse(arena, snap->evidence, strlen(snap->evidence), &doc, &ignored) < 0)
        return NULL;
    return doc;
}

void mu_evidence_init(struct mu_evidence *e, struct mu_arena *arena,
                      const struct mu_resource *const *resources, const struct mu_snapshot *before,
                      bool accepted)
{
    size_t count = 0;
    while (resources[count])
        count++;
    *e = (struct mu_evidence){.arena = arena,
                              .tally_count = count,
                              .attempts = 1,
                              .before = before,
                              .before_facts = facts_of(arena, before),
                              .accepted = accepted};
    e->tallies = mu_alloc_array(arena, count + 1, sizeof(*e->tallies));
    for (size_t i = 0; i < count; i++)
        e->tallies[i].resource = resources[i];
    e->findings = mu_alloc_array(arena, FINDINGS_MAX, sizeof(*e->findings));
    e->earlier = mu_alloc_array(arena, FINDINGS_MAX, sizeof(*e->earlier));
    e->held = mu_alloc_array(arena, HELD_MAX, sizeof(*e->held));
    e->parked = mu_alloc_array(arena, MU_PARKED_KEPT, sizeof(*e->parked));
    clear_counts(e);
}

void mu_evidence_find(struct mu_evidence *e, enum mu_cause cause, const char *fmt, ...)
{
    char text[TEXT_MAX_LEN];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (e->finding_count < FINDINGS_MAX) {
        e->findings[e->finding_count++] = (struct mu_finding){.attempt = e->attempts,
                                                              .cause = cause,
                                                              .verdict = causes[cause].at_best,
                                                              .text = mu_strdup(e->arena, text)};
        return;
    }
    /* The list is full: its last line becomes the worst of what could not be listed. */
    struct mu_finding *last = &e->findings[FINDINGS_MAX - 1];
    last->text = "more findings than can be listed";
    if (causes[cause].at_best < last->verdict)
        last->verdict = causes[cause].at_best;
    if (!causes[cause].passing)
        last->cause = cause;
}

void mu_evidence_hold(struct mu_evidence *e, const char *fmt, ...)
{
    char text[TEXT_MAX_LEN];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (e->held_count < HELD_MAX)
        e->held[e->held_count++] = mu_strdup(e->arena, text);
}

void mu_evidence_park(struct mu_evidence *e, struct mu_tally *t, const char *id, const char *label,
                      const char *reason)
{
    t->parked++;
    if (e->parked_count++ >= MU_PARKED_KEPT)
        return;
    struct mu_unusable *p = &e->parked[e->parked_count - 1];
    p->resource = t->resource;
    p->id = mu_printable(e->arena, id, strlen(id), 200);
    p->label = label ? mu_printable(e->arena, label, strlen(label), 200) : NULL;
    p->reason = mu_strdup(e->arena, reason);
}

void mu_evidence_facts(struct mu_evidence *e, const struct mu_read_facts *facts)
{
    struct mu_read_facts sum = *facts;
    sum.calls += e->facts.calls;
    sum.retries += e->facts.retries;
    sum.throttled += e->facts.throttled;
    sum.bytes += e->facts.bytes;
    sum.wait_us += e->facts.wait_us;
    e->facts = sum;
    for (size_t i = 0; i < facts->count_count; i++)
        for (size_t j = 0; j < e->tally_count; j++)
            if (e->tallies[j].resource == facts->counts[i].resource) {
                e->tallies[j].asked = facts->counts[i].asked;
                e->tallies[j].answered = facts->counts[i].answered;
            }
}

/* ---- the judgement ---- */

/* A single list tells its total on each page; the lists of `for_each` tell one each, which the
 * adapter checks. */
static void judge_totals(struct mu_evidence *e, const struct mu_tally *t)
{
    const char *name = mu_map_info(t->resource)->name;
    if (t->total_first < 0)
        return;
    if (t->total_first != t->total_last)
        mu_evidence_find(e, MU_CAUSE_TOTAL_MOVED,
                         "%s: the total moved during the read, from %" PRId64 " to %" PRId64
                         ": people were added or removed meanwhile",
                         name, t->total_first, t->total_last);
    else if (t->rows != t->total_last)
        mu_evidence_find(e, MU_CAUSE_ROWS, "%s: %" PRId64 " rows received, %" PRId64 " promised",
                         name, t->rows, t->total_last);
}

/* A list without a total must have one short page at most, the last one with rows. */
static void judge_pages(struct mu_evidence *e, const struct mu_tally *t)
{
    const struct mu_resource_info *info = mu_map_info(t->resource);
    if (!t->failed && t->answered >= 0 && t->answered < t->asked)
        mu_evidence_find(e, MU_CAUSE_UNANSWERED,
                         "%s: %" PRId64 " pages asked for, %" PRId64 " answered", info->name,
                         t->asked, t->answered);
    if (t->total_first >= 0 || !info->fetch || info->fetch->style != MU_PAGE_NUMBER ||
        info->fetch->for_each || t->filled == 0)
        return;
    int64_t full = (t->filled - 1) * t->widest + t->last_rows;
    if (t->rows < full)
        mu_evidence_find(e, MU_CAUSE_SHORT_PAGE,
                         "%s: %" PRId64 " rows on %" PRId64 " pages of up to %" PRId64
                         ", so one before the last was short",
                         info->name, t->rows, t->filled, t->widest);
}

static void judge_rows(struct mu_evidence *e, const struct mu_tally *t)
{
    const char *name = mu_map_info(t->resource)->name;
    if (t->repeated > 0)
        mu_evidence_find(
            e, MU_CAUSE_REPEATED,
            "%s: %" PRId64
            " rows came twice: had pages shifted during the read, others would be missing",
            name, t->repeated);
    if (t->clashed > 0)
        mu_evidence_find(e, MU_CAUSE_CLASHED,
                         "%s: %" PRId64 " ids came twice with different data; the first was kept",
                         name, t->clashed);
    if (t->parked > 0)
        mu_evidence_find(e, MU_CAUSE_PARKED,
                         "%s: %" PRId64 " record%s could not be used and %s parked", name,
                         t->parked, t->parked == 1 ? "" : "s", t->parked == 1 ? "is" : "are");
}

static void judge_lists(struct mu_evidence *e)
{
    const struct mu_lists *l = &e->lists;
    MU_AUTO(buf) struct mu_buf examples = MU_BUF_INIT(TEXT_MAX_LEN);
    if (!l->lists)
        return;
    const char *lists = mu_map_info(l->lists)->name, *children = mu_map_info(l->children)->name;
    if (l->differ_count == 0)
        mu_evidence_hold(e,
                         "%s: %" PRId64 " lists, each with whom the %s' own word names (%" PRId64
                         " listed, %" PRId64 " named)",
                         lists, l->count, children, l->listed, l->named);
    for (int64_t i = 0; i < l->differ_count && i < 3; i++) {
        const struct mu_list_differs *d = &l->differ[i];
        mu_buf_printf(&examples, "%s%s: ", i ? "; " : "", d->parent);
        if (!d->came)
            mu_buf_adds(&examples, "there is no such list, ");
        else
            mu_buf_printf(&examples, "%" PRId64 " listed, ", d->listed);
        mu_buf_printf(&examples, "%" PRId64 " in %s name it%s", d->named, children,
                      d->came && d->listed == d->named ? ", and they aren't the same" : "");
    }
    if (l->differ_count > 0)
        mu_evidence_find(e, MU_CAUSE_LISTS,
                         "%s: %" PRId64 " list%s and the people's own word differ (%s)", lists,
                         l->differ_count, l->differ_count == 1 ? "" : "s", examples.data);
}

void mu_evidence_judge(struct mu_evidence *e)
{
    int64_t kept = 0;
    for (size_t i = 0; i < e->tally_count; i++) {
        const struct mu_tally *t = &e->tallies[i];
        if (mu_map_info(t->resource)->fetch)
            kept += t->kept;
        judge_totals(e, t);
        judge_pages(e, t);
        judge_rows(e, t);
    }
    judge_lists(e);
    mu_evidence_compare(e);
    if (kept == 0 && e->finding_count > 0)
        mu_evidence_find(e, MU_CAUSE_NOTHING, "nothing usable came");
}

enum mu_verdict mu_evidence_verdict(const struct mu_evidence *e)
{
    enum mu_verdict verdict = MU_COMPLETE;
    for (size_t i = 0; i < e->finding_count; i++)
        if (e->findings[i].verdict < verdict)
            verdict = e->findings[i].verdict;
    return verdict;
}

/* ---- reading again ---- */

bool mu_evidence_unsettled(const struct mu_evidence *e)
{
    for (size_t i = 0; i < e->finding_count; i++)
        if (!causes[e->findings[i].cause].passing)
            return false;
    return e->finding_count > 0;
}

void mu_evidence_again(struct mu_evidence *e)
{
    for (size_t i = 0; i < e->finding_count && e->earlier_count < FINDINGS_MAX; i++)
        e->earlier[e->earlier_count++] = e->findings[i];
    e->attempts++;
    e->finding_count = e->held_count = 0;
    e->parked_count = 0;
    e->lists = (struct mu_lists){.lists = NULL};
    clear_counts(e);
}
