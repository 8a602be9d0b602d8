/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Renames of this run: where the entry is now that had a name when the plan was made. Names can be
 * passed on (one entry takes the name another one had), so the way is followed rename by rename.
 */
#include <stdlib.h>
#include <string.h>

#include "adapter/ldap/dn.h"
#include "adapter/ldap/ldap_private.h"
#include "base/map.h"
#include "base/str.h"

struct move {
    const char *origin, *current; /* keys */
    const char *name;             /* of the current place */
};

struct mu_ldap_moves {
    struct mu_arena *arena;
    struct mu_map *by_origin, *by_current; /* values of the latter may be outdated */
};

static void put(struct mu_map *map, const char *key, struct move *m)
{
    mu_map_put(map, key, strlen(key), m);
}

static struct move *get(const struct mu_map *map, const char *key)
{
    return mu_map_get(map, key, strlen(key));
}

void mu_ldap_moved(struct mu_ldap *a, const char *from, const char *to)
{
    if (!a->moves) {
        a->moves = mu_xcalloc(1, sizeof(*a->moves));
        *a->moves = (struct mu_ldap_moves){
            .arena = mu_arena_new(), .by_origin = mu_map_new(0), .by_current = mu_map_new(0)};
    }
    struct mu_ldap_moves *s = a->moves;
    const char *key = mu_dn_key_dup(s->arena, from);
    struct move *m = get(s->by_current, key);
    if (!m || !mu_streq(m->current, key)) {
        m = mu_alloc(s->arena, sizeof(*m));
        m->origin = key;
        put(s->by_origin, key, m);
    }
    m->name = mu_strdup(s->arena, to);
    m->current = mu_dn_key_dup(s->arena, to);
    put(s->by_current, m->current, m);
}

const char *mu_ldap_moved_to(const struct mu_ldap *a, const struct mu_value *name)
{
    MU_AUTO(buf) struct mu_buf key = MU_BUF_INIT(MU_BUF_MAX);
    if (!a->moves)
        return NULL;
    mu_dn_key(name->bytes, name->len, &key);
    const struct move *m = get(a->moves->by_origin, key.data);
    return m ? m->name : NULL;
}

void mu_ldap_forget_moves(struct mu_ldap *a)
{
    if (!a->moves)
        return;
    mu_map_free(a->moves->by_origin);
    mu_map_free(a->moves->by_current);
    mu_arena_free(a->moves->arena);
    free(a->moves);
    a->moves = NULL;
}
