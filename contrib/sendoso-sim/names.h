/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of people and groups in many scripts, chosen by number; and the simulator's only source of
 * chance.
 */
#ifndef SIM_NAMES_H
#define SIM_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sim_name {
    const char *text;
    const char *slug; /* ASCII, for the e-mail address */
};

/* What a number is used for, so that two uses of one number don't agree by accident. */
enum sim_salt {
    SIM_SALT_ID,
    SIM_SALT_NAME,
    SIM_SALT_STYLE,
    SIM_SALT_MAIL,
    SIM_SALT_GROUP,
    SIM_SALT_ROLE,
    SIM_SALT_MONEY,
    SIM_SALT_KEY,
    SIM_SALT_TIME,
    SIM_SALT_SHAPE,
    SIM_SALT_TOUCH,
    SIM_SALT_SEND
};

/* splitmix64 of the three: the same on every machine. */
uint64_t sim_chance(uint64_t seed, enum sim_salt salt, uint64_t n);

enum { SIM_GROUP_NAME_MAX = 96 };

void sim_person_name(uint64_t seed, uint32_t index, bool ascii, int64_t odd_per_mille,
                     struct sim_name *ret_first, struct sim_name *ret_last);

/* Never twice the same name for two indexes. */
void sim_group_name(uint64_t seed, uint32_t index, bool ascii, char to[SIM_GROUP_NAME_MAX]);

#endif
