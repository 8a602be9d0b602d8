/* SPDX-License-Identifier: Apache-2.0 */
/* Each try as the curl command that would repeat it, for -v; the token and secret bodies masked. */
#include "net/http_flight.h"

#include <string.h>

#include "base/str.h"

enum { TRACE_BODY_MAX = 4096, TRACE_LINE_MAX = 32 << 10 };

/* Inside single quotes of a shell: ' ends them, is written escaped, and opens them again. */
static void add_quoted(struct mu_buf *to, const char *s, size_t len)
{
    mu_buf_addc(to, '\'');
    for (size_t i = 0; i < len; i++)
        if (s[i] == '\'')
            mu_buf_adds(to, "'\\''");
        else
            mu_buf_addc(to, s[i]);
    mu_buf_addc(to, '\'');
}

static void add_body(struct mu_buf *to, const struct mu_call *call)
{
    mu_buf_printf(to, " -H 'Content-Type: %s' -d ", call->content_type);
    if (call->secret)
        mu_buf_adds(to, "'***'");
    else if (call->body_len > TRACE_BODY_MAX)
        mu_buf_printf(to, "@- # %zu bytes", call->body_len);
    else
        add_quoted(to, call->body ? call->body : "", call->body_len);
}

static void add_result(struct mu_buf *to, const struct mu_flight *f)
{
    curl_off_t us = 0;
    curl_easy_getinfo(f->easy, CURLINFO_TOTAL_TIME_T, &us);
    if (f->failed.code == MU_OK)
        mu_buf_printf(to, "  # %ld, %zu bytes", f->status, f->body.len);
    else
        mu_buf_printf(to, "  # %s", f->failed.text);
    mu_buf_printf(to, ", %.1f ms, try %d", (double)us / 1000, f->call->tries);
    if (f->request_id[0])
        mu_buf_printf(to, ", request %s", f->request_id);
}

void mu_http_trace(struct mu_log *log, const struct mu_flight *f, const char *base_url)
{
    if (!mu_log_on(log, MU_LOG_TRACE))
        return;
    const struct mu_call *call = f->call;
    struct mu_buf line = MU_BUF_INIT(TRACE_LINE_MAX),
                  shown = MU_BUF_INIT((size_t)2 * TRACE_LINE_MAX),
                  url = MU_BUF_INIT(TRACE_LINE_MAX);
    mu_buf_adds(&line, "curl");
    if (mu_streq(call->method, "HEAD"))
        mu_buf_adds(&line, " -I");
    else if (!mu_streq(call->method, "GET"))
        mu_buf_printf(&line, " -X %s", call->method);
    if (f->token.len)
        mu_buf_adds(&line, " -H 'Authorization: Bearer ***'");
    if (call->content_type)
        add_body(&line, call);
    mu_buf_printf(&url, "%s%s", base_url, call->path);
    mu_buf_addc(&line, ' ');
    add_quoted(&line, url.data, url.len);
    add_result(&line, f);
    mu_printable_into(&shown, line.data, line.len, TRACE_LINE_MAX);
    mu_log(log, MU_LOG_TRACE, "%s", shown.data);
    mu_buf_done(&url);
    mu_buf_done(&line);
    mu_buf_done(&shown);
}
