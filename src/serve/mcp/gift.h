/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gifts cost money, can't be taken back, and Sendoso knows no idempotency. So a gift goes this way:
 * was it sent before (claims, store/claims.h)? can it be sent (campaign, dates, country, budget)?
 * does the user agree, where the client can ask? Then it is claimed, durably, sent once, and never
 * again: when no answer comes the result says "in doubt" and what Sendoso's list of sends shows.
 */
#ifndef MU_SERVE_MCP_GIFT_H
#define MU_SERVE_MCP_GIFT_H

#include "serve/mcp/api.h"
#include "store/claims.h"

enum {
    GIFT_SAME_S = 600,   /* so long the same call without a key is taken for a repetition */
    GIFT_WAIT_S = 20,    /* for another gift of the same token */
    GIFT_CHECK_S = 25,   /* for that and all that is asked before it is sent */
    GIFT_LOOK_S = 10,    /* for what the list of sends shows after */
    GIFT_STEPS = 3,      /* told to who wants to know how far it is */
    GIFT_EMAILS_MAX = 50 /* of one call */
};

struct gift {
    struct api api;
    struct mcp_call *c;
    const struct mcp_tool *tool;
    struct json_object *args;
    int64_t touch_id;
    const char *emails[GIFT_EMAILS_MAX];
    size_t email_count;
    const struct mu_doc *touch; /* its campaign */
    /* what is known of the money: decimal text as Sendoso sent it, NULL: not told */
    struct {
        const char *group, *budget, *monthly, *one_time, *balance, *price;
        int64_t needed; /* at least, in millionths; -1: not known */
    } money;
};

/* gift_check.c: whether it can be sent at all. MU_E_REFUSED or MU_E_USAGE with how to go on. */
int gift_check(struct gift *g, struct mu_err *err);
void gift_write_money(struct gift *g, struct mu_jw *w);
/* "25.50" in millionths; false: no decimal that fits. */
bool gift_amount(const char *text, int64_t *ret);

/* gift_doubt.c: what the list of sends shows of it since a moment, as a JSON list in the arena. */
const char *gift_seen(struct gift *g, int64_t since, size_t *ret_count);

#endif
