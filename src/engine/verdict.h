/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a read is worth, and why. Each resource keeps its counts; facts are judged one by one, and
 * the worst judgement is the verdict. Evidence is a JSON document with the same content as the
 * lines shown:
 *
 *     {"identity": "...", "calls": 412, "seconds": 51.2, "resources": [{"name": "users", "pages": 500, "rows": 50000,
 *      "kept": 50000, "repeated": 0, "parked": 0, "total_first": 50000, "total_last": 50000}], "findings": [{"verdict": "additive",
 *      "text": "..."}], "parked": [{"resource": "users", "id": "...", "reason": "..."}]}
 */
#ifndef MU_ENGINE_VERDICT_H
#define MU_ENGINE_VERDICT_H

#include <stdint.h>

#include "adapter/adapter.h"
#include "store/store.h"

/* Of the records of one read that can't be used so many are kept, and shown in the evidence. */
enum { MU_PARKED_KEPT = 1000, MU_PARKED_SHOWN = 100 };

struct mu_tally {
    const struct mu_resource *resource;
    int64_t pages, rows, kept, repeated, clashed, parked;
    int64_t total_first, total_last; /* -1: never told; for one list */
    bool failed;
};

struct mu_finding {
    enum mu_verdict verdict; /* the best verdict possible with it */
    const char *text;
};

struct mu_evidence {
    struct mu_arena *arena;
    struct mu_tally *tallies;
    size_t tally_count;
    struct mu_finding *findings;
    size_t finding_count;
    struct mu_unusable {
        const struct mu_resource *resource;
        const char *id, *label, *reason; /* label NULL: none */
    } * parked;                          /* the first MU_PARKED_KEPT */
    int64_t parked_count;
    struct mu_read_facts facts;
    double seconds;
};

void mu_evidence_init(struct mu_evidence *e, struct mu_arena *arena,
                      const struct mu_resource *const *resources);
void mu_evidence_find(struct mu_evidence *e, enum mu_verdict at_best, const char *fmt, ...)
    MU_PRINTF(3, 4);
void mu_evidence_park(struct mu_evidence *e, struct mu_tally *t, const char *id, const char *label,
                      const char *reason);

/* Judges counts and totals, adds findings, and returns the verdict. `before`: the last complete
 * snapshot, NULL: none. */
enum mu_verdict mu_evidence_judge(struct mu_evidence *e, const struct mu_snapshot *before);

void mu_evidence_json(const struct mu_evidence *e, struct mu_jw *w);

#endif
