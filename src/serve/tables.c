/* SPDX-License-Identifier: Apache-2.0 */
/* What is served: a table a part. */
#include "serve/serve.h"

#include "serve/health.h"
#include "serve/mcp/mcp_http.h"
#include "serve/metrics.h"
#include "serve/openapi.h"
#include "serve/proxy.h"
#include "serve/rest/rest.h"

const struct mu_route *const mu_route_tables[] = {
    mu_rest_routes,    mu_record_routes,  mu_proxy_routes, mu_health_routes,
    mu_metrics_routes, mu_openapi_routes, mu_mcp_routes,   NULL,
};
