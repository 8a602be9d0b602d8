/* SPDX-License-Identifier: Apache-2.0 */
/* Parked records and operations of one owner, and what a run learns of them. */
#include "engine/park.h"

#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/str.h"
#include "base/time.h"

enum { LABEL_MAX = 200 };

struct spot {
    struct mu_parked parked; /* tries 0: it was not parked before */
    enum { UNTOUCHED, EXPECTED, LEFT, WORKED, REFUSED } state;
    enum mu_code code; /* of the refusal */
    long native;
};

struct mu_parking {
    struct mu_store *store;
    struct mu_arena *arena;
    const char *owner;
    bool gaps;            /* operations wait longer each time, records don't */
    struct mu_map *spots; /* kind and id -> struct spot */
};

/* The kind as a letter before the id. */
static size_t key_of(enum mu_kind kind, const char *id, char to[MU_ID_MAX + 2])
{
    int len = snprintf(to, MU_ID_MAX + 2, "%c%s", '0' + (int)kind, id);
    return len < MU_ID_MAX + 2 ? (size_t)len : MU_ID_MAX + 1;
}

static struct spot *spot_of(const struct mu_parking *p, enum mu_kind kind, const char *id)
{
    char key[MU_ID_MAX + 2];
    if (!id || kind >= MU_KINDS || mu_map_count(p->spots) == 0)
        return NULL;
    size_t len = key_of(kind, id, key);
    return mu_map_get(p->spots, key, len);
}

static struct spot *add_spot(struct mu_parking *p, const struct mu_parked *parked)
{
    struct spot *spot = mu_alloc(p->arena, sizeof(*spot));
    char key[MU_ID_MAX + 2];
    size_t len = key_of(parked->kind, parked->id, key);
    spot->parked = *parked;
    mu_map_put(p->spots, mu_strndup(p->arena, key, len), len, spot);
    return spot;
}

int mu_parking_open(struct mu_store *store, const char *what, const char *name,
                    struct mu_parking **ret, struct mu_err *err)
{
    struct mu_arena *arena = mu_arena_new();
    const char *owner = mu_printf(arena, "%s %s", what, name);
    struct mu_parked *list;
    size_t count;
    if (mu_parked_list(store, arena, owner, &list, &count, err) < 0) {
        mu_arena_free(arena);
        return -1;
    }
    struct mu_parking *p = mu_alloc(arena, sizeof(*p));
    *p = (struct mu_parking){.store = store,
                             .arena = arena,
                             .owner = owner,
                             .gaps = mu_streq(what, "sync"),
                             .spots = mu_map_new(count)};
    for (size_t i = 0; i < count; i++)
        add_spot(p, &list[i]);
    *ret = p;
    return 0;
}

void mu_parking_free(struct mu_parking *p)
{
    if (!p)
        return;
    mu_map_free(p->spots);
    mu_arena_free(p->arena);
}

const struct mu_parked *mu_parking_find(const struct mu_parking *p, enum mu_kind kind,
                                        const char *id)
{
    const struct spot *spot = spot_of(p, kind, id);
    return spot && spot->parked.tries > 0 ? &spot->parked : NULL;
}

void mu_parking_ok(struct mu_parking *p, enum mu_kind kind, const char *id)
{
    struct spot *spot = spot_of(p, kind, id);
    if (spot && spot->state != REFUSED)
        spot->state = WORKED;
}

static struct spot *refuse(struct mu_parking *p, enum mu_kind kind, const char *id,
                           const char *label, const struct mu_err *why)
{
    struct spot *spot = spot_of(p, kind, id);
    if (!spot) {
        struct mu_parked fresh = {.owner = p->owner, .kind = kind, .id = mu_strdup(p->arena, id)};
        spot = add_spot(p, &fresh);
    }
    if (label)
        spot->parked.label = mu_printable(p->arena, label, strlen(label), LABEL_MAX);
    spot->parked.reason = mu_strdup(p->arena, why->text);
    spot->state = REFUSED;
    spot->code = why->code;
    spot->native = why->native;
    return spot;
}

