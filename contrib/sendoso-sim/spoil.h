/* SPDX-License-Identifier: Apache-2.0 */
/* What a fault does to an answer. */
#ifndef SIM_SPOIL_H
#define SIM_SPOIL_H

#include "http.h"

/* The fault has an answer of its own, so that the request need not be handled. */
bool sim_spoil_is_own_answer(enum sim_fault_kind kind);

/* Spoils the answer in r->out by r->fault. */
void sim_spoil(struct sim_request *r);

void sim_reply_429(struct sim_request *r, int64_t wait_s);

#endif
