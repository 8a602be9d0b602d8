/* SPDX-License-Identifier: Apache-2.0 */
/* Countdowns: since when somebody is out, in how many days they go, and who came back. */
#include "engine/plan_grace.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "store/history.h"
#include "store/leaving.h"

enum { HOUR_S = 3600, DAY_S = 86400, SNAPSHOTS_MAX = 1000 };

struct leaver {
    struct mu_leaver row;
    bool known; /* by the store */
    bool out;   /* is still to go */
    bool stays; /* until the countdown is over */
};

struct plan_grace {
    int64_t now;
    struct mu_map *leavers;        /* id -> leaver */
    struct mu_snapshot *snapshots; /* of the source, newest first; loaded when one is asked for */
    size_t snapshot_count;
};

static struct leaver *add(struct planner *p, const struct mu_leaver *row, bool known)
{
    struct leaver *l = mu_alloc(p->arena, sizeof(*l));
    *l = (struct leaver){.row = *row, .known = known};
    mu_map_put(p->grace->leavers, l->row.id, strlen(l->row.id), l);
    return l;
}

int plan_grace_load(struct planner *p, struct mu_err *err)
{
    struct mu_leaver *rows;
    size_t count;
    if (p->sync->grace == 0)
        return 0;
    if (mu_leaving_load(p->store, p->arena, p->sync->name, &rows, &count, err) < 0)
        return -1;
    p->grace = mu_alloc(p->arena, sizeof(*p->grace));
    *p->grace = (struct plan_grace){.now = mu_now(), .leavers = mu_map_new(count)};
    for (size_t i = 0; i < count; i++)
        add(p, &rows[i], true);
    return 0;
}

void plan_grace_free(struct planner *p)
{
    if (p->grace)
        mu_map_free(p->grace->leavers);
}

/* ---- since when ---- */

static int load_snapshots(struct planner *p, struct mu_err *err)
{
    struct plan_grace *g = p->grace;
    return g->snapshots ? 0
                        : mu_snapshot_list(p->store, p->arena, p->sync->from->name, SNAPSHOTS_MAX,
                                           &g->snapshots, &g->snapshot_count, err);
}

/* When the newest usable read up to that one began; `fallback` when it isn't known any more. */
static int64_t read_before(const struct plan_grace *g, int64_t snapshot, int64_t fallback)
{
    for (size_t i = 0; i < g->snapshot_count; i++)
        if (g->snapshots[i].id <= snapshot && g->snapshots[i].verdict != MU_VOID &&
            g->snapshots[i].finished)
            return g->snapshots[i].started;
    return fallback;
}

static int is_inactive(struct planner *p, const struct mu_entry *entry, struct mu_err *err)
{
    const struct mu_doc *doc;
    if (mu_entry_doc(entry, p->row, &doc, err) < 0)
        return -1;
    const char *status = mu_doc_str(doc, "status");
    return mu_streq(status, "inactive") || mu_streq(status, "deleted");
}

/* Walks back over the versions of an entry: the read that had it last, or with `inactive` the one
 * that told so first. */
static int since_read(struct planner *p, const char *id, bool inactive, int64_t *ret,
                      struct mu_err *err)
{
    struct mu_versions *versions;
    struct mu_version v;
    int64_t found = 0;
    int rc;
    if (load_snapshots(p, err) < 0 ||
        mu_versions_open(p->store, p->sync->from->name, MU_USER, id, &versions, err) < 0)
        return -1;
    while ((rc = mu_versions_next(versions, &v, err)) == 1) {
        int same = inactive ? is_inactive(p, &v.entry, err) : found == 0;
        if (same <= 0) {
            rc = same;
            break;
        }
        found = inactive ? v.first : v.ended - 1;
    }
    mu_versions_close(versions);
    if (rc == 0)
        *ret = read_before(p->grace, found, p->grace->now);
    return rc;
}

static const char *day(struct planner *p, int64_t unix_s)
{
    char text[MU_TIME_TEXT];
    return mu_printf(p->arena, "%.10s", mu_time_text(unix_s, text));
}

