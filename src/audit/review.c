/* SPDX-License-Identifier: Apache-2.0 */
/* A review of access, written. */
#include "audit/review.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/people.h"
#include "base/str.h"
#include "base/time.h"
#include "base/writer.h"
#include "store/history.h"

const char *const review_columns[REVIEW_COLUMNS] = {
    "account", "snapshot", "user_id",   "person",   "email",    "status", "group_id", "group",
    "role",    "since",    "last_seen", "findings", "decision", "to",     "comment"};

/* What was found about one person, in the order of the audit. */
struct about {
    const struct mu_finding *finding;
    struct about *next, *last; /* last: of the first one's list */
};

struct reviewing {
    struct mu_store *store;
    const struct mu_audit *audit;
    int64_t snapshot;
    struct mu_arena *arena, *row; /* row: reset for each */
    struct mu_map *found;         /* user id -> struct about */
    struct mu_map *times;         /* snapshot as text -> its time as text */
    struct mu_writer *writer;
};

static void add_finding(struct reviewing *r, const char *id, const struct mu_finding *f)
{
    struct about *first = mu_map_get(r->found, id, strlen(id));
    struct about *a = mu_alloc(r->arena, sizeof(*a));
    a->finding = f;
    a->last = a;
    if (!first) {
        mu_map_put(r->found, id, strlen(id), a);
        return;
    }
    first->last->next = a;
    first->last = a;
}

static void index_findings(struct reviewing *r)
{
    const struct mu_audit *audit = r->audit;
    for (size_t i = 0; i < audit->finding_count; i++) {
        const struct mu_finding *f = &audit->findings[i];
        for (size_t s = 0; s < f->subject_count; s++)
            if (f->subjects[s].kind == MU_USER && mu_streq(f->subjects[s].account, audit->account))
                add_finding(r, f->subjects[s].id, f);
    }
}

/* "high left-but-active, low no-group (waived)" */
static const char *findings_of(struct reviewing *r, const char *user)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    for (const struct about *a = mu_map_get(r->found, user, strlen(user)); a; a = a->next)
        mu_buf_printf(&text, "%s%s %s%s", text.len ? ", " : "", mu_severities[a->finding->severity],
                      a->finding->check->name, a->finding->waived ? " (waived)" : "");
    return mu_strndup(r->row, text.data, text.len);
}

/* ---- since when ---- */

static int time_of(struct reviewing *r, int64_t snapshot, const char **ret, struct mu_err *err)
{
    const char *key = mu_printf(r->row, "%" PRId64, snapshot);
    const char *known = mu_map_get(r->times, key, strlen(key));
    struct mu_snapshot snap;
    if (!known) {
        char text[MU_TIME_TEXT] = "";
        int rc = mu_snapshot_get(r->store, r->row, NULL, snapshot, &snap, err);
        if (rc < 0)
            return -1;
        if (rc == 1)
            mu_time_text(snap.finished, text);
        key = mu_strdup(r->arena, key);
        known = mu_strdup(r->arena, text);
        mu_map_put(r->times, key, strlen(key), (char *)(uintptr_t)known);
    }
    *ret = known;
    return 0;
}

/* When the place, as it was in the snapshot, was read first. */
static int since(struct reviewing *r, enum mu_kind kind, const char *id, const char **ret,
                 struct mu_err *err)
{
    struct mu_versions *versions;
    struct mu_version v;
    int64_t first = 0;
    int rc;
    *ret = "";
    if (mu_versions_open(r->store, r->audit->account, kind, id, &versions, err) < 0)
        return -1;
    while ((rc = mu_versions_next(versions, &v, err)) == 1)
        if (v.first <= r->snapshot && (v.ended == 0 || v.ended > r->snapshot)) {
            first = v.first;
            break;
        }
    mu_versions_close(versions);
    if (rc < 0)
        return -1;
    return first ? time_of(r, first, ret, err) : 0;
}

/* ---- rows ---- */

