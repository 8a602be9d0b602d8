/* SPDX-License-Identifier: Apache-2.0 */
/* What went wrong in the words of the person who has to mend it: failures of libcurl, and error
 * answers in any shape. */
#include "net/http_flight.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/str.h"

enum { SHOWN_MAX = 200, MESSAGE_BODY_MAX = 64 << 10 };

/* ---- libcurl ---- */

static int cut_off(const struct mu_flight *f, const struct mu_flight_conf *conf, struct mu_err *err)
{
    if (f->headers_over)
        return mu_fail(err, MU_E_LIMIT, "the answer's headers are larger than %d KiB",
                       MU_HTTP_HEADER_MAX >> 10);
    if (f->body.full)
        return mu_fail(err, MU_E_LIMIT, "the answer is larger than %zu bytes (limit of one body)",
                       conf->body_max);
    return mu_fail(err, MU_E_REMOTE, "the answer can't be taken in: %s", curl_easy_strerror(f->rc));
}

static int tls_refused(const struct mu_flight *f, const struct mu_flight_conf *conf,
                       const char *text, struct mu_err *err)
{
    if (f->rc == CURLE_SSL_CACERT_BADFILE)
        return mu_fail(err, MU_E_CONFIG, "%s is not a file of CA certificates",
                       conf->ca_file ? conf->ca_file : "ca");
    return mu_fail(err, MU_E_REMOTE,
                   "the TLS certificate of %s is not trusted (%s); if a private CA issued it, name "
                   "that in `ca:`",
                   conf->host, text);
}

void mu_http_failed(const struct mu_flight *f, const struct mu_flight_conf *conf,
                    struct mu_err *err)
{
    struct mu_buf shown = MU_BUF_INIT((size_t)4 * SHOWN_MAX);
    const char *text = f->curl_text[0] ? f->curl_text : curl_easy_strerror(f->rc);
    mu_printable_into(&shown, text, strlen(text), SHOWN_MAX);
    switch (f->rc) {
    case CURLE_OK:
        mu_fail(err, MU_E_REMOTE, "an answer out of protocol (status %ld)", f->status);
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        mu_fail(err, MU_E_NET, "the host name %s can't be resolved", conf->host);
        break;
    case CURLE_COULDNT_CONNECT:
        mu_fail(err, MU_E_NET, "no connection to %s (%s)", conf->host, shown.data);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        mu_fail(err, MU_E_NET, "%s did not answer in time (%s)", conf->host, shown.data);
        break;
    case CURLE_PARTIAL_FILE:
        mu_fail(err, MU_E_NET, "the answer was cut short (%s)", shown.data);
        break;
    case CURLE_WRITE_ERROR:
    case CURLE_BAD_CONTENT_ENCODING:
        cut_off(f, conf, err);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        tls_refused(f, conf, shown.data, err);
        break;
    case CURLE_SSL_CONNECT_ERROR:
        mu_fail(err, MU_E_NET, "no TLS with %s (%s)", conf->host, shown.data);
        break;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        mu_fail(err, MU_E_NET, "the connection to %s was lost (%s)", conf->host, shown.data);
        break;
    default:
        mu_fail(err, MU_E_REMOTE, "%s", shown.data);
    }
    mu_buf_done(&shown);
}

/* ---- error answers ---- */

struct known_status {
    long status;
    enum mu_code code;
    const char *what;
};

static const struct known_status known[] = {
    {400, MU_E_REMOTE, "refused"},     {401, MU_E_AUTH, "token rejected"},
    {403, MU_E_DENIED, "not allowed"}, {404, MU_E_MISSING, "not found"},
    {409, MU_E_CONFLICT, "conflict"},  {410, MU_E_MISSING, "gone"},
    {422, MU_E_REMOTE, "refused"},     {429, MU_E_THROTTLED, "told to slow down"},
};

static struct known_status status_of(long status)
{
    for (size_t i = 0; i < MU_LEN(known); i++)
        if (known[i].status == status)
            return known[i];
    struct known_status other = {.status = status, .code = MU_E_REMOTE};
    other.what = status >= 500 ? "server error" : status >= 400 ? "refused" : "unexpected answer";
    return other;
}

