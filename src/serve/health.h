/* SPDX-License-Identifier: Apache-2.0 */
/* /healthz: the process answers. Open to everybody, and says nothing else. */
#ifndef MU_SERVE_HEALTH_H
#define MU_SERVE_HEALTH_H

#include "serve/http.h"

extern const struct mu_route mu_health_routes[];

#endif
