/* SPDX-License-Identifier: Apache-2.0 */
/* The log sink on stderr, and the progress line that lives beside it on a terminal. */
#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"

enum {
    LOG_TEXT_MAX = 1 << 20, /* one message, e.g. the LDIF of a large group */
    WHAT_MAX = 40,
    PROGRESS_EVERY_US = 100000,
    NUMBER_TEXT = 32,
    LINE_TEXT = 160
};

static const struct {
    const char *name, *prefix, *color;
} levels[] = {
    [MU_LOG_ERROR] = {"error", "error: ", "\033[31m"},
    [MU_LOG_WARN] = {"warning", "warning: ", "\033[33m"},
    [MU_LOG_INFO] = {"info", "", ""},
    [MU_LOG_TRACE] = {"trace", "", ""},
};

static const char clear_line[] = "\r\033[K";

struct mu_log {
    struct mu_log *to; /* the sink itself, where this one only adds a fact; NULL: this is it */
    struct mu_log_fact about; /* of each message; name NULL: none */
    mu_progress_watch *watch; /* NULL: nobody */
    void *watch_arg;
    pthread_mutex_t lock; /* guards what follows, and keeps lines whole */
    enum mu_level level;
    bool json, color, terminal;
    char line[LINE_TEXT]; /* the progress line as drawn; "" none */
    char what[WHAT_MAX];
    int64_t since_us, drawn_us, first_done;
};

struct mu_log *mu_log_new(enum mu_level level, bool json, bool color)
{
    struct mu_log *log = mu_xcalloc(1, sizeof(*log));
    pthread_mutex_init(&log->lock, NULL);
    log->level = level;
    log->json = json;
    log->color = color;
    log->terminal = !json && level > MU_LOG_ERROR && isatty(STDERR_FILENO) == 1;
    return log;
}

void mu_log_free(struct mu_log *log)
{
    if (!log)
        return;
    mu_progress_end(log);
    pthread_mutex_destroy(&log->lock);
    free(log);
}

struct mu_log *mu_log_about(struct mu_arena *arena, struct mu_log *log, const char *name,
                            const char *value)
{
    if (!log)
        return NULL;
    struct mu_log *about = mu_alloc(arena, sizeof(*about));
    about->to = log->to ? log->to : log;
    about->about = (struct mu_log_fact){.name = name, .value = value};
    return about;
}

void mu_log_about_now(struct mu_log *about, const char *value)
{
    if (about)
        about->about.value = value;
}

struct mu_log *mu_log_watched(struct mu_arena *arena, struct mu_log *log, mu_progress_watch *watch,
                              void *arg)
{
    if (!log)
        return NULL;
    struct mu_log *watched = mu_alloc(arena, sizeof(*watched));
    watched->about = log->about;
    watched->to = log->to ? log->to : log;
    watched->watch = watch;
    watched->watch_arg = arg;
    return watched;
}

static const struct mu_log *sink_of(const struct mu_log *log)
{
    return log && log->to ? log->to : log;
}

static struct mu_log *sink(struct mu_log *log)
{
    return log && log->to ? log->to : log;
}

bool mu_log_on(const struct mu_log *log, enum mu_level level)
{
    return log && level <= sink_of(log)->level;
}

/* Lines of a message stay lines; everything else that acts on a terminal is shown, not sent. */
static void add_text(struct mu_buf *to, const char *text, size_t len)
{
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) : len;
        mu_printable_into(to, text, line, LOG_TEXT_MAX);
        if (end) {
            mu_buf_addc(to, '\n');
            line++;
        }
        text += line;
        len -= line;
    }
}

static void compose_text(const struct mu_log *log, enum mu_level level, const char *text,
                         size_t len, struct mu_buf *to)
{
    bool color = log->color && *levels[level].color;
    if (log->line[0])
        mu_buf_adds(to, clear_line);
    mu_buf_adds(to, color ? levels[level].color : "");
    mu_buf_adds(to, levels[level].prefix);
    mu_buf_adds(to, color ? "\033[0m" : "");
    add_text(to, text, len);
    mu_buf_addc(to, '\n');
    mu_buf_adds(to, log->line);
}

static void put_fact(struct mu_jw *w, const struct mu_log_fact *fact)
{
    if (!fact->name || !fact->value)
        return;
    mu_jw_key(w, fact->name);
    if (fact->number)
        mu_jw_raw(w, fact->value, strlen(fact->value));
    else
        mu_jw_str(w, fact->value);
}

static void compose_json(enum mu_level level, const struct mu_log_fact *about,
                         const struct mu_log_fact *facts, const char *text, size_t len,
                         struct mu_buf *to)
{
    char now[MU_TIME_TEXT];
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    mu_jw_put_str(&w, "time", mu_time_text(mu_now(), now));
    mu_jw_put_str(&w, "level", levels[level].name);
    mu_jw_key(&w, "text");
    mu_jw_strn(&w, text, len);
    put_fact(&w, about);
    for (; facts && facts->name; facts++)
        put_fact(&w, facts);
    mu_jw_end(&w, '}');
    mu_buf_addc(to, '\n');
}

