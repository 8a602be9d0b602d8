/* SPDX-License-Identifier: Apache-2.0 */
/* Checks against the account that knows who works here. */
#include <string.h>

#include "audit/auditing.h"
#include "base/str.h"

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
    return mu_people_read(a->store, a->arena, account, snap->id, NULL, NULL, &a->hris, err) < 0 ? -1
                                                                                                : 1;
}

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
        if (!mu_person_active(p) || !p->key || mu_people_twin(a->hris, p))
            continue;
        const struct mu_subject subject = audit_person(a->people, p);
        tell(a, check, &subject, 1, a->snapshot, p->email);
    }
    return rc < 0 ? -1 : 0;
}

static int run_only_in(struct auditing *a, size_t check, struct mu_err *err)
{
    int rc = need_hris(a, check, err);
    for (size_t i = 0; rc == 1 && i < a->hris->count; i++) {
        const struct mu_person *p = a->hris->people[i];
        if (!mu_person_active(p) || !p->key || mu_people_twin(a->people, p))
            continue;
        const struct mu_subject subject = audit_person(a->hris, p);
        tell(a, check, &subject, 1, a->hris->snapshot, p->email);
    }
    return rc < 0 ? -1 : 0;
}

static int run_left(struct auditing *a, size_t check, struct mu_err *err)
{
    int rc = need_hris(a, check, err);
    for (size_t i = 0; rc == 1 && i < a->people->count; i++) {
        const struct mu_person *p = a->people->people[i];
        const struct mu_person *twin = mu_person_active(p) ? mu_people_twin(a->hris, p) : NULL;
        if (!twin || (twin->status != MU_ST_INACTIVE && twin->status != MU_ST_DELETED))
            continue;
        const struct mu_subject subjects[] = {audit_person(a->people, p),
                                              audit_person(a->hris, twin)};
        tell(a, check, subjects, 2, a->hris->snapshot, p->email);
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
