/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is there, read whole or not at all: a user we don't see would be invited once more. Active
 * people come over REST, all of them over SCIM where there is a credential; a list that is shorter
 * than its total is read again.
 */
#include <inttypes.h>
#include <string.h>

#include "adapter/sendoso/target_private.h"
#include "base/time.h"

enum { ATTEMPTS = 3, TOTALS = 8 };

/* A list: what it says it has, and what came. */
struct tally {
    const struct mu_resource *resource;
    int64_t total; /* -1: not told */
    struct mu_map *ids;
    int64_t unusable; /* rows without an id we could count them by */
    bool moved;       /* the total changed while it was read */
};

/* One attempt. */
struct reader {
    struct sendoso *s;
    struct sendoso_people *people;
    struct sendoso_groups *groups;
    struct tally tallies[TOTALS];
    size_t tally_count;
    struct mu_map *scim; /* key -> sendoso_person as SCIM tells it */
};

void sendoso_people_free(struct sendoso_people *p)
{
    if (!p)
        return;
    mu_map_free(p->by_key);
    mu_map_free(p->by_id);
    mu_map_free(p->invitations);
    mu_arena_free(p->arena);
    free(p->list);
    free(p);
}

static struct sendoso_people *new_people(void)
{
    struct sendoso_people *p = mu_xcalloc(1, sizeof(*p));
    p->arena = mu_arena_new();
    p->by_key = mu_map_new(256);
    p->by_id = mu_map_new(256);
    p->invitations = mu_map_new(64);
    p->read_us = mu_mono_us();
    return p;
}

/* ---- counting ---- */

static struct tally *tally_of(struct reader *r, const struct mu_resource *resource)
{
    for (size_t i = 0; i < r->tally_count; i++)
        if (r->tallies[i].resource == resource)
            return &r->tallies[i];
    mu_assert(r->tally_count < TOTALS);
    struct tally *t = &r->tallies[r->tally_count++];
    *t = (struct tally){.resource = resource, .total = -1, .ids = mu_map_new(256)};
    return t;
}

static void count_page(struct reader *r, const struct mu_page *page)
{
    struct tally *t = tally_of(r, page->resource);
    if (page->total < 0)
        return;
    t->moved = t->moved || (t->total >= 0 && t->total != page->total);
    t->total = page->total;
}

static bool whole(const struct reader *r)
{
    bool is = true;
    for (size_t i = 0; i < r->tally_count; i++) {
        const struct tally *t = &r->tallies[i];
        is = is && !t->moved &&
             (t->total < 0 || (int64_t)mu_map_count(t->ids) + t->unusable >= t->total);
    }
    return is;
}

/* ---- people ---- */

static void add_person(struct sendoso_people *people, struct sendoso_person *p)
{
    if (people->count == people->cap) {
        people->cap = people->cap ? people->cap * 2 : 256;
        people->list = mu_xrealloc(people->list, people->cap * sizeof(struct sendoso_person *));
    }
    people->list[people->count++] = p;
    struct sendoso_person *twin = mu_map_put(people->by_key, p->key, strlen(p->key), p);
    if (!twin)
        return;
    p->held = mu_printf(people->arena,
                        "users %s and %s of Sendoso have this address both; give one of them "
                        "another, or delete it there",
                        twin->id, p->id);
    twin->held = p->held;
}

/* What SCIM knows of somebody REST lists: whoever has the same address. */
static void join_scim(struct reader *r, struct sendoso_person *p)
{
    const struct sendoso_person *over = mu_map_get(r->scim, p->key, strlen(p->key));
    if (!over)
        return;
    p->scim = over->scim;
    p->role = over->role;
    p->emails = over->emails;
    p->division = over->division;
}

/* A record that can't be used is somebody all the same, who must not be invited. */
static struct sendoso_person *unusable(struct reader *r, const struct mu_doc *record,
                                       const struct mu_err *why)
{
    struct mu_arena *arena = r->people->arena;
    const char *email = mu_doc_str(record, "email"), *id = mu_doc_text(mu_doc_member(record, "id"));
    if (!email)
        email = mu_doc_str(record, "userName");
    struct sendoso_person *p = mu_alloc(arena, sizeof(*p));
    *p = (struct sendoso_person){
        .id = id ? mu_strdup(arena, id) : mu_printf(arena, "#%zu", r->people->count),
        .email = mu_strdup(arena, email),
        .active = true,
        .held = mu_printf(arena, "what Sendoso says of them can't be used: %s", why->text)};
    p->name = p->email ? p->email : mu_printf(arena, "user %s", p->id);
    p->key = sendoso_key(arena, p->name);
    return p;
}

/* NULL: it is one of ours, for a record without. */
static const char *usable_id(const struct sendoso_person *p)
{
    return p->id[0] == '#' ? NULL : p->id;
}

static void take_person(struct reader *r, const struct mu_page *page, struct sendoso_person *p)
{
    struct tally *t = tally_of(r, page->resource);
    if (mu_map_put(t->ids, p->id, strlen(p->id), p))
        return; /* listed twice */
    if (mu_map_info(page->resource)->fetch->supplement) {
        p->scim = usable_id(p);
        mu_map_put(r->scim, p->key, strlen(p->key), p);
        return;
    }
    p->rest = usable_id(p);
    p->active = true;
    join_scim(r, p);
    add_person(r->people, p);
}

