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

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Takes one layer of percent-encoding off, in place. 1: there was one, 0: none, -1: a bad one. */
static int decode_once(char *s, size_t *len)
{
    size_t to = 0;
    int any = 0;
    for (size_t i = 0; i < *len; i++) {
        char c = s[i];
        if (c == '%') {
            int high = i + 2 < *len ? hex_value(s[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_value(s[i + 2]);
            if (low < 0)
                return -1;
            c = (char)(high << 4 | low);
            i += 2;
            any = 1;
        }
        s[to++] = c;
    }
    *len = to;
    return any;
}

/* What a server may do to a segment after decoding it, by itself or with its neighbours. */
static const char *segment_objection(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
            return "holds an encoded control character";
        if (s[i] == '/' || s[i] == '\\')
            return "holds an encoded slash or a backslash";
    }
    size_t plain = 0; /* "..;x" is ".." to servers that know path parameters */
    while (plain < len && s[plain] != ';')
        plain++;
    if ((plain == 1 && s[0] == '.') || (plain == 2 && s[0] == '.' && s[1] == '.'))
        return "holds a . or .. segment";
    return NULL;
}

static const char *path_objection(char *segment, size_t len)
{
    const char *why = segment_objection(segment, len);
    int more = 1;
    for (bool first = true; !why && more == 1; first = false) {
        more = decode_once(segment, &len);
        if (more < 0 && first)
            return "holds a % that encodes nothing";
        why = segment_objection(segment, len);
    }
    return why;
}

static const char *path_trouble(const char *path)
{
    char segment[MU_HTTP_PATH_MAX + 1];
    if (path[0] != '/')
        return "does not start with /";
    if (strlen(path) > MU_HTTP_PATH_MAX)
        return "is too long";
    for (const char *at = path + 1;;) {
        size_t len = strcspn(at, "/");
        if (len == 0 && at[0] == '/')
            return "holds an empty segment";
        if (strcspn(at, "?#") < len)
            return "holds a query or fragment of its own";
        memcpy(segment, at, len);
        const char *why = path_objection(segment, len);
        if (why || !at[len])
            return why;
        at += len + 1;
    }
}

static bool printable(const char *s)
{
    for (; *s; s++)
        if (*s <= ' ' || *s > '~' || *s == '#')
            return false;
    return true;
}

int mu_url_below(const char *path, const char *query, struct mu_err *err)
{
    const char *why = path_trouble(path);
    if (!why && !printable(path))
        why = "holds a character that must be percent-encoded";
    if (why)
        return mu_fail(err, MU_E_USAGE, "the path %s", why);
    if (query && !printable(query))
        return mu_fail(err, MU_E_USAGE, "the query holds a character that must be percent-encoded");
    return 0;
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
