/* SPDX-License-Identifier: Apache-2.0 */
/* Birth, rebirth and death of the simulator's state. */
#include "sim.h"

#include <string.h>

void sim_init(struct sim *sim)
{
    memset(sim, 0, sizeof(*sim));
    pthread_mutex_init(&sim->lock, NULL);
    sim_settings_init(&sim->set);
}

void sim_rebuild(struct sim *sim)
{
    sim_people_free(sim->people);
    sim_invitations_clear(&sim->invitations);
    sim_tally_clear(&sim->tally);
    sim_sends_clear(&sim->sends);
    sim_faults_clear(&sim->faults);
    sim_changes_clear(&sim->changes);
    sim->people = sim_people_new(&sim->set);
}

void sim_done(struct sim *sim)
{
    sim_people_free(sim->people);
    sim_invitations_clear(&sim->invitations);
    sim_tally_clear(&sim->tally);
    sim_sends_clear(&sim->sends);
    sim_faults_clear(&sim->faults);
    sim_changes_clear(&sim->changes);
    sim_tokens_done(&sim->tokens);
    sim_reqlog_done(&sim->log);
    pthread_mutex_destroy(&sim->lock);
}
