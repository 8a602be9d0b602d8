/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the HTTP client: a call is a request from mu_http_send until its response is handed
 * out; a flight is the libcurl easy handle, with its buffers, that carries one try of a call.
 * Flights are reused, so that a page costs no set-up.
 */
#ifndef MU_NET_HTTP_FLIGHT_H
#define MU_NET_HTTP_FLIGHT_H

#include <curl/curl.h>

#include "net/http.h"

enum {
    MU_HINT_MAX = 80
}; /* header values kept for the governor and the log; longer ones are none of the known forms */

struct mu_call {
    struct mu_call *next;
    /* in one piece with the call; body and content_type may be NULL */
    char *method, *path, *body, *content_type;
    char *headers; /* one after another, each ended by NUL, the last by two; never NULL */
    size_t body_len;
    bool secret;
    bool sent;    /* a try may have reached the server */
    bool safe;    /* may be repeated */
    bool renewed; /* a new token was asked for once */
    struct mu_credential *credential;
    void *tag;
    int tries;    /* sent so often */
    int failures; /* tries that failed, throttled ones not counted */
    int64_t started_us, deadline_us, not_before_us; /* deadline_us 0: told when it is first sent */
};

struct mu_flight {
    struct mu_flight *next, *prev;
    CURL *easy;
    struct mu_call *call;
    struct curl_slist *headers;
    struct mu_buf token;      /* the one sent: wiped after use */
    struct mu_buf body, head; /* head: the header lines of the last answer */
    size_t header_bytes;      /* of interim answers too */
    bool headers_over;
    char retry_after[MU_HINT_MAX], remaining[MU_HINT_MAX], limit_reset[MU_HINT_MAX],
        x_reset[MU_HINT_MAX];
    char request_id[MU_HINT_MAX], date[MU_HINT_MAX];
    char curl_text[CURL_ERROR_SIZE];
    char redirect[256]; /* a DNS name has at most 253 */
    CURLcode rc;
    long status;
    unsigned retry_after_s;
    struct mu_err failed;
};

struct mu_call_list {
    struct mu_call *first, *last;
};

struct mu_flight_list {
    struct mu_flight *first, *last;
    int count;
};

int mu_call_new(const struct mu_request *request, struct mu_call **ret, struct mu_err *err);
void mu_call_free(struct mu_call *call);
void mu_call_append(struct mu_call_list *list, struct mu_call *call);
void mu_call_prepend(struct mu_call_list *list, struct mu_call *call);
struct mu_call *mu_call_shift(struct mu_call_list *list); /* NULL when empty */
void mu_flight_append(struct mu_flight_list *list, struct mu_flight *f);
void mu_flight_remove(struct mu_flight_list *list, struct mu_flight *f);
struct mu_flight *mu_flight_shift(struct mu_flight_list *list); /* NULL when empty */

/* What every flight of a client shares; strings live as long as the client. */
struct mu_flight_conf {
    const char *base_url, *host, *ca_file, *user_agent;
    int timeout_s;
    size_t body_max;
};

int mu_flight_new(const struct mu_flight_conf *conf, struct mu_flight **ret, struct mu_err *err);
void mu_flight_free(struct mu_flight *f);

/* Puts the next try of the call on the flight; token NULL: none. Ready for curl_multi_add_handle
 * then. */
int mu_flight_load(struct mu_flight *f, const struct mu_flight_conf *conf, struct mu_call *call,
                   const char *token, int64_t now_us, struct mu_err *err);

/* The transfer is over: fills status and redirect, or failed. */
void mu_flight_land(struct mu_flight *f, const struct mu_flight_conf *conf, CURLcode rc);

/* Forgets the try; the easy handle and its buffers stay. */
void mu_flight_clear(struct mu_flight *f);

/* A failure of libcurl in our words. */
void mu_http_failed(const struct mu_flight *f, const struct mu_flight_conf *conf,
                    struct mu_err *err);

/* Whether a try that ended so is worth another one, and after how many microseconds the nth failure
 * (from 1) is. */
bool mu_http_again(CURLcode rc, long status);
/* Whether a try that ended so may have reached the server. */
bool mu_http_sent(CURLcode rc);
int64_t mu_http_backoff_us(int failures);

/* The `-v` line. */
void mu_http_trace(struct mu_log *log, const struct mu_flight *f, const char *base_url);

/* scheme://host[:port][/prefix], normalised without the last slash; *ret_host for messages. Both
 * malloc'd. */
int mu_http_base(const char *url, char **ret, char **ret_host, struct mu_err *err);

#endif
