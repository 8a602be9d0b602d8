/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks, and timestamps as text. */
#include "base/time.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/str.h"

enum { FRACTION_MAX = 9, MINUTE = 60, HOUR = 3600, DAY = 86400 };

static int64_t clock_ns(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t mu_now(void)
{
    return clock_ns(CLOCK_REALTIME) / 1000000000;
}

int64_t mu_now_ms(void)
{
    return clock_ns(CLOCK_REALTIME) / 1000000;
}

int64_t mu_mono_us(void)
{
    return clock_ns(CLOCK_MONOTONIC) / 1000;
}

double mu_cpu_seconds(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

long mu_peak_kib(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss;
}

const char *mu_time_text(int64_t unix_s, char to[MU_TIME_TEXT])
{
    time_t t = (time_t)unix_s;
    struct tm tm;
    if (!gmtime_r(&t, &tm)) {
        snprintf(to, MU_TIME_TEXT, "out of range");
        return to;
    }
    snprintf(to, MU_TIME_TEXT, "%04lld-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900LL,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return to;
}

/* Exactly `digits` decimal digits at *s; moves *s behind them. -1: something else stands there. */
static int number(const char **s, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*s)[i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    *s += digits;
    return value;
}

static bool skip(const char **s, char c)
{
    if (**s != c)
        return false;
    (*s)++;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

struct stamp {
    int year, month, day, hour, minute, second;
    char fraction[FRACTION_MAX + 1]; /* without trailing zeros */
    int offset_min;
};

static bool parse_date(const char **s, struct stamp *t)
{
    t->year = number(s, 4);
    bool shaped = t->year >= 0 && skip(s, '-') && (t->month = number(s, 2)) >= 0 && skip(s, '-') &&
                  (t->day = number(s, 2)) >= 0;
    return shaped && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
           t->day <= days_in(t->year, t->month);
}

/* Digits behind the point; more significant ones than we can keep are refused, not dropped. */
static bool parse_fraction(const char **s, struct stamp *t)
{
    size_t len = strspn(*s, "0123456789");
    if (len == 0)
        return false;
    const char *digits = *s;
    *s += len;
    while (len > 0 && digits[len - 1] == '0')
        len--;
    if (len > FRACTION_MAX)
        return false;
    memcpy(t->fraction, digits, len);
    return true;
}

static bool parse_clock(const char **s, struct stamp *t)
{
    t->hour = number(s, 2);
    bool shaped = t->hour >= 0 && skip(s, ':') && (t->minute = number(s, 2)) >= 0 && skip(s, ':') &&
                  (t->second = number(s, 2)) >= 0;
    if (!shaped || t->hour > 23 || t->minute > 59 || t->second > 60)
        return false;
    return !skip(s, '.') || parse_fraction(s, t);
}

static bool parse_offset(const char **s, struct stamp *t)
{
    if (skip(s, 'Z') || skip(s, 'z'))
        return true;
    int sign = **s == '+' ? 1 : -1;
    if (!skip(s, '+') && !skip(s, '-'))
        return false;
    int hours = number(s, 2);
    if (hours < 0 || hours > 23 || !skip(s, ':'))
        return false;
    int minutes = number(s, 2);
    if (minutes < 0 || minutes > 59)
        return false;
    t->offset_min = sign * (hours * 60 + minutes);
    return true;
}

static int64_t unix_of(const struct stamp *t)
{
    struct tm tm = {.tm_year = t->year - 1900,
                    .tm_mon = t->month - 1,
                    .tm_mday = t->day,
                    .tm_hour = t->hour,
                    .tm_min = t->minute,
                    .tm_sec = t->second};
    return (int64_t)timegm(&tm) - (int64_t)t->offset_min * MINUTE;
}

static void print_stamp(const struct stamp *t, char to[MU_TIME_TEXT])
{
    char offset[16] = "Z";
    int minutes = t->offset_min < 0 ? -t->offset_min : t->offset_min;
    if (minutes > 0) {
        snprintf(offset, sizeof(offset), "%c%02d:%02d", t->offset_min < 0 ? '-' : '+',
                 minutes / 60 % 24, minutes % 60);
    }
    char text[3 * MU_TIME_TEXT]; /* the compiler doesn't know that the fields are in range */
    int len = snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d%s%s%s", t->year, t->month,
                       t->day, t->hour, t->minute, t->second, t->fraction[0] ? "." : "",
                       t->fraction, offset);
    mu_assert(len < MU_TIME_TEXT);
    memcpy(to, text, (size_t)len + 1);
}

bool mu_time_parse(const char *s, char to[MU_TIME_TEXT], int64_t *ret_unix)
{
    struct stamp t = {.year = 0};
    if (!parse_date(&s, &t))
        return false;
    if (*s && (!strchr("Tt ", *s++) || !parse_clock(&s, &t) || !parse_offset(&s, &t)))
        return false;
    int64_t unix_s = unix_of(&t);
    /* A leap second (RFC 3339, 5.7) is the last of a UTC day; timegm has moved it to the next one's
     * first. */
    if (*s || (t.second == 60 && unix_s % DAY != 0))
        return false;
    print_stamp(&t, to);
    if (ret_unix)
        *ret_unix = unix_s;
    return true;
}

bool mu_duration_parse(const char *s, int64_t *ret_s)
{
    static const struct {
        char letter;
        int seconds;
    } units[] = {{'s', 1}, {'m', MINUTE}, {'h', HOUR}, {'d', DAY}};
    size_t len = strlen(s);
    char digits[24];
    int factor = 1;
    for (size_t i = 0; len > 0 && i < MU_LEN(units); i++) {
        if (s[len - 1] == units[i].letter) {
            factor = units[i].seconds;
            len--;
            break;
        }
    }
    if (len == 0 || len >= sizeof(digits))
        return false;
    memcpy(digits, s, len);
    digits[len] = '\0';
    long long value;
    if (!mu_parse_int(digits, 0, INT64_MAX / factor, &value))
        return false;
    *ret_s = value * factor;
    return true;
}
