/* SPDX-License-Identifier: Apache-2.0 */
/* Rate of requests of one account: token bucket, blocks told by the remote, AIMD where it tells
 * nothing. */
#include "net/governor.h"

#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/time.h"

enum {
    SECOND_US = 1000000,
    BLOCK_MAX_S = 3600, /* nobody means more; a request's own deadline comes long before */
    BACKOFF_MAX_S = 60,
    RAISE_STEPS = 200, /* good answers until a rate of zero would be the configured one again */
    SLOWEST_PART = 32, /* never slower than this part of the configured rate */
    WHEN_TEXT_MAX = 64
};

struct mu_governor {
    pthread_mutex_t lock;
    double limit; /* configured, requests per second; 0: off */
    double rate;  /* now */
    double tokens;
    double burst;
    int64_t filled_us; /* when tokens was last brought up to date */
    int64_t window_us; /* when the window began in which taken were */
    double taken;
    int64_t blocked_us; /* nothing goes before */
    unsigned silent;    /* 429 answers in a row that named no time */
    const char *name;   /* for the watcher */
    mu_governor_watch *watch;
    void *watch_arg;
};

struct rate_unit {
    const char *name;
    double seconds;
};

static const struct rate_unit rate_units[] = {
    {"s", 1},    {"sec", 1},     {"second", 1}, {"m", 60},
    {"min", 60}, {"minute", 60}, {"h", 3600},   {"hour", 3600},
};

static double unit_seconds(const char *name)
{
    for (size_t i = 0; i < MU_LEN(rate_units); i++)
        if (mu_strieq(name, rate_units[i].name))
            return rate_units[i].seconds;
    return 0;
}

int mu_rate_parse(const char *text, double *ret_per_second, struct mu_err *err)
{
    if (mu_strieq(text, "off")) {
        *ret_per_second = 0.0;
        return 0;
    }
    char count_text[WHEN_TEXT_MAX];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    double seconds = slash ? unit_seconds(slash + 1) : 1;
    long long count = 0;
    bool ok = n < sizeof(count_text) && seconds > 0;
    if (ok) {
        memcpy(count_text, text, n);
        count_text[n] = '\0';
        ok = mu_parse_int(count_text, 1, 1000000, &count);
    }
    if (!ok) {
        struct mu_buf shown = MU_BUF_INIT(256);
        mu_printable_into(&shown, text, strlen(text), 40);
        mu_fail(err, MU_E_CONFIG, "rate \"%s\" is not understood; write 8/s, 100/m or off",
                shown.data);
        mu_buf_done(&shown);
        return -1;
    }
    *ret_per_second = (double)count / seconds;
    return 0;
}

struct mu_governor *mu_governor_new(double per_second, int burst)
{
    struct mu_governor *g = mu_xcalloc(1, sizeof(*g));
    pthread_mutex_init(&g->lock, NULL);
    g->limit = g->rate = per_second;
    g->burst = burst < 1 ? 1 : burst;
    g->tokens = g->burst;
    return g;
}

void mu_governor_free(struct mu_governor *g)
{
    if (!g)
        return;
    pthread_mutex_destroy(&g->lock);
    free(g);
}

void mu_governor_watched(struct mu_governor *g, const char *name, mu_governor_watch *watch,
                         void *arg)
{
    g->name = name;
    g->watch = watch;
    g->watch_arg = arg;
}

void mu_governor_limit(struct mu_governor *g, double per_second)
{
    pthread_mutex_lock(&g->lock);
    if (g->limit != per_second)
        g->limit = g->rate = per_second;
    pthread_mutex_unlock(&g->lock);
}

static void refill(struct mu_governor *g, int64_t mono_us)
{
    if (g->filled_us && mono_us > g->filled_us) {
        g->tokens += (double)(mono_us - g->filled_us) / SECOND_US * g->rate;
        if (g->tokens > g->burst)
            g->tokens = g->burst;
    }
    g->filled_us = mono_us;
}

/* The limit as a whole number of calls, and the time they are meant for. */
static int64_t window_limit(const struct mu_governor *g)
{
    return g->limit >= 1 ? (int64_t)g->limit : 1;
}

