/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers kept as text: their grammar and their order, exact, without floating point or
 * locale. */
#ifndef MU_MODEL_NUMBER_H
#define MU_MODEL_NUMBER_H

#include <stdbool.h>

bool mu_integer_ok(const char *s); /* -?[0-9]+ */
bool mu_number_ok(const char *s);  /* a JSON number without exponent, leading zeros tolerated */

/* <0, 0, >0; both must be numbers. 12.50 equals 12.5. */
int mu_number_cmp(const char *a, const char *b);

#endif
