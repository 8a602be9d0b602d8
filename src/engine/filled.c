/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of filled fields against those of the last complete read. */
#include "engine/filled.h"

#include <inttypes.h>
#include <string.h>

enum { EMPTY_FROM = 20 };

static void judge(struct mu_evidence *e, const struct mu_filled *now, int64_t was)
{
    if (was > 0 && now->count < 0)
        mu_evidence_find(e, MU_CAUSE_COLUMN_GONE,
                         "%s: its column is gone, %" PRId64
                         " had a value in the last complete read; bring it back, or drop the field "
                         "in a mapping",
                         now->rule, was);
    else if (was >= EMPTY_FROM && now->count == 0)
        mu_evidence_find(e, MU_CAUSE_COLUMN_EMPTY,
                         "%s: nobody has a value, %" PRId64 " had one in the last complete read",
                         now->rule, was);
}

void mu_filled_judge(struct mu_evidence *e)
{
    const struct mu_doc *filled = mu_doc_member(e->before_facts, "filled");
    for (size_t i = 0; i < e->facts.filled_count; i++) {
        int64_t was;
        if (mu_doc_int(filled, e->facts.filled[i].rule, &was))
            judge(e, &e->facts.filled[i], was);
    }
}

void mu_filled_json(const struct mu_evidence *e, struct mu_jw *w)
{
    if (e->facts.filled_count == 0)
        return;
    mu_jw_key(w, "filled");
    mu_jw_object(w);
    for (size_t i = 0; i < e->facts.filled_count; i++) {
        if (e->facts.filled[i].count < 0)
            continue;
        mu_jw_key(w, e->facts.filled[i].rule);
        mu_jw_int(w, e->facts.filled[i].count);
    }
    mu_jw_end(w, '}');
}