/* Microseconds of the window that are left; 0: it is over. */
static int64_t window_left(const struct mu_governor *g, int64_t mono_us)
{
    int64_t ends = g->window_us + (int64_t)((double)window_limit(g) / g->limit * (double)SECOND_US);
    return g->window_us && ends > mono_us ? ends - mono_us : 0;
}

static void count(struct mu_governor *g, double calls, int64_t mono_us)
{
    if (window_left(g, mono_us) == 0) {
        g->window_us = mono_us;
        g->taken = 0;
    }
    g->taken += calls;
}

static int64_t take_locked(struct mu_governor *g, int64_t mono_us)
{
    if (g->blocked_us > mono_us)
        return g->blocked_us - mono_us;
    if (g->limit <= 0)
        return 0;
    refill(g, mono_us);
    if (g->tokens >= 1) {
        g->tokens -= 1;
        count(g, 1, mono_us);
        return 0;
    }
    return (int64_t)((1 - g->tokens) / g->rate * SECOND_US) + 1;
}

int64_t mu_governor_take(struct mu_governor *g, int64_t mono_us)
{
    pthread_mutex_lock(&g->lock);
    int64_t wait = take_locked(g, mono_us);
    pthread_mutex_unlock(&g->lock);
    return wait;
}

void mu_governor_charge(struct mu_governor *g, size_t more, int64_t mono_us)
{
    pthread_mutex_lock(&g->lock);
    if (g->limit > 0) {
        refill(g, mono_us);
        g->tokens -= (double)more;
        count(g, (double)more, mono_us);
    }
    pthread_mutex_unlock(&g->lock);
}

int64_t mu_governor_blocked(struct mu_governor *g, int64_t mono_us)
{
    pthread_mutex_lock(&g->lock);
    int64_t wait = g->blocked_us > mono_us ? g->blocked_us - mono_us : 0;
    pthread_mutex_unlock(&g->lock);
    return wait;
}

double mu_governor_rate(const struct mu_governor *g)
{
    struct mu_governor *mine = (struct mu_governor *)(uintptr_t)g; /* only its lock changes */
    pthread_mutex_lock(&mine->lock);
    double rate = g->rate;
    pthread_mutex_unlock(&mine->lock);
    return rate;
}

static int64_t up(double x)
{
    int64_t whole = (int64_t)x;
    return (double)whole < x ? whole + 1 : whole;
}

static void state_locked(struct mu_governor *g, int64_t mono_us, struct mu_rate_state *ret)
{
    int64_t blocked_us = g->blocked_us > mono_us ? g->blocked_us - mono_us : 0;
    *ret = (struct mu_rate_state){.reset_s = up((double)blocked_us / SECOND_US)};
    if (g->limit <= 0)
        return;
    ret->limit = window_limit(g);
    if (blocked_us > 0)
        return;
    refill(g, mono_us);
    bool spread = g->burst < (double)ret->limit;
    int64_t window = window_left(g, mono_us);
    double slowed = (double)up(g->rate / g->limit * (double)ret->limit);
    double left = spread ? slowed - (window > 0 ? g->taken : 0) : g->tokens;
    ret->remaining = left <= 0 ? 0 : left < (double)ret->limit ? (int64_t)left : ret->limit;
    ret->reset_s = up(spread ? (double)window / SECOND_US : (g->burst - g->tokens) / g->rate);
}

void mu_governor_state(struct mu_governor *g, int64_t mono_us, struct mu_rate_state *ret)
{
    pthread_mutex_lock(&g->lock);
    state_locked(g, mono_us, ret);
    pthread_mutex_unlock(&g->lock);
}

/* A plain number, a fraction allowed and dropped: seconds from now, seconds since 1970, or
 * milliseconds since 1970. */
static bool number_us(char *text, int64_t wall_s, int64_t *ret_us)
{
    char *dot = strchr(text, '.');
    if (dot && dot[1 + strspn(dot + 1, "0123456789")] == '\0')
        *dot = '\0';
    long long n;
    if (!mu_parse_int(text, -BLOCK_MAX_S, 100000000000000LL, &n))
        return false;
    if (n >= 100000000000LL)
        *ret_us = (int64_t)n * 1000 - wall_s * SECOND_US;
    else if (n >= 1000000000LL)
        *ret_us = ((int64_t)n - wall_s) * SECOND_US;
    else
        *ret_us = (int64_t)n * SECOND_US;
    return true;
}

