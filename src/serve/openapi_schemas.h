/* SPDX-License-Identifier: Apache-2.0 */
/* The `components` of the OpenAPI document; private to openapi.c. */
#ifndef MU_SERVE_OPENAPI_SCHEMAS_H
#define MU_SERVE_OPENAPI_SCHEMAS_H

#include "base/json.h"

void mu_openapi_components(struct mu_jw *w);

#endif
