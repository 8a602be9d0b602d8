/* SPDX-License-Identifier: Apache-2.0 */
/* How the population is kept; shared by people.c (reads) and moves.c (changes) only. */
#ifndef SIM_PEOPLE_IMPL_H
#define SIM_PEOPLE_IMPL_H

#include "base/map.h"
#include "people.h"

/* The settings the population was built with; later changes of settings don't touch it. */
struct sim_traits {
    uint64_t seed;
    int64_t users, inactive, no_group, big_group, empty_groups, twins, duplicates, odd;
    bool ascii;
};

struct sim_slot {
    uint32_t group;
    uint8_t role;
    bool active : 1, gone : 1, changed : 1, orders : 1;
};

struct sim_changed {
    uint32_t index;             /* the map's key */
    char *first, *last, *email; /* NULL: as computed */
};

struct sim_people {
    struct sim_traits set;
    struct sim_slot *all;      /* by index */
    uint32_t *active, *listed; /* indexes, ascending: GET /users, SCIM */
    size_t count, room, active_count, listed_count;
    uint32_t owner;           /* of the token: who was first when the account was made */
    struct mu_map *changed;   /* index -> struct sim_changed */
    struct sim_group *groups; /* by index */
    uint32_t *live_groups;
    size_t group_count, group_room, live_group_count;
    uint32_t *members, *member_starts; /* active members by group, rebuilt when stale */
    bool members_stale;
};

struct sim_changed *sim_people_changed(const struct sim_people *p, uint32_t index);
void sim_people_reserve(struct sim_people *p); /* room for one more */
void sim_groups_reserve(struct sim_people *p);
uint32_t sim_groups_add(struct sim_people *p, const char *name);

#endif
