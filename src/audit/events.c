/* SPDX-License-Identifier: Apache-2.0 */
/* Two snapshots side by side: both are read in the order of ids, so that one walk finds what is on
 * one side only and what is on both. */
#include "audit/events.h"

#include <string.h>

#include "audit/moves.h"
#include "base/str.h"
#include "model/diff.h"

static const char *const whats[MU_WHATS] = {
    [MU_JOINED] = "joined",       [MU_LEFT] = "left",         [MU_MOVED] = "moved",
    [MU_ACTIVATED] = "activated", [MU_PROMOTED] = "promoted", [MU_DEACTIVATED] = "deactivated",
    [MU_DEMOTED] = "demoted",     [MU_RENAMED] = "renamed",   [MU_BUDGETED] = "budgeted",
    [MU_CREATED] = "created",     [MU_REMOVED] = "removed",   [MU_CHANGED] = "changed",
};

const char *mu_what_name(enum mu_what what)
{
    return (unsigned)what < MU_WHATS ? whats[what] : "?";
}

/* One side of the walk. */
struct side {
    int64_t snapshot;
    struct mu_rows *rows;
    struct mu_entry entry; /* the row at hand */
    bool open;             /* there is one */
};

struct walk {
    struct mu_store *store;
    const char *account;
    struct side from, to;
    struct mu_arena *row; /* reset for each pair */
    struct mu_moves *moves;
    mu_event_fn *each;
    void *arg;
};

/* ---- what two versions of one entry mean ---- */

int mu_role_strength(const char *id)
{
    static const struct {
        const char *glob;
        int strength;
    } known[] = {{"*owner*", MU_STRENGTH_ADMIN},
                 {"*admin*", MU_STRENGTH_ADMIN},
                 {"*manager*", MU_STRENGTH_MANAGER}};
    for (size_t i = 0; i < MU_LEN(known); i++)
        if (mu_glob(known[i].glob, id, true))
            return known[i].strength;
    return MU_STRENGTH_ANY;
}

static int strength(const struct mu_doc *doc)
{
    const struct mu_doc *roles = mu_doc_member(doc, "roles");
    int most = MU_STRENGTH_NONE;
    for (const struct mu_doc *r = roles ? roles->first : NULL; r; r = r->next) {
        const char *id = mu_doc_str(r, "id");
        int is = id ? mu_role_strength(id) : MU_STRENGTH_NONE;
        most = is > most ? is : most;
    }
    return most;
}

static enum mu_what role_change(const struct mu_doc *before, const struct mu_doc *after)
{
    int was = strength(before), is = strength(after);
    return is > was ? MU_PROMOTED : is < was ? MU_DEMOTED : MU_CHANGED;
}

static bool is_active(const char *status)
{
    return !mu_streq(status, "inactive") && !mu_streq(status, "deleted");
}

static enum mu_what status_change(const char *before, const char *after)
{
    bool was = is_active(before), is = is_active(after);
    return is == was ? MU_CHANGED : is ? MU_ACTIVATED : MU_DEACTIVATED;
}

/* The same change told twice: a name in its parts, groups as memberships, words behind an enum. */
static bool is_echo(enum mu_kind kind, const char *field)
{
    static const char *const echoes[] = {"first_name", "last_name",  "groups",
                                         "status_raw", "updated_at", "last_login_at"};
    for (size_t i = 0; kind == MU_USER && i < MU_LEN(echoes); i++)
        if (mu_streq(field, echoes[i]))
            return true;
    return mu_streq(field, "updated_at");
}

static enum mu_what what_of(enum mu_kind kind, const struct mu_change *c,
                            const struct mu_doc *before, const struct mu_doc *after)
{
    if (mu_streq(c->field, "name"))
        return MU_RENAMED;
    if (kind == MU_USER && mu_streq(c->field, "roles"))
        return role_change(before, after);
    if (kind == MU_USER && mu_streq(c->field, "status"))
        return status_change(c->before, c->after);
    if (kind == MU_GROUP && mu_glob("attributes/*budget*", c->field, false))
        return MU_BUDGETED;
    return MU_CHANGED;
}

static void tell_changes(struct walk *w, enum mu_kind kind, const char *id,
                         const struct mu_doc *before, const struct mu_doc *after)
{
    const struct mu_change *changes;
    size_t count = mu_diff(w->row, kind, before, after, &changes);
    struct mu_event e = {.kind = kind, .id = id, .label = mu_entry_label(w->row, after)};
    bool has_name = mu_doc_member(before, "name") && mu_doc_member(after, "name");
    for (size_t i = 0; i < count; i++) {
        bool part =
            mu_streq(changes[i].field, "first_name") || mu_streq(changes[i].field, "last_name");
        if (is_echo(kind, changes[i].field) && (!part || has_name))
            continue;
        e.what = part ? MU_RENAMED : what_of(kind, &changes[i], before, after);
        e.field = changes[i].field;
        e.before = changes[i].before;
        e.after = changes[i].after;
        w->each(w->arg, &e);
    }
}

