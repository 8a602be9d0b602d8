/* SPDX-License-Identifier: Apache-2.0 */
/* Headers that tell of rates. */
#include "serve/rate.h"

#include <inttypes.h>

#include "base/time.h"
#include "serve/serve.h"

static void number(struct mu_request *r, struct mu_reply *reply, const char *name, int64_t n)
{
    mu_reply_header(reply, name, mu_printf(r->arena, "%" PRId64, n));
}

void mu_reply_rate(struct mu_request *r, struct mu_reply *reply, const struct mu_rate_state *is)
{
    if (is->limit <= 0 && is->reset_s <= 0)
        return;
    number(r, reply, "ratelimit-limit", is->limit);
    number(r, reply, "ratelimit-remaining", is->remaining);
    number(r, reply, "ratelimit-reset", is->reset_s);
}

void mu_reply_upstream(struct mu_request *r, struct mu_reply *reply)
{
    struct mu_governors *all = r->serve->config->governors;
    struct mu_governor *g = r->upstream && all ? mu_governors_find(all, r->upstream) : NULL;
    struct mu_rate_state is;
    if (!g)
        return;
    mu_governor_state(g, mu_mono_us(), &is);
    mu_reply_rate(r, reply, &is);
}

void mu_reply_waited(struct mu_request *r, struct mu_reply *reply, int64_t waited_us)
{
    if (waited_us >= 1000)
        mu_reply_header(reply, "muster-waited",
                        mu_printf(r->arena, "%.3f", (double)waited_us / 1e6));
}
