/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal text: checked and compared digit by digit. */
#include "model/number.h"

#include <string.h>

static const char digits[] = "0123456789";

bool mu_integer_ok(const char *s)
{
    s += *s == '-';
    size_t len = strspn(s, digits);
    return len > 0 && s[len] == '\0';
}

bool mu_number_ok(const char *s)
{
    s += *s == '-';
    size_t whole = strspn(s, digits);
    s += whole;
    if (whole == 0 || *s == '\0')
        return whole > 0;
    size_t fraction = *s == '.' ? strspn(s + 1, digits) : 0;
    return fraction > 0 && s[1 + fraction] == '\0';
}

static bool is_zero(const char *s)
{
    return s[strspn(s, "-0.")] == '\0';
}

/* Digits behind the point, the shorter one continued with zeros. */
static int cmp_fraction(const char *a, const char *b)
{
    while (*a != '\0' || *b != '\0') {
        char x = *a != '\0' ? *a++ : '0', y = *b != '\0' ? *b++ : '0';
        if (x != y)
            return x - y;
    }
    return 0;
}

static int cmp_magnitude(const char *a, const char *b)
{
    a += strspn(a, "0");
    b += strspn(b, "0");
    size_t la = strspn(a, digits), lb = strspn(b, digits);
    if (la != lb)
        return la < lb ? -1 : 1;
    int cmp = memcmp(a, b, la);
    return cmp != 0 ? cmp : cmp_fraction(a + la + (a[la] == '.'), b + lb + (b[lb] == '.'));
}

int mu_number_cmp(const char *a, const char *b)
{
    bool minus_a = *a == '-' && !is_zero(a), minus_b = *b == '-' && !is_zero(b);
    if (minus_a != minus_b)
        return minus_a ? -1 : 1;
    int cmp = cmp_magnitude(a + (*a == '-'), b + (*b == '-'));
    return minus_a ? -cmp : cmp;
}

/* ---- sums ---- */

struct decimal {
    bool minus;
    const char *whole, *fraction;
    size_t whole_len, fraction_len;
};

static struct decimal take_apart(const char *s)
{
    struct decimal d = {.minus = *s == '-'};
    d.whole = s + d.minus;
    d.whole += strspn(d.whole, "0");
    d.whole_len = strspn(d.whole, digits);
    const char *point = d.whole + d.whole_len;
    d.fraction = *point == '.' ? point + 1 : point;
    d.fraction_len = strlen(d.fraction);
    return d;
}

/* The digit of 10^-at (negative: before the point, from -1 for the ones). */
static int digit_at(const struct decimal *d, long at)
{
    if (at < 0)
        return (size_t)-at <= d->whole_len ? d->whole[(long)d->whole_len + at] - '0' : 0;
    return (size_t)at < d->fraction_len ? d->fraction[at] - '0' : 0;
}

/* |a| + |b|, or |a| - |b| where |a| is not less; digits from the last to the first. */
static void combine(const struct decimal *a, const struct decimal *b, bool subtract, char *to,
                    long whole, long fraction)
{
    int carry = 0;
    for (long at = fraction - 1; at >= -whole; at--) {
        int y = digit_at(b, at), sum = digit_at(a, at) + (subtract ? -y - carry : y + carry);
        carry = subtract ? sum < 0 : sum > 9;
        sum += carry ? (subtract ? 10 : -10) : 0;
        to[at < 0 ? whole + at : whole + at + 1] = (char)('0' + sum);
    }
}

static const char *sum_of(struct mu_arena *arena, const char *a, const char *b, bool negate)
{
    struct decimal x = take_apart(a), y = take_apart(b);
    y.minus = y.minus != negate;
    if (x.minus != y.minus && cmp_magnitude(a + (*a == '-'), b + (*b == '-')) < 0) {
        struct decimal less = x;
        x = y;
        y = less;
    }
    long whole = (long)(x.whole_len > y.whole_len ? x.whole_len : y.whole_len) + 1;
    long fraction = (long)(x.fraction_len > y.fraction_len ? x.fraction_len : y.fraction_len);
    char *text = mu_alloc(arena, (size_t)(whole + fraction) + 3), *to = text + 1;
    if (fraction > 0)
        to[whole] = '.';
    combine(&x, &y, x.minus != y.minus, to, whole, fraction);
    long zeros = (long)strspn(to, "0");
    to += zeros < whole ? zeros : whole - 1;
    if (x.minus && !is_zero(to))
        *--to = '-';
    return to;
}

const char *mu_number_add(struct mu_arena *arena, const char *a, const char *b)
{
    return sum_of(arena, a, b, false);
}

const char *mu_number_sub(struct mu_arena *arena, const char *a, const char *b)
{
    return sum_of(arena, a, b, true);
}
