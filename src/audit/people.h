/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people and groups of one snapshot, flat, with what can be counted about them: made by one pass
 * over its rows. A million people take some 200 bytes each. Everything lives in the arena given.
 */
#ifndef MU_AUDIT_PEOPLE_H
#define MU_AUDIT_PEOPLE_H

#include "base/map.h"
#include "store/store.h"

/*
 * Who shares a key with whom is found by sorting hashes, not by a map: a hundredth of a map's cache
 * misses. The hash is keyed, so that nobody can make two keys meet.
 */
struct mu_keyed {
    uint64_t hash;
    uint32_t at; /* of mu_people.people */
};

enum { MU_ROLES_TOLD = 64 }; /* roles told apart; the last stands for all others */

enum mu_status { MU_ST_ACTIVE, MU_ST_INACTIVE, MU_ST_DELETED, MU_ST_INVITED };

struct mu_team {
    const char *id, *label;
    const struct mu_doc *doc;         /* the entry; NULL: the group itself was not read */
    int64_t people, active, managers; /* managers and roleless: active ones */
    int64_t roleless;
    const char *balances;           /* sum of its members'; NULL: none told */
    const char *budget;             /* monthly, else one-time, else plain; NULL: none told */
    int64_t by_role[MU_ROLES_TOLD]; /* active people, by role */
};

/* A place in a group. */
struct mu_seat {
    struct mu_team *team;
    const char *role; /* in that group; NULL: none told */
    struct mu_seat *next;
};

struct mu_person {
    const char *id, *label;
    const char *email, *key; /* as received, and folded; NULL: none */
    const char *const *keys; /* further addresses, folded, NULL-terminated; NULL: none */
    const char *balance;     /* the largest of any seat; NULL: none told */
    struct mu_seat *seats;
    struct mu_seat *elsewhere; /* groups managed without a seat there */
    int64_t seat_count;
    uint64_t roles; /* bits of mu_people.roles */
    enum mu_status status;
    int strength; /* of the strongest role, MU_STRENGTH_* */
    bool read;    /* false: known only from a membership */
    uint8_t hris; /* check_hris.c: what the HRIS knows of the person */
};

struct mu_role_told {
    const char *id, *label;
    int strength;
    int64_t active; /* people */
};

struct mu_people {
    const char *account;
    int64_t snapshot;
    struct mu_arena *arena;
    struct mu_person **people; /* by id in byte order: those that were read */
    size_t count;
    struct mu_team **teams; /* by id */
    size_t team_count;
    struct mu_role_told roles[MU_ROLES_TOLD];
    size_t role_count;
    int64_t active, teamless, roleless; /* active people without a group, without a role */
    struct mu_map *by_id, *team_by_id;  /* freed by mu_people_done */
    struct mu_keyed *addresses; /* folded e-mails by hash and person; NULL until asked for */
    size_t address_count;
    uint8_t seed[MU_HASH_KEY_LEN];
};

/* Called for each user, in the order of ids; the document is lent for the call. Seats and facts of
 * the person are all known then, those of teams are not. */
typedef int mu_people_each(void *arg, const struct mu_person *person, const struct mu_doc *doc,
                           struct mu_err *err);

int mu_people_read(struct mu_store *store, struct mu_arena *arena, const char *account,
                   const struct mu_snapshot *snap, mu_people_each *each, void *arg,
                   struct mu_people **ret, struct mu_err *err);
void mu_people_done(struct mu_people *people); /* NULL is fine; what is in the arena stays */

/* Sorts every address of everybody; once. */
void mu_people_index(struct mu_people *people);
uint64_t mu_people_hash(const struct mu_people *people, const char *key);
void mu_keyed_sort(struct mu_keyed *list, size_t count);
/* The next one, by id, who has that folded address. *at starts at 0 and is kept for the next call.
 * NULL: nobody more. */
struct mu_person *mu_people_by_address(struct mu_people *people, const char *key, size_t *at);
bool mu_person_has(const struct mu_person *p, const char *key);

static inline bool mu_person_active(const struct mu_person *p)
{
    return p->status == MU_ST_ACTIVE;
}

/* Ids of a person's roles, "admin, manager"; "" for none. Arena. */
const char *mu_person_roles(const struct mu_people *people, const struct mu_person *p,
                            struct mu_arena *arena);

#endif
