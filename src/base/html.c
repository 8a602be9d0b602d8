/* SPDX-License-Identifier: Apache-2.0 */
#include "base/html.h"

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void mu_html_escape(struct mu_buf *to, const char *text, size_t len)
{
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        const char *as = entity(text[i]);
        if (!as)
            continue;
        mu_buf_add(to, text + from, i - from);
        mu_buf_adds(to, as);
        from = i + 1;
    }
    mu_buf_add(to, text + from, len - from);
}
