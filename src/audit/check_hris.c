/* SPDX-License-Identifier: Apache-2.0 */
/* Checks against the account that knows who works here: one walk over its rows, which marks the
 * audited people and keeps only those of whom something is to be said. */
#include <string.h>

#include "audit/auditing.h"
#include "base/str.h"
#include "store/invitations.h"

enum { KNOWN = 1, WORKS = 2 }; /* bits of mu_person.hris */

/* Somebody of the HRIS. */
struct employee {
    const char *id, *label, *email;
    struct mu_person *twin; /* who has left: the audited person; else NULL */
    struct employee *next;
};

struct audit_hris {
    int64_t snapshot;
    struct employee *left, *unknown; /* by id, backwards */
    int64_t unknown_count;           /* more than MU_FINDINGS_MAX of them are only counted */
};

/* The HRIS as it was read last before the audited snapshot; the newest where it was read later only.
 */
static int choose_snapshot(struct auditing *a, const char *account, int64_t *ret,
                           struct mu_err *err)
{
    struct mu_snapshot *snaps;
    size_t count;
    int64_t audited = a->sources[0].snapshot.finished;
    *ret = 0;
    if (!a->options->as_of)
        return 0;
    if (mu_snapshot_list(a->store, a->arena, account, 0, &snaps, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count && !*ret; i++)
        if (snaps[i].finished && snaps[i].verdict != MU_VOID && snaps[i].finished <= audited)
            *ret = snaps[i].id;
    return 0;
}

/* ---- the walk ---- */

struct walking {
    struct auditing *a;
    struct mu_map *invited; /* folded addresses for which an invitation is open; NULL: not asked */
    struct mu_buf key;
};

/* The register knows today only. Who was asked already needs nothing but time. */
static int note_invited(struct walking *w, struct mu_err *err)
{
    struct auditing *a = w->a;
    struct mu_invitation *list;
    size_t count;
    if (a->options->as_of)
        return 0;
    if (mu_invitation_list(a->store, a->arena, a->account->name, &list, &count, err) < 0)
        return -1;
    w->invited = mu_map_new(count);
    for (size_t i = 0; i < count; i++)
        if (mu_invited_open(list[i].state))
            mu_map_put(w->invited, list[i].key, strlen(list[i].key), &list[i]);
    return 0;
}

static bool is_invited(struct walking *w, const struct mu_doc *doc)
{
    const char *email = mu_entry_email(doc);
    mu_buf_reset(&w->key);
    if (w->invited)
        mu_fold_into(&w->key, email, strlen(email));
    return w->invited && mu_map_get(w->invited, w->key.data, w->key.len);
}

static struct employee *keep(struct auditing *a, const struct mu_doc *doc, struct employee *next)
{
    struct employee *e = mu_alloc(a->arena, sizeof(*e));
    *e = (struct employee){.id = mu_strdup(a->arena, mu_doc_str(doc, "id")),
                           .label = mu_entry_label(a->arena, doc),
                           .email = mu_strdup(a->arena, mu_entry_email(doc)),
                           .next = next};
    return e;
}

/* Every address marks all to whom it belongs: one of them is enough to be known. Whether there is
 * anybody. */
static bool mark(struct walking *w, const struct mu_doc *doc, uint8_t bits)
{
    const struct mu_doc *list = mu_doc_member(doc, "emails");
    bool any = false;
    for (const struct mu_doc *item = list ? list->first : NULL; item; item = item->next) {
        const char *email = mu_doc_str(item, "email");
        struct mu_person *p;
        size_t at = 0;
        if (!email)
            continue;
        mu_buf_reset(&w->key);
        mu_fold_into(&w->key, email, strlen(email));
        while ((p = mu_people_by_address(w->a->people, w->key.data, &at))) {
            p->hris = (uint8_t)(p->hris | bits);
            any = true;
            if (bits & WORKS)
                continue;
            w->a->hris->left = keep(w->a, doc, w->a->hris->left);
            w->a->hris->left->twin = p;
        }
    }
    return any;
}

static void take(struct walking *w, const struct mu_doc *doc)
{
    struct audit_hris *h = w->a->hris;
    const char *status = mu_doc_str(doc, "status");
    bool gone = mu_streq(status, "inactive") || mu_streq(status, "deleted");
    bool invited = mu_streq(status, "invited");
    bool known = mark(w, doc, gone ? KNOWN : KNOWN | WORKS);
    if (gone || invited || known || !mu_entry_email(doc) || is_invited(w, doc))
        return;
    if (h->unknown_count++ < MU_FINDINGS_MAX)
        h->unknown = keep(w->a, doc, h->unknown);
}

static int walk(struct auditing *a, const char *account, int64_t snapshot, struct mu_err *err)
{
    struct mu_rows *rows;
    struct mu_entry e;
    const struct mu_doc *doc;
    struct walking w = {.a = a, .key = MU_BUF_INIT(MU_BUF_MAX)};
    MU_AUTO(arena) struct mu_arena *row = mu_arena_new();
    int rc = -1;
    if (note_invited(&w, err) < 0 ||
        mu_rows_open(a->store, account, snapshot, MU_USER, &rows, err) < 0)
        goto done;
    while ((rc = mu_rows_next(rows, &e, err)) == 1) {
        mu_arena_reset(row);
        if (mu_entry_doc(&e, row, &doc, err) < 0) {
            rc = -1;
            break;
        }
        take(&w, doc);
    }
    mu_rows_close(rows);
done:
    mu_map_free(w.invited);
    mu_buf_done(&w.key);
    return rc;
}

/* 1: a->hris is there; 0: there is none, and the check is skipped. */
static int need_hris(struct auditing *a, size_t check, struct mu_err *err)
{
    const char *account = a->config->audit.hris;
    const struct mu_snapshot *snap;
    struct mu_err why = MU_ERR_INIT;
    int64_t id;
    if (a->hris)
        return 1;
    if (!account || mu_streq(account, a->account->name)) {
        audit_skip(a, check, "say which account knows who works here: `audit: hris:`");
        return 0;
    }
    if (choose_snapshot(a, account, &id, err) < 0)
        return -1;
    if (audit_source(a, account, "hris", id, &snap, &why) < 0) {
        if (why.code != MU_E_MISSING) {
            *err = why;
            return -1;
        }
        audit_skip(a, check, mu_strdup(a->arena, why.text));
        return 0;
    }
    a->hris = mu_alloc(a->arena, sizeof(*a->hris));
    a->hris->snapshot = snap->id;
    return walk(a, account, snap->id, err) < 0 ? -1 : 1;
}

/* ---- what it says ---- */

static void tell(struct auditing *a, size_t check, const struct mu_subject *subjects, size_t count,
                 int64_t snapshot, const char *email)
{
    static const char *const names[] = {"hris", "email"};
    const char *const values[] = {a->config->audit.hris, email};
    const struct audit_words words = {.names = names, .values = values, .count = 2};
    const struct audit_draft draft = {
        .subjects = subjects, .subject_count = count, .named = 1, .snapshot = snapshot};
    audit_find(a, check, &draft, &words);
}

/* Without an address nobody can be compared. */
static int run_not_in(struct auditing *a, size_t check, struct mu_err *err)
{
    int rc = need_hris(a, check, err);
    for (size_t i = 0; rc == 1 && i < a->people->count; i++) {
        const struct mu_person *p = a->people->people[i];
        if (!mu_person_active(p) || !p->key || p->hris)
            continue;
        const struct mu_subject subject = audit_person(a->people, p);
        tell(a, check, &subject, 1, a->snapshot, p->email);
    }
    return rc < 0 ? -1 : 0;
}

static struct mu_subject subject_of(const struct auditing *a, const struct employee *e)
{
    return (struct mu_subject){MU_USER, a->config->audit.hris, e->id, e->label};
}

static int run_only_in(struct auditing *a, size_t check, struct mu_err *err)
{
    int rc = need_hris(a, check, err);
    if (rc != 1)
        return rc;
    for (const struct employee *e = a->hris->unknown; e; e = e->next) {
        const struct mu_subject subject = subject_of(a, e);
        tell(a, check, &subject, 1, a->hris->snapshot, e->email);
    }
    a->results[check].found = a->hris->unknown_count;
    return 0;
}

/* Who was hired again has an entry that works. */
static int run_left(struct auditing *a, size_t check, struct mu_err *err)
{
    int rc = need_hris(a, check, err);
    for (struct employee *e = rc == 1 ? a->hris->left : NULL; e; e = e->next) {
        if (!mu_person_active(e->twin) || e->twin->hris & WORKS)
            continue;
        e->twin->hris |= WORKS; /* told once, however often the person has left */
        const struct mu_subject subjects[] = {audit_person(a->people, e->twin), subject_of(a, e)};
        tell(a, check, subjects, 2, a->hris->snapshot, e->twin->email);
    }
    return rc < 0 ? -1 : 0;
}

static const char *const hris_words[] = {"hris", NULL};
const struct audit_builtin audit_builtin_not_in_hris = {
    .name = "not-in-hris", .words = hris_words, .run = run_not_in};
const struct audit_builtin audit_builtin_only_in_hris = {
    .name = "only-in-hris", .words = hris_words, .run = run_only_in};
const struct audit_builtin audit_builtin_left_in_hris = {
    .name = "left-in-hris", .words = hris_words, .run = run_left};
