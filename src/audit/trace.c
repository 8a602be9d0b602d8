/* SPDX-License-Identifier: Apache-2.0 */
/* Changes laid beside the journal and the versions of entries. */
#include "audit/trace.h"

#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "model/diff.h"
#include "store/history.h"

/* An operation of ours that was done: newest first in its list. */
struct deed {
    int64_t run, at;
    struct deed *next;
};

struct mu_tracer {
    struct mu_store *store;
    struct mu_arena *arena, *row; /* row: reset for each version */
    const char *account;
    int64_t from, to;
    const struct mu_snapshot *snaps; /* of the account, newest first */
    size_t snap_count;
    struct mu_map *deeds; /* "user 4101" or "user ada@x.test" -> struct deed */
    bool writes;
};

/* ---- the journal ---- */

static const char *key_of(struct mu_arena *arena, const char *kind, const char *name)
{
    return mu_printf(arena, "%s %s", kind, mu_fold(arena, name));
}

static void add_deed(struct mu_tracer *t, const char *kind, const char *name, int64_t run,
                     int64_t at)
{
    if (!kind || !name)
        return;
    const char *key = key_of(t->arena, kind, name);
    struct deed *deed = mu_alloc(t->arena, sizeof(*deed));
    *deed = (struct deed){run, at, mu_map_get(t->deeds, key, strlen(key))};
    mu_map_put(t->deeds, key, strlen(key), deed);
}

/* A step names the object by its immutable id, and by its name, which is all that a new one has. */
static int take_step(struct mu_tracer *t, const struct mu_step *step, struct mu_err *err)
{
    const struct mu_doc *op;
    if (!mu_streq(step->done, "ok"))
        return 0;
    mu_arena_reset(t->row);
    if (mu_doc_parse(t->row, step->op, strlen(step->op), &op, err) < 0)
        return mu_wrap(err, "the journal, run %" PRId64, step->run);
    const char *kind = mu_doc_str(op, "kind");
    add_deed(t, kind, mu_doc_str(op, "native"), step->run, step->at);
    add_deed(t, kind, mu_doc_str(op, "name"), step->run, step->at);
    return 0;
}

static int take_run(struct mu_tracer *t, int64_t run, struct mu_err *err)
{
    struct mu_steps *steps;
    struct mu_step step;
    int rc;
    if (mu_steps_open(t->store, run, &steps, err) < 0)
        return -1;
    while ((rc = mu_steps_next(steps, &step, err)) == 1) {
        if (take_step(t, &step, err) < 0) {
            rc = -1;
            break;
        }
    }
    mu_steps_close(steps);
    return rc;
}

static bool writes_to(const struct mu_config *config, const char *sync, const char *account)
{
    for (size_t i = 0; i < config->sync_count; i++)
        if ((!sync || mu_streq(config->syncs[i].name, sync)) &&
            mu_streq(config->syncs[i].to->name, account))
            return true;
    return false;
}

static int read_journal(struct mu_tracer *t, const struct mu_config *config, struct mu_err *err)
{
    struct mu_run *runs;
    size_t count;
    t->writes = writes_to(config, NULL, t->account);
    if (!t->writes)
        return 0;
    if (mu_run_list(t->store, t->arena, 0, &runs, &count, err) < 0)
        return -1;
    while (count-- > 0)
        if (runs[count].ok > 0 && writes_to(config, runs[count].sync, t->account) &&
            take_run(t, runs[count].id, err) < 0)
            return -1;
    return 0;
}

/* ---- snapshots ---- */

static const struct mu_snapshot *snapshot(const struct mu_tracer *t, int64_t id)
{
    for (size_t i = 0; i < t->snap_count; i++)
        if (t->snaps[i].id == id)
            return &t->snaps[i];
    return NULL;
}

/* The one read before it that could be trusted; NULL: none. */
static const struct mu_snapshot *before(const struct mu_tracer *t, int64_t id)
{
    for (size_t i = 0; i < t->snap_count; i++)
        if (t->snaps[i].id < id && t->snaps[i].finished && t->snaps[i].verdict != MU_VOID)
            return &t->snaps[i];
    return NULL;
}

static int64_t run_of(const struct mu_tracer *t, enum mu_kind kind, const char *name,
                      int64_t not_before, int64_t not_after)
{
    if (!name)
        return 0;
    const char *key = key_of(t->row, mu_schema_of(kind)->name, name);
    for (const struct deed *d = mu_map_get(t->deeds, key, strlen(key)); d; d = d->next)
        if (d->at >= not_before && d->at <= not_after)
            return d->run;
    return 0;
}

/* What was seen first in a snapshot happened after the one before it was begun. */
static void place(const struct mu_tracer *t, enum mu_kind kind, const char *id, const char *email,
                  int64_t first, struct mu_change_seen *ret)
{
    const struct mu_snapshot *seen = snapshot(t, first), *last = before(t, first);
    int64_t until = seen ? seen->finished : INT64_MAX, since = last ? last->started : 0;
    *ret = (struct mu_change_seen){.first_seen = first, .at = seen ? seen->finished : 0};
    if (mu_map_count(t->deeds) == 0)
        return;
    ret->run = run_of(t, kind, id, since, until);
    if (!ret->run)
        ret->run = run_of(t, kind, email, since, until);
}

/* ---- versions ---- */

static bool differs(struct mu_tracer *t, enum mu_kind kind, const struct mu_doc *a,
                    const struct mu_doc *b, const char *field)
{
    const struct mu_change *changes;
    size_t count = mu_diff(t->row, kind, a, b, &changes);
    for (size_t i = 0; i < count; i++)
        if (mu_streq(changes[i].field, field))
            return true;
    return false;
}

/* Follows versions back from the newer snapshot: the first of those that have the field as it is
 * there. field NULL: as long as there is one at all. */
