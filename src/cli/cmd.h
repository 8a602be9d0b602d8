/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line as a table. What a command is called, which options it knows, its help text and
 * example stand in one const struct beside its code; parsing, --help, bash completion and the check
 * of the man page come from there.
 *
 * A command's run function gets the session (configuration, store, log: session.h) and its
 * arguments (args.h). It prints results to stdout, and returns an exit status of the contract, or
 * -1 with *err for main() to print and to turn into one.
 */
#ifndef MU_CLI_CMD_H
#define MU_CLI_CMD_H

#include <stddef.h>

#include "base/err.h"

struct mu_args;
struct mu_cli;

enum mu_exit {
    MU_EXIT_DONE = 0,
    MU_EXIT_FAILED = 1,
    MU_EXIT_CHANGES = 2,
    MU_EXIT_REFUSED = 3,
    MU_EXIT_PARTIAL = 4,
    MU_EXIT_USAGE = 64,
    MU_EXIT_CONFIG = 78
};

struct mu_cmd_opt {
    const char *name; /* long name without dashes */
    char letter;      /* short name; 0: none */
    const char *arg;  /* what it takes, as help shows it; NULL: a switch */
    const char *help; /* NULL: for tests only, shown nowhere */
};

struct mu_cmd {
    const char *name;
    const char *summary;           /* one line for `muster --help` */
    const char *usage;             /* what follows the name */
    const char *about;             /* a paragraph for `muster NAME --help`; lines broken as shown */
    const struct mu_cmd_opt *opts; /* ends with name NULL; NULL: none */
    size_t words_min, words_max;   /* arguments that are not options */
    const char *example;
    int (*run)(struct mu_cli *cli, const struct mu_args *args, struct mu_err *err);
};

extern const struct mu_cmd mu_cmd_adopt, mu_cmd_audit, mu_cmd_diff, mu_cmd_init, mu_cmd_doctor,
    mu_cmd_pull, mu_cmd_users, mu_cmd_groups, mu_cmd_roles, mu_cmd_members, mu_cmd_plan,
    mu_cmd_apply, mu_cmd_sync, mu_cmd_export, mu_cmd_explain, mu_cmd_invitations, mu_cmd_runs,
    mu_cmd_serve, mu_cmd_snapshots, mu_cmd_map, mu_cmd_policy, mu_cmd_undo, mu_cmd_token,
    mu_cmd_mcp, mu_cmd_approve;

/* in the order of a working day; ends with NULL */
extern const struct mu_cmd *const mu_cmds[];
/* options every command takes; ends with name NULL */
extern const struct mu_cmd_opt mu_cmd_everywhere[];

/* The command of that name, or NULL; *ret_nearest then is the one probably meant, or NULL. */
const struct mu_cmd *mu_cmd_find(const char *name, const char **ret_nearest);

/* The option of a command's own or of the common table; by long name, or by letter when name is
 * NULL. NULL: unknown. */
const struct mu_cmd_opt *mu_cmd_option(const struct mu_cmd *cmd, const char *name, char letter);

#endif
