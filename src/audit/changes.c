/* SPDX-License-Identifier: Apache-2.0 */
/* What changed up to the audited snapshot, who did it, and since when things are as they are. */
#include <inttypes.h>
#include <string.h>

#include "audit/auditing.h"
#include "base/str.h"
#include "base/time.h"

/* ---- since when ---- */

/* The snapshot changes are told from: the one asked for, else the one before. 0: there is none. */
static int find_since(struct auditing *a, struct mu_snapshot *ret, struct mu_err *err)
{
    struct mu_snapshot *snaps;
    size_t count;
    *ret = (struct mu_snapshot){.id = 0};
    if (mu_snapshot_list(a->store, a->arena, a->account->name, 0, &snaps, &count, err) < 0)
        return -1;
    int64_t asked = a->options->since;
    for (size_t i = 0; i < count; i++) {
        bool good = snaps[i].finished && snaps[i].verdict != MU_VOID;
        if (asked ? snaps[i].id != asked : snaps[i].id >= a->snapshot || !good)
            continue;
        if (!good)
            return mu_fail(err, MU_E_REFUSED,
                           "snapshot %" PRId64 " of %s is void: it holds nothing that could be "
                           "trusted",
                           asked, a->account->name);
        if (snaps[i].id >= a->snapshot)
            return mu_fail(err, MU_E_USAGE,
                           "changes since snapshot %" PRId64 " can't be told of snapshot %" PRId64
                           ", which isn't newer",
                           asked, a->snapshot);
        *ret = snaps[i];
        return 0;
    }
    return asked
               ? mu_fail(err, MU_E_MISSING, "%s has no snapshot %" PRId64 "; see muster snapshots",
                         a->account->name, asked)
               : 0;
}

/* Whether any snapshot in between brought something: most reads bring nothing. */
static int moved(struct auditing *a, int64_t since, bool *ret, struct mu_err *err)
{
    struct mu_snapshot *snaps;
    size_t count;
    *ret = false;
    if (mu_snapshot_list(a->store, a->arena, a->account->name, 0, &snaps, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (snaps[i].id > since && snaps[i].id <= a->snapshot &&
            snaps[i].added + snaps[i].changed + snaps[i].gone > 0)
            *ret = true;
    return 0;
}

/* ---- the changes ---- */

struct collecting {
    struct auditing *a;
    struct mu_audit_change *list;
    size_t count, room;
    struct mu_err *err;
    bool failed;
};

static struct mu_event keep(struct mu_arena *arena, const struct mu_event *e)
{
    struct mu_event kept = *e;
    kept.id = mu_strdup(arena, e->id);
    kept.label = mu_strdup(arena, e->label);
    kept.field = mu_strdup(arena, e->field);
    kept.before = mu_strdup(arena, e->before);
    kept.after = mu_strdup(arena, e->after);
    kept.group = mu_strdup(arena, e->group);
    return kept;
}

static void take(void *arg, const struct mu_event *e)
{
    struct collecting *c = arg;
    struct mu_change_seen seen;
    struct mu_audit *audit = c->a->audit;
    audit->by_what[e->what]++;
    if (c->failed || audit->change_total++ >= MU_AUDIT_CHANGES_MAX)
        return;
    if (mu_trace(c->a->tracer, e, &seen, c->err) < 0) {
        c->failed = true;
        return;
    }
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 64;
        c->list = mu_xrealloc(c->list, c->room * sizeof(*c->list));
    }
    c->list[c->count++] = (struct mu_audit_change){.event = keep(c->a->arena, e), .seen = seen};
}

static int collect(struct auditing *a, int64_t since, struct mu_err *err)
{
    struct collecting c = {.a = a, .err = err};
    int rc = mu_events(a->store, a->account->name, since, a->snapshot, take, &c, err);
    if (rc == 0 && !c.failed) {
        struct mu_audit_change *list = mu_alloc_array(a->arena, c.count + 1, sizeof(*list));
        if (c.count > 0)
            memcpy(list, c.list, c.count * sizeof(*list));
        a->audit->changes = list;
        a->audit->change_count = c.count;
    }
    free(c.list);
    return c.failed ? -1 : rc;
}

int audit_changes(struct auditing *a, struct mu_err *err)
{
    struct mu_snapshot since;
    bool any = false;
    const struct mu_snapshot *audited = &a->sources[0].snapshot, *ignored;
    if (find_since(a, &since, err) < 0)
        return -1;
    if (mu_tracer_new(a->store, a->config, a->arena, a->account->name, since.id ? &since : audited,
                      audited, &a->tracer, err) < 0)
        return -1;
    if (!since.id)
        return 0;
    if (audit_source(a, a->account->name, "since", since.id, &ignored, err) < 0 ||
        moved(a, since.id, &any, err) < 0)
        return -1;
    return any ? collect(a, since.id, err) : 0;
}

/* ---- how something got there ---- */

static const char *tell(struct auditing *a, const char *field, const struct mu_change_seen *seen,
                        bool from_start)
{
    char when[MU_TIME_TEXT];
    mu_time_text(seen->at, when);
    if (from_start)
        return mu_printf(a->arena, "%s as it is as far back as was read (snapshot %" PRId64 ", %s)",
                         field, seen->first_seen, when);
    if (seen->run)
        return mu_printf(
            a->arena, "%s as it is since snapshot %" PRId64 " (%s), by run %" PRId64 " of muster",
            field, seen->first_seen, when, seen->run);
    return mu_printf(a->arena,
                     "%s as it is since snapshot %" PRId64 " (%s), changed outside of muster",
                     field, seen->first_seen, when);
}

/* Findings of checks with `history` say since when, and by whom. */
int audit_history(struct auditing *a, struct mu_err *err)
{
    for (size_t i = 0; i < a->found_count; i++) {
        struct mu_finding *f = &a->found[i];
        const struct mu_check *c = &a->checks[f->check - a->results];
        struct mu_change_seen seen;
        bool from_start;
        if (!c->history || f->subject_count == 0)
            continue;
        if (mu_trace_field(a->tracer, f->subjects[0].kind, f->subjects[0].id, NULL, c->history,
                           &seen, &from_start, err) < 0)
            return -1;
        const char *text = tell(a, c->history, &seen, from_start);
        f->detail = f->detail ? mu_printf(a->arena, "%s; %s", f->detail, text) : text;
        f->run = seen.run;
    }
    return 0;
}
