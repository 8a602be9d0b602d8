/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command line read by the command table: `--name value`, `--name=value`, `-x value`, `-xvalue`,
 * switches together (`-qv`), options before, between and after words, `--` ends options, `-` alone
 * is a word. Names are never abbreviated: a script written today must not change its meaning when
 * an option is added.
 */
#ifndef MU_CLI_ARGS_H
#define MU_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "cli/cmd.h"

struct mu_arg {
    const struct mu_cmd_opt *opt;
    const char *value; /* "" for a switch */
};

struct mu_args {
    const struct mu_cmd *cmd; /* NULL: no command was named */
    const char **words;       /* what is not an option, without the command; ends with NULL */
    size_t word_count;
    struct mu_arg *set;
    size_t set_count;
};

/* MU_E_USAGE, with the nearest name where a name is unknown. Everything lives in the arena and
 * argv. */
int mu_args_parse(struct mu_arena *arena, int argc, char *const *argv, struct mu_args *ret,
                  struct mu_err *err);

/* Too few or too many words for the command: MU_E_USAGE with its usage line. */
int mu_args_check_words(const struct mu_args *args, struct mu_err *err);

/* Value of an option the command declares; the last one wins; NULL when not given. */
const char *mu_args_get(const struct mu_args *args, const char *name);
bool mu_args_has(const struct mu_args *args, const char *name);

/* All values of a repeatable option, comma lists taken apart, NULL-terminated; NULL when not given.
 * */
const char *const *mu_args_list(struct mu_arena *arena, const struct mu_args *args,
                                const char *name);

/* A whole number in [min, max]; `fallback` when not given. */
int mu_args_int(const struct mu_args *args, const char *name, long long min, long long max,
                long long fallback, long long *ret, struct mu_err *err);

/* The value of --wait; 0 when not given. */
int mu_args_wait(const struct mu_args *args, int *ret, struct mu_err *err);

#endif
