/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd tells a service and wants to be told, without its library (sd_listen_fds(3),
 * sd_notify(3)). Outside of systemd nothing happens. */
#ifndef MU_SERVE_SYSTEMD_H
#define MU_SERVE_SYSTEMD_H

#include <stdint.h>

#include "base/err.h"

/* The listening socket that was passed. 1: *ret_fd is the caller's; 0: none. -1: what was passed is
 * no listening stream socket, or more than one. */
int mu_systemd_socket(int *ret_fd, struct mu_err *err);

/* "READY=1", "STOPPING=1", "RELOADING=1" (the clock is added), "WATCHDOG=1". */
void mu_systemd_notify(const char *state);

/* Microseconds within which WATCHDOG=1 is expected; 0: not at all. */
int64_t mu_systemd_watchdog_us(void);

#endif
