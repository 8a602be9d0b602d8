/* SPDX-License-Identifier: Apache-2.0 */
/* A review of access, read back and held against what is there now. */
#include <inttypes.h>
#include <string.h>

#include "adapter/feed/csv.h"
#include "adapter/feed/file.h"
#include "audit/people.h"
#include "audit/review.h"
#include "base/str.h"

enum decision { UNDECIDED, KEEP, REVOKE, CHANGE_ROLE, MOVE, DECISIONS };

static const char *const words[] = {"", "keep", "revoke", "change role", "move"};

struct decided {
    enum decision what;
    const char *to; /* as written */
    int64_t line;
};

struct reading {
    struct mu_store *store;
    struct mu_arena *arena;
    struct mu_log *log;
    const char *path;
    struct mu_review *review;
    struct mu_snapshot now;
    struct mu_people *people;
    struct mu_map *seen; /* "USER\nGROUP" -> struct decided */
    struct mu_ruling *rulings;
    size_t room;
    int64_t errors, rows;
};

/* Told, and the next row is looked at. Text in the arena. */
static void wrong(struct reading *r, int64_t line, const char *text)
{
    if (r->errors++ < MU_REVIEW_ERRORS_MAX)
        mu_log(r->log, MU_LOG_ERROR, "%s:%" PRId64 ": %s", r->path, line, text);
}

static const char *shown(struct reading *r, const char *text)
{
    return mu_printable(r->arena, text, strlen(text), 80);
}

/* ---- the form ---- */

static int check_header(struct reading *r, const struct csv_row *row, struct mu_err *err)
{
    for (size_t i = 0; i < REVIEW_COLUMNS; i++)
        if (i >= row->count || !mu_streq(row->fields[i].text, review_columns[i]))
            return mu_fail(err, MU_E_DATA,
                           "%s:%" PRId64 ": the header was changed: column %zu should be '%s', and "
                           "is '%s'; make the review again, and copy the decisions into it",
                           r->path, row->line, i + 1, review_columns[i],
                           i < row->count ? shown(r, row->fields[i].text) : "not there");
    if (row->count > REVIEW_COLUMNS)
        return mu_fail(err, MU_E_DATA,
                       "%s:%" PRId64
                       ": the header was changed: there is a column '%s' behind '%s'; "
                       "take it out",
                       r->path, row->line, shown(r, row->fields[REVIEW_COLUMNS].text),
                       review_columns[REVIEW_COLUMNS - 1]);
    return 0;
}

/* As it was before the writer kept spreadsheets from running it (base/writer.h). */
static const char *cell(struct reading *r, const struct csv_row *row, enum review_column column)
{
    const char *text = row->fields[column].text;
    if (text[0] == '\'' && text[1] && strchr("=+-@\t\r", text[1]))
        text++;
    return mu_strdup(r->arena, text);
}

static bool read_decision(struct reading *r, const struct csv_row *row, struct decided *ret)
{
    const char *word = mu_fold(r->arena, cell(r, row, REVIEW_DECISION));
    size_t i = 0;
    *ret = (struct decided){.to = cell(r, row, REVIEW_TO), .line = row->line};
    while (i < DECISIONS && !mu_streq(word, words[i]))
        i++;
    ret->what = (enum decision)i;
    if (i == DECISIONS)
        wrong(r, row->line,
              mu_printf(r->arena, "'%s' is no decision; say keep, revoke, change role or move",
                        shown(r, word)));
    else if ((i == CHANGE_ROLE || i == MOVE) && !*ret->to)
        wrong(r, row->line,
              mu_printf(r->arena, "%s needs the %s in the column 'to'", words[i],
                        i == MOVE ? "group" : "role"));
    else if (i < CHANGE_ROLE && *ret->to)
        wrong(r, row->line,
              mu_printf(r->arena, "'to' says '%s', but the decision is %s", shown(r, ret->to),
                        i == UNDECIDED ? "missing" : words[i]));
    else
        return true;
    return false;
}

