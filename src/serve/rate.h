/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of rates, on every answer that asked somebody else: ratelimit-limit, ratelimit-remaining,
 * ratelimit-reset in seconds from now (as in the IETF's drafts before 07), and muster-waited, the
 * seconds a request was held back here so that it need not be refused. Retry-After comes with 429.
 */
#ifndef MU_SERVE_RATE_H
#define MU_SERVE_RATE_H

#include "net/governor.h"
#include "serve/http.h"

/* Nothing is set when no rate is known. */
void mu_reply_rate(struct mu_request *r, struct mu_reply *reply, const struct mu_rate_state *is);
/* That of r->upstream; nothing without one. */
void mu_reply_upstream(struct mu_request *r, struct mu_reply *reply);
void mu_reply_waited(struct mu_request *r, struct mu_reply *reply, int64_t waited_us);

#endif
