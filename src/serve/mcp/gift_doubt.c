/* SPDX-License-Identifier: Apache-2.0 */
/* What Sendoso's list of sends shows of a gift whose answer was lost. */
#include "serve/mcp/gift.h"

#include <string.h>

#include "base/str.h"
#include "base/time.h"

enum { CLOCKS_DIFFER_S = 300, SHOWN_MAX = 20 };

static bool is_ours(const struct gift *g, const struct mu_doc *send, int64_t since)
{
    const char *touch = mu_doc_text(mu_doc_at(send, "/touch/id"));
    const char *email = mu_doc_text(mu_doc_at(send, "/recipient/email"));
    const char *at = mu_doc_str(send, "created_at");
    char text[MU_TIME_TEXT];
    long long id;
    int64_t when;
    if (!touch || !email || !mu_parse_int(touch, 0, INT64_MAX, &id) || id != g->touch_id)
        return false;
    if (at && mu_time_parse(at, text, &when) && when < since - CLOCKS_DIFFER_S)
        return false;
    for (size_t i = 0; i < g->email_count; i++) {
        if (mu_strieq(email, g->emails[i]))
            return true;
    }
    return false;
}

static int64_t look(struct gift *g, int64_t page, int64_t since, struct mu_jw *w, size_t *count)
{
    const char *query = mu_printf(g->c->arena, "page=%lld&per_page=100", (long long)page);
    const struct mu_doc *doc = NULL;
    struct mu_err err = MU_ERR_INIT;
    int64_t total = 0;
    if (api_get(&g->api, "/api/v3/send", query, &doc, &err) < 0)
        return -1;
    const struct mu_doc *list = mu_doc_member(doc, "sends");
    for (const struct mu_doc *send = list ? list->first : NULL; send; send = send->next) {
        if (!is_ours(g, send, since) || ++*count > SHOWN_MAX)
            continue;
        api_write(w, send, NULL);
    }
    mu_doc_int(doc, "total_count", &total);
    return total;
}

/* The order of the list isn't documented: the newest stand on its first page or on its last. */
const char *gift_seen(struct gift *g, int64_t since, size_t *ret_count)
{
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    *ret_count = 0;
    mu_jw_init(&w, &text, false);
    mu_jw_array(&w);
    int64_t total = look(g, 1, since, &w, ret_count);
    if (total > 100)
        total = look(g, (total + 99) / 100, since, &w, ret_count);
    mu_jw_end(&w, ']');
    const char *ret = total < 0 ? NULL : mu_strndup(g->c->arena, text.data, text.len);
    mu_buf_done(&text);
    return ret;
}