/* ---- what is there now ---- */

static int load_now(struct reading *r, const char *account, struct mu_err *err)
{
    int found = mu_snapshot_get(r->store, r->arena, account, 0, &r->now, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return mu_fail(err, MU_E_MISSING, "%s: the store has no snapshot of %s", r->path,
                       shown(r, account));
    return mu_people_read(r->store, r->arena, account, &r->now, NULL, NULL, &r->people, err);
}

/* The first row says of which account and snapshot all of them are. */
static int begin(struct reading *r, const struct csv_row *row, struct mu_err *err)
{
    long long snapshot;
    r->review->account = cell(r, row, REVIEW_ACCOUNT);
    if (!mu_parse_int(row->fields[REVIEW_SNAPSHOT].text, 1, INT64_MAX, &snapshot))
        return mu_fail(err, MU_E_DATA, "%s:%" PRId64 ": the snapshot is a number, not '%s'",
                       r->path, row->line, shown(r, row->fields[REVIEW_SNAPSHOT].text));
    r->review->snapshot = snapshot;
    if (load_now(r, r->review->account, err) < 0)
        return -1;
    if (snapshot > r->now.id)
        return mu_fail(err, MU_E_DATA,
                       "%s:%" PRId64 ": %s has no snapshot %lld; the review is another store's",
                       r->path, row->line, shown(r, r->review->account), snapshot);
    return 0;
}

static const struct mu_seat *seat_in(const struct mu_person *p, const char *group)
{
    const struct mu_seat *s = p->seats;
    while (s && !mu_streq(s->team->id, group))
        s = s->next;
    return s;
}

static bool same_role(struct reading *r, const struct mu_person *p, const struct mu_seat *seat,
                      const struct csv_row *row)
{
    const char *now = seat && seat->role ? seat->role : mu_person_roles(r->people, p, r->arena);
    const char *then = cell(r, row, REVIEW_ROLE);
    if (mu_streq(now, then))
        return true;
    wrong(r, row->line,
          mu_printf(r->arena,
                    "%s had the role '%s' when reviewed, and has '%s' now; make the review again",
                    shown(r, p->label), shown(r, then), shown(r, now)));
    return false;
}

/* Whom the row is about, if they still have what it says; NULL: told why not. */
static const struct mu_person *holder(struct reading *r, const struct csv_row *row,
                                      const struct mu_seat **ret_seat)
{
    const char *user = cell(r, row, REVIEW_USER), *group = cell(r, row, REVIEW_GROUP);
    const struct mu_person *p = mu_map_get(r->people->by_id, user, strlen(user));
    *ret_seat = p ? seat_in(p, group) : NULL;
    if (!p || !p->read)
        wrong(r, row->line,
              mu_printf(r->arena, "%s has no user '%s' (%s) in snapshot %" PRId64,
                        shown(r, r->review->account), shown(r, user),
                        shown(r, cell(r, row, REVIEW_PERSON)), r->now.id));
    else if (*group && !*ret_seat)
        wrong(r, row->line,
              mu_printf(r->arena, "%s is not in %s any more; make the review again",
                        shown(r, p->label), shown(r, cell(r, row, REVIEW_GROUP_NAME))));
    else if (!*group && p->seats)
        wrong(r, row->line,
              mu_printf(r->arena,
                        "%s was in no group when reviewed, and is in %s now; make the review "
                        "again",
                        shown(r, p->label), shown(r, p->seats->team->label)));
    else if (same_role(r, p, *ret_seat, row))
        return p;
    return NULL;
}

/* ---- rulings ---- */

static const struct mu_team *find_team(struct reading *r, const char *text, int64_t line)
{
    struct mu_team *found = mu_map_get(r->people->team_by_id, text, strlen(text));
    const char *key = mu_fold(r->arena, text);
    if (found)
        return found;
    for (size_t i = 0; i < r->people->team_count; i++) {
        struct mu_team *t = r->people->teams[i];
        if (!mu_streq(mu_fold(r->arena, t->label), key))
            continue;
        if (found) {
            wrong(r, line,
                  mu_printf(r->arena,
                            "several groups are called '%s'; name one by its id, such as %s",
                            shown(r, text), shown(r, t->id)));
            return NULL;
        }
        found = t;
    }
    if (!found)
        wrong(r, line,
              mu_printf(r->arena, "%s has no group '%s'", shown(r, r->review->account),
                        shown(r, text)));
    return found;
}

static const struct mu_role_told *find_role(struct reading *r, const char *text, int64_t line)
{
    const char *key = mu_fold(r->arena, text);
    MU_AUTO(buf) struct mu_buf known = MU_BUF_INIT(256);
    for (size_t i = 0; i < r->people->role_count; i++) {
        const struct mu_role_told *role = &r->people->roles[i];
        if (mu_streq(mu_fold(r->arena, role->id), key) ||
            mu_streq(mu_fold(r->arena, role->label), key))
            return role;
        mu_buf_printf(&known, "%s%s", i ? ", " : "", role->id);
    }
    wrong(r, line,
          mu_printf(r->arena, "%s has no role '%s'; it has %s", shown(r, r->review->account),
                    shown(r, text), shown(r, known.data)));
    return NULL;
}

static bool aim(struct reading *r, const struct decided *d, const struct mu_seat *seat,
                struct mu_ruling *ret)
{
    const struct mu_team *team = d->what == MOVE ? find_team(r, d->to, d->line) : NULL;
    const struct mu_role_told *role = d->what == CHANGE_ROLE ? find_role(r, d->to, d->line) : NULL;
    if (team && seat && team == seat->team)
        wrong(r, d->line,
              mu_printf(r->arena, "%s is in %s already", shown(r, ret->label),
                        shown(r, team->label)));
    else if (team || role) {
        ret->to = team ? team->id : role->id;
        ret->to_label = team ? team->label : role->label;
        return true;
    }
    return false;
}

static struct mu_ruling *new_ruling(struct reading *r)
{
    struct mu_review *review = r->review;
    if (review->ruling_count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->rulings = mu_xrealloc(r->rulings, r->room * sizeof(*r->rulings));
    }
    return &r->rulings[review->ruling_count];
}

static void rule(struct reading *r, const struct decided *d, const struct mu_person *p,
                 const struct mu_seat *seat)
{
    static const enum mu_ruled what[] = {
        [REVOKE] = MU_RULED_REVOKE, [CHANGE_ROLE] = MU_RULED_ROLE, [MOVE] = MU_RULED_MOVE};
    r->review->undecided += d->what == UNDECIDED;
    r->review->kept += d->what == KEEP;
    if (d->what < REVOKE)
        return;
    struct mu_ruling *ruling = new_ruling(r);
    *ruling = (struct mu_ruling){.what = what[d->what],
                                 .user = p->id,
                                 .email = p->email,
                                 .label = p->label,
                                 .group = seat ? seat->team->id : NULL,
                                 .group_label = seat ? seat->team->label : NULL};
    if (d->what == REVOKE || aim(r, d, seat, ruling))
        r->review->ruling_count++;
}

/* ---- row by row ---- */

/* False: it was decided before, as now or otherwise. */
static bool is_first(struct reading *r, const struct csv_row *row, const struct decided *d)
{
    const char *key =
        mu_printf(r->arena, "%s\n%s", cell(r, row, REVIEW_USER), cell(r, row, REVIEW_GROUP));
    const struct decided *before = mu_map_get(r->seen, key, strlen(key));
    if (before && (before->what != d->what || !mu_streq(before->to, d->to)))
        wrong(r, row->line,
              mu_printf(r->arena, "line %" PRId64 " is about the same place, and decides otherwise",
                        before->line));
    if (before)
        return false;
    struct decided *kept = mu_alloc(r->arena, sizeof(*kept));
    *kept = *d;
    mu_map_put(r->seen, key, strlen(key), kept);
    return true;
}

static void look(struct reading *r, const struct csv_row *row)
{
    struct decided d;
    const struct mu_seat *seat;
    const char *snapshot = mu_printf(r->arena, "%" PRId64, r->review->snapshot);
    if (!mu_streq(cell(r, row, REVIEW_ACCOUNT), r->review->account) ||
        !mu_streq(row->fields[REVIEW_SNAPSHOT].text, snapshot)) {
        wrong(r, row->line,
              mu_printf(r->arena, "the rows before are of %s, snapshot %s: two reviews in one file",
                        shown(r, r->review->account), snapshot));
        return;
    }
    if (!read_decision(r, row, &d) || !is_first(r, row, &d))
        return;
    const struct mu_person *p = holder(r, row, &seat);
    if (p)
        rule(r, &d, p, seat);
}

static int take_row(struct reading *r, const struct csv_row *row, struct mu_err *err)
{
    if (++r->rows > MU_REVIEW_ROWS_MAX)
        return mu_fail(err, MU_E_LIMIT, "%s: has more than %d rows", r->path, MU_REVIEW_ROWS_MAX);
    if (row->bad)
        wrong(r, row->line, row->bad);
    else if (row->count != REVIEW_COLUMNS)
        wrong(
            r, row->line,
            mu_printf(r->arena, "has %zu columns, the header has %d", row->count, REVIEW_COLUMNS));
    else if (!r->people && begin(r, row, err) < 0)
        return -1;
    else
        look(r, row);
    return 0;
}

static int read_rows(struct reading *r, struct csv *csv, struct mu_err *err)
{
    struct csv_row row;
    int rc = csv_next(csv, &row, err);
    if (rc == 0)
        return mu_fail(err, MU_E_DATA, "%s: is empty", r->path);
    if (rc < 0 || check_header(r, &row, err) < 0)
        return -1;
    while ((rc = csv_next(csv, &row, err)) == 1)
        if (take_row(r, &row, err) < 0)
            return -1;
    return rc;
}

static int64_t places(const struct mu_people *people)
{
    int64_t count = 0;
    for (size_t i = 0; i < people->count; i++)
        count += people->people[i]->seat_count > 0 ? people->people[i]->seat_count : 1;
    return count;
}

static int conclude(struct reading *r, struct mu_err *err)
{
    if (r->errors > 0)
        return mu_fail(err, MU_E_DATA, "%s: %" PRId64 " row%s can't be used; nothing was planned",
                       r->path, r->errors, r->errors == 1 ? "" : "s");
    if (!r->people)
        return mu_fail(err, MU_E_DATA, "%s: has a header and no rows", r->path);
    r->review->unseen = places(r->people) - (int64_t)mu_map_count(r->seen);
    struct mu_ruling *kept = mu_alloc_array(r->arena, r->review->ruling_count + 1, sizeof(*kept));
    if (r->review->ruling_count > 0)
        memcpy(kept, r->rulings, r->review->ruling_count * sizeof(*kept));
    r->review->rulings = kept;
    return 0;
}

int mu_review_read(struct mu_store *store, const char *path, struct mu_arena *arena,
                   struct mu_log *log, struct mu_review *ret, struct mu_err *err)
{
    struct mu_review review = {.account = NULL};
    struct reading r = {.store = store,
                        .arena = arena,
                        .log = log,
                        .path = path,
                        .review = &review,
                        .seen = mu_map_new(0)};
    const struct feed_file_conf conf = {.path = path};
    struct feed_file *file;
    int rc = feed_file_open(&conf, &file, err);
    if (rc == 0) {
        struct csv *csv = csv_new(0, feed_file_more, file);
        rc = read_rows(&r, csv, err);
        csv_free(csv);
        feed_file_close(file);
    }
    if (rc == 0)
        rc = conclude(&r, err);
    mu_people_done(r.people);
    mu_map_free(r.seen);
    free(r.rulings);
    if (rc == 0)
        *ret = review;
    return rc;
}
