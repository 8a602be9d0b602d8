/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the person at the terminal: questions go to stderr, answers come from stdin. */
#ifndef MU_CLI_ASK_H
#define MU_CLI_ASK_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

bool mu_ask_possible(void); /* somebody is there: stdin and stderr are terminals */

/* One line of stdin without its end and surrounding blanks. MU_E_USAGE at end of input, MU_E_LIMIT
 * for an endless line. */
int mu_ask_line(struct mu_arena *arena, const char **ret, struct mu_err *err);

/* Asks; an empty answer means `fallback` (NULL: asked again). */
int mu_ask(struct mu_arena *arena, const char *question, const char *fallback, const char **ret,
           struct mu_err *err);

/* "question [y/N] "; anything but yes is no, and so is the end of input. */
bool mu_ask_yes(const char *question);

#endif
