/* SPDX-License-Identifier: Apache-2.0 */
/* Sending an answer: whole, gzipped, chunked, slowly, halfway, without end, or not at all. */
#ifndef SIM_DELIVER_H
#define SIM_DELIVER_H

#include <microhttpd.h>

#include "http.h"

enum MHD_Result sim_deliver(struct sim_request *r);

#endif
