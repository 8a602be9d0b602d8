/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence as a JSON document; its shape is told in verdict.h. */
#include "engine/filled.h"

struct number {
    const char *name;
    int64_t value;
};

static void put_numbers(struct mu_jw *w, const struct number *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        mu_jw_put_int(w, numbers[i].name, numbers[i].value);
    }
}

static void put_bound(const struct mu_bound *b, struct mu_jw *w)
{
    mu_jw_key(w, "bound");
    mu_jw_object(w);
    mu_jw_put_str(w, "id", b->id);
    mu_jw_put_str(w, "role", b->role);
    mu_jw_put_str(w, "organization", b->organization);
    mu_jw_end(w, '}');
}

static void put_tally(const struct mu_tally *t, struct mu_jw *w)
{
    const struct mu_resource_info *info = mu_map_info(t->resource);
    const struct number numbers[] = {{"pages", t->pages},     {"rows", t->rows},
                                     {"kept", t->kept},       {"repeated", t->repeated},
                                     {"clashed", t->clashed}, {"parked", t->parked}};
    const struct number paged[] = {{"asked", t->asked}, {"answered", t->answered}};
    const struct number totals[] = {{"total_first", t->total_first}, {"total_last", t->total_last}};
    mu_jw_object(w);
    mu_jw_put_str(w, "name", info->name);
    mu_jw_put_str(w, "kind", mu_schema_of(info->kind)->name);
    mu_jw_put_bool(w, "supplement", info->fetch && info->fetch->supplement);
    if (t->asked >= 0)
        put_numbers(w, paged, MU_LEN(paged));
    put_numbers(w, numbers, MU_LEN(numbers));
    if (t->total_first >= 0)
        put_numbers(w, totals, MU_LEN(totals));
    mu_jw_end(w, '}');
}

static void put_lists(const struct mu_lists *l, struct mu_jw *w)
{
    const struct number numbers[] = {
        {"count", l->count}, {"agree", l->agree}, {"listed", l->listed}, {"named", l->named}};
    mu_jw_key(w, "lists");
    if (!l->lists) {
        mu_jw_null(w);
        return;
    }
    mu_jw_object(w);
    mu_jw_put_str(w, "resource", mu_map_info(l->lists)->name);
    mu_jw_put_str(w, "against", mu_map_info(l->children)->name);
    put_numbers(w, numbers, MU_LEN(numbers));
    mu_jw_key(w, "differ");
    mu_jw_array(w);
    for (int64_t i = 0; i < l->differ_count && i < MU_PARKED_SHOWN; i++) {
        const struct mu_list_differs *d = &l->differ[i];
        const struct number sides[] = {{"listed", d->listed}, {"named", d->named}};
        mu_jw_object(w);
        mu_jw_put_str(w, "parent", d->parent);
        mu_jw_put_bool(w, "came", d->came);
        put_numbers(w, sides, MU_LEN(sides));
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
    mu_jw_end(w, '}');
}

static void put_before(const struct mu_evidence *e, struct mu_jw *w)
{
    mu_jw_key(w, "before");
    if (!e->before) {
        mu_jw_null(w);
        return;
    }
    const struct number id = {"snapshot", e->before->id};
    mu_jw_object(w);
    put_numbers(w, &id, 1);
    mu_jw_put_bool(w, "accepted", e->accepted);
    mu_jw_put_str(w, "identity", mu_doc_str(e->before_facts, "identity"));
    for (int kind = 0; kind < MU_KINDS; kind++) {
        const struct number count = {mu_schema_of((enum mu_kind)kind)->plural,
                                     e->before->counts[kind]};
        put_numbers(w, &count, 1);
    }
    mu_jw_end(w, '}');
}

static void put_findings(struct mu_jw *w, const char *name, const struct mu_finding *findings,
                         size_t count)
{
    mu_jw_key(w, name);
    mu_jw_array(w);
    for (size_t i = 0; i < count; i++) {
        const struct number attempt = {"attempt", findings[i].attempt};
        mu_jw_object(w);
        put_numbers(w, &attempt, 1);
        mu_jw_put_str(w, "cause", mu_cause_name(findings[i].cause));
        mu_jw_put_str(w, "verdict", mu_verdict_name(findings[i].verdict));
        mu_jw_put_str(w, "text", findings[i].text);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
}

static void put_parked(const struct mu_evidence *e, struct mu_jw *w)
{
    const struct number count = {"parked_count", e->parked_count};
    mu_jw_key(w, "parked");
    mu_jw_array(w);
    for (int64_t i = 0; i < e->parked_count && i < MU_PARKED_SHOWN; i++) {
        const struct mu_unusable *p = &e->parked[i];
        mu_jw_object(w);
        mu_jw_put_str(w, "resource", mu_map_info(p->resource)->name);
        mu_jw_put_str(w, "id", p->id);
        mu_jw_put_str(w, "label", p->label);
        mu_jw_put_str(w, "reason", p->reason);
        mu_jw_end(w, '}');
    }
    mu_jw_end(w, ']');
    put_numbers(w, &count, 1);
}

void mu_evidence_json(const struct mu_evidence *e, struct mu_jw *w)
{
    const struct number facts[] = {{"calls", e->facts.calls},
                                   {"retries", e->facts.retries},
                                   {"throttled", e->facts.throttled},
                                   {"bytes", e->facts.bytes},
                                   {"waited_ms", e->facts.wait_us / 1000},
                                   {"elapsed_ms", (int64_t)(e->seconds * 1000)},
                                   {"attempts", e->attempts}};
    mu_jw_object(w);
    mu_jw_put_str(w, "identity", e->facts.identity);
    put_bound(&e->facts.bound, w);
    put_numbers(w, facts, MU_LEN(facts));
    mu_jw_key(w, "resources");
    mu_jw_array(w);
    for (size_t i = 0; i < e->tally_count; i++)
        put_tally(&e->tallies[i], w);
    mu_jw_end(w, ']');
    put_lists(&e->lists, w);
    put_before(e, w);
    mu_jw_key(w, "held");
    mu_jw_array(w);
    for (size_t i = 0; i < e->held_count; i++)
        mu_jw_str(w, e->held[i]);
    mu_jw_end(w, ']');
    put_findings(w, "findings", e->findings, e->finding_count);
    put_findings(w, "earlier", e->earlier, e->earlier_count);
    put_parked(e, w);
    mu_filled_json(e, w);
    mu_jw_end(w, '}');
}