static void put(const char *bytes, size_t len)
{
    fwrite(bytes, 1, len, stderr);
    fflush(stderr);
}

static void write_line(struct mu_log *log, enum mu_level level, const struct mu_log_fact *facts,
                       const char *text, size_t len)
{
    struct mu_log *to = log->to ? log->to : log;
    MU_AUTO(buf) struct mu_buf out = MU_BUF_INIT(MU_BUF_MAX);
    pthread_mutex_lock(&to->lock);
    if (to->json) {
        compose_json(level, &log->about, facts, text, len, &out);
    } else {
        compose_text(to, level, text, len, &out);
    }
    put(out.data, out.len);
    pthread_mutex_unlock(&to->lock);
}

void mu_log_facts(struct mu_log *log, enum mu_level level, const struct mu_log_fact *facts,
                  const char *text)
{
    if (mu_log_on(log, level)) {
        write_line(log, level, facts, text, strnlen(text, LOG_TEXT_MAX));
    }
}

void mu_log(struct mu_log *log, enum mu_level level, const char *fmt, ...)
{
    if (!mu_log_on(log, level))
        return;
    char first[1024];
    va_list args;
    va_start(args, fmt);
    int made = vsnprintf(first, sizeof(first), fmt, args);
    va_end(args);
    size_t len = made < 0 ? 0 : (size_t)made;
    len = len < LOG_TEXT_MAX ? len : LOG_TEXT_MAX;
    MU_AUTO(free) char *longer = NULL;
    if (len >= sizeof(first)) {
        longer = mu_xmalloc(len + 1);
        va_start(args, fmt);
        vsnprintf(longer, len + 1, fmt, args);
        va_end(args);
        if ((size_t)made > len)
            memcpy(longer + len - 3, "...", sizeof("..."));
    }
    write_line(log, level, NULL, longer ? longer : first, len);
}

/* 12345 -> 12,345 */
static const char *grouped(int64_t n, char to[NUMBER_TEXT])
{
    char digits[NUMBER_TEXT];
    int len = snprintf(digits, sizeof(digits), "%lld", (long long)(n < 0 ? 0 : n));
    char *out = to;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return to;
}

static const char *span(double seconds, char to[NUMBER_TEXT])
{
    enum { MINUTE = 60, HOUR = 3600, LONGEST = 1000 * HOUR };
    int s = seconds < LONGEST ? (int)seconds : LONGEST;
    if (s >= HOUR)
        snprintf(to, NUMBER_TEXT, "%dh%02dm", s / HOUR, s % HOUR / MINUTE);
    else if (s >= MINUTE)
        snprintf(to, NUMBER_TEXT, "%dm%02ds", s / MINUTE, s % MINUTE);
    else
        snprintf(to, NUMBER_TEXT, "%ds", s);
    return to;
}

static void draw(struct mu_log *log, int64_t now, int64_t done, int64_t total)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT], of[NUMBER_TEXT + 4] = "", rate_text[NUMBER_TEXT + 8] = "";
    char eta[NUMBER_TEXT + 8] = "";
    double elapsed = (double)(now - log->since_us) / 1e6;
    double rate = elapsed > 0 ? (double)(done - log->first_done) / elapsed : 0;
    if (total > 0)
        snprintf(of, sizeof(of), " of %s", grouped(total, b));
    if (rate > 0)
        snprintf(rate_text, sizeof(rate_text), "  %.*f/s", rate < 100 ? 1 : 0, rate);
    if (rate > 0 && total > done)
        snprintf(eta, sizeof(eta), "  ETA %s", span((double)(total - done) / rate, b));
    snprintf(log->line, sizeof(log->line), "%s %s%s%s%s", log->what, grouped(done, a), of,
             rate_text, eta);
    put(clear_line, strlen(clear_line));
    put(log->line, strlen(log->line));
    log->drawn_us = now;
}

void mu_progress(struct mu_log *log, const char *what, int64_t done, int64_t total)
{
    if (log && log->watch)
        log->watch(log->watch_arg, what, done, total);
    log = sink(log);
    if (!log || !log->terminal)
        return;
    int64_t now = mu_mono_us();
    pthread_mutex_lock(&log->lock);
    if (strncmp(log->what, what, sizeof(log->what) - 1) != 0) {
        snprintf(log->what, sizeof(log->what), "%.*s", (int)sizeof(log->what) - 1, what);
        log->since_us = now;
        log->first_done = done;
        log->drawn_us = 0;
    }
    if (now - log->drawn_us >= PROGRESS_EVERY_US)
        draw(log, now, done, total);
    pthread_mutex_unlock(&log->lock);
}

void mu_progress_end(struct mu_log *log)
{
    log = sink(log);
    if (!log || !log->terminal)
        return;
    pthread_mutex_lock(&log->lock);
    if (log->line[0])
        put(clear_line, strlen(clear_line));
    log->line[0] = '\0';
    log->what[0] = '\0';
    pthread_mutex_unlock(&log->lock);
}
