/* SPDX-License-Identifier: Apache-2.0 */
/* Text, numbers and times as HTML. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit/html.h"
#include "base/html.h"
#include "base/str.h"
#include "base/time.h"

void mu_html_put(struct mu_html *h, const char *markup)
{
    mu_buf_adds(h->to, markup);
}

void mu_html_text(struct mu_html *h, const char *text)
{
    MU_AUTO(buf) struct mu_buf shown = MU_BUF_INIT(MU_HTML_TEXT_MAX + 1);
    size_t len = text ? strlen(text) : 0;
    if (len == 0)
        return;
    mu_printable_into(&shown, text, len, MU_HTML_TEXT_MAX);
    mu_html_escape(h->to, shown.data, shown.len);
    if (len > MU_HTML_TEXT_MAX) {
        mu_html_put(h, " <span class=\"ctl\">");
        mu_html_number(h, (int64_t)len);
        mu_html_put(h, " bytes</span>");
    }
}

void mu_html_name(struct mu_html *h, const char *text)
{
    mu_html_put(h, "<bdi>");
    if (text && *text)
        mu_html_text(h, text);
    else
        mu_html_put(h, "(no name)");
    mu_html_put(h, "</bdi>");
}

void mu_html_number(struct mu_html *h, int64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            mu_buf_addc(h->to, ',');
        mu_buf_addc(h->to, digits[i]);
    }
}

void mu_html_some(struct mu_html *h, int64_t n, const char *one, const char *many)
{
    mu_html_number(h, n);
    mu_buf_addc(h->to, ' ');
    mu_html_put(h, n == 1 ? one : many);
}

static bool parts(int64_t unix_s, struct tm *ret)
{
    time_t at = (time_t)unix_s;
    return unix_s > 0 && gmtime_r(&at, ret);
}

/* In English whatever the locale is: the report is. */
static void day(struct mu_html *h, const struct tm *tm)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    mu_buf_printf(h->to, "%d %s %d", tm->tm_mday, months[tm->tm_mon], tm->tm_year + 1900);
}

void mu_html_day(struct mu_html *h, int64_t unix_s)
{
    struct tm tm;
    if (parts(unix_s, &tm))
        day(h, &tm);
}

void mu_html_time(struct mu_html *h, int64_t unix_s)
{
    char text[MU_TIME_TEXT];
    struct tm tm;
    if (!parts(unix_s, &tm)) {
        mu_html_put(h, "never");
        return;
    }
    mu_buf_printf(h->to, "<time datetime=\"%s\">", mu_time_text(unix_s, text));
    day(h, &tm);
    mu_buf_printf(h->to, ", %02d:%02d UTC</time>", tm.tm_hour, tm.tm_min);
}
