/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command works with: the common options as they were given, the log, and configuration and
 * store, each opened when first asked for, so that a command needs only what it uses. main() makes
 * and ends it.
 */
#ifndef MU_CLI_SESSION_H
#define MU_CLI_SESSION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/log.h"
#include "base/writer.h"
#include "cli/args.h"
#include "engine/config.h"
#include "store/store.h"

struct mu_cli {
    struct mu_arena *arena;
    struct mu_log *log;
    enum mu_format format;
    bool quiet;
    bool color;                     /* standard output may be coloured */
    const char *config_path;        /* -c, or NULL */
    const struct mu_config *config; /* NULL until mu_cli_config */
    struct mu_store *store;         /* NULL until mu_cli_store */
};

int mu_cli_init(struct mu_cli *cli, struct mu_arena *arena, const struct mu_args *args,
                struct mu_err *err);
void mu_cli_done(struct mu_cli *cli);

/* Loads the configuration once. */
int mu_cli_config(struct mu_cli *cli, struct mu_err *err);
/* For commands that do without one: loads it where there is one. */
int mu_cli_maybe_config(struct mu_cli *cli, struct mu_err *err);

/* Configuration and store. Reading asks that there is a store already, and says which command makes
 * one. */
int mu_cli_store(struct mu_cli *cli, enum mu_store_mode mode, struct mu_err *err);

/* The store is a file that does not exist yet. */
bool mu_cli_store_absent(const struct mu_cli *cli);

/* The account meant when none is named: the only one that can be read. MU_E_USAGE with the names
 * there are. */
int mu_cli_source(struct mu_cli *cli, const char *name, const struct mu_account_def **ret,
                  struct mu_err *err);

int mu_cli_open(struct mu_cli *cli, const struct mu_account_def *def, struct mu_account **ret,
                struct mu_err *err);

/* The sync's lock (engine/apply.h); says on stderr when it has to wait. */
int mu_cli_lock_sync(struct mu_cli *cli, const struct mu_sync *sync, int wait_s,
                     struct mu_lock **ret, struct mu_err *err);

/* Snapshot by the text of --as-of; NULL: the newest. Says how to make one where there is none. */
int mu_cli_snapshot(struct mu_cli *cli, const char *account, const char *as_of,
                    struct mu_snapshot *ret, struct mu_err *err);

static inline void mu_auto_account(struct mu_account **account)
{
    mu_account_close(*account);
}

static inline void mu_auto_rows(struct mu_rows **rows)
{
    mu_rows_close(*rows);
}

#endif
