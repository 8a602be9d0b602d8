/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers of the unified directory. A route's arg is the kind (const enum mu_kind *). */
#ifndef MU_SERVE_REST_LIST_H
#define MU_SERVE_REST_LIST_H

#include "serve/rest/page.h"

int mu_rest_list(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);
int mu_rest_get(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);
int mu_rest_create(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);
int mu_rest_me(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);

/* ---- inside of it ---- */

/* The snapshot to answer from: the newest, read again first when it is older than asked. MU_LATER:
 * that would wait, and we may not. */
int mu_rest_view(struct mu_request *r, const struct mu_asked *ask, struct mu_store **ret_store,
                 const struct mu_view **ret, struct mu_err *err);

/* format=stream: everything, one entry a line. */
int mu_rest_lines(struct mu_request *r, const struct mu_rest_page *page, struct mu_reply *reply);

#endif
