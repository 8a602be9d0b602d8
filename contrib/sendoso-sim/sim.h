/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simulator as a whole. One thread serves the API, one the control port, one wakes delayed
 * answers; `lock` guards everything here but the timer and the servers, which look after
 * themselves.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "changes.h"
#include "faults.h"
#include "invitations.h"
#include "oauth.h"
#include "people.h"
#include "rate.h"
#include "reqlog.h"
#include "row.h"
#include "sends.h"
#include "settings.h"
#include "tally.h"
#include "timer.h"

struct sim {
    pthread_mutex_t lock;
    struct sim_settings set;
    struct sim_people *people;
    struct sim_sends sends;
    struct sim_invitations invitations;
    struct sim_tally tally;
    struct sim_faults faults;
    struct sim_changes changes;
    struct sim_tokens tokens;
    struct sim_rate rates[SIM_SURFACES];
    struct sim_reqlog log;
    uint64_t served;    /* requests begun, which also makes their ids */
    struct sim_row row; /* for the row being written; too large for the stack of each */
    struct sim_timer *timer;
};

void sim_init(struct sim *sim);
void sim_done(struct sim *sim);

/* Builds the people anew from the settings; forgets changes, invitations, sends and faults. */
void sim_rebuild(struct sim *sim);

#endif
