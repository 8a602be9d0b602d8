/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person watching is told, on stderr. Commands and adapters log through the one sink they
 * are given; libraries never print. Level by -q/-v; format text or JSON lines (--log-format json).
 * A progress line on a terminal is cleared before a log line and drawn again after it. Thread safe.
 */
#ifndef MU_BASE_LOG_H
#define MU_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/macros.h"

enum mu_level { MU_LOG_ERROR, MU_LOG_WARN, MU_LOG_INFO, MU_LOG_TRACE };

struct mu_log;

struct mu_log *mu_log_new(enum mu_level level, bool json, bool color);
void mu_log_free(struct mu_log *log);
bool mu_log_on(const struct mu_log *log, enum mu_level level); /* NULL log: never */
void mu_log(struct mu_log *log, enum mu_level level, const char *fmt, ...) MU_PRINTF(3, 4);

/* What a program wants of a message without taking its text apart: members of their own in JSON
 * lines, left out of text. */
struct mu_log_fact {
    const char *name, *value; /* value NULL: left out */
    bool number;              /* value is one, as JSON writes it */
};
/* facts: ends with name NULL. */
void mu_log_facts(struct mu_log *log, enum mu_level level, const struct mu_log_fact *facts,
                  const char *text);

/* The same sink, whose every message has this fact; in the arena, with nothing to free. NULL log:
 * NULL. The fact's texts outlive it. */
struct mu_log *mu_log_about(struct mu_arena *arena, struct mu_log *log, const char *name,
                            const char *value);

/* Another value from now on (NULL: none), where one thing is lent to one after another. */
void mu_log_about_now(struct mu_log *about, const char *value);

/* The same sink, and whoever wants to know of progress besides, terminal or not: `watch` is called
 * by mu_progress, on its thread. log NULL: NULL. */
typedef void mu_progress_watch(void *arg, const char *what, int64_t done, int64_t total);
struct mu_log *mu_log_watched(struct mu_arena *arena, struct mu_log *log, mu_progress_watch *watch,
                              void *arg);

/* `users 12,300 of 50,000  8.0/s  ETA 4m12s`; total 0: unknown. Only on a terminal, at most 10
 * times a second. */
void mu_progress(struct mu_log *log, const char *what, int64_t done, int64_t total);
void mu_progress_end(struct mu_log *log);

#endif
