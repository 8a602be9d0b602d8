/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulls that requests ask for: one at a time for each account, in a thread of its own, with everybody
 * who asks meanwhile waiting for the same one. Whoever waits too long goes; the pull goes on.
 */
#ifndef MU_SERVE_PULLS_H
#define MU_SERVE_PULLS_H

#include "base/log.h"
#include "engine/config.h"

struct mu_pulls;

struct mu_pulls *mu_pulls_new(const struct mu_config *config, struct mu_log *log);
/* Waits for those that run (they end soon after mu_cancelled is true). NULL is fine. */
void mu_pulls_free(struct mu_pulls *p);

/*
 * A pull of the account that begins now or is going on; returns when it has ended well. MU_E_BUSY with
 * retry_after_s after serve.pull_wait seconds; else what it failed with, MU_E_REMOTE for a void read.
 * What it tells the log names the request that began it.
 */
int mu_pulls_wait(struct mu_pulls *p, const struct mu_account_def *account, const char *request_id,
                  struct mu_err *err);

#endif
