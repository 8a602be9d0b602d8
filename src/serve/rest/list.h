/* SPDX-License-Identifier: Apache-2.0 */
/* GET of a collection. The route's arg is the kind (enum mu_kind *). */
#ifndef MU_SERVE_REST_LIST_H
#define MU_SERVE_REST_LIST_H

#include "serve/http.h"

int mu_rest_list(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);

#endif
