/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests to a connected system that tools make: composed from the record and the arguments, sent
 * with the account's credentials under its rate (adapter/adapter.h), answered as few bytes as do.
 */
#ifndef MU_SERVE_MCP_API_H
#define MU_SERVE_MCP_API_H

#include "adapter/adapter.h"
#include "serve/accounts.h"
#include "serve/mcp/mcp_private.h"

enum { API_DEADLINE_S = 20 }; /* clients give up after 60 s */

struct api {
    struct mcp_call *c;
    const struct mu_account_def *def;
    struct mu_lease *lease;
    int64_t until_us; /* api_get waits no longer (mu_mono_us); 0: API_DEADLINE_S each time */
};

/* The account a tool works on: the argument's, or the only one of its adapter that the token allows.
 * api_close in any case. */
int api_open(struct api *a, struct mcp_call *c, const struct mcp_tool *tool,
             struct json_object *args, struct mu_err *err);
void api_close(struct api *a);

/* Composes path, query and body of a record. Lives in the arena. */
int api_compose(struct mcp_call *c, const struct mu_tool *record, struct json_object *args,
                struct mu_raw_call *ret, struct mu_err *err);

/* A GET whose answer is a 2xx with JSON, else -1 with what the system said. */
int api_get(struct api *a, const char *path, const char *query, const struct mu_doc **ret,
            struct mu_err *err);

/* What an answer that is no success says, as an error that names the account. Always -1. */
int api_fail(struct api *a, const struct mu_raw_answer *answer, struct mu_err *err);

/* An answer's document, in the arena. */
int api_doc(struct api *a, const struct mu_raw_answer *answer, const struct mu_doc **ret,
            struct mu_err *err);

/* A value without nulls, and without the members named in `secret` (NULL: none). */
void api_write(struct mu_jw *w, const struct mu_doc *value, const char *const *secret);

/* api.c: the request as it is */
mcp_run mcp_run_call;
/* invite.c: a person, through the register of invitations */
mcp_run mcp_run_invite;
/* gift.c: what costs money */
mcp_run mcp_run_gift;

#endif
