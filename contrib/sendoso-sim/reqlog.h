/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was asked: the last requests, counts, and how hard a client pushed. Guarded by the
 * simulator's lock.
 */
#ifndef SIM_REQLOG_H
#define SIM_REQLOG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/json.h"

enum { SIM_LOG_KEEP = 100000, SIM_LOG_SLOTS = 10, SIM_STATUS_MAX = 600 };

struct sim_logline {
    int64_t at_ms; /* Unix time of arrival */
    int64_t took_us;
    int status; /* 0: cut without an answer */
    char method[8];
    char *target; /* path and query; no query for /oauth/, which may hold tokens */
};

struct sim_reqlog {
    FILE *file;                /* or NULL */
    struct sim_logline *lines; /* ring of SIM_LOG_KEEP, allocated at the first line */
    uint64_t total;            /* lines ever written since the last clear */
    uint64_t by_status[SIM_STATUS_MAX];
    int in_flight, in_flight_peak;
    uint32_t slots[SIM_LOG_SLOTS]; /* arrivals of the last second, by tenth */
    int64_t slot_now;
    uint32_t second_peak;
};

void sim_reqlog_arrived(struct sim_reqlog *log, int64_t mono_us);
void sim_reqlog_ended(struct sim_reqlog *log, const struct sim_logline *line); /* copies target */
void sim_reqlog_clear(struct sim_reqlog *log);
void sim_reqlog_done(struct sim_reqlog *log);

/*
 * Lines from number `since` (0: the oldest kept) whose target starts with prefix (or NULL), at
 * most limit.
 */
void sim_reqlog_write(const struct sim_reqlog *log, struct mu_jw *w, uint64_t since,
                      const char *prefix, size_t limit);
void sim_reqlog_write_counts(const struct sim_reqlog *log, struct mu_jw *w);

#endif