/* Microseconds from now that a header names, in any of the forms seen in the wild; 0: none, or in
 * the past. */
static int64_t when_us(const char *value, int64_t wall_s)
{
    if (!value)
        return 0;
    char text[WHEN_TEXT_MAX];
    value += strspn(value, " \t");
    size_t len = strlen(value);
    while (len > 0 && isspace((unsigned char)value[len - 1]))
        len--;
    if (len == 0 || len >= sizeof(text))
        return 0;
    memcpy(text, value, len);
    text[len] = '\0';

    int64_t us = 0, at;
    char canonical[MU_TIME_TEXT];
    if (mu_time_parse(text, canonical, &at) ||
        (isalpha((unsigned char)text[0]) && (at = (int64_t)curl_getdate(text, NULL)) != -1)) {
        /* A date may be any year that curl can count to. */
        at = at > wall_s + BLOCK_MAX_S ? wall_s + BLOCK_MAX_S : at;
        us = at > wall_s ? (at - wall_s) * SECOND_US : 0;
    } else if (!number_us(text, wall_s, &us))
        us = 0;
    if (us > (int64_t)BLOCK_MAX_S * SECOND_US)
        us = (int64_t)BLOCK_MAX_S * SECOND_US;
    return us > 0 ? us : 0;
}

static int64_t told_us(const struct mu_rate_hint *hint, int64_t wall_s)
{
    int64_t us = when_us(hint->retry_after, wall_s);
    if (!us)
        us = when_us(hint->limit_reset, wall_s);
    if (!us)
        us = when_us(hint->x_reset, wall_s);
    return us;
}

static bool used_up(const struct mu_rate_hint *hint)
{
    long long left;
    return hint->limit_remaining && mu_parse_int(hint->limit_remaining, 0, 1LL << 40, &left) &&
           left == 0;
}

/* From 1 s doubling to a minute, with up to a quarter more so that several of us do not come back
 * together. */
static int64_t silent_us(unsigned in_a_row)
{
    int64_t s = in_a_row < 6 ? (int64_t)1 << in_a_row : BACKOFF_MAX_S;
    uint32_t dice;
    mu_random(&dice, sizeof(dice));
    return s * SECOND_US + (int64_t)((double)dice / UINT32_MAX * (double)s * SECOND_US / 4);
}

static void block(struct mu_governor *g, int64_t until_us)
{
    if (until_us > g->blocked_us)
        g->blocked_us = until_us;
    g->tokens = 0;
    g->filled_us = g->blocked_us;
}

static void slow_down(struct mu_governor *g, int64_t mono_us)
{
    /* Answers to requests sent before the block began say nothing new. */
    if (g->blocked_us > mono_us)
        return;
    g->rate = g->rate / 2;
    if (g->rate < g->limit / SLOWEST_PART)
        g->rate = g->limit / SLOWEST_PART;
    block(g, mono_us + silent_us(g->silent));
    g->silent++;
}

static void told_locked(struct mu_governor *g, const struct mu_rate_hint *hint, int64_t mono_us,
                        int64_t wall_s)
{
    bool refused = hint->status == 429;
    bool asked = hint->status == 503 && hint->retry_after;
    int64_t us = refused || used_up(hint) ? told_us(hint, wall_s)
                 : asked                  ? when_us(hint->retry_after, wall_s)
                                          : 0;
    if (us > 0) {
        block(g, mono_us + us);
    } else if (refused) {
        slow_down(g, mono_us);
    } else if (hint->status >= 200 && hint->status < 500 && g->blocked_us <= mono_us) {
        g->silent = 0;
        g->rate += g->limit / RAISE_STEPS;
        if (g->rate > g->limit)
            g->rate = g->limit;
    }
}

void mu_governor_told(struct mu_governor *g, const struct mu_rate_hint *hint, int64_t mono_us,
                      int64_t wall_s)
{
    pthread_mutex_lock(&g->lock);
    told_locked(g, hint, mono_us, wall_s);
    pthread_mutex_unlock(&g->lock);
    if (g->watch)
        g->watch(g->watch_arg, g->name, hint);
}
