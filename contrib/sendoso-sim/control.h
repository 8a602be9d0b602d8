/* SPDX-License-Identifier: Apache-2.0 */
/* The control port: JSON over HTTP, without credentials, meant for loopback. GET / documents it. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "http.h"

void sim_control_handle(struct sim_request *r);

#endif
