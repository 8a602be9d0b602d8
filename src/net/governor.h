/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast an account may be asked. A token bucket below the published limit, shared by all
 * requests of the account in this process; slowed further by what the remote says (Retry-After in
 * seconds or as a date; ratelimit-remaining and -reset; X-Rate-Limit-Reset as epoch seconds, epoch
 * ms, delta, HTTP date or ISO 8601) and, where a 429 says nothing, halved and slowly raised again
 * (AIMD). Thread safe.
 */
#ifndef MU_NET_GOVERNOR_H
#define MU_NET_GOVERNOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mu_governor;

/* "8/s", "100/m", "off". */
int mu_rate_parse(const char *text, double *ret_per_second, struct mu_err *err); /* 0.0: off */
struct mu_governor *mu_governor_new(double per_second, int burst);
void mu_governor_free(struct mu_governor *g);

/* Sets another rate; what the remote said goes on to hold. */
void mu_governor_limit(struct mu_governor *g, double per_second);

/* Microseconds to wait before the next request may go; 0 takes a token now. */
int64_t mu_governor_take(struct mu_governor *g, int64_t mono_us);

/* For what was let go as one and turned out to be more: the next ones wait until it is made up for. */
void mu_governor_charge(struct mu_governor *g, size_t more, int64_t mono_us);

/* What came back of one try. Header values may be NULL. wall_s is the clock for dates. */
struct mu_rate_hint {
    long status; /* 0: no answer came */
    const char *retry_after, *limit_remaining, *limit_reset, *x_reset;
    int64_t took_us;
    int64_t held_us; /* how long the client was held back by us since the try before */
};
void mu_governor_told(struct mu_governor *g, const struct mu_rate_hint *hint, int64_t mono_us,
                      int64_t wall_s);

/* Somebody who is told of every try, on the thread that made it. `name`, which stays the caller's,
 * and `watch` are set once, before the governor is shared. */
typedef void mu_governor_watch(void *arg, const char *name, const struct mu_rate_hint *hint);
void mu_governor_watched(struct mu_governor *g, const char *name, mu_governor_watch *watch,
                         void *arg);

/* Microseconds until a block told by the remote ends; 0: none. Takes no token. */
int64_t mu_governor_blocked(struct mu_governor *g, int64_t mono_us);

/* What may be sent now, for people who ask: `limit` calls in a window, `remaining` of them in what is
 * left of it, and all of them in reset_s seconds. Where fewer may go at once they are spread over the
 * window. limit 0: no rate is set; reset_s then is a block's. */
struct mu_rate_state {
    int64_t limit, remaining, reset_s;
};
void mu_governor_state(struct mu_governor *g, int64_t mono_us, struct mu_rate_state *ret);

/*
 * Governors by account name, for processes that open an account more than once: all of its openings
 * keep one rate. Thread safe.
 */
struct mu_governors;
struct mu_governors *mu_governors_new(void);
void mu_governors_free(struct mu_governors *all); /* with its governors; NULL is fine */
/* Watches all that are made from now on; set before they are shared. */
void mu_governors_watch(struct mu_governors *all, mu_governor_watch *watch, void *arg);
/* The one of that name, made when there is none yet; it keeps that rate from now on. */
struct mu_governor *mu_governors_get(struct mu_governors *all, const char *name, double per_second,
                                     int burst);

/* NULL: none of that name yet. */
struct mu_governor *mu_governors_find(struct mu_governors *all, const char *name);

double mu_governor_rate(const struct mu_governor *g); /* now; 0: off */

#endif
