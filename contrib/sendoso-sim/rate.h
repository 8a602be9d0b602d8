/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token bucket for each client (REST application, SCIM application), and the block that follows
 * its overflow.
 */
#ifndef SIM_RATE_H
#define SIM_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum sim_surface { SIM_REST, SIM_SCIM, SIM_SURFACES };

struct sim_rate {
    int64_t refilled_us;
    double tokens;
    int64_t blocked_until_us;
};

/*
 * Whether a request may pass now. per_second 0: always. block_s: how long after a refusal all are
 * refused.
 */
bool sim_rate_take(struct sim_rate *r, int64_t per_second, int64_t block_s, int64_t now_us);

/* Seconds until a request can pass, at least 1: what Retry-After says. */
int64_t sim_rate_wait_s(const struct sim_rate *r, int64_t now_us);

#endif
