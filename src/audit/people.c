/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the rows of a snapshot: groups, roles, memberships, then users, so that what can be
 * said of a user is known when its row is at hand. */
#include "audit/people.h"

#include <string.h>

#include "audit/events.h"
#include "base/str.h"
#include "model/number.h"

struct reading {
    struct mu_store *store;
    struct mu_people *p;
    struct mu_arena *row; /* reset for each */
    struct mu_buf scratch;
    mu_people_each *each;
    void *arg;
    size_t room; /* of p->people */
};

/* ---- groups ---- */

static struct mu_team *team_of(struct mu_people *p, const char *id)
{
    struct mu_team *t = mu_map_get(p->team_by_id, id, strlen(id));
    if (t)
        return t;
    t = mu_alloc(p->arena, sizeof(*t));
    t->id = t->label = mu_strdup(p->arena, id);
    mu_map_put(p->team_by_id, t->id, strlen(t->id), t);
    return t;
}

/* The first amount told that isn't zero; a zero where only zeros are told. */
static const char *budget_of(const struct mu_doc *doc)
{
    static const char *const names[] = {"monthly_budget", "one_time_budget", "budget"};
    const struct mu_doc *extras = mu_doc_member(doc, "attributes");
    const char *told = NULL;
    for (size_t i = 0; i < MU_LEN(names); i++) {
        const char *amount = mu_doc_text(mu_doc_member(extras, names[i]));
        if (!amount || !mu_number_ok(amount))
            continue;
        if (!told || mu_number_cmp(told, "0") == 0)
            told = amount;
    }
    return told;
}

static int take_group(struct reading *r, const struct mu_entry *e, struct mu_err *err)
{
    struct mu_people *p = r->p;
    struct mu_entry kept = *e;
    const struct mu_doc *doc;
    kept.body = mu_strndup(p->arena, e->body, e->body_len);
    if (mu_entry_doc(&kept, p->arena, &doc, err) < 0)
        return -1;
    struct mu_team *t = team_of(p, e->id);
    t->doc = doc;
    t->label = mu_entry_label(p->arena, doc);
    t->budget = budget_of(doc);
    return 0;
}

/* ---- roles ---- */

static size_t role_of(struct mu_people *p, const char *id)
{
    size_t i = 0;
    while (i < p->role_count && !mu_streq(p->roles[i].id, id))
        i++;
    if (i < p->role_count)
        return i;
    if (p->role_count == MU_ROLES_TOLD - 1) {
        p->roles[p->role_count++] = (struct mu_role_told){"other roles", "other roles", 1, 0};
        return i;
    }
    if (p->role_count == MU_ROLES_TOLD)
        return MU_ROLES_TOLD - 1;
    const char *copy = mu_strdup(p->arena, id);
    p->roles[p->role_count++] = (struct mu_role_told){copy, copy, mu_role_strength(copy), 0};
    return i;
}

static int take_role(struct reading *r, const struct mu_entry *e, struct mu_err *err)
{
    const struct mu_doc *doc;
    if (mu_entry_doc(e, r->row, &doc, err) < 0)
        return -1;
    size_t at = role_of(r->p, e->id);
    const char *label = mu_doc_str(doc, "label");
    if (label && mu_streq(r->p->roles[at].id, e->id))
        r->p->roles[at].label = mu_strdup(r->p->arena, label);
    return 0;
}

/* ---- memberships ---- */

static struct mu_person *person_of(struct mu_people *p, const char *id)
{
    struct mu_person *person = mu_map_get(p->by_id, id, strlen(id));
    if (person)
        return person;
    person = mu_alloc(p->arena, sizeof(*person));
    person->id = person->label = mu_strdup(p->arena, id);
    mu_map_put(p->by_id, person->id, strlen(person->id), person);
    return person;
}

static void seat(struct mu_people *p, struct mu_person *person, const char *group, const char *role)
{
    struct mu_seat *s = mu_alloc(p->arena, sizeof(*s));
    *s = (struct mu_seat){.team = team_of(p, group), .next = person->seats};
    s->role = mu_strdup(p->arena, role);
    person->seats = s;
    person->seat_count++;
}

