/* SPDX-License-Identifier: Apache-2.0 */
/* Moves between groups. */
#include "audit/moves.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"

/* One membership that came or went. */
struct step {
    const char *group;
    struct step *next;
};

struct person {
    const char *id;
    struct step *came, *went; /* newest first */
};

struct mu_moves {
    struct mu_arena *arena;
    struct mu_map *people; /* id -> struct person */
};

struct mu_moves *mu_moves_new(void)
{
    struct mu_moves *m = mu_xcalloc(1, sizeof(*m));
    m->arena = mu_arena_new();
    m->people = mu_map_new(0);
    return m;
}

void mu_moves_free(struct mu_moves *m)
{
    if (!m)
        return;
    mu_map_free(m->people);
    mu_arena_free(m->arena);
    free(m);
}

static struct person *person_of(struct mu_moves *m, const char *id)
{
    struct person *p = mu_map_get(m->people, id, strlen(id));
    if (!p) {
        p = mu_alloc(m->arena, sizeof(*p));
        p->id = id;
        mu_map_put(m->people, id, strlen(id), p);
    }
    return p;
}

bool mu_moves_add(struct mu_moves *m, const char *id, bool came)
{
    const char *group, *user;
    if (!mu_membership_split(m->arena, id, &group, &user))
        return false;
    struct person *p = person_of(m, user);
    struct step **list = came ? &p->came : &p->went, *step = mu_alloc(m->arena, sizeof(*step));
    *step = (struct step){.group = group, .next = *list};
    *list = step;
    return true;
}

static int by_id(const void *a, const void *b)
{
    const struct person *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

/* Each that went is paired with one that came, as long as there are both. */
static void tell_person(const struct person *p, mu_label_fn *label, void *label_arg,
                        mu_event_fn *each, void *arg)
{
    const struct step *came = p->came, *went = p->went;
    struct mu_event e = {.kind = MU_USER, .id = p->id, .field = "groups"};
    e.label = label(label_arg, MU_USER, p->id);
    const struct step *at = came ? came : went;
    while (at) {
        e.what = came && went ? MU_MOVED : came ? MU_JOINED : MU_LEFT;
        e.before = went ? label(label_arg, MU_GROUP, went->group) : NULL;
        e.after = came ? label(label_arg, MU_GROUP, came->group) : NULL;
        e.group = at->group;
        each(arg, &e);
        came = came ? came->next : NULL;
        went = went ? went->next : NULL;
        at = came ? came : went;
    }
}

void mu_moves_tell(struct mu_moves *m, mu_label_fn *label, void *label_arg, mu_event_fn *each,
                   void *arg)
{
    size_t count = mu_map_count(m->people);
    const struct person **people = mu_alloc_array(m->arena, count + 1, sizeof(*people));
    for (size_t i = 0; i < count; i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(m->people, i, &key, &len, &value);
        people[i] = value;
    }
    if (count > 1)
        qsort(people, count, sizeof(struct person *), by_id);
    for (size_t i = 0; i < count; i++)
        tell_person(people[i], label, label_arg, each, arg);
}
