/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that vanish while paging. When somebody leaves and somebody else joins between two pages,
 * rows move up by one: a person at the seam comes on neither page, and yet the total is the same
 * and no row comes twice. Members' lists show it of people in a group (crosscheck.h). For all others
 * nothing but a second read can tell, so they are gone when two reads in a row say so of the same
 * people.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "engine/pull_private.h"

struct search {
    struct mu_arena *arena;
    bool crosschecked; /* people in groups are accounted for */
    struct vanished found;
    char example[200];
};

/* Rows can move only where there is more than one page. */
static bool people_came_in_pages(const struct mu_evidence *e)
{
    for (size_t i = 0; i < e->tally_count; i++)
        if (mu_map_info(e->tallies[i].resource)->kind == MU_USER && e->tallies[i].pages > 1)
            return true;
    return false;
}

static bool is_in_group(const struct mu_doc *doc)
{
    const struct mu_doc *groups = mu_doc_member(doc, "groups");
    return mu_doc_is(groups, MU_DOC_LIST) && groups->first;
}

static void look_at(void *arg, const struct mu_entry *entry)
{
    static const uint8_t key[MU_HASH_KEY_LEN];
    struct search *s = arg;
    const struct mu_doc *doc;
    struct mu_err ignored = MU_ERR_INIT;
    uint8_t hash[MU_HASH_LEN];
    uint64_t part;
    mu_arena_reset(s->arena);
    bool readable = mu_entry_doc(entry, s->arena, &doc, &ignored) == 0;
    if (readable && s->crosschecked && is_in_group(doc))
        return;
    mu_hash(key, entry->id, strlen(entry->id), hash);
    memcpy(&part, hash, sizeof(part));
    s->found.sum += part;
    if (s->found.count++ == 0 && readable) {
        const char *label = mu_entry_label(s->arena, doc);
        snprintf(s->example, sizeof(s->example), "%s",
                 mu_printable(s->arena, label, strlen(label), 60));
    }
}

int pull_judge_vanished(struct puller *p, struct mu_err *err)
{
    struct mu_evidence *e = &p->evidence;
    if (e->finding_count > 0 || !people_came_in_pages(e))
        return 0;
    struct search s = {.arena = mu_arena_new(), .crosschecked = e->lists.lists != NULL};
    int rc = mu_pull_each_unseen(p->pull, MU_USER, look_at, &s, err);
    mu_arena_free(s.arena);
    if (rc < 0)
        return -1;
    bool again = s.found.count == p->vanished.count && s.found.sum == p->vanished.sum;
    if (s.found.count > 0 && again)
        mu_evidence_hold(e, "users: %" PRId64 " are gone, by this read and the one before (%s%s)",
                         s.found.count, s.example, s.found.count > 1 ? ", ..." : "");
    else if (s.found.count > 0)
        mu_evidence_find(e, MU_CAUSE_GONE,
                         "users: %" PRId64 " are gone (%s%s), and nothing but one read in pages "
                         "says so",
                         s.found.count, s.example, s.found.count > 1 ? ", ..." : "");
    p->vanished = s.found;
    return 0;
}
