/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as calls, and the lists in which calls and flights wait. */
#include "net/http_flight.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

/* ---- lists ---- */

void mu_call_append(struct mu_call_list *list, struct mu_call *call)
{
    call->next = NULL;
    if (list->last)
        list->last->next = call;
    else
        list->first = call;
    list->last = call;
}

void mu_call_prepend(struct mu_call_list *list, struct mu_call *call)
{
    call->next = list->first;
    list->first = call;
    if (!list->last)
        list->last = call;
}

struct mu_call *mu_call_shift(struct mu_call_list *list)
{
    struct mu_call *call = list->first;
    if (call) {
        list->first = call->next;
        if (!list->first)
            list->last = NULL;
    }
    return call;
}

void mu_flight_append(struct mu_flight_list *list, struct mu_flight *f)
{
    f->next = NULL;
    f->prev = list->last;
    if (list->last)
        list->last->next = f;
    else
        list->first = f;
    list->last = f;
    list->count++;
}

void mu_flight_remove(struct mu_flight_list *list, struct mu_flight *f)
{
    if (f->prev)
        f->prev->next = f->next;
    else
        list->first = f->next;
    if (f->next)
        f->next->prev = f->prev;
    else
        list->last = f->prev;
    list->count--;
}

struct mu_flight *mu_flight_shift(struct mu_flight_list *list)
{
    struct mu_flight *f = list->first;
    if (f)
        mu_flight_remove(list, f);
    return f;
}

/* ---- calls ---- */

static size_t text_size(const char *s)
{
    return s ? strlen(s) + 1 : 0;
}

static char *put_text(char **at, const char *s)
{
    if (!s)
        return NULL;
    size_t n = strlen(s) + 1;
    char *to = memcpy(*at, s, n);
    *at += n;
    return to;
}

/* Printable ASCII only: nothing can end the request line early. */
static bool path_ok(const char *path)
{
    if (!path || path[0] != '/')
        return false;
    for (const char *p = path; *p; p++)
        if (*p <= ' ' || *p > '~' || *p == '#')
            return false;
    return true;
}

/* Nothing in a header may end its line; text beyond ASCII is let through. */
static bool header_ok(const char *line)
{
    const char *colon = strchr(line, ':');
    if (!colon || colon == line)
        return false;
    for (const char *p = line; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f || (p < colon && *p == ' '))
            return false;
    return true;
}

static int check_headers(const char *const *headers, size_t *ret_size, struct mu_err *err)
{
    size_t size = 0;
    for (size_t i = 0; headers && headers[i]; i++) {
        if (!header_ok(headers[i]))
            return mu_fail(err, MU_E_CONFIG, "a header must be a name, a colon and printable text");
        size += strlen(headers[i]) + 1;
        if (size > MU_HTTP_HEADER_MAX)
            return mu_fail(err, MU_E_LIMIT, "headers are longer than %d bytes", MU_HTTP_HEADER_MAX);
    }
    *ret_size = size;
    return 0;
}

static char *put_headers(char **at, const char *const *headers)
{
    char *first = *at;
    for (size_t i = 0; headers && headers[i]; i++)
        put_text(at, headers[i]);
    *(*at)++ = '\0';
    return first;
}

int mu_call_new(const struct mu_request *request, struct mu_call **ret, struct mu_err *err)
{
    if (!path_ok(request->path))
        return mu_fail(err, MU_E_CONFIG, "a path must start with / and be percent-encoded");
    if (strlen(request->path) > MU_HTTP_PATH_MAX)
        return mu_fail(err, MU_E_LIMIT, "a path is longer than %d bytes", MU_HTTP_PATH_MAX);
    size_t headers = 0;
    if (check_headers(request->headers, &headers, err) < 0)
        return -1;
    const char *method = request->method ? request->method : "GET";
    bool safe = mu_streq(method, "GET") || mu_streq(method, "HEAD");
    const char *type = NULL;
    if (request->body || !(safe || mu_streq(method, "DELETE")))
        type = request->content_type ? request->content_type : "application/json";

    size_t texts = text_size(method) + text_size(request->path) + text_size(type);
    struct mu_call *call = mu_xcalloc(1, sizeof(*call) + texts + headers + request->body_len + 2);
    char *at = (char *)(call + 1);
    call->method = put_text(&at, method);
    call->path = put_text(&at, request->path);
    call->content_type = put_text(&at, type);
    call->headers = put_headers(&at, request->headers);
    if (request->deadline_s > 0)
        call->deadline_us = mu_mono_us() + (int64_t)request->deadline_s * 1000000;
    if (request->body) {
        call->body = at;
        call->body_len = request->body_len;
        memcpy(call->body, request->body, request->body_len);
    }
    call->secret = request->secret;
    call->safe = safe;
    call->credential = request->credential;
    call->tag = request->tag;
    *ret = call;
    return 0;
}

void mu_call_free(struct mu_call *call)
{
    if (call->body && call->secret)
        explicit_bzero(call->body, call->body_len);
    free(call);
}
