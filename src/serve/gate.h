/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a request comes in: the host it names, the page it comes from, the token it shows. Before
 * its body is read.
 */
#ifndef MU_SERVE_GATE_H
#define MU_SERVE_GATE_H

#include "serve/http.h"

/* 0, with r->grant set where a token was shown; -1: refused, with status and headers in reply. */
int mu_gate(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);

/* A request that was let in as one holds so many more (a batch): its token's next ones wait for them. */
void mu_gate_charge(const struct mu_request *r, size_t more);

/* The headers that let a web page of that origin read the answer, where the configuration says so. */
void mu_gate_cors(const struct mu_request *r, struct mu_reply *reply);

#endif
