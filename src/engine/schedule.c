/* SPDX-License-Identifier: Apache-2.0 */
/* Periods and cron lines. */
#include "engine/schedule.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/arena.h"
#include "base/str.h"

enum { FIELDS = 5, FIELD_TEXT = 128 };
enum { YEARS_MAX = 40 /* a 29 February of one weekday may be that far away: 2072, 2112 */ };

struct field {
    const char *name;
    int min, max;
    const char *const *words; /* for min, min + 1 and so on; NULL: numbers only */
};

static const char *const month_words[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                          "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const day_words[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct field fields[FIELDS] = {{"minute", 0, 59, NULL},
                                            {"hour", 0, 23, NULL},
                                            {"day of the month", 1, 31, NULL},
                                            {"month", 1, 12, month_words},
                                            {"day of the week", 0, 7, day_words}};

static const struct {
    const char *name, *line;
} shorthands[] = {{"@hourly", "0 * * * *"},
                  {"@daily", "0 0 * * *"},
                  {"@midnight", "0 0 * * *"},
                  {"@weekly", "0 0 * * 0"},
                  {"@monthly", "0 0 1 * *"}};

/* ---- reading ---- */

static bool read_number(const struct field *f, const char *text, int *ret)
{
    long long n;
    for (int i = 0; f->words && f->words[i]; i++) {
        if (strcasecmp(text, f->words[i]) == 0) {
            *ret = f->min + i;
            return true;
        }
    }
    if (!mu_parse_int(text, f->min, f->max, &n))
        return false;
    *ret = (int)n;
    return true;
}

/* "*", "5", "1-5", each with "/2" behind it. */
static bool read_range(const struct field *f, char *text, uint64_t *bits)
{
    long long step = 1;
    int first = f->min, last = f->max;
    char *slash = strchr(text, '/');
    if (slash) {
        *slash = '\0';
        if (!mu_parse_int(slash + 1, 1, f->max, &step))
            return false;
    }
    char *dash = strchr(text, '-');
    if (dash)
        *dash = '\0';
    if (strcmp(text, "*") != 0) {
        if (!read_number(f, text, &first))
            return false;
        last = slash ? f->max : first;
        if (dash && !read_number(f, dash + 1, &last))
            return false;
    } else if (dash) {
        return false;
    }
    if (last < first)
        return false;
    for (int n = first; n <= last; n += (int)step)
        *bits |= (uint64_t)1 << n;
    return true;
}

static bool read_field(const struct field *f, const char *text, uint64_t *ret)
{
    char copy[FIELD_TEXT], *rest = NULL;
    if (strlen(text) >= sizeof(copy) || strstr(text, ",,") || mu_ends(text, ","))
        return false;
    memcpy(copy, text, strlen(text) + 1);
    *ret = 0;
    for (char *one = strtok_r(copy, ",", &rest); one; one = strtok_r(NULL, ",", &rest)) {
        if (!read_range(f, one, ret))
            return false;
    }
    return *ret != 0;
}

static int bad_field(const struct mu_y *at, int i, const char *text, struct mu_err *err)
{
    return mu_y_fail(at, err, "cron: '%.40s' is no %s; write a number from %d to %d, *, 1-5, */2",
                     text, fields[i].name, fields[i].min, fields[i].max);
}

static int read_fields(const struct mu_y *at, char *line, uint64_t bits[FIELDS], bool any[FIELDS],
                       struct mu_err *err)
{
    char *rest = NULL;
    int count = 0;
    for (char *one = strtok_r(line, " \t", &rest); one; one = strtok_r(NULL, " \t", &rest)) {
        if (count < FIELDS) {
            if (!read_field(&fields[count], one, &bits[count]))
                return bad_field(at, count, one, err);
            any[count] = one[0] == '*';
        }
        count++;
    }
    if (count == FIELDS)
        return 0;
    return mu_y_fail(at, err,
                     "cron: %d fields where there should be five: minute, hour, day of the month, "
                     "month, day of the week; \"30 2 * * *\" is half past two each night",
                     count);
}