static int take_membership(struct reading *r, const struct mu_entry *e, struct mu_err *err)
{
    struct mu_people *p = r->p;
    const struct mu_doc *doc;
    if (mu_entry_doc(e, r->row, &doc, err) < 0)
        return -1;
    const char *user = mu_doc_str(doc, "user_id"), *group = mu_doc_str(doc, "group_id");
    if (!user || !group)
        return mu_fail(err, MU_E_IO, "the store is damaged: membership %.100s names nobody", e->id);
    struct mu_person *person = person_of(p, user);
    seat(p, person, group, mu_doc_str(doc, "role_id"));
    const char *balance = mu_doc_text(mu_doc_member(mu_doc_member(doc, "attributes"), "balance"));
    if (!balance || !mu_number_ok(balance))
        return 0;
    struct mu_team *team = person->seats->team;
    team->balances = team->balances ? mu_number_add(p->arena, team->balances, balance)
                                    : mu_strdup(p->arena, balance);
    if (!person->balance || mu_number_cmp(balance, person->balance) > 0)
        person->balance = mu_strdup(p->arena, balance);
    return 0;
}

/* ---- users ---- */

static enum mu_status status_of(const char *text)
{
    return mu_streq(text, "inactive")  ? MU_ST_INACTIVE
           : mu_streq(text, "deleted") ? MU_ST_DELETED
           : mu_streq(text, "invited") ? MU_ST_INVITED
                                       : MU_ST_ACTIVE;
}

static const char *fold(struct reading *r, const char *text)
{
    mu_buf_reset(&r->scratch);
    mu_fold_into(&r->scratch, text, strlen(text));
    return r->scratch.data;
}

/* Addresses beside the primary one: most people have none. */
static void take_more_emails(struct reading *r, struct mu_person *person, const struct mu_doc *doc)
{
    const struct mu_doc *list = mu_doc_member(doc, "emails");
    if (!mu_doc_is(list, MU_DOC_LIST) || list->len < 2)
        return;
    const char **keys = mu_alloc_array(r->p->arena, list->len + 1, sizeof(*keys));
    size_t count = 0;
    for (const struct mu_doc *item = list->first; item; item = item->next) {
        const char *email = mu_doc_str(item, "email");
        if (email && !mu_streq(fold(r, email), person->key))
            keys[count++] = mu_strdup(r->p->arena, r->scratch.data);
    }
    person->keys = count > 0 ? keys : NULL;
}

static void take_email(struct reading *r, struct mu_person *person, const struct mu_doc *doc)
{
    const char *email = mu_entry_email(doc);
    if (!email)
        return;
    person->email = mu_strdup(r->p->arena, email);
    person->key =
        mu_streq(fold(r, email), email) ? person->email : mu_strdup(r->p->arena, r->scratch.data);
    take_more_emails(r, person, doc);
}

/* A role that lets one manage a group one isn't in. */
static void note_elsewhere(struct mu_people *p, struct mu_person *person, const char *group)
{
    for (const struct mu_seat *s = person->seats; s; s = s->next)
        if (mu_streq(s->team->id, group))
            return;
    struct mu_seat *seat = mu_alloc(p->arena, sizeof(*seat));
    *seat = (struct mu_seat){.team = team_of(p, group), .next = person->elsewhere};
    person->elsewhere = seat;
}

static void take_roles(struct mu_people *p, struct mu_person *person, const struct mu_doc *doc)
{
    const struct mu_doc *list = mu_doc_member(doc, "roles");
    for (const struct mu_doc *item = list ? list->first : NULL; item; item = item->next) {
        const char *id = mu_doc_str(item, "id");
        if (!id)
            continue;
        size_t at = role_of(p, id);
        person->roles |= (uint64_t)1 << at;
        if (mu_doc_str(item, "group") && p->roles[at].strength == MU_STRENGTH_MANAGER)
            note_elsewhere(p, person, mu_doc_str(item, "group"));
        person->strength =
            p->roles[at].strength > person->strength ? p->roles[at].strength : person->strength;
    }
}

/* Their own word for it counts where no list of members was read. */
static void take_seats(struct mu_people *p, struct mu_person *person, const struct mu_doc *doc)
{
    const struct mu_doc *list = mu_doc_member(doc, "groups");
    if (person->seats)
        return;
    for (const struct mu_doc *item = list ? list->first : NULL; item; item = item->next)
        if (mu_doc_str(item, "id"))
            seat(p, person, mu_doc_str(item, "id"), NULL);
}

static void count_roles(struct mu_people *p, const struct mu_person *person, struct mu_team *team)
{
    team->roleless += !person->roles;
    for (size_t i = 0; i < p->role_count; i++)
        team->by_role[i] += (int64_t)(person->roles >> i & 1);
}

static void count_person(struct mu_people *p, const struct mu_person *person)
{
    bool active = mu_person_active(person);
    for (const struct mu_seat *s = person->seats; s; s = s->next) {
        s->team->people++;
        s->team->active += active;
        s->team->managers += active && person->strength >= MU_STRENGTH_MANAGER;
        if (active)
            count_roles(p, person, s->team);
    }
    if (!active)
        return;
    p->active++;
    p->teamless += !person->seats;
    p->roleless += !person->roles;
    for (size_t i = 0; i < p->role_count; i++)
        p->roles[i].active += (int64_t)(person->roles >> i & 1);
}

