/* SPDX-License-Identifier: Apache-2.0 */
/* One try of one request on a reused libcurl easy handle. */
#include "net/http_flight.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

enum { CONNECT_S = 15, RECEIVE_BUFFER = 64 << 10, BODY_KEPT = 1 << 20 };

struct wanted_header {
    const char *name;
    size_t offset;
};

/* Spellings seen: RFC 9110, the IETF rate limit draft, Sendoso's extra hyphen, GitHub's and Okta's.
 * */
static const struct wanted_header wanted_headers[] = {
    {"retry-after", offsetof(struct mu_flight, retry_after)},
    {"ratelimit-remaining", offsetof(struct mu_flight, remaining)},
    {"x-ratelimit-remaining", offsetof(struct mu_flight, remaining)},
    {"x-rate-limit-remaining", offsetof(struct mu_flight, remaining)},
    {"ratelimit-reset", offsetof(struct mu_flight, limit_reset)},
    {"x-rate-limit-reset", offsetof(struct mu_flight, x_reset)},
    {"x-ratelimit-reset", offsetof(struct mu_flight, x_reset)},
    {"x-request-id", offsetof(struct mu_flight, request_id)},
    {"date", offsetof(struct mu_flight, date)},
};

static void forget_headers(struct mu_flight *f)
{
    for (size_t i = 0; i < MU_LEN(wanted_headers); i++)
        *((char *)f + wanted_headers[i].offset) = '\0';
    mu_buf_reset(&f->head);
}

static void keep_header(struct mu_flight *f, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    if (!colon)
        return;
    size_t name_len = (size_t)(colon - line);
    for (size_t i = 0; i < MU_LEN(wanted_headers); i++) {
        const char *name = wanted_headers[i].name;
        if (strlen(name) != name_len || strncasecmp(line, name, name_len) != 0)
            continue;
        const char *value = colon + 1, *end = line + len;
        while (value < end && (*value == ' ' || *value == '\t'))
            value++;
        while (end > value && strchr(" \t\r\n", end[-1]))
            end--;
        size_t n = (size_t)(end - value);
        char *to = (char *)f + wanted_headers[i].offset;
        if (n >= MU_HINT_MAX)
            n = 0;
        memcpy(to, value, n);
        to[n] = '\0';
    }
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    struct mu_flight *f = arg;
    size_t len = size * count;
    f->header_bytes += len;
    if (f->header_bytes > MU_HTTP_HEADER_MAX) {
        f->headers_over = true;
        return 0;
    }
    if (len > 5 && memcmp(line, "HTTP/", 5) == 0) { /* an answer after an interim one starts anew */
        forget_headers(f);
        return len;
    }
    mu_buf_add(&f->head, line, len);
    keep_header(f, line, len);
    return len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct mu_flight *f = arg;
    return mu_buf_add(&f->body, bytes, size * count) < 0 ? 0 : size * count;
}

static void set_up(struct mu_flight *f, const struct mu_flight_conf *conf)
{
    CURL *e = f->easy;
    curl_easy_setopt(e, CURLOPT_PRIVATE, f);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, f->curl_text);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(e, CURLOPT_USERAGENT, conf->user_agent);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT,
                     (long)(conf->timeout_s < CONNECT_S ? conf->timeout_s : CONNECT_S));
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)(conf->timeout_s + 1) / 2);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, f);
    /* HTTP/2 only where TLS negotiates it: libcurl 7.88 breaks the second transfer of a reused h2c
     * connection. */
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    if (mu_starts(conf->base_url, "https:"))
        curl_easy_setopt(e, CURLOPT_PIPEWAIT, 1L);
    if (conf->ca_file)
        curl_easy_setopt(e, CURLOPT_CAINFO, conf->ca_file);
}

/* The option names changed in 7.85; the number form is refused by none of the versions we build
 * with. */
#if LIBCURL_VERSION_NUM >= 0x075500
static CURLcode only_http(CURL *e)
{
    return curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
}
#else
static CURLcode only_http(CURL *e)
{
    return curl_easy_setopt(e, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
}
#endif

int mu_flight_new(const struct mu_flight_conf *conf, struct mu_flight **ret, struct mu_err *err)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        mu_oom();
    if (only_http(easy) != CURLE_OK) {
        curl_easy_cleanup(easy);
        return mu_fail(err, MU_E_UNSUPPORTED, "this libcurl can't do http and https");
    }
    struct mu_flight *f = mu_xcalloc(1, sizeof(*f));
    f->easy = easy;
    f->body = (struct mu_buf)MU_BUF_INIT(conf->body_max);
    f->head = (struct mu_buf)MU_BUF_INIT(MU_HTTP_HEADER_MAX);
    f->token = (struct mu_buf)MU_BUF_INIT(MU_HTTP_HEADER_MAX);
    set_up(f, conf);
    *ret = f;
    return 0;
}

