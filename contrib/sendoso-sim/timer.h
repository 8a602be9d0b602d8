/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread that resumes suspended connections when their time has come, so that latency holds no
 * server thread.
 */
#ifndef SIM_TIMER_H
#define SIM_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct MHD_Connection;
struct sim_timer;

struct sim_timer *sim_timer_new(void);
void sim_timer_free(struct sim_timer *t); /* after sim_timer_stop and after the servers ended */

/*
 * Suspends the connection until then (mu_mono_us). After sim_timer_stop it does nothing, and says
 * so by false.
 */
bool sim_timer_suspend(struct sim_timer *t, struct MHD_Connection *conn, int64_t until_us);

/* Resumes everything now, and lets nothing be suspended any more. */
void sim_timer_stop(struct sim_timer *t);

#endif