struct trail {
    int64_t first; /* 0: no version stands in the newer snapshot */
    bool from_start;
    const char *email;
};

/* 1: go on, 0: this version is another story. */
static int follow(struct mu_tracer *t, const struct mu_version *v, enum mu_kind kind,
                  const char *field, const struct mu_doc **is, struct trail *trail,
                  struct mu_err *err)
{
    const struct mu_doc *doc;
    struct mu_entry kept = v->entry;
    if (trail->first && v->ended != trail->first)
        return 0; /* there was nobody in between */
    if (field && kind != MU_MEMBERSHIP) {
        kept.body = mu_strndup(t->row, v->entry.body, v->entry.body_len);
        if (mu_entry_doc(&kept, t->row, &doc, err) < 0)
            return -1;
        if (*is && differs(t, kind, *is, doc, field))
            return 0;
        *is = *is ? *is : doc;
        trail->email = trail->email ? trail->email : mu_entry_email(doc);
    }
    trail->first = v->first;
    return 1;
}

static int trail_of(struct mu_tracer *t, enum mu_kind kind, const char *id, const char *field,
                    struct trail *ret, struct mu_err *err)
{
    struct mu_versions *versions;
    struct mu_version v;
    const struct mu_doc *is = NULL;
    int rc;
    *ret = (struct trail){.from_start = true};
    mu_arena_reset(t->row);
    if (mu_versions_open(t->store, t->account, kind, id, &versions, err) < 0)
        return -1;
    while ((rc = mu_versions_next(versions, &v, err)) == 1) {
        const struct mu_snapshot *first = snapshot(t, v.first);
        bool later = v.first > t->to || (v.ended && v.ended <= t->to && !ret->first);
        if (later || !first || !first->finished)
            continue;
        rc = follow(t, &v, kind, field, &is, ret, err);
        if (rc != 1)
            break;
    }
    mu_versions_close(versions);
    if (rc < 0)
        return -1;
    ret->from_start = ret->first && !before(t, ret->first);
    return 0;
}

/* The snapshot in which an entry that the older one has was no more. */
static int end_of(struct mu_tracer *t, enum mu_kind kind, const char *id, int64_t *ret,
                  struct mu_err *err)
{
    struct mu_versions *versions;
    struct mu_version v;
    int rc;
    *ret = t->to;
    if (mu_versions_open(t->store, t->account, kind, id, &versions, err) < 0)
        return -1;
    while ((rc = mu_versions_next(versions, &v, err)) == 1) {
        if (v.ended && v.ended > t->from && v.ended <= t->to) {
            *ret = v.ended;
            break;
        }
    }
    mu_versions_close(versions);
    return rc < 0 ? -1 : 0;
}

/* ---- events ---- */

/* Which entry tells of an event: of moves between groups the membership. */
static const char *entry_of(struct mu_tracer *t, const struct mu_event *e, enum mu_kind *ret_kind)
{
    *ret_kind = e->group ? MU_MEMBERSHIP : e->kind;
    return e->group ? mu_membership_id(t->arena, e->group, e->id) : e->id;
}

int mu_trace(struct mu_tracer *t, const struct mu_event *e, struct mu_change_seen *ret,
             struct mu_err *err)
{
    enum mu_kind kind;
    const char *id = entry_of(t, e, &kind);
    bool gone = e->what == MU_REMOVED || e->what == MU_LEFT;
    struct trail trail = {.first = t->to};
    const struct mu_snapshot *last = before(t, t->to);
    mu_arena_reset(t->row);
    if (last && last->id <= t->from && mu_map_count(t->deeds) == 0) {
        place(t, e->kind, e->id, NULL, t->to, ret); /* there is only one snapshot it can be */
        return 0;
    }
    if (gone ? end_of(t, kind, id, &trail.first, err) < 0
             : trail_of(t, kind, id, e->group ? NULL : e->field, &trail, err) < 0)
        return -1;
    if (!gone && trail.first <= t->from)
        trail.first = t->to;
    place(t, e->kind, e->id, trail.email, trail.first, ret);
    return 0;
}

int mu_trace_field(struct mu_tracer *t, enum mu_kind kind, const char *id, const char *email,
                   const char *field, struct mu_change_seen *ret, bool *ret_from_start,
                   struct mu_err *err)
{
    struct trail trail;
    if (trail_of(t, kind, id, field, &trail, err) < 0)
        return -1;
    *ret_from_start = trail.from_start;
    place(t, kind, id, email, trail.first ? trail.first : t->to, ret);
    return 0;
}

bool mu_tracer_writes(const struct mu_tracer *t)
{
    return t->writes;
}

int mu_tracer_new(struct mu_store *store, const struct mu_config *config, struct mu_arena *arena,
                  const char *account, const struct mu_snapshot *from, const struct mu_snapshot *to,
                  struct mu_tracer **ret, struct mu_err *err)
{
    struct mu_tracer *t = mu_alloc(arena, sizeof(*t));
    struct mu_snapshot *snaps;
    *t = (struct mu_tracer){.store = store,
                            .arena = arena,
                            .row = mu_arena_new(),
                            .account = account,
                            .from = from->id,
                            .to = to->id,
                            .deeds = mu_map_new(0)};
    int rc = mu_snapshot_list(store, arena, account, 0, &snaps, &t->snap_count, err);
    t->snaps = snaps;
    if (rc == 0)
        rc = read_journal(t, config, err);
    if (rc < 0) {
        mu_tracer_free(t);
        return -1;
    }
    *ret = t;
    return 0;
}

void mu_tracer_free(struct mu_tracer *t)
{
    if (!t)
        return;
    mu_map_free(t->deeds);
    mu_arena_free(t->row);
}
