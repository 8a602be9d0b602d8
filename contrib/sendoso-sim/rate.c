/* SPDX-License-Identifier: Apache-2.0 */
/* The token bucket. */
#include "rate.h"

static void refill(struct sim_rate *r, int64_t per_second, int64_t now_us)
{
    double earned = (double)(now_us - r->refilled_us) * 1e-6 * (double)per_second;
    r->tokens = r->refilled_us == 0 || r->tokens + earned > (double)per_second ? (double)per_second
                                                                               : r->tokens + earned;
    r->refilled_us = now_us;
}

bool sim_rate_take(struct sim_rate *r, int64_t per_second, int64_t block_s, int64_t now_us)
{
    if (now_us < r->blocked_until_us)
        return false;
    if (per_second == 0)
        return true;
    refill(r, per_second, now_us);
    if (r->tokens >= 1) {
        r->tokens -= 1;
        return true;
    }
    r->blocked_until_us = now_us + block_s * 1000000;
    return false;
}

int64_t sim_rate_wait_s(const struct sim_rate *r, int64_t now_us)
{
    int64_t left = r->blocked_until_us - now_us;
    return left > 1000000 ? (left + 999999) / 1000000 : 1;
}
