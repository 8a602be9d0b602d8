/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, deadlines and timestamps. Wall time is RFC 3339; intervals use the monotonic clock. */
#ifndef MU_BASE_TIME_H
#define MU_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/err.h"

enum { MU_TIME_TEXT = 40 }; /* room for any text these functions write */

int64_t mu_now(void);        /* Unix seconds */
int64_t mu_now_ms(void);     /* Unix milliseconds */
int64_t mu_mono_us(void);    /* monotonic microseconds */
double mu_cpu_seconds(void); /* user + system of this process */
long mu_peak_kib(void);      /* peak resident memory of this process */

/* "2026-11-21T08:15:00Z" */
const char *mu_time_text(int64_t unix_s, char to[MU_TIME_TEXT]);

/*
 * Accepts RFC 3339 with any offset, with or without fraction (`2024-03-02T08:15:00.000-07:00`),
 * space for T tolerated, and a bare date. Real dates only (no 31 February, no second 61). Writes
 * canonical RFC 3339 that keeps the offset and the fraction's significant digits; ret_unix may be
 * NULL.
 */
bool mu_time_parse(const char *s, char to[MU_TIME_TEXT], int64_t *ret_unix);

/* "90s", "15m", "2h", "30d" or plain seconds -> seconds. */
bool mu_duration_parse(const char *s, int64_t *ret_s);

#endif
