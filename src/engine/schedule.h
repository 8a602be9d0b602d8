/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When something is to be done by itself: `every: 15m`, or `cron: "30 2 * * mon-fri"` in local time
 * (five fields, names, ranges, steps, lists; @hourly, @daily, @weekly, @monthly). As in cron, a day
 * fits when either of two restricted day fields does.
 */
#ifndef MU_ENGINE_SCHEDULE_H
#define MU_ENGINE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/yaml.h"

struct mu_schedule {
    int64_t every_s;                        /* 0: not by a period */
    const char *cron;                       /* as written; NULL: not by cron */
    uint64_t minutes;                       /* bit n: minute n */
    uint32_t hours, days, months, weekdays; /* days and months from bit 1; weekdays: Sunday is 0 */
    bool any_day, any_weekday;              /* written as * */
};

/* Whether it is ever due by itself. */
static inline bool mu_schedule_set(const struct mu_schedule *s)
{
    return s->every_s > 0 || s->cron != NULL;
}

/* every NULL or cron NULL: not given. Both: MU_E_CONFIG, like what can't be understood or never
 * comes (30 February). Errors stand where the text was written. */
int mu_schedule_read(int64_t every_s, const struct mu_y *cron, struct mu_schedule *ret,
                     struct mu_err *err);

/* The first time it is due after `last` (Unix seconds), when it last began; 0: it never did, and
 * is due now if it goes by a period. now: the clock. */
int64_t mu_schedule_next(const struct mu_schedule *s, int64_t last, int64_t now);

#endif