static void take_group(struct reader *r, const struct mu_page *page, const struct mu_doc *entry)
{
    const char *id = mu_strdup(r->groups->arena, mu_doc_str(entry, "id"));
    mu_map_put(tally_of(r, page->resource)->ids, id, strlen(id), r);
    sendoso_groups_add(r->groups, entry);
}

static int take_record(struct reader *r, const struct mu_page *page, const struct mu_doc *record,
                       struct mu_buf *body, struct mu_err *err)
{
    bool group = mu_map_info(page->resource)->kind == MU_GROUP;
    struct mu_err bad = MU_ERR_INIT;
    const struct mu_doc *entry;
    const char *id;
    mu_buf_reset(body);
    if (mu_map_entry(page->resource, record, page->context, page->arena, body, &id, &bad) < 0) {
        if (group)
            tally_of(r, page->resource)->unusable++; /* nobody can be put into it either */
        else
            take_person(r, page, unusable(r, record, &bad));
        return 0;
    }
    if (mu_doc_parse(page->arena, body->data, body->len, &entry, err) < 0)
        return -1;
    if (group)
        take_group(r, page, entry);
    else
        take_person(r, page, sendoso_person_of(r->people->arena, NULL, entry));
    return 0;
}

static int take_page(struct reader *r, const struct mu_page *page, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    count_page(r, page);
    for (const struct mu_doc *record = page->records->first; record; record = record->next)
        if (take_record(r, page, record, &body, err) < 0)
            return -1;
    return 0;
}

/* Whom SCIM alone lists: inactive, or not signed in yet. */
static void take_rest(struct reader *r)
{
    for (size_t i = 0; i < mu_map_count(r->scim); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(r->scim, i, &key, &len, &value);
        if (!mu_map_get(r->people->by_key, key, len))
            add_person(r->people, value);
    }
}

/* ---- one attempt, and several ---- */

static int read_lists(struct reader *r, const char *const *only, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *facts_arena = mu_arena_new();
    struct mu_account *a = &r->s->base;
    struct mu_read_facts facts;
    struct mu_page page = {.total = -1};
    int rc;
    if (sendoso_source.begin(a, only, err) < 0)
        return -1;
    while ((rc = sendoso_source.next(a, &page, err)) == 1) {
        rc = take_page(r, &page, err);
        mu_page_drop(&page);
        if (rc < 0)
            break;
    }
    sendoso_source.end(a, facts_arena, &facts);
    return rc;
}

/* SCIM comes first and speaks of groups by name, which are known in the end. */
static void name_groups(struct reader *r)
{
    for (size_t i = 0; i < r->people->count; i++) {
        struct sendoso_person *p = r->people->list[i];
        const struct sendoso_group *named = sendoso_group_by_name(r->groups, p->division);
        if (!p->group && named)
            p->group = mu_strdup(r->people->arena, named->id);
    }
}

static int read_once(struct reader *r, bool *ret_whole, struct mu_err *err)
{
    static const char *const lists[] = {"groups", "scim_users", "users", NULL};
    r->groups = sendoso_groups_new();
    r->people = new_people();
    r->scim = mu_map_new(256);
    r->tally_count = 0;
    int rc = read_lists(r, lists, err);
    if (rc == 0) {
        take_rest(r);
        name_groups(r);
    }
    *ret_whole = whole(r);
    for (size_t i = 0; i < r->tally_count; i++)
        mu_map_free(r->tallies[i].ids);
    mu_map_free(r->scim);
    return rc;
}

static void drop(struct reader *r)
{
    sendoso_people_free(r->people);
    sendoso_groups_free(r->groups);
}

static int read_whole(struct reader *r, struct mu_err *err)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        bool whole = false;
        if (read_once(r, &whole, err) < 0) {
            drop(r);
            return -1;
        }
        if (whole)
            return 0;
        drop(r);
    }
    mu_fail(err, MU_E_REMOTE,
            "%s: its lists of users and groups moved, or were shorter than they say, %d times in a "
            "row; nobody is invited by half a list",
            r->s->base.name, (int)ATTEMPTS);
    return -1;
}

int sendoso_people_read(struct sendoso *s, struct mu_err *err)
{
    struct sendoso_target *t = s->target;
    struct reader r = {.s = s};
    if (read_whole(&r, err) < 0)
        return -1;
    if (sendoso_ids_name(s, r.people, err) < 0 || sendoso_register_read(s, r.people, err) < 0) {
        drop(&r);
        return -1;
    }
    for (size_t i = 0; i < r.people->count; i++) {
        sendoso_person_object(r.people->arena, r.people->list[i]);
        r.people->admins += r.people->list[i]->active && mu_streq(r.people->list[i]->role, "admin");
    }
    r.people->took_us = mu_mono_us() - r.people->read_us;
    sendoso_people_free(t->people);
    sendoso_groups_free(t->groups);
    t->people = r.people;
    t->groups = r.groups;
    return 0;
}

int sendoso_people_fresh(struct sendoso *s, struct mu_err *err)
{
    const struct sendoso_people *p = s->target->people;
    int64_t most_us = (int64_t)SENDOSO_PEOPLE_FRESH_S * 1000000;
    if (p && 10 * p->took_us > most_us)
        most_us = 10 * p->took_us;
    return p && mu_mono_us() - p->read_us <= most_us ? 0 : sendoso_people_read(s, err);
}
