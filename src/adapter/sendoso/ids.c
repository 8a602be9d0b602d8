/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By which id a person is told. REST and SCIM may number people each in their own way, and then a
 * number alone says nothing: the same one may mean somebody else there. Whom a whole read shows
 * over both, with one address, has both ids from then on, in the store, and goes by the one the
 * ledger may know already: REST's, or `scim:ID` where only SCIM had shown them. So whoever is ours
 * stays ours when SCIM is switched on, and when it is switched off again. Where the ids are the same
 * there is nothing to remember.
 */
#include <string.h>

#include "adapter/sendoso/target_private.h"

static const char of_scim[] = "scim:";

void sendoso_ids_free(struct sendoso_ids *ids)
{
    if (!ids)
        return;
    mu_map_free(ids->by_rest);
    mu_map_free(ids->by_scim);
    mu_map_free(ids->scim_of);
    mu_arena_free(ids->arena);
    free(ids);
}

/* ---- what is known ---- */

static void put(struct mu_map *map, const char *key, const char *value)
{
    mu_map_put(map, key, strlen(key), (char *)(uintptr_t)value);
}

static const char *get(const struct mu_map *map, const char *key)
{
    return key ? mu_map_get(map, key, strlen(key)) : NULL;
}

static const char *after_prefix(const char *native)
{
    size_t len = strlen(of_scim);
    return strncmp(native, of_scim, len) == 0 ? native + len : NULL;
}

/* Whom only SCIM has shown, and is ours. */
static void take_owned(void *arg, const char *native, const char *sync MU_UNUSED)
{
    struct sendoso_ids *ids = arg;
    if (!after_prefix(native))
        return;
    const char *kept = mu_strdup(ids->arena, native);
    put(ids->by_scim, kept + strlen(of_scim), kept);
}

static int load(struct sendoso *s, struct sendoso_ids *ids, struct mu_err *err)
{
    struct mu_twin *list;
    size_t count;
    struct mu_store *store = s->target->store;
    if (!store)
        return 0;
    if (mu_ledger_others(store, "", take_owned, ids, err) < 0 ||
        mu_twin_load(store, ids->arena, s->base.name, &list, &count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        put(ids->by_rest, list[i].id, list[i].native);
        put(ids->by_scim, list[i].other, list[i].native);
        put(ids->scim_of, list[i].native, list[i].other);
    }
    ids->own = count > 0;
    return 0;
}

static int read_ids(struct sendoso *s, struct sendoso_ids **ret, struct mu_err *err)
{
    if (sendoso_register_open(s->target, err) < 0)
        return -1;
    struct sendoso_ids *ids = mu_xcalloc(1, sizeof(*ids));
    ids->arena = mu_arena_new();
    ids->by_rest = mu_map_new(64);
    ids->by_scim = mu_map_new(64);
    ids->scim_of = mu_map_new(64);
    if (load(s, ids, err) < 0) {
        sendoso_ids_free(ids);
        return -1;
    }
    *ret = ids;
    return 0;
}

/* ---- what a read shows ---- */

/* Whom both interfaces show says whether their ids are the same; nobody: they may be others. */
static bool scim_has_own(const struct sendoso_people *people)
{
    bool same = false, scim = false;
    for (size_t i = 0; i < people->count; i++) {
        const struct sendoso_person *p = people->list[i];
        scim = scim || p->scim;
        if (!p->rest || !p->scim)
            continue;
        if (!mu_streq(p->rest, p->scim))
            return true;
        same = true;
    }
    return scim && !same;
}

static void hold(struct sendoso_people *people, struct sendoso_person *p)
{
    if (!p->held)
        p->held = mu_printf(people->arena,
                            "Sendoso shows this address under ids that were another user's before "
                            "(%s, and %s over SCIM): nobody knows who it is; see to it that no two "
                            "users swapped addresses there, then read again",
                            p->rest ? p->rest : "none", p->scim ? p->scim : "none");
}

static void name_one(const struct sendoso_ids *ids, struct sendoso_people *people,
                     struct sendoso_person *p)
{
    const char *rest = get(ids->by_rest, p->rest), *scim = get(ids->by_scim, p->scim);
    if (rest && scim && !mu_streq(rest, scim))
        hold(people, p);
    if (rest || scim)
        p->id = mu_strdup(people->arena, rest ? rest : scim);
    else if (p->rest)
        p->id = p->rest;
    else if (p->scim && ids->own)
        p->id = mu_printf(people->arena, "%s%s", of_scim, p->scim);
    else if (p->scim)
        p->id = p->scim;
}

/* Two people of one id are known apart by nobody. */
static void index_one(struct sendoso_people *people, struct sendoso_person *p)
{
    struct sendoso_person *twin = mu_map_put(people->by_id, p->id, strlen(p->id), p);
    if (!twin)
        return;
    hold(people, p);
    hold(people, twin);
}

static bool is_known(const struct sendoso_ids *ids, const struct sendoso_person *p)
{
    return mu_streq(get(ids->by_rest, p->rest), p->id) &&
           mu_streq(get(ids->by_scim, p->scim), p->id);
}

/* Of those of whom this read is sure. */
static int remember(struct sendoso *s, const struct sendoso_ids *ids,
                    const struct sendoso_people *people, struct mu_err *err)
{
    struct mu_store *store = s->target->store;
    bool open = false;
    if (!ids->own || !store || !mu_store_writable(store))
        return 0;
    for (size_t i = 0; i < people->count; i++) {
        const struct sendoso_person *p = people->list[i];
        const struct mu_twin twin = {.id = p->rest, .other = p->scim, .native = p->id};
        if (!p->rest || !p->scim || p->held || is_known(ids, p))
            continue;
        if (!open && mu_journal_begin(store, err) < 0)
            return -1;
        open = true;
        if (mu_twin_put(store, s->base.name, &twin, err) < 0) {
            mu_journal_abort(store);
            return -1;
        }
    }
    return open ? mu_journal_commit(store, err) : 0;
}

static void index_scim(struct sendoso_ids *ids, const struct sendoso_people *people)
{
    for (size_t i = 0; i < people->count; i++) {
        const struct sendoso_person *p = people->list[i];
        if (p->scim && !p->held)
            put(ids->scim_of, mu_strdup(ids->arena, p->id), mu_strdup(ids->arena, p->scim));
    }
}

int sendoso_ids_name(struct sendoso *s, struct sendoso_people *people, struct mu_err *err)
{
    struct sendoso_ids *ids;
    if (read_ids(s, &ids, err) < 0)
        return -1;
    ids->own = ids->own || scim_has_own(people);
    for (size_t i = 0; i < people->count; i++) {
        if (ids->own)
            name_one(ids, people, people->list[i]);
        index_one(people, people->list[i]);
    }
    if (remember(s, ids, people, err) < 0) {
        sendoso_ids_free(ids);
        return -1;
    }
    index_scim(ids, people);
    sendoso_ids_free(s->target->ids);
    s->target->ids = ids;
    return 0;
}

/* ---- what is written ---- */

const char *sendoso_ids_scim(struct sendoso *s, struct mu_arena *arena, const char *native,
                             struct mu_err *err)
{
    if (!s->target->ids && read_ids(s, &s->target->ids, err) < 0)
        return NULL;
    const char *scim = mu_map_get(s->target->ids->scim_of, native, strlen(native));
    if (!scim)
        scim = after_prefix(native);
    return mu_strdup(arena, scim ? scim : native);
}

const char *sendoso_ids_created(const struct sendoso *s, const char *scim)
{
    return s->target->ids && !s->target->ids->own ? scim : NULL;
}