static void append(struct reading *r, struct mu_person *person)
{
    struct mu_people *p = r->p;
    if (p->count == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        p->people = mu_xrealloc(p->people, r->room * sizeof(struct mu_person *));
    }
    p->people[p->count++] = person;
}

static int take_user(struct reading *r, const struct mu_entry *e, struct mu_err *err)
{
    const struct mu_doc *doc;
    if (mu_entry_doc(e, r->row, &doc, err) < 0)
        return -1;
    struct mu_person *person = person_of(r->p, e->id);
    person->read = true;
    person->label = mu_entry_label(r->p->arena, doc);
    person->status = status_of(mu_doc_str(doc, "status"));
    take_email(r, person, doc);
    take_seats(r->p, person, doc);
    take_roles(r->p, person, doc);
    count_person(r->p, person);
    append(r, person);
    return r->each ? r->each(r->arg, person, doc, err) : 0;
}

/* ---- all of them ---- */

typedef int take_fn(struct reading *r, const struct mu_entry *e, struct mu_err *err);

static int read_kind(struct reading *r, enum mu_kind kind, take_fn *take, struct mu_err *err)
{
    struct mu_rows *rows;
    struct mu_entry e;
    int rc;
    if (mu_rows_open(r->store, r->p->account, r->p->snapshot, kind, &rows, err) < 0)
        return -1;
    while ((rc = mu_rows_next(rows, &e, err)) == 1) {
        mu_arena_reset(r->row);
        if (take(r, &e, err) < 0) {
            rc = -1;
            break;
        }
    }
    mu_rows_close(rows);
    return rc;
}

static int by_id(const void *a, const void *b)
{
    const struct mu_team *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

static void list_teams(struct mu_people *p)
{
    p->team_count = mu_map_count(p->team_by_id);
    p->teams = mu_alloc_array(p->arena, p->team_count + 1, sizeof(*p->teams));
    for (size_t i = 0; i < p->team_count; i++) {
        const char *key;
        size_t len;
        void *team;
        mu_map_at(p->team_by_id, i, &key, &len, &team);
        p->teams[i] = team;
    }
    if (p->team_count > 1)
        qsort(p->teams, p->team_count, sizeof(*p->teams), by_id);
}

static struct mu_people *people_new(struct mu_arena *arena, const char *account,
                                    const struct mu_snapshot *snap)
{
    struct mu_people *p = mu_alloc(arena, sizeof(*p));
    *p = (struct mu_people){.account = account,
                            .snapshot = snap->id,
                            .arena = arena,
                            .by_id = mu_map_new((size_t)snap->counts[MU_USER]),
                            .team_by_id = mu_map_new((size_t)snap->counts[MU_GROUP])};
    mu_random(p->seed, sizeof(p->seed));
    return p;
}

int mu_people_read(struct mu_store *store, struct mu_arena *arena, const char *account,
                   const struct mu_snapshot *snap, mu_people_each *each, void *arg,
                   struct mu_people **ret, struct mu_err *err)
{
    static const struct {
        enum mu_kind kind;
        take_fn *take;
    } passes[] = {{MU_GROUP, take_group},
                  {MU_ROLE, take_role},
                  {MU_MEMBERSHIP, take_membership},
                  {MU_USER, take_user}};
    struct mu_people *p = people_new(arena, account, snap);
    struct reading r = {.store = store,
                        .p = p,
                        .row = mu_arena_new(),
                        .scratch = MU_BUF_INIT(MU_BUF_MAX),
                        .each = each,
                        .arg = arg};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < MU_LEN(passes); i++)
        rc = read_kind(&r, passes[i].kind, passes[i].take, err);
    mu_arena_free(r.row);
    mu_buf_done(&r.scratch);
    if (rc < 0) {
        mu_people_done(p);
        return -1;
    }
    list_teams(p);
    *ret = p;
    return 0;
}

void mu_people_done(struct mu_people *p)
{
    if (!p)
        return;
    mu_map_free(p->by_id);
    mu_map_free(p->team_by_id);
    free(p->addresses);
    free(p->people);
    p->addresses = NULL;
    p->people = NULL;
    p->by_id = p->team_by_id = NULL;
}

const char *mu_person_roles(const struct mu_people *people, const struct mu_person *p,
                            struct mu_arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < people->role_count; i++)
        if (p->roles >> i & 1)
            text = mu_printf(arena, "%s%s%s", text, *text ? ", " : "", people->roles[i].id);
    return text;
}