void mu_flight_clear(struct mu_flight *f)
{
    curl_slist_free_all(f->headers);
    f->headers = NULL;
    f->call = NULL;
    mu_buf_wipe(&f->token);
    if (f->body.cap > BODY_KEPT)
        mu_buf_done(&f->body);
    mu_buf_reset(&f->body);
    f->header_bytes = 0;
    f->headers_over = false;
    f->status = 0;
    f->retry_after_s = 0;
    f->redirect[0] = '\0';
    f->curl_text[0] = '\0';
    f->failed.code = MU_OK;
    forget_headers(f);
}

void mu_flight_free(struct mu_flight *f)
{
    if (!f)
        return;
    mu_flight_clear(f);
    mu_buf_done(&f->body);
    mu_buf_done(&f->head);
    curl_easy_cleanup(f->easy);
    free(f);
}

static void add_header(struct mu_flight *f, const char *line)
{
    struct curl_slist *list = curl_slist_append(f->headers, line);
    if (!list)
        mu_oom();
    f->headers = list;
}

static void load_own_headers(struct mu_flight *f, const struct mu_call *call)
{
    bool accept = false;
    for (const char *line = call->headers; *line; line += strlen(line) + 1) {
        accept = accept || strncasecmp(line, "accept:", strlen("accept:")) == 0;
        add_header(f, line);
    }
    if (!accept)
        add_header(f, "Accept: application/json, application/scim+json");
}

static void load_headers(struct mu_flight *f, const struct mu_call *call, const char *token)
{
    load_own_headers(f, call);
    struct mu_buf line = MU_BUF_INIT(MU_HTTP_HEADER_MAX);
    if (token) {
        mu_buf_adds(&f->token, token);
        mu_buf_printf(&line, "Authorization: Bearer %s", token);
        add_header(f, line.data);
        mu_buf_wipe(&line);
    }
    if (call->content_type) {
        mu_buf_printf(&line, "Content-Type: %s", call->content_type);
        add_header(f, line.data);
        add_header(f, "Expect:");
    }
    mu_buf_done(&line);
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
}

/* RFC 6750, section 2.1, and a little more; a line break would be a header of somebody's own. */
static bool is_token(const char *s)
{
    for (; *s; s++)
        if (*s <= ' ' || *s > '~')
            return false;
    return true;
}

static void load_method(struct mu_flight *f, const struct mu_call *call)
{
    CURL *e = f->easy;
    bool head = mu_streq(call->method, "HEAD");
    curl_easy_setopt(e, CURLOPT_NOBODY, (long)head);
    if (call->content_type) {
        curl_easy_setopt(e, CURLOPT_POST, 1L);
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, call->body ? call->body : "");
    } else if (!head) {
        curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
    }
    bool own = head || mu_streq(call->method, "GET");
    curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, own ? NULL : call->method);
    /* On a reused connection that turns out to be dead libcurl silently sends again; a write must
     * not be. */
    curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, (long)!call->safe);
}

int mu_flight_load(struct mu_flight *f, const struct mu_flight_conf *conf, struct mu_call *call,
                   const char *token, int64_t now_us, struct mu_err *err)
{
    struct mu_buf url = MU_BUF_INIT((size_t)2 * MU_HTTP_PATH_MAX);
    mu_buf_adds(&url, conf->base_url);
    mu_buf_adds(&url, call->path);
    CURLcode rc = url.full ? CURLE_URL_MALFORMAT : curl_easy_setopt(f->easy, CURLOPT_URL, url.data);
    mu_buf_done(&url);
    if (rc != CURLE_OK)
        return mu_fail(err, MU_E_CONFIG, "not an address libcurl takes");
    if (token && !is_token(token))
        return mu_fail(
            err, MU_E_AUTH,
            "the token holds a blank, a line break or a character beyond ASCII, which no "
            "token has; see where it is kept");

    f->call = call;
    load_method(f, call);
    load_headers(f, call, token);
    int64_t left_ms = (call->deadline_us - now_us) / 1000 + 1,
            try_ms = (int64_t)conf->timeout_s * 1000;
    curl_easy_setopt(f->easy, CURLOPT_TIMEOUT_MS, (long)(left_ms < try_ms ? left_ms : try_ms));
    return 0;
}

static void find_redirect(struct mu_flight *f)
{
    char *url = NULL, *host = NULL;
    if (curl_easy_getinfo(f->easy, CURLINFO_REDIRECT_URL, &url) != CURLE_OK || !url)
        return;
    CURLU *u = curl_url();
    if (!u)
        mu_oom();
    if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        strlen(host) < sizeof(f->redirect))
        memcpy(f->redirect, host, strlen(host) + 1);
    curl_free(host);
    curl_url_cleanup(u);
}

void mu_flight_land(struct mu_flight *f, const struct mu_flight_conf *conf, CURLcode rc)
{
    f->rc = rc;
    curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &f->status);
    if (rc == CURLE_OK && f->status >= 200 && f->status <= 599) {
        if (f->status / 100 == 3)
            find_redirect(f);
        if (f->status / 100 != 2) /* what it says may be shown, and some repeat what they refuse */
            mu_mask(f->body.data, f->body.len, f->token.data);
        mu_mask(f->head.data, f->head.len, f->token.data);
        return;
    }
    mu_http_failed(f, conf, &f->failed);
    f->status = 0;
}