static void tell_whole(struct walk *w, enum mu_kind kind, const char *id, const struct mu_doc *doc,
                       bool came)
{
    const struct mu_event e = {.what = kind == MU_USER ? (came ? MU_JOINED : MU_LEFT)
                                                       : (came ? MU_CREATED : MU_REMOVED),
                               .kind = kind,
                               .id = id,
                               .label = mu_entry_label(w->row, doc)};
    w->each(w->arg, &e);
}

/* ---- the walk ---- */

static int advance(struct side *s, struct mu_err *err)
{
    int rc = mu_rows_next(s->rows, &s->entry, err);
    s->open = rc == 1;
    return rc < 0 ? -1 : 0;
}

static int open_side(struct walk *w, struct side *s, enum mu_kind kind, struct mu_err *err)
{
    if (mu_rows_open(w->store, w->account, s->snapshot, kind, &s->rows, err) < 0)
        return -1;
    return advance(s, err);
}

static bool same(const struct mu_entry *a, const struct mu_entry *b)
{
    return a->body_len == b->body_len && memcmp(a->body, b->body, a->body_len) == 0;
}

static int take_one(struct walk *w, enum mu_kind kind, const struct mu_entry *entry, bool came,
                    struct mu_err *err)
{
    const struct mu_doc *doc;
    if (kind == MU_MEMBERSHIP)
        return mu_moves_add(w->moves, entry->id, came)
                   ? 0
                   : mu_fail(err, MU_E_IO, "the store is damaged: a membership is called %.100s",
                             entry->id);
    if (mu_entry_doc(entry, w->row, &doc, err) < 0)
        return -1;
    tell_whole(w, kind, entry->id, doc, came);
    return 0;
}

static int take_pair(struct walk *w, enum mu_kind kind, struct mu_err *err)
{
    const struct mu_doc *before, *after;
    if (same(&w->from.entry, &w->to.entry) || kind == MU_MEMBERSHIP)
        return 0;
    if (mu_entry_doc(&w->from.entry, w->row, &before, err) < 0 ||
        mu_entry_doc(&w->to.entry, w->row, &after, err) < 0)
        return -1;
    tell_changes(w, kind, w->to.entry.id, before, after);
    return 0;
}

static int step(struct walk *w, enum mu_kind kind, struct mu_err *err)
{
    int order = !w->from.open ? 1 : !w->to.open ? -1 : strcmp(w->from.entry.id, w->to.entry.id);
    mu_arena_reset(w->row);
    if (order == 0 && take_pair(w, kind, err) < 0)
        return -1;
    if (order < 0 && take_one(w, kind, &w->from.entry, false, err) < 0)
        return -1;
    if (order > 0 && take_one(w, kind, &w->to.entry, true, err) < 0)
        return -1;
    if (order <= 0 && advance(&w->from, err) < 0)
        return -1;
    return order >= 0 ? advance(&w->to, err) : 0;
}

static int walk_kind(struct walk *w, enum mu_kind kind, struct mu_err *err)
{
    int rc = open_side(w, &w->from, kind, err);
    if (rc == 0)
        rc = open_side(w, &w->to, kind, err);
    while (rc == 0 && (w->from.open || w->to.open))
        rc = step(w, kind, err);
    mu_rows_close(w->from.rows);
    mu_rows_close(w->to.rows);
    w->from.rows = w->to.rows = NULL;
    return rc;
}

/* As the later side knows it, else the earlier one. */
static const char *label_of(void *arg, enum mu_kind kind, const char *id)
{
    struct walk *w = arg;
    const int64_t snapshots[] = {w->to.snapshot, w->from.snapshot};
    for (size_t i = 0; i < MU_LEN(snapshots); i++) {
        struct mu_entry entry;
        struct mu_err ignored = MU_ERR_INIT;
        const struct mu_doc *doc;
        if (mu_entry_get(w->store, w->row, w->account, snapshots[i], kind, id, &entry, &ignored) ==
                1 &&
            mu_entry_doc(&entry, w->row, &doc, &ignored) == 0)
            return mu_entry_label(w->row, doc);
    }
    return id;
}

int mu_events(struct mu_store *store, const char *account, int64_t from, int64_t to,
              mu_event_fn *each, void *arg, struct mu_err *err)
{
    static const enum mu_kind kinds[] = {MU_USER, MU_GROUP, MU_ROLE, MU_MEMBERSHIP};
    struct walk w = {.store = store,
                     .account = account,
                     .from = {.snapshot = from},
                     .to = {.snapshot = to},
                     .row = mu_arena_new(),
                     .moves = mu_moves_new(),
                     .each = each,
                     .arg = arg};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < MU_LEN(kinds); i++)
        rc = walk_kind(&w, kinds[i], err);
    if (rc == 0) {
        mu_arena_reset(w.row);
        mu_moves_tell(w.moves, label_of, &w, each, arg);
    }
    mu_moves_free(w.moves);
    mu_arena_free(w.row);
    return rc;
}
