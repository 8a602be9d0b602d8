/* SPDX-License-Identifier: Apache-2.0 */
/* Who of the people who must be there was seen. */
#include "engine/canary.h"

#include <string.h>

#include "base/str.h"

struct mu_canary {
    const char *const *names;
    size_t count, missing;
    bool *seen;
};

struct mu_canary *mu_canary_new(struct mu_arena *arena, const char *const *names)
{
    struct mu_canary *c = mu_alloc(arena, sizeof(*c));
    c->names = names;
    while (names && names[c->count])
        c->count++;
    c->missing = c->count;
    c->seen = mu_alloc_array(arena, c->count + 1, sizeof(*c->seen));
    return c;
}

static bool has_email(const struct mu_doc *doc, const char *glob)
{
    const struct mu_doc *list = mu_doc_member(doc, "emails");
    const struct mu_doc *item = mu_doc_is(list, MU_DOC_LIST) ? list->first : NULL;
    for (; item; item = item->next) {
        const char *email = mu_doc_str(item, "email");
        if (email && mu_glob(glob, email, true))
            return true;
    }
    return false;
}

static bool is_called(const struct mu_doc *doc, const char *glob)
{
    static const char *const fields[] = {"name", "username", "external_id"};
    for (size_t i = 0; i < MU_LEN(fields); i++) {
        const char *text = mu_doc_str(doc, fields[i]);
        if (text && mu_glob(glob, text, true))
            return true;
    }
    return has_email(doc, glob);
}

void mu_canary_entry(struct mu_canary *c, struct mu_arena *page, const struct mu_entry *entry)
{
    const struct mu_doc *doc = NULL;
    struct mu_err ignored = MU_ERR_INIT;
    if (c->missing == 0 || entry->kind != MU_USER || mu_entry_doc(entry, page, &doc, &ignored) < 0)
        return;
    for (size_t i = 0; i < c->count; i++) {
        if (c->seen[i] || !(mu_streq(c->names[i], entry->id) || is_called(doc, c->names[i])))
            continue;
        c->seen[i] = true;
        c->missing--;
    }
}

static bool people_were_read(const struct mu_evidence *e)
{
    for (size_t i = 0; i < e->tally_count; i++) {
        const struct mu_tally *t = &e->tallies[i];
        if (mu_map_info(t->resource)->kind == MU_USER && (t->pages > 0 || t->failed))
            return true;
    }
    return false;
}

void mu_canary_judge(const struct mu_canary *c, struct mu_evidence *e)
{
    MU_AUTO(buf) struct mu_buf names = MU_BUF_INIT(512);
    if (c->count == 0 || !people_were_read(e))
        return;
    for (size_t i = 0; i < c->count; i++)
        if (!c->seen[i]) {
            mu_buf_adds(&names, names.len ? ", " : "");
            mu_printable_into(&names, c->names[i], strlen(c->names[i]), 60);
        }
    if (c->missing > 0)
        mu_evidence_find(e, MU_CAUSE_CANARY, "canary: %zu of %zu missing (%s)", c->missing,
                         c->count, names.data);
    else
        mu_evidence_hold(e, "canary: %zu of %zu found", c->count, c->count);
}
