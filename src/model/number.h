/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers kept as text: their grammar and their order, exact, without floating point or
 * locale. */
#ifndef MU_MODEL_NUMBER_H
#define MU_MODEL_NUMBER_H

#include <stdbool.h>

#include "base/arena.h"

bool mu_integer_ok(const char *s); /* -?[0-9]+ */
bool mu_number_ok(const char *s);  /* a JSON number without exponent, leading zeros tolerated */

/* <0, 0, >0; both must be numbers. 12.50 equals 12.5. */
int mu_number_cmp(const char *a, const char *b);

/* Exact sum and difference, in the arena, with as many decimals as the longer one has: 12.50 + 0.1 is
 * 12.60. Both must be numbers. */
const char *mu_number_add(struct mu_arena *arena, const char *a, const char *b);
const char *mu_number_sub(struct mu_arena *arena, const char *a, const char *b);

#endif
