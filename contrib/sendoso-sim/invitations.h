/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invitations by POST /users: pending until the control port accepts or withdraws them, or they
 * expire.
 */
#ifndef SIM_INVITATIONS_H
#define SIM_INVITATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "people.h"

enum { SIM_INVITATIONS_MAX = 100000 };

enum sim_invited {
    SIM_INVITED_PENDING,
    SIM_INVITED_ACCEPTED,
    SIM_INVITED_EXPIRED,
    SIM_INVITED_WITHDRAWN /* as a person does it in Sendoso's pages; the API says nothing of it */
};

struct sim_invitation {
    char *first, *last, *email, *folded;
    enum sim_role role;
    uint32_t group;
    enum sim_invited status;
    int64_t expires_at;
};

struct sim_invitations {
    struct sim_invitation *list;
    size_t count;
};

struct sim;
struct sim_request;

void sim_invitations_clear(struct sim_invitations *all);
/*
 * The newest for this e-mail, letter case and Unicode form aside; NULL when there is none. Past its
 * time it is expired.
 */
struct sim_invitation *sim_invitations_find(struct sim_invitations *all, const char *email);
bool sim_invitations_pending(struct sim_invitations *all, const char *email);
/* The person joins, or returns; all that are pending for the address are accepted. */
uint32_t sim_invitations_accept(struct sim *sim, const struct sim_invitation *inv);
/* Somebody with this address is there some other way: nothing waits for them any more. */
void sim_invitations_settle(struct sim_invitations *all, const char *email);
void sim_invitations_write(struct sim_invitations *all, struct mu_jw *w);

void sim_invite(struct sim_request *r); /* POST /api/v3/users */

#endif
