/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers of the unified directory. A route's arg is the kind (const enum mu_kind *). */
#ifndef MU_SERVE_REST_LIST_H
#define MU_SERVE_REST_LIST_H

#include "serve/rest/ask.h"

int mu_rest_list(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);
int mu_rest_get(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);
int mu_rest_create(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);
int mu_rest_me(struct mu_request *r, struct mu_reply *reply, struct mu_err *err);

/* ---- inside of it ---- */

/* The snapshot to answer from: the newest, read again first when it is older than asked. MU_LATER:
 * that would wait, and we may not. */
int mu_rest_view(struct mu_request *r, const struct mu_asked *ask, struct mu_store **ret_store,
                 const struct mu_view **ret, struct mu_err *err);

/* The client has what stands in this snapshot under this target: reply is 304, done. Sets its etag. */
bool mu_rest_unchanged(struct mu_request *r, const struct mu_store *store,
                       const struct mu_view *view, struct mu_reply *reply);

/* format=stream: everything, one entry a line. */
int mu_rest_lines(struct mu_request *r, const struct mu_asked *ask, const struct mu_view *view,
                  struct mu_reply *reply, struct mu_err *err);

#endif