static int judge(struct planner *p, const struct who *w, const struct mu_decision *d,
                 struct mu_leaver *ret, struct mu_err *err)
{
    enum mu_standing standing = d ? d->standing : MU_STANDS_IN;
    bool inactive = d && standing == MU_STANDS_IN;
    ret->id = w->id;
    ret->since = p->grace->now;
    if (standing == MU_STANDS_EXCLUDED)
        ret->why = mu_printf(p->arena, "excluded by rule %s", d->rule->name);
    else if (standing == MU_STANDS_NOWHERE)
        ret->why = "no rule fits";
    else if (standing == MU_STANDS_NOT_YET || standing == MU_STANDS_ENDED)
        ret->why = mu_printf(p->arena, "%s %.40s", d->field,
                             mu_printable(p->row, d->date, strlen(d->date), 40));
    if (standing == MU_STANDS_ENDED)
        ret->since = d->when;
    if (ret->why)
        return 0;
    if (since_read(p, w->id, inactive, &ret->since, err) < 0)
        return -1;
    ret->why =
        mu_printf(p->arena, "%s %s", inactive ? "inactive since" : "last seen", day(p, ret->since));
    return 0;
}

static int leaver_of(struct planner *p, const struct who *w, const struct mu_decision *decision,
                     struct leaver **ret, struct mu_err *err)
{
    struct mu_leaver row = {.why = NULL};
    *ret = mu_map_get(p->grace->leavers, w->id, strlen(w->id));
    if (*ret)
        return 0;
    if (judge(p, w, decision, &row, err) < 0)
        return -1;
    if (row.since > p->grace->now || row.since + p->sync->grace <= p->grace->now)
        row.since = p->grace->now;
    *ret = add(p, &row, false);
    return 0;
}

/* ---- in how many days ---- */

static const char *some_time(struct planner *p, int64_t seconds)
{
    int64_t unit = seconds > DAY_S ? DAY_S : HOUR_S, count = (seconds + unit - 1) / unit;
    return mu_printf(p->arena, "%" PRId64 " %s%s", count, unit == DAY_S ? "day" : "hour",
                     count == 1 ? "" : "s");
}

int plan_grace(struct planner *p, const struct who *w, const struct mu_decision *decision,
               struct mu_err *err)
{
    struct leaver *l;
    if (!p->grace || w->kind != MU_USER)
        return 0;
    if (leaver_of(p, w, decision, &l, err) < 0)
        return -1;
    int64_t due = l->row.since + p->sync->grace, left = due - p->grace->now;
    l->out = true;
    l->stays = left > 0;
    if (!l->stays)
        return 0;
    plan_leave(p, w, w->object->name, false, "leaves in %s: %s", some_time(p, left), l->row.why);
    p->left[p->left_count - 1].due = due;
    p->left[p->left_count - 1].begun = !l->known;
    return 1;
}

bool plan_grace_keeps(const struct planner *p, const char *id)
{
    const struct leaver *l = p->grace ? mu_map_get(p->grace->leavers, id, strlen(id)) : NULL;
    return l && l->stays;
}

/* ---- who came back ---- */

/* Nothing is known of whom the plan may not speak of, nor of who is missing in a read that isn't
 * whole. */
static bool came_back(const struct planner *p, const struct leaver *l)
{
    const struct who *w = mu_map_get(p->who[MU_USER], l->row.id, strlen(l->row.id));
    if (l->out)
        return false;
    return w ? w->selected : p->may_remove && !p->selection->only && !p->selection->except;
}

static int save_one(struct planner *p, const struct leaver *l, struct mu_err *err)
{
    if (!l->known)
        return mu_leaving_put(p->store, p->sync->name, &l->row, err);
    return came_back(p, l) ? mu_leaving_drop(p->store, p->sync->name, l->row.id, err) : 0;
}

int plan_grace_save(struct planner *p, struct mu_err *err)
{
    int rc = 0;
    if (!p->grace || !mu_store_writable(p->store) || mu_map_count(p->grace->leavers) == 0)
        return 0;
    if (mu_journal_begin(p->store, err) < 0)
        return -1;
    for (size_t i = 0; rc == 0 && i < mu_map_count(p->grace->leavers); i++) {
        const char *id;
        size_t len;
        void *leaver;
        mu_map_at(p->grace->leavers, i, &id, &len, &leaver);
        rc = save_one(p, leaver, err);
    }
    if (rc == 0)
        rc = mu_journal_commit(p->store, err);
    if (rc < 0)
        mu_journal_abort(p->store);
    return rc;
}
