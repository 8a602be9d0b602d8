/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP over libcurl: many requests in flight on one multi handle, HTTP/1.1 keep-alive or HTTP/2,
 * TLS verified, 1.2 at least. It hides connection reuse, the governor, retries of what is safe to
 * repeat, ceilings on header and body, decompression bombs, time-outs, and the trace line (`-v`
 * prints each call as a curl command with secrets masked).
 *
 *     mu_http_new(&conf, log, &http, err);
 *     mu_http_send(http, &request, tag, err);              queue; as many as you like
 *     while (mu_http_next(http, &response, err) == 1) ...  as they complete; 0: nothing in flight
 *
 * One client belongs to one thread. Requests are GET unless they say otherwise; only GET and HEAD
 * are ever repeated (on connection errors, time-outs, 429, 502, 503, 504), with jitter, at most
 * `tries` times and until `deadline_s`. A 429 uses up no try (unless `tries` is 1): the governor
 * says when to ask again, the deadline when to give up. A request with a deadline of its own counts
 * the time it is held back before it is sent, too, and fails (MU_E_THROTTLED, not sent) as soon as
 * it is clear that it would not be sent in time. A 401 is answered by asking the credential
 * for a new token once per token, then the request is sent again. Redirects are not followed: a 3xx
 * is an error that names the target host.
 *
 * Error texts are fragments without the account's name; the caller puts it, and what was being
 * read, in front.
 */
#ifndef MU_NET_HTTP_H
#define MU_NET_HTTP_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/doc.h"
#include "base/err.h"
#include "base/log.h"

struct mu_http;
struct mu_governor;
struct mu_credential;

enum {
    MU_HTTP_BODY_MAX = 64 << 20,
    MU_HTTP_HEADER_MAX = 64 << 10,
    MU_HTTP_PATH_MAX = 8192,
    MU_HTTP_CONNECTIONS_MAX = 256
};

struct mu_http_conf {
    const char *name;     /* account name, for the log */
    const char *base_url; /* http(s)://host[:port][/prefix]; no user info, query, fragment */
    const char *ca_file;  /* NULL: the system's */
    const char *user_agent;
    int connections;              /* at most this many at once */
    int tries;                    /* 1: never repeat */
    int timeout_s;                /* of one try; also "no byte for timeout_s/2" */
    int deadline_s;               /* of a request with all its tries */
    size_t body_max;              /* 0: MU_HTTP_BODY_MAX */
    struct mu_governor *governor; /* NULL: unlimited */
};

struct mu_request {
    const char *method; /* NULL: GET */
    const char *path;   /* starts with "/", already encoded; appended to base_url */
    const char *body;   /* NULL: none; copied */
    size_t body_len;
    const char *content_type; /* with a body; NULL: application/json */
    const char *const
        *headers;   /* more of them, "Name: value", NULL-terminated; copied; NULL: none */
    int deadline_s; /* with all tries and waiting for the rate; 0: as the client's */
    bool secret;    /* the body is not shown by -v */
    struct mu_credential *credential; /* NULL: none */
    void *tag;                        /* given back with the response */
    /* of a request that is alone: asked now and then; true: nobody waits for it any more, and
     * mu_http_next returns -1 (MU_E_CANCELLED; abort then). NULL: it is waited for */
    bool (*stop)(void *arg);
    void *stop_arg;
};

struct mu_response {
    void *tag;
    const char *method, *path; /* as requested */
    long status;               /* 200..599, or 0 with `failed` filled in */
    const char *content_type;  /* "" when none */
    const char *redirect;      /* of a 3xx: host it points to; "" when none */
    int64_t date;              /* the server's clock, Unix seconds; 0: not told */
    unsigned retry_after_s;    /* of a 429 or 503 that came to the deadline; 0: not told */
    bool sent;                 /* a try may have reached the server; false: surely none has */
    const char *headers;       /* "Name: value\r\n" and so on; lent like the body */
    char *body; /* lent until the next call of mu_http_next or mu_http_free; NUL-terminated */
    size_t len;
    int tries;
    int64_t elapsed_us;
    struct mu_err failed; /* code MU_OK when an answer arrived, whatever its status */
};

struct mu_http_stats {
    int64_t requests, retries, throttled, bytes, wait_us; /* wait_us: held back by the governor */
};

int mu_http_new(const struct mu_http_conf *conf, struct mu_log *log, struct mu_http **ret,
                struct mu_err *err);
void mu_http_free(struct mu_http *http); /* NULL is fine; aborts what is in flight */

int mu_http_send(struct mu_http *http, const struct mu_request *request, struct mu_err *err);

/* 1: *ret is filled in; 0: nothing in flight; -1: cancelled or the client itself is broken. */
int mu_http_next(struct mu_http *http, struct mu_response *ret, struct mu_err *err);

/* Sends what may go now and takes in what has come, without waiting: for callers that work long
 * between two answers. */
int mu_http_pump(struct mu_http *http, struct mu_err *err);

/* Forgets every request not handed out yet. What has been sent may still have its effect. */
void mu_http_abort(struct mu_http *http);

/* One request alone; nothing else may be in flight. -1 when no answer arrived. */
int mu_http_call(struct mu_http *http, const struct mu_request *request, struct mu_response *ret,
                 struct mu_err *err);

/*
 * An error answer as an error: code by status (401 auth, 403 denied, 404 missing, 409 conflict, 429
 * throttled, else remote), text from the body in any of the known shapes ({message}, {description},
 * {error, error_description}, SCIM detail, RFC 9457), HTML and the rest summarised ("an HTML page,
 * not JSON"). Always -1.
 */
int mu_http_fail(const struct mu_response *response, struct mu_err *err);

/*
 * The JSON document of a 2xx answer, owned by the caller; every other answer (and a failed one) as
 * mu_http_fail tells it. What is no JSON is MU_E_REMOTE.
 */
int mu_http_json(const struct mu_response *response, struct json_object **ret, struct mu_err *err);
/* The same, to be read only and to outlive the response: in the arena. */
int mu_http_doc(const struct mu_response *response, struct mu_arena *arena,
                const struct mu_doc **ret, struct mu_err *err);

void mu_http_stats(const struct mu_http *http, struct mu_http_stats *ret);

/*
 * Whether base address + path + "?" + query stays below the base address, however a server decodes
 * and tidies it: no "." or ".." segment in any encoding, no empty segment, no backslash, encoded
 * slash or control character, no bad percent-encoding, no fragment. query NULL: none. -1:
 * MU_E_USAGE says which.
 */
int mu_url_below(const char *path, const char *query, struct mu_err *err);

/* Percent-encodes one path segment or query value (RFC 3986 unreserved kept). */
void mu_url_escape(struct mu_buf *to, const char *s, size_t len);

#endif
