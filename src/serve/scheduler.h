/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pulls and syncs that are done by themselves, as `every:` and `cron:` say. Each has a thread of its
 * own that sleeps until it is due: one never overlaps itself, and the locks are the command line's,
 * so that it doesn't overlap a person's either (a turn that finds the lock taken is passed over).
 * When each last began is in the store: what was missed meanwhile is made up for once.
 */
#ifndef MU_SERVE_SCHEDULER_H
#define MU_SERVE_SCHEDULER_H

#include "engine/config.h"

struct mu_scheduler;
struct mu_metrics;

/* config, log and metrics outlive it. */
int mu_scheduler_start(const struct mu_config *config, struct mu_log *log,
                       struct mu_metrics *metrics, struct mu_scheduler **ret, struct mu_err *err);

/* Nothing new begins; what goes on goes on. NULL is fine. */
void mu_scheduler_quiet(struct mu_scheduler *s);
/* How many go on right now. */
size_t mu_scheduler_running(struct mu_scheduler *s);
/* Waits for what goes on (mu_cancel cuts it short at its next safe point), and frees. */
void mu_scheduler_end(struct mu_scheduler *s);

#endif
