/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what muster writes: changes that weren't ours, and entries nobody stands behind. */
#include <inttypes.h>
#include <string.h>

#include "audit/auditing.h"
#include "base/str.h"

/* ---- changed outside of muster since the last run ---- */

/* When the last run that wrote to the account ended; 0: there was none. */
static int last_run(struct auditing *a, int64_t *ret, struct mu_err *err)
{
    struct mu_run *runs;
    size_t count;
    *ret = 0;
    if (mu_run_list(a->store, a->arena, 0, &runs, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count && !*ret; i++) {
        const struct mu_sync *sync;
        struct mu_err unknown = MU_ERR_INIT;
        if (runs[i].finished && mu_config_sync(a->config, runs[i].sync, &sync, &unknown) == 0 &&
            mu_streq(sync->to->name, a->account->name))
            *ret = runs[i].finished;
    }
    return 0;
}

/* The first read after the run is how it left things. */
static int read_after(struct auditing *a, int64_t when, struct mu_snapshot *ret, struct mu_err *err)
{
    struct mu_snapshot *snaps;
    size_t count;
    *ret = (struct mu_snapshot){.id = 0};
    if (mu_snapshot_list(a->store, a->arena, a->account->name, 0, &snaps, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count && snaps[i].started >= when; i++)
        if (snaps[i].finished && snaps[i].verdict != MU_VOID && snaps[i].id <= a->snapshot)
            *ret = snaps[i];
    return 0;
}

struct drifting {
    struct auditing *a;
    size_t check;
    struct mu_tracer *tracer;
    struct mu_err *err;
    bool failed;
};

static const char *words_of(struct mu_arena *arena, const struct mu_event *e)
{
    if (!e->field)
        return mu_what_name(e->what);
    return mu_printf(arena, "%s: %s \"%s\" -> \"%s\"", mu_what_name(e->what), e->field,
                     e->before ? e->before : "", e->after ? e->after : "");
}

static void take(void *arg, const struct mu_event *e)
{
    static const char *const names[] = {"what", "field"};
    struct drifting *d = arg;
    struct mu_change_seen seen;
    struct mu_arena *arena = d->a->arena;
    if (d->failed || mu_trace(d->tracer, e, &seen, d->err) < 0) {
        d->failed = true;
        return;
    }
    if (seen.run)
        return;
    const struct mu_subject subject = {e->kind, d->a->account->name, mu_strdup(arena, e->id),
                                       mu_strdup(arena, e->label)};
    const char *const values[] = {mu_what_name(e->what), mu_strdup(arena, e->field)};
    const struct audit_words words = {.names = names, .values = values, .count = 2};
    const struct audit_draft draft = {.subjects = &subject,
                                      .subject_count = 1,
                                      .named = 1,
                                      .detail = words_of(arena, e),
                                      .snapshot = seen.first_seen};
    audit_find(d->a, d->check, &draft, &words);
}

static int run_drift(struct auditing *a, size_t check, struct mu_err *err)
{
    int64_t ended;
    struct mu_snapshot since;
    struct drifting d = {.a = a, .check = check, .err = err};
    const struct mu_snapshot *audited = &a->sources[0].snapshot;
    if (last_run(a, &ended, err) < 0)
        return -1;
    if (!ended) {
        audit_skip(a, check, "no run of muster has written to this account");
        return 0;
    }
    if (read_after(a, ended, &since, err) < 0)
        return -1;
    if (!since.id || since.id == a->snapshot) {
        audit_skip(a, check,
                   since.id ? "it was read once since the last run: there is nothing to compare"
                            : "it was not read since the last run");
        return 0;
    }
    if (mu_tracer_new(a->store, a->config, a->arena, a->account->name, &since, audited, &d.tracer,
                      err) < 0)
        return -1;
    int rc = mu_events(a->store, a->account->name, since.id, a->snapshot, take, &d, err);
    mu_tracer_free(d.tracer);
    return d.failed ? -1 : rc;
}

static const char *const drift_words[] = {"what", "field", NULL};
const struct audit_builtin audit_builtin_drift = {
    .name = "drift", .words = drift_words, .run = run_drift};

/* ---- target entries owned by nobody ---- */

static bool is_there(const struct auditing *a, const struct mu_owned *o)
{
    size_t len = strlen(o->id);
    if (o->kind == MU_GROUP) {
        const struct mu_team *t = mu_map_get(a->people->team_by_id, o->id, len);
        return t && t->doc;
    }
    const struct mu_person *p = mu_map_get(a->people->by_id, o->id, len);
    return p && p->read;
}

static void tell_orphan(struct auditing *a, size_t check, const struct mu_sync *sync,
                        const struct mu_owned *o)
{
    static const char *const names[] = {"target", "name"};
    const struct mu_subject subject = {o->kind, sync->to->name, o->id, o->name};
    const char *const values[] = {sync->to->name, o->name};
    const struct audit_words words = {.names = names, .values = values, .count = 2};
    const struct audit_draft draft = {
        .subjects = &subject,
        .subject_count = 1,
        .named = 1,
        .detail =
            mu_printf(a->arena, "written by sync %s, last in run %" PRId64 "; %s has no %s %s",
                      sync->name, o->run, a->account->name, mu_schema_of(o->kind)->name, o->id),
        .run = o->run};
    audit_find(a, check, &draft, &words);
}

/* Who was set aside is accounted for. */
static int of_sync(struct auditing *a, size_t check, const struct mu_sync *sync, struct mu_err *err)
{
    struct mu_owned *owned;
    size_t count;
    if (mu_ledger_load(a->store, a->arena, sync->name, &owned, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!owned[i].disabled && (owned[i].kind == MU_USER || owned[i].kind == MU_GROUP) &&
            !is_there(a, &owned[i]))
            tell_orphan(a, check, sync, &owned[i]);
    return 0;
}

static int run_orphans(struct auditing *a, size_t check, struct mu_err *err)
{
    bool any = false;
    for (size_t i = 0; i < a->config->sync_count; i++) {
        const struct mu_sync *sync = &a->config->syncs[i];
        if (!mu_streq(sync->from->name, a->account->name))
            continue;
        any = true;
        if (of_sync(a, check, sync, err) < 0)
            return -1;
    }
    if (!any)
        audit_skip(a, check, "no sync reads from this account");
    return 0;
}

static const char *const orphan_words[] = {"target", "name", NULL};
const struct audit_builtin audit_builtin_orphans = {
    .name = "orphans", .words = orphan_words, .run = run_orphans};
