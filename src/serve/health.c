/* SPDX-License-Identifier: Apache-2.0 */
/* Whether we are alive. */
#include "serve/health.h"

static int healthz(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    (void)r;
    (void)err;
    reply->type = "text/plain; charset=utf-8";
    mu_buf_adds(&reply->body, "ok\n");
    return 0;
}

static const struct mu_route_doc healthz_doc = {
    .summary = "Whether the server answers", .tag = "Operations", .answer_type = "text/plain"};

const struct mu_route mu_health_routes[] = {{"GET", "/healthz", healthz, .doc = &healthz_doc},
                                            {.method = NULL}};
