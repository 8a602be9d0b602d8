/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding, and what may be a base address. */
#include "net/http_flight.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

void mu_url_escape(struct mu_buf *to, const char *s, size_t len)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c && strchr(plain, c)) {
            mu_buf_addc(to, (char)c);
        } else {
            char coded[3] = {'%', hex[c >> 4], hex[c & 15]};
            mu_buf_add(to, coded, sizeof(coded));
        }
    }
}

static bool has_part(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    bool there = curl_url_get(u, part, &text, 0) == CURLUE_OK && text;
    curl_free(text);
    return there;
}

static const char *objection(CURLU *u, const char *url)
{
    char *scheme = NULL;
    if (strpbrk(url, " \t\r\n") ||
        curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
        return "is not an address";
    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);
    bool http = scheme && (mu_strieq(scheme, "http") || mu_strieq(scheme, "https"));
    curl_free(scheme);
    if (!http)
        return "must start with https:// or http://";
    if (has_part(u, CURLUPART_USER) || has_part(u, CURLUPART_PASSWORD))
        return "must not hold a user name or password";
    if (has_part(u, CURLUPART_QUERY) || has_part(u, CURLUPART_FRAGMENT))
        return "must not hold a query or fragment";
    return NULL;
}

int mu_http_base(const char *url, char **ret, char **ret_host, struct mu_err *err)
{
    CURLU *u = curl_url();
    if (!u)
        mu_oom();
    const char *why = objection(u, url);
    char *whole = NULL, *host = NULL;
    if (!why && (curl_url_get(u, CURLUPART_URL, &whole, 0) != CURLUE_OK ||
                 curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
                 strlen(whole) > MU_HTTP_PATH_MAX))
        why = "is not an address";
    if (!why) {
        *ret = mu_xstrdup(whole);
        *ret_host = mu_xstrdup(host);
        for (size_t n = strlen(*ret); n > 0 && (*ret)[n - 1] == '/'; n--)
            (*ret)[n - 1] = '\0';
    }
    curl_free(whole);
    curl_free(host);
    curl_url_cleanup(u);
    if (!why)
        return 0;
    /* The address itself may hold a password, so it is not repeated. */
    return mu_fail(err, MU_E_CONFIG, "url %s; write it like https://app.sendoso.com", why);
}
