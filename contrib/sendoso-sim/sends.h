/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Campaigns (touches) and sends: computed from the seed, plus what is sent while the simulator
 * runs.
 */
#ifndef SIM_SENDS_H
#define SIM_SENDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIM_SENDS_MAX = 100000, SIM_SEND_TEXT = 512 };

struct sim_sent {
    int64_t touch_id, at;
    const char *type;
    char *name, *email;
};

struct sim_sends {
    struct sim_sent *list;
    size_t count;
};

struct sim;
struct sim_request;

void sim_sends_clear(struct sim_sends *sends);

bool sim_touches_has(const struct sim *sim, int64_t id);

void sim_touches_list(struct sim_request *r);
void sim_touches_get(struct sim_request *r);
void sim_sends_list(struct sim_request *r);
void sim_sends_post(struct sim_request *r);
void sim_sends_links(struct sim_request *r);

#endif
