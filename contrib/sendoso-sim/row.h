/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One object of a list, written at the speed a benchmark needs: a million people are a million of
 * these. Keys are given as they stand in JSON ("\"id\":"); commas come by themselves. Texts are
 * UTF-8 already (they come from tables or from parsed JSON), and no longer than SIM_NAME_CEILING,
 * so that a row always fits.
 */
#ifndef SIM_ROW_H
#define SIM_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "people.h"

/* Each of five texts may grow sixfold (\u00NN); the rest is small. */
enum { SIM_ROW_MAX = 5 * 6 * SIM_NAME_CEILING + 2048, SIM_DIGITS = 21 };

struct sim_row {
    size_t len;
    char text[SIM_ROW_MAX]; /* not terminated */
};

void sim_row_str(struct sim_row *row, const char *value); /* NULL: null */

/* Decimal digits of n at the end of `to`; returns where they start. */
static inline const char *sim_digits(uint64_t n, char to[SIM_DIGITS])
{
    char *at = to + SIM_DIGITS - 1;
    *at = '\0';
    do
        *--at = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    return at;
}

static inline void sim_row_raw(struct sim_row *row, const char *bytes, size_t len)
{
    mu_assert(len <= SIM_ROW_MAX - row->len);
    memcpy(row->text + row->len, bytes, len);
    row->len += len;
}

static inline void sim_row_lit(struct sim_row *row, const char *text)
{
    sim_row_raw(row, text, strlen(text));
}

static inline void sim_row_key(struct sim_row *row, const char *key)
{
    if (row->len > 0 && row->text[row->len - 1] != '{')
        sim_row_raw(row, ",", 1);
    sim_row_lit(row, key);
}

static inline void sim_row_uint(struct sim_row *row, uint64_t n)
{
    char digits[SIM_DIGITS];
    const char *start = sim_digits(n, digits);
    sim_row_raw(row, start, (size_t)(digits + SIM_DIGITS - 1 - start));
}

/* An id is never negative. */
static inline void sim_row_id(struct sim_row *row, int64_t id, bool as_text)
{
    if (as_text)
        sim_row_raw(row, "\"", 1);
    sim_row_uint(row, (uint64_t)id);
    if (as_text)
        sim_row_raw(row, "\"", 1);
}

#endif