/* Where texts are kept, most telling first: Sendoso's E1 and E3, its E2, RFC 6749, SCIM and RFC
 * 9457, Rails. */
static const char *const text_places[] = {
    "/message", "/description",      "/error_description", "/detail",   "/error/message", "/title",
    "/error",   "/errors/0/message", "/errors/0/detail",   "/errors/0", "/errors",
};

static const char *text_in(struct json_object *doc)
{
    if (json_object_is_type(doc, json_type_string))
        return json_object_get_string(doc);
    for (size_t i = 0; i < MU_LEN(text_places); i++) {
        struct json_object *value = mu_json_at(doc, text_places[i]);
        if (json_object_is_type(value, json_type_string) && json_object_get_string_len(value) > 0)
            return json_object_get_string(value);
    }
    return NULL;
}

static bool looks_like_html(const struct mu_response *r)
{
    size_t i = 0;
    while (i < r->len && isspace((unsigned char)r->body[i]))
        i++;
    const char *at = r->body + i;
    return strncasecmp(r->content_type, "text/html", 9) == 0 ||
           strncasecmp(at, "<!doctype", 9) == 0 || strncasecmp(at, "<html", 5) == 0;
}

/* What came instead of JSON. */
static const char *summary(const struct mu_response *r)
{
    if (r->len == 0)
        return "an empty answer";
    return looks_like_html(r) ? "an HTML page, not JSON" : "not JSON";
}

static void add_message(struct mu_buf *to, const struct mu_response *r)
{
    MU_AUTO(json) struct json_object *doc = NULL;
    struct mu_err ignored;
    if (looks_like_html(r) || r->len == 0 || r->len > MESSAGE_BODY_MAX ||
        mu_json_parse(r->body, r->len, &doc, &ignored) < 0) {
        if (r->len > 0)
            mu_buf_printf(to, ": %s", summary(r));
        return;
    }
    const char *text = text_in(doc);
    if (!text)
        return;
    mu_buf_adds(to, ": ");
    mu_printable_into(to, text, strlen(text), SHOWN_MAX);
}

int mu_http_fail(const struct mu_response *r, struct mu_err *err)
{
    if (r->failed.code != MU_OK) {
        *err = r->failed;
        return -1;
    }
    struct known_status is = status_of(r->status);
    struct mu_buf text = MU_BUF_INIT((size_t)8 * SHOWN_MAX);
    mu_buf_printf(&text, "%s (%ld)", is.what, r->status);
    if (r->status / 100 == 3)
        mu_buf_printf(&text, ": it points to %s; redirects are not followed, so check url",
                      r->redirect[0] ? r->redirect : "nowhere");
    else
        add_message(&text, r);
    if (r->tries > 1)
        mu_buf_printf(&text, " (%d tries)", r->tries);
    mu_fail(err, is.code, "%s", text.data);
    mu_buf_done(&text);
    err->native = r->status;
    err->retry_after_s = r->retry_after_s;
    return -1;
}

/* `text` is the response's body, or a copy of it that lives as long as the document. */
static int parse(const struct mu_response *r, const char *text, struct mu_arena *arena,
                 const struct mu_doc **ret, struct mu_err *err)
{
    struct mu_err why;
    if (r->len == 0 || looks_like_html(r))
        return mu_fail(err, MU_E_REMOTE, "%s", summary(r));
    if (mu_doc_parse(arena, text, r->len, ret, &why) == 0)
        return 0;
    return mu_fail(err, why.code == MU_E_LIMIT ? MU_E_LIMIT : MU_E_REMOTE, "%s", why.text);
}

int mu_http_doc(const struct mu_response *r, struct mu_arena *arena, const struct mu_doc **ret,
                struct mu_err *err)
{
    if (r->failed.code != MU_OK || r->status / 100 != 2)
        return mu_http_fail(r, err);
    return parse(r, mu_strndup(arena, r->body, r->len), arena, ret, err);
}

int mu_http_json(const struct mu_response *r, struct json_object **ret, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *doc = NULL;
    if (r->failed.code != MU_OK || r->status / 100 != 2)
        return mu_http_fail(r, err);
    if (parse(r, r->body, arena, &doc, err) < 0)
        return -1;
    *ret = mu_doc_json(doc);
    return 0;
}
