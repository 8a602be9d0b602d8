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
    if (whole == 0 || *s == '\0') {
        return whole > 0;
    }
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
        if (x != y) {
            return x - y;
        }
    }
    return 0;
}

static int cmp_magnitude(const char *a, const char *b)
{
    a += strspn(a, "0");
    b += strspn(b, "0");
    size_t la = strspn(a, digits), lb = strspn(b, digits);
    if (la != lb) {
        return la < lb ? -1 : 1;
    }
    int cmp = memcmp(a, b, la);
    return cmp != 0 ? cmp : cmp_fraction(a + la + (a[la] == '.'), b + lb + (b[lb] == '.'));
}

int mu_number_cmp(const char *a, const char *b)
{
    bool minus_a = *a == '-' && !is_zero(a), minus_b = *b == '-' && !is_zero(b);
    if (minus_a != minus_b) {
        return minus_a ? -1 : 1;
    }
    int cmp = cmp_magnitude(a + (*a == '-'), b + (*b == '-'));
    return minus_a ? -cmp : cmp;
}
