/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The people and team groups of the simulated account. What can be computed from the seed is
 * computed; eight bytes a person are kept, and whatever differs from the computed (renames, people
 * who joined) beside them.
 *
 * A person is known by index (order of joining) and by id; lists are arrays of indexes in order of
 * id. Not thread safe: the simulator's lock guards it.
 */
#ifndef SIM_PEOPLE_H
#define SIM_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "settings.h"

enum { SIM_MAIL_MAX = 160, SIM_KEY_HEX = 33, SIM_MONEY_TEXT = 24 };
enum { SIM_NAME_CEILING = 4096 }; /* bytes of a name or e-mail given by a change */

enum sim_role { SIM_SENDER, SIM_MANAGER, SIM_ADMIN };
#define SIM_NO_GROUP UINT32_MAX
#define SIM_ORG_ID 9

struct sim_person {
    uint32_t index, group; /* group: index, or SIM_NO_GROUP */
    int64_t id;
    const char *first, *last, *email; /* lent until the next call */
    enum sim_role role;
    bool active, orders;     /* orders: some are in processing, so nobody may deactivate them */
    char mail[SIM_MAIL_MAX]; /* what email points at, when it is computed */
};

struct sim_group {
    int64_t id;
    char *name;
    bool gone, rollover;
    char budget[SIM_MONEY_TEXT], monthly_budget[SIM_MONEY_TEXT], one_time_budget[SIM_MONEY_TEXT];
    int64_t created_at, updated_at;
};

struct sim_people;

struct sim_people *sim_people_new(const struct sim_settings *set);
void sim_people_free(struct sim_people *p);

size_t sim_people_count(const struct sim_people *p, bool with_inactive);
uint32_t sim_people_at(const struct sim_people *p, size_t position, bool with_inactive);
/* Who the token belongs to: the first person, also after they left. */
uint32_t sim_people_owner(const struct sim_people *p);
void sim_people_get(const struct sim_people *p, uint32_t index, struct sim_person *ret);
bool sim_people_find(const struct sim_people *p, int64_t id, uint32_t *ret_index);
bool sim_people_listed(const struct sim_people *p, uint32_t index); /* not vanished */
bool sim_people_find_mail(const struct sim_people *p, const char *email, uint32_t *ret_index);
bool sim_people_active_mail(const struct sim_people *p, const char *email);

/* Decimal text such as "120.0", and the 32 hex digits of members[].key. */
void sim_people_balance(const struct sim_people *p, uint32_t index, char to[SIM_MONEY_TEXT]);
void sim_people_key(const struct sim_people *p, uint32_t index, char to[SIM_KEY_HEX]);
uint64_t sim_people_chance(const struct sim_people *p, uint32_t index); /* for shapes, per person */

size_t sim_groups_count(const struct sim_people *p); /* those that are not gone */
uint32_t sim_groups_at(const struct sim_people *p, size_t position);
struct sim_group *sim_groups_get(const struct sim_people *p, uint32_t group);
bool sim_groups_find(const struct sim_people *p, int64_t id, uint32_t *ret_group);
bool sim_groups_find_name(const struct sim_people *p, const char *name, uint32_t *ret_group);
/* Active members, in order of id. Lent until the next change. */
const uint32_t *sim_groups_members(struct sim_people *p, uint32_t group, size_t *ret_count);

/* Changes. NULL leaves a text as it is. Joining returns the index. */
void sim_people_rename(struct sim_people *p, uint32_t index, const char *first, const char *last,
                       const char *email);
void sim_people_move(struct sim_people *p, uint32_t index, uint32_t group);
void sim_people_set_role(struct sim_people *p, uint32_t index, enum sim_role role);
void sim_people_set_active(struct sim_people *p, uint32_t index, bool active);
void sim_people_set_orders(struct sim_people *p, uint32_t index, bool orders);
void sim_people_vanish(struct sim_people *p,
                       uint32_t index); /* gone from SCIM too; set_active brings back */
uint32_t sim_people_join(struct sim_people *p, const char *first, const char *last,
                         const char *email, uint32_t group, enum sim_role role);
uint32_t sim_groups_create(struct sim_people *p, const char *name);
void sim_groups_rename(struct sim_people *p, uint32_t group, const char *name);
void sim_groups_delete(struct sim_people *p, uint32_t group); /* its members are in no group then */

#endif