void mu_parking_refused(struct mu_parking *p, enum mu_kind kind, const char *id, const char *label,
                        const struct mu_err *why)
{
    refuse(p, kind, id, label, why);
}

void mu_parking_forgive(struct mu_parking *p, const struct mu_err *why)
{
    for (size_t i = 0; i < mu_map_count(p->spots); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(p->spots, i, &key, &len, &value);
        struct spot *spot = value;
        if (spot->state == REFUSED && spot->code == why->code && spot->native == why->native)
            spot->state = EXPECTED;
    }
}

/* ---- the end ---- */

static int64_t next_try(int64_t now, int64_t tries)
{
    static const int gaps[] = {5 * 60, 30 * 60, 2 * 3600, 12 * 3600, 24 * 3600};
    int64_t at = tries <= (int64_t)MU_LEN(gaps) ? tries - 1 : (int64_t)MU_LEN(gaps) - 1;
    return now + gaps[at];
}

static int put(struct mu_parking *p, struct spot *spot, struct mu_err *err)
{
    struct mu_parked *parked = &spot->parked;
    int64_t now = mu_now();
    if (parked->tries++ == 0)
        parked->first_seen = now;
    parked->last_seen = now;
    parked->next_try = p->gaps && spot->state == REFUSED ? next_try(now, parked->tries) : 0;
    return mu_parked_put(p->store, parked, err);
}

int mu_parking_settle(struct mu_parking *p, enum mu_parking_rest rest, struct mu_err *err)
{
    for (size_t i = 0; i < mu_map_count(p->spots); i++) {
        const char *key;
        size_t len;
        void *value;
        mu_map_at(p->spots, i, &key, &len, &value);
        struct spot *spot = value;
        const struct mu_parked *parked = &spot->parked;
        bool clear =
            spot->state == WORKED || (spot->state == UNTOUCHED && rest == MU_PARKING_DROP_REST);
        if ((spot->state == REFUSED || spot->state == LEFT) && put(p, spot, err) < 0)
            return -1;
        if (clear && parked->tries > 0 &&
            mu_parked_drop(p->store, p->owner, parked->kind, parked->id, err) < 0)
            return -1;
    }
    return 0;
}

static void expect(struct mu_parking *p, enum mu_kind kind, const char *id)
{
    struct spot *spot = spot_of(p, kind, id);
    if (spot && spot->state == UNTOUCHED)
        spot->state = EXPECTED;
}

/* A conflict is seen anew with each plan, so there is nothing to wait for; who is left alone because
 * a try isn't due yet keeps waiting for it. */
static void leave(struct mu_parking *p, const struct mu_left *left)
{
    const struct mu_parked *parked = mu_parking_find(p, left->kind, left->id);
    struct mu_err why = MU_ERR_INIT;
    if (!left->id || !left->trouble || (parked && parked->next_try > 0)) {
        expect(p, left->kind, left->id);
        return;
    }
    mu_fail(&why, MU_E_CONFLICT, "%s", left->reason);
    refuse(p, left->kind, left->id, left->label, &why)->state = LEFT;
}

void mu_parking_expect(struct mu_parking *p, const struct mu_plan *plan)
{
    for (size_t i = 0; i < plan->op_count; i++)
        expect(p, plan->ops[i].kind, plan->ops[i].id);
    for (size_t i = 0; i < plan->left_count; i++)
        leave(p, &plan->left[i]);
}

int mu_parking_prune(struct mu_store *store, const struct mu_plan *plan, struct mu_err *err)
{
    struct mu_parking *p;
    if (mu_parking_open(store, "sync", plan->sync, &p, err) < 0)
        return -1;
    mu_parking_expect(p, plan);
    int rc = mu_parking_settle(p, MU_PARKING_DROP_REST, err);
    mu_parking_free(p);
    return rc;
}