static int put(struct reviewing *r, const struct mu_person *p, const struct mu_doc *doc,
               const struct mu_seat *seat, const char *roles, struct mu_err *err)
{
    const char *cells[REVIEW_COLUMNS] = {[REVIEW_ACCOUNT] = r->audit->account,
                                         [REVIEW_SNAPSHOT] =
                                             mu_printf(r->row, "%" PRId64, r->snapshot),
                                         [REVIEW_USER] = p->id,
                                         [REVIEW_PERSON] = p->label,
                                         [REVIEW_EMAIL] = p->email,
                                         [REVIEW_STATUS] = mu_doc_str(doc, "status"),
                                         [REVIEW_GROUP] = seat ? seat->team->id : NULL,
                                         [REVIEW_GROUP_NAME] = seat ? seat->team->label : NULL,
                                         [REVIEW_ROLE] = seat && seat->role ? seat->role : roles,
                                         [REVIEW_LAST_SEEN] = mu_doc_str(doc, "last_login_at"),
                                         [REVIEW_FINDINGS] = findings_of(r, p->id)};
    const char *place = seat ? mu_membership_id(r->row, seat->team->id, p->id) : p->id;
    if (since(r, seat ? MU_MEMBERSHIP : MU_USER, place, &cells[REVIEW_SINCE], err) < 0)
        return -1;
    mu_writer_row(r->writer, cells, NULL);
    return 0;
}

static int put_person(struct reviewing *r, const struct mu_people *people,
                      const struct mu_person *p, struct mu_err *err)
{
    struct mu_entry entry;
    const struct mu_doc *doc = NULL;
    mu_arena_reset(r->row);
    int rc =
        mu_entry_get(r->store, r->row, r->audit->account, r->snapshot, MU_USER, p->id, &entry, err);
    if (rc < 0 || (rc == 1 && mu_entry_doc(&entry, r->row, &doc, err) < 0))
        return -1;
    if (rc == 0)
        return 0;
    const char *roles = mu_person_roles(people, p, r->row);
    if (!p->seats)
        return put(r, p, doc, NULL, roles, err);
    for (const struct mu_seat *s = p->seats; s; s = s->next)
        if (put(r, p, doc, s, roles, err) < 0)
            return -1;
    return 0;
}

static int put_rows(struct reviewing *r, struct mu_err *err)
{
    struct mu_people *people = NULL;
    struct mu_snapshot snap;
    int rc = mu_snapshot_get(r->store, r->arena, r->audit->account, r->snapshot, &snap, err);
    if (rc != 1)
        return rc;
    rc = mu_people_read(r->store, r->arena, r->audit->account, &snap, NULL, NULL, &people, err);
    for (size_t i = 0; rc == 0 && i < people->count; i++)
        rc = put_person(r, people, people->people[i], err);
    mu_people_done(people);
    return rc;
}

static int64_t audited(const struct mu_audit *audit)
{
    for (size_t i = 0; i < audit->source_count; i++)
        if (mu_streq(audit->sources[i].use, "audited"))
            return audit->sources[i].snapshot.id;
    return 0;
}

int mu_review_write(struct mu_store *store, const struct mu_audit *audit, struct mu_buf *to,
                    struct mu_err *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    if (!memory)
        mu_oom();
    struct reviewing r = {.store = store,
                          .audit = audit,
                          .snapshot = audited(audit),
                          .arena = mu_arena_new(),
                          .row = mu_arena_new(),
                          .found = mu_map_new(audit->finding_count),
                          .times = mu_map_new(0)};
    r.writer = mu_writer_new(memory, MU_FORMAT_CSV, review_columns, REVIEW_COLUMNS);
    index_findings(&r);
    int rc = put_rows(&r, err);
    struct mu_err ignored = MU_ERR_INIT; /* memory doesn't fail to be written */
    mu_writer_close(r.writer, &ignored);
    fclose(memory);
    if (rc == 0)
        mu_buf_add(to, text, len);
    free(text);
    mu_map_free(r.found);
    mu_map_free(r.times);
    mu_arena_free(r.row);
    mu_arena_free(r.arena);
    return rc;
}
