/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, page by page. */
#include "serve/rest/list.h"

#include "base/str.h"
#include "serve/rest/params.h"
#include "serve/rest/view.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

struct page {
    struct mu_buf *to;
    long long limit, count;
};

static int put_entry(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct page *p = arg;
    (void)err;
    if (p->count == p->limit)
        return 0;
    if (p->count++ > 0)
        mu_buf_addc(p->to, ',');
    mu_buf_add(p->to, entry->body, entry->body_len);
    return 1;
}

int mu_rest_list(struct mu_request *r, struct mu_reply *reply, struct mu_err *err)
{
    const enum mu_kind *kind = r->route->arg;
    const struct mu_account_def *account;
    struct mu_store *store;
    const struct mu_view *view;
    struct page p = {.to = &reply->body, .limit = LIMIT_DEFAULT};
    const char *limit = mu_rest_param(r, "limit");
    if (limit && !mu_parse_int(limit, 1, LIMIT_MAX, &p.limit))
        return mu_fail(err, MU_E_USAGE, "limit: a number from 1 to %d", LIMIT_MAX);
    if (mu_view_account(r, &account, err) < 0 || mu_view_newest(r, account, &store, &view, err) < 0)
        return -1;
    mu_buf_adds(p.to, "{\"result\":[");
    if (mu_reading_walk(store, &view->at, &(struct mu_walk){.kind = *kind}, put_entry, &p, err) < 0)
        return -1;
    mu_buf_printf(p.to, "],\"next_cursor\":null,\"prev_cursor\":null,\"result_count\":%lld}",
                  p.count);
    mu_view_headers(r, view, reply);
    return 0;
}
