/* SPDX-License-Identifier: Apache-2.0 */
/* From a reply to what goes out: the error envelope, ETag and 304, gzip, headers. */
#include "serve/exchange.h"

#include <string.h>

#include "base/str.h"
#include "serve/gzip.h"
#include "serve/rate.h"

enum { GZIP_MIN = 1400 };

static const struct {
    enum mu_code code;
    unsigned status;
} statuses[] = {
    {MU_E_USAGE, 400},     {MU_E_DATA, 400},        {MU_E_LIMIT, 400},    {MU_E_AUTH, 502},
    {MU_E_DENIED, 403},    {MU_E_MISSING, 404},     {MU_E_CONFLICT, 409}, {MU_E_REFUSED, 409},
    {MU_E_NET, 502},       {MU_E_REMOTE, 502},      {MU_E_BUSY, 503},     {MU_E_CANCELLED, 503},
    {MU_E_THROTTLED, 429}, {MU_E_UNSUPPORTED, 501},
};

unsigned mu_reply_status(enum mu_code code)
{
    for (size_t i = 0; i < MU_LEN(statuses); i++)
        if (statuses[i].code == code)
            return statuses[i].status;
    return 500;
}

static const char *status_words(unsigned status)
{
    static const struct {
        unsigned status;
        const char *words;
    } known[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < MU_LEN(known); i++)
        if (known[i].status == status)
            return known[i].words;
    return "Error";
}

/* ---- the error envelope ---- */

static void retry_after(struct exchange *x)
{
    if (x->err.retry_after_s > 0)
        mu_reply_header(&x->reply, "Retry-After",
                        mu_printf(x->r.arena, "%u", x->err.retry_after_s));
}

/* Something was asked of an account's system, which refused or failed. */
static bool is_remote(const struct exchange *x)
{
    static const enum mu_code codes[] = {MU_E_AUTH, MU_E_DENIED, MU_E_NET, MU_E_REMOTE,
                                         MU_E_THROTTLED};
    size_t i = 0;
    while (i < MU_LEN(codes) && codes[i] != x->err.code)
        i++;
    return x->r.upstream && i < MU_LEN(codes);
}

void envelope_write(struct mu_buf *to, unsigned status, const struct mu_err *err,
                    const char *request_id, bool remote)
{
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_object(&w);
    mu_jw_put_int(&w, "statusCode", status);
    mu_jw_put_str(&w, "error", status_words(status));
    mu_jw_put_str(&w, "message", err->text);
    mu_jw_put_str(&w, "code", mu_code_name(err->code));
    mu_jw_put_some(&w, "request_id", request_id);
    if (remote)
        mu_jw_put_bool(&w, "is_remote_error", true);
    mu_jw_end(&w, '}');
}

static void write_error(struct exchange *x)
{
    struct mu_reply *reply = &x->reply;
    if (!reply->status)
        reply->status = mu_reply_status(x->err.code);
    retry_after(x);
    mu_buf_reset(&reply->body);
    reply->type = NULL;
    reply->etag = NULL;
    reply->stream.fill = NULL;
    envelope_write(&reply->body, reply->status, &x->err, x->r.id, is_remote(x));
}

/* ---- ETag ---- */

static bool etag_listed(const char *list, const char *etag)
{
    size_t len = strlen(etag);
    for (const char *at = strstr(list, etag); at; at = strstr(at + len, etag))
        if ((at == list || strchr(" ,/", at[-1])) && strchr(" ,", at[len]))
            return true;
    return mu_streq(list, "*");
}

bool mu_reply_unchanged(struct mu_request *r, struct mu_reply *reply)
{
    const char *known = mu_request_header(r, "If-None-Match");
    if (!known || !etag_listed(known, mu_printf(r->arena, "\"%s\"", reply->etag)))
        return false;
    reply->status = 304;
    mu_buf_reset(&reply->body);
    return true;
}

/* One mark for the content in every coding, therefore a weak one. */
static void settle_etag(struct exchange *x)
{
    struct mu_reply *reply = &x->reply;
    if (!reply->etag)
        return;
    mu_reply_header(reply, "ETag", mu_printf(x->r.arena, "W/\"%s\"", reply->etag));
    if (!reply->stream.fill) /* its handler has asked, before it began */
        mu_reply_unchanged(&x->r, reply);
}

/* ---- gzip ---- */

static bool is_text(const char *type)
{
    return !type || mu_starts(type, "application/json") || mu_starts(type, "text/") ||
           mu_ends(type, "+json");
}

static void pack(struct exchange *x)
{
    struct mu_reply *reply = &x->reply;
    struct mu_buf packed = MU_BUF_INIT(MU_REPLY_MAX);
    if (mu_gzip_whole(&reply->body, &packed)) {
        mu_reply_header(reply, "Content-Encoding", "gzip");
        mu_buf_done(&reply->body);
        reply->body = packed;
    } else {
        mu_buf_done(&packed);
    }
}

/* Lines are packed as they leave; events have to arrive at once, and aren't. What wasn't sent again is
 * told of as what would have been. */
static void settle_coding(struct exchange *x)
{
    struct mu_reply *reply = &x->reply;
    bool lines = reply->stream.fill && mu_streq(reply->type, MU_LINES_TYPE);
    bool whole = !reply->stream.fill && reply->body.len >= GZIP_MIN && is_text(reply->type);
    if (!lines && !whole && reply->status != 304)
        return;
    mu_reply_header(reply, "Vary", "Accept-Encoding, Origin");
    if (reply->status == 304 || !mu_gzip_wanted(mu_request_header(&x->r, "Accept-Encoding")))
        return;
    if (whole)
        pack(x);
    else if ((x->gzip = mu_gzip_new()))
        mu_reply_header(reply, "Content-Encoding", "gzip");
}

/* ---- out ---- */

static void add_headers(struct exchange *x, struct MHD_Response *response)
{
    const struct mu_reply *reply = &x->reply;
    if (reply->stream.fill || reply->body.len > 0)
        MHD_add_response_header(response, "Content-Type",
                                reply->type ? reply->type : "application/json");
    MHD_add_response_header(response, "X-Request-Id", x->r.id);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (atomic_load(&x->home->listener->stopping)) /* the next one comes by another connection */
        MHD_add_response_header(response, "Connection", "close");
    if (reply->etag)
        MHD_add_response_header(response, "Cache-Control", "private, no-cache");
    for (size_t i = 0; i < reply->header_count; i++)
        MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value);
}

enum MHD_Result exchange_send(struct exchange *x)
{
    struct mu_reply *reply = &x->reply;
    if (!deadline_receives(x->deadline))
        return MHD_NO;
    if (x->refused)
        write_error(x);
    if (!reply->status)
        reply->status = 200;
    mu_reply_upstream(&x->r, reply);
    settle_etag(x);
    settle_coding(x);
    struct MHD_Response *response =
        reply->stream.fill ? stream_response(x)
                           : MHD_create_response_from_buffer(reply->body.len, reply->body.data,
                                                             MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    add_headers(x, response);
    x->bytes = x->head || reply->status == 304 || reply->stream.fill ? 0 : reply->body.len;
    enum MHD_Result rc = MHD_queue_response(x->conn, reply->status, response);
    MHD_destroy_response(response);
    return rc;
}