static const char *long_form(const char *text)
{
    for (size_t i = 0; i < MU_LEN(shorthands); i++) {
        if (mu_streq(text, shorthands[i].name))
            return shorthands[i].line;
    }
    return text;
}

static int read_cron(const struct mu_y *at, struct mu_schedule *ret, struct mu_err *err)
{
    uint64_t bits[FIELDS] = {0};
    bool any[FIELDS] = {false};
    MU_AUTO(free) char *line = mu_xstrdup(long_form(at->text));
    if (read_fields(at, line, bits, any, err) < 0)
        return -1;
    *ret = (struct mu_schedule){
        .cron = at->text,
        .minutes = bits[0],
        .hours = (uint32_t)bits[1],
        .days = (uint32_t)bits[2],
        .months = (uint32_t)bits[3],
        .weekdays = (uint32_t)((bits[4] | bits[4] >> 7) & 0x7f), /* 7 is Sunday, too */
        .any_day = any[2],
        .any_weekday = any[4],
    };
    if (mu_schedule_next(ret, 0, 0) == 0)
        return mu_y_fail(at, err, "cron: '%.40s': that day never comes", at->text);
    return 0;
}

int mu_schedule_read(int64_t every_s, const struct mu_y *cron, struct mu_schedule *ret,
                     struct mu_err *err)
{
    *ret = (struct mu_schedule){.every_s = every_s};
    if (!cron)
        return 0;
    if (every_s > 0)
        return mu_y_fail(cron, err,
                         "cron and every: one of the two says when; leave the other out");
    if (cron->type != MU_Y_SCALAR)
        return mu_y_fail(cron, err, "cron: expected text, such as \"30 2 * * *\"");
    return read_cron(cron, ret, err);
}

/* ---- when ---- */

static bool has(uint64_t bits, int n)
{
    return bits >> n & 1;
}

static bool day_fits(const struct mu_schedule *s, const struct tm *t)
{
    bool day = has(s->days, t->tm_mday), weekday = has(s->weekdays, t->tm_wday);
    return s->any_day || s->any_weekday ? day && weekday : day || weekday;
}

/* Moves to the start of the next month, day, hour or minute that could fit; false: it fits. */
static bool skip(const struct mu_schedule *s, struct tm *t)
{
    if (!has(s->months, t->tm_mon + 1)) {
        t->tm_mon++;
        t->tm_mday = 1;
        t->tm_hour = t->tm_min = 0;
    } else if (!day_fits(s, t)) {
        t->tm_mday++;
        t->tm_hour = t->tm_min = 0;
    } else if (!has(s->hours, t->tm_hour)) {
        t->tm_hour++;
        t->tm_min = 0;
    } else if (!has(s->minutes, t->tm_min)) {
        t->tm_min++;
    } else {
        return false;
    }
    t->tm_isdst = -1;
    return true;
}

/* Clocks that are put forward skip an hour; what was due in it is due right after. */
static bool lost_hour(const struct mu_schedule *s, const struct tm *wanted, const struct tm *is)
{
    return wanted->tm_min < 60 && is->tm_hour == wanted->tm_hour + 1 &&
           is->tm_mday == wanted->tm_mday && has(s->hours, wanted->tm_hour) && day_fits(s, is);
}

static int64_t next_cron(const struct mu_schedule *s, int64_t after)
{
    time_t at = (time_t)(after - after % 60 + 60);
    struct tm t;
    localtime_r(&at, &t);
    int last_year = t.tm_year + YEARS_MAX;
    while (t.tm_year <= last_year) {
        if (!skip(s, &t))
            return at > after ? (int64_t)at : after + 60;
        const struct tm wanted = t;
        time_t moved = mktime(&t);
        if (lost_hour(s, &wanted, &t))
            return moved;
        at = moved > at ? moved : at + 60;
        localtime_r(&at, &t);
    }
    return 0;
}

int64_t mu_schedule_next(const struct mu_schedule *s, int64_t last, int64_t now)
{
    if (s->cron)
        return next_cron(s, last ? last : now);
    return last > 0 && last <= now ? last + s->every_s : now;
}
