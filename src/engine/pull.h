/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an account into a snapshot: pages -> records -> mapping -> entries -> store, and the
 * verdict at the end. */
#ifndef MU_ENGINE_PULL_H
#define MU_ENGINE_PULL_H

#include "engine/config.h"
#include "engine/verdict.h"

/*
 * Pulls one account under its lock ("pull NAME"), which it waits for up to wait_s (0: not at all,
 * MU_E_BUSY). -1 only when nothing could be recorded; a read
 * that failed on the way is a void or additive snapshot with its evidence, and *snap says so.
 * `only`: resource names, NULL: all (a partial choice is never complete).
 */
int mu_pull_run(struct mu_store *store, const struct mu_config *config,
                const struct mu_account_def *def, const char *const *only, int wait_s,
                struct mu_arena *arena, struct mu_log *log, struct mu_snapshot *snap,
                struct mu_err *err);

#endif
