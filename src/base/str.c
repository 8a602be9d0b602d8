/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing, naming and matching text. Unicode forms and printable text are in str_unicode.c. */
#include "base/str.h"

#include <string.h>

enum { NEAREST_NAME_MAX = 64, NEAREST_DISTANCE_MAX = 3 };

bool mu_streq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Not strcasecmp: that one follows the locale. */
bool mu_strieq(const char *a, const char *b)
{
    if (a == b || !a || !b)
        return a == b;
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

bool mu_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool mu_ends(const char *s, const char *suffix)
{
    size_t len = strlen(s), want = strlen(suffix);
    return len >= want && memcmp(s + len - want, suffix, want) == 0;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits that turn a into b: insert, delete, replace, swap of neighbours. Both at most
 * NEAREST_NAME_MAX bytes. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][NEAREST_NAME_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_len; j++) {
        above[j] = j;
        before[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t differs = lower(a[i - 1]) != lower(b[j - 1]);
            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + differs);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_len];
}

const char *mu_nearest(const char *name, const char *const *known, size_t count)
{
    size_t len = strlen(name);
    const char *best = NULL;
    size_t best_distance = NEAREST_DISTANCE_MAX + 1;
    for (size_t i = 0; i < count && len <= NEAREST_NAME_MAX; i++) {
        size_t known_len = strlen(known[i]);
        if (known_len > NEAREST_NAME_MAX)
            continue;
        size_t d = distance(name, len, known[i], known_len);
        if (d < best_distance && d * 2 < known_len) {
            best = known[i];
            best_distance = d;
        }
    }
    return best;
}

void mu_mask(char *text, size_t len, const char *secret)
{
    enum { SHORTEST = 4 };
    size_t secret_len = secret ? strlen(secret) : 0;
    if (secret_len < SHORTEST)
        return;
    for (char *at = text; (at = memmem(at, len - (size_t)(at - text), secret, secret_len));) {
        memset(at, '*', secret_len);
        at += secret_len;
    }
}

bool mu_parse_int(const char *s, long long min, long long max, long long *ret)
{
    bool negative = *s == '-';
    s += negative;
    long long value = 0;
    if (!*s)
        return false;
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return false;
        int digit = negative ? -(*s - '0') : *s - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    if (value < min || value > max)
        return false;
    *ret = value;
    return true;
}

/* Start of the next UTF-8 character; a stray byte counts as one. */
static const char *next_char(const char *s)
{
    s++;
    while (((unsigned char)*s & 0xC0) == 0x80)
        s++;
    return s;
}

/* Only the last star is ever tried again, so time is at most pattern x text, never exponential. */
static bool glob(const char *pattern, const char *s)
{
    const char *star = NULL, *retry = NULL;
    while (*s) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = s;
        } else if (*pattern == '?') {
            pattern++;
            s = next_char(s);
        } else if (*pattern == *s) {
            pattern++;
            s++;
        } else if (star) {
            pattern = star;
            retry = next_char(retry);
            s = retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

bool mu_glob(const char *pattern, const char *s, bool fold)
{
    if (!fold)
        return glob(pattern, s);
    MU_AUTO(buf) struct mu_buf folded_pattern = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf folded = MU_BUF_INIT(MU_BUF_MAX);
    mu_fold_into(&folded_pattern, pattern, strlen(pattern));
    mu_fold_into(&folded, s, strlen(s));
    return glob(folded_pattern.data, folded.data);
}
