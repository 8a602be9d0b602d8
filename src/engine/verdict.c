/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of a read: counts per resource, findings, and the judgement over them. */
#include "engine/verdict.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/filled.h"

enum { FINDINGS_MAX = 200, SHRUNK_PERCENT = 50, SHRUNK_FROM = 20 };

void mu_evidence_init(struct mu_evidence *e, struct mu_arena *arena,
                      const struct mu_resource *const *resources)
{
    size_t count = 0;
    while (resources[count])
        count++;
    *e = (struct mu_evidence){.arena = arena, .tally_count = count};
    e->tallies = mu_alloc_array(arena, count + 1, sizeof(*e->tallies));
    for (size_t i = 0; i < count; i++)
        e->tallies[i] =
            (struct mu_tally){.resource = resources[i], .total_first = -1, .total_last = -1};
    e->findings = mu_alloc_array(arena, FINDINGS_MAX, sizeof(*e->findings));
    e->parked = mu_alloc_array(arena, MU_PARKED_KEPT, sizeof(*e->parked));
}

void mu_evidence_find(struct mu_evidence *e, enum mu_verdict at_best, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (e->finding_count < FINDINGS_MAX) {
        e->findings[e->finding_count++] =
            (struct mu_finding){.verdict = at_best, .text = mu_strdup(e->arena, text)};
        return;
    }
    /* The list is full: its last line becomes the worst of what could not be listed. */
    struct mu_finding *last = &e->findings[FINDINGS_MAX - 1];
    last->text = "more findings than can be listed";
    if (at_best < last->verdict)
        last->verdict = at_best;
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

/* A single list tells its total on each page; the lists of `for_each` tell one each, which the
 * adapter checks. */
static void judge_totals(struct mu_evidence *e, const struct mu_tally *t)
{
    const char *name = mu_map_info(t->resource)->name;
    if (t->total_first < 0)
        return;
    if (t->total_first != t->total_last)
        mu_evidence_find(e, MU_ADDITIVE,
                         "%s: the total moved during the read, from %" PRId64 " to %" PRId64
                         ": people were added or removed meanwhile",
                         name, t->total_first, t->total_last);
    else if (t->rows != t->total_last)
        mu_evidence_find(e, MU_ADDITIVE, "%s: %" PRId64 " rows received, %" PRId64 " promised",
                         name, t->rows, t->total_last);
}

static void judge_rows(struct mu_evidence *e, const struct mu_tally *t)
{
    const char *name = mu_map_info(t->resource)->name;
    if (t->repeated > 0)
        mu_evidence_find(
            e, MU_ADDITIVE,
            "%s: %" PRId64
            " rows came twice: pages shifted during the read, so others may be missing",
            name, t->repeated);
    if (t->clashed > 0)
        mu_evidence_find(e, MU_ADDITIVE,
                         "%s: %" PRId64 " ids came twice with different data; the first was kept",
                         name, t->clashed);
    if (t->parked > 0)
        mu_evidence_find(e, MU_ADDITIVE, "%s: %" PRId64 " records could not be used and are parked",
                         name, t->parked);
}

static void judge_size(struct mu_evidence *e, const struct mu_snapshot *before)
{
    int64_t now[MU_KINDS] = {0};
    bool read[MU_KINDS] = {false}, known[MU_KINDS] = {false};
    for (size_t i = 0; i < e->tally_count; i++) {
        const struct mu_resource_info *info = mu_map_info(e->tallies[i].resource);
        now[info->kind] += e->tallies[i].kept;
        read[info->kind] |= e->tallies[i].pages > 0;
        known[info->kind] = true;
    }
    for (int k = 0; k < MU_KINDS; k++) {
        int64_t was = before->counts[k];
        const char *plural = mu_schema_of((enum mu_kind)k)->plural;
        if (was > 0 && !known[k])
            mu_evidence_find(
                e, MU_ADDITIVE,
                "%s: no mapping reads them any more, the last complete read had %" PRId64
                "; they are kept as they were",
                plural, was);
        if (!read[k] || was == 0)
            continue;
        if (now[k] == 0)
            mu_evidence_find(e, MU_VOID,
                             "%s: none came, the last complete read had %" PRId64
                             "; an empty answer is not believed",
                             plural, was);
        else if (was >= SHRUNK_FROM && now[k] * 100 < was * SHRUNK_PERCENT)
            mu_evidence_find(e, MU_ADDITIVE,
                             "%s: %" PRId64 " came, the last complete read had %" PRId64
                             ": less than %d %%",
                             plural, now[k], was, (int)SHRUNK_PERCENT);
    }
}

enum mu_verdict mu_evidence_judge(struct mu_evidence *e, const struct mu_snapshot *before)
{
    int64_t kept = 0;
    for (size_t i = 0; i < e->tally_count; i++) {
        const struct mu_tally *t = &e->tallies[i];
        if (mu_map_info(t->resource)->fetch)
            kept += t->kept;
        judge_totals(e, t);
        judge_rows(e, t);
    }
    if (before) {
        judge_size(e, before);
        mu_filled_judge(e, before);
    }
    if (kept == 0 && e->finding_count > 0)
        mu_evidence_find(e, MU_VOID, "nothing usable came");
    enum mu_verdict verdict = MU_COMPLETE;
    for (size_t i = 0; i < e->finding_count; i++)
        if (e->findings[i].verdict < verdict)
            verdict = e->findings[i].verdict;
    return verdict;
}

static void tally_json(const struct mu_tally *t, struct mu_jw *w)
{
    mu_jw_object(w);
    mu_jw_key(w, "name");
    mu_jw_str(w, mu_map_info(t->resource)->name);
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {{"pages", t->pages},       {"rows", t->rows},       {"kept", t->kept},
                   {"repeated", t->repeated}, {"clashed", t->clashed}, {"parked", t->parked}};
    for (size_t i = 0; i < MU_LEN(numbers); i++) {
        mu_jw_key(w, numbers[i].name);
        mu_jw_int(w, numbers[i].value);
    }
    if (t->total_first >= 0) {
        mu_jw_key(w, "total_first");
        mu_jw_int(w, t->total_first);
        mu_jw_key(w, "total_last");
        mu_jw_int(w, t->total_last);
    }
    mu_jw_end(w, '}');
}

static void parked_json(const struct mu_evidence *e, struct mu_jw *w)
{
    int64_t shown = e->parked_count < MU_PARKED_SHOWN ? e->parked_count : MU_PARKED_SHOWN;
    mu_jw_key(w, "parked");
    mu_jw_array(w);
    for (int64_t i = 0; i < shown; i++) {
        mu_jw_object(w);
        mu_jw_key(w, "resource");
        mu_jw_str(w, mu_map_info(e->parked[i].resource)->name);
        mu_jw_key(w, "id");
        mu_jw_str(w, e->parked[i].id);
        mu_jw_key(w, "label");
        mu_jw_str(w, e->parked[i].label);
        mu_jw_key(w, "reason");
        mu_jw_str(w, e->parked[i].reason);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
    mu_jw_key(w, "parked_count");
    mu_jw_int(w, e->parked_count);
}

void mu_evidence_json(const struct mu_evidence *e, struct mu_jw *w)
{
    const struct {
        const char *name;
        int64_t value;
    } facts[] = {{"calls", e->facts.calls},
                 {"retries", e->facts.retries},
                 {"throttled", e->facts.throttled},
                 {"bytes", e->facts.bytes},
                 {"waited_ms", e->facts.wait_us / 1000},
                 {"elapsed_ms", (int64_t)(e->seconds * 1000)}};
    mu_jw_object(w);
    mu_jw_key(w, "identity");
    mu_jw_str(w, e->facts.identity);
    for (size_t i = 0; i < MU_LEN(facts); i++) {
        mu_jw_key(w, facts[i].name);
        mu_jw_int(w, facts[i].value);
    }
    mu_jw_key(w, "resources");
    mu_jw_array(w);
    for (size_t i = 0; i < e->tally_count; i++)
        tally_json(&e->tallies[i], w);
    mu_jw_end(w, ']');
    mu_jw_key(w, "findings");
    mu_jw_array(w);
    for (size_t i = 0; i < e->finding_count; i++) {
        mu_jw_object(w);
        mu_jw_key(w, "verdict");
        mu_jw_str(w, mu_verdict_name(e->findings[i].verdict));
        mu_jw_key(w, "text");
        mu_jw_str(w, e->findings[i].text);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
    parked_json(e, w);
    mu_filled_json(e, w);
    mu_jw_end(w, '}');
}
