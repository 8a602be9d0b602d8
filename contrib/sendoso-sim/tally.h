/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client that provisions is held to: how often it asked for each address (letter case and
 * Unicode form aside), and how often it should have known better. Only requests that reached the
 * account count, whatever was answered.
 */
#ifndef SIM_TALLY_H
#define SIM_TALLY_H

#include <stdint.h>

#include "base/json.h"

struct sim;

enum sim_asked { SIM_ASKED_INVITE, SIM_ASKED_CREATE }; /* POST /users; POST /Users of SCIM */

struct sim_tally {
    struct mu_map *rows; /* folded address -> struct tally_row */
};

/* Before the request changes anything. */
void sim_tally_asked(struct sim *sim, const char *email, enum sim_asked what);
void sim_tally_clear(struct sim_tally *tally);
/* {"invites", "creates", "while_pending", "while_active", "emails": {ADDRESS: {the same}}} */
void sim_tally_write(const struct sim_tally *tally, struct mu_jw *w);

#endif
