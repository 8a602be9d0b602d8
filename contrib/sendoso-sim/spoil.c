/* SPDX-License-Identifier: Apache-2.0 */
/* Faults that are answers, faults in answers, and the 429 of the rate limit. */
#include "spoil.h"

#include <string.h>
#include <time.h>

#include "base/time.h"

bool sim_spoil_is_own_answer(enum sim_fault_kind kind)
{
    return kind >= SIM_FAULT_HTML500 && kind <= SIM_FAULT_HANG;
}

static void http_date(int64_t unix_s, char *to, size_t room)
{
    time_t at = (time_t)unix_s;
    struct tm tm;
    gmtime_r(&at, &tm);
    strftime(to, room, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static void add_reset(struct sim_request *r, int64_t wait_s)
{
    static const char name[] = "X-Rate-Limit-Reset";
    int64_t at = mu_now() + wait_s;
    char text[64];
    switch (r->sim->set.rate_reset) {
    case SIM_RESET_EPOCH:
        sim_reply_header(r, name, "%lld", (long long)at);
        break;
    case SIM_RESET_EPOCH_MS:
        sim_reply_header(r, name, "%lld", (long long)at * 1000);
        break;
    case SIM_RESET_DELTA:
        sim_reply_header(r, name, "%lld", (long long)wait_s);
        break;
    case SIM_RESET_DATE:
        http_date(at, text, sizeof(text));
        sim_reply_header(r, name, "%s", text);
        break;
    case SIM_RESET_ISO:
        sim_reply_header(r, name, "%s", mu_time_text(at, text));
        break;
    default:
        break;
    }
}

void sim_reply_429(struct sim_request *r, int64_t wait_s)
{
    char text[64];
    if (r->sim->set.rate_body == SIM_429_E1)
        sim_reply_e1(r, 429, "Too Many Requests");
    else if (r->sim->set.rate_body == SIM_429_HTML)
        sim_reply_html(r, 429);
    else
        sim_reply_empty(r, 429);
    if (r->sim->set.retry_after == SIM_AFTER_SECONDS)
        sim_reply_header(r, "Retry-After", "%lld", (long long)wait_s);
    if (r->sim->set.retry_after == SIM_AFTER_DATE) {
        http_date(mu_now() + wait_s, text, sizeof(text));
        sim_reply_header(r, "Retry-After", "%s", text);
    }
    add_reset(r, wait_s);
}

static void reply_deep(struct sim_request *r)
{
    struct mu_jw unused;
    sim_json(r, &unused);
    mu_buf_adds(&r->out, "{\"users\":");
    for (int64_t i = 0; i < r->fault.depth; i++)
        mu_buf_addc(&r->out, '[');
    for (int64_t i = 0; i < r->fault.depth; i++)
        mu_buf_addc(&r->out, ']');
    mu_buf_addc(&r->out, '}');
}

static void reply_status(struct sim_request *r)
{
    struct mu_jw unused;
    sim_json(r, &unused);
    r->status = (int)r->fault.status;
    mu_buf_adds(&r->out, r->fault.body);
}

static void reply_delivered(struct sim_request *r, enum sim_delivery how)
{
    if (r->status == 0)
        r->status = 200;
    r->delivery = how;
}

static void reply_hang(struct sim_request *r)
{
    r->delay_ms = r->fault.ms ? r->fault.ms : 600000;
    reply_delivered(r, SIM_CUT);
}

static void own_answer(struct sim_request *r)
{
    r->header_count = 0;
    switch (r->fault.kind) {
    case SIM_FAULT_HTML500:
        sim_reply_html(r, (int)r->fault.status);
        break;
    case SIM_FAULT_500:
        sim_reply_e1(r, (int)r->fault.status, "Internal Server Error");
        break;
    case SIM_FAULT_429:
        sim_reply_429(r, 1);
        break;
    case SIM_FAULT_UNAUTHORIZED:
        sim_oauth_refuse(r, r->fault.expired);
        break;
    case SIM_FAULT_FORBIDDEN:
        sim_reply_e1(r, 403, "Forbidden");
        break;
    case SIM_FAULT_404:
        sim_reply_e3(r, 404, "Not found!");
        break;
    case SIM_FAULT_STATUS:
        reply_status(r);
        break;
    case SIM_FAULT_NOT_JSON:
        sim_reply_html(r, 200);
        break;
    case SIM_FAULT_EMPTY:
        sim_reply_empty(r, 200);
        break;
    case SIM_FAULT_DEEP:
        reply_deep(r);
        break;
    case SIM_FAULT_HUGE:
        reply_delivered(r, SIM_SEND_HUGE);
        break;
    case SIM_FAULT_ENDLESS:
        reply_delivered(r, SIM_SEND_ENDLESS);
        break;
    case SIM_FAULT_HANG:
        reply_hang(r);
        break;
    default:
        reply_delivered(r, SIM_CUT);
        break;
    }
}

/* Puts bytes at the front of the first text that is a name. */
static void taint_name(struct sim_request *r, const char *bytes, size_t len)
{
    static const char *const keys[] = {"\"first_name\":\"", "\"givenName\":\"", "\"name\":\""};
    struct mu_buf *out = &r->out;
    for (size_t i = 0; i < MU_LEN(keys); i++) {
        const char *at = memmem(out->data, out->len, keys[i], strlen(keys[i]));
        if (!at)
            continue;
        size_t before = (size_t)(at - out->data) + strlen(keys[i]);
        struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
        mu_buf_add(&to, out->data, before);
        mu_buf_add(&to, bytes, len);
        mu_buf_add(&to, out->data + before, out->len - before);
        mu_buf_done(out);
        *out = to;
        return;
    }
}

void sim_spoil(struct sim_request *r)
{
    if (sim_spoil_is_own_answer(r->fault.kind)) {
        own_answer(r);
        return;
    }
    switch (r->fault.kind) {
    case SIM_FAULT_NUL:
        taint_name(r, r->fault.raw ? "\0" : "\\u0000", r->fault.raw ? 1 : 6);
        break;
    case SIM_FAULT_BAD_UTF8:
        taint_name(r, "\xC3(", 2);
        break;
    case SIM_FAULT_CUT_JSON:
        mu_buf_cut(&r->out, r->out.len / 2);
        break;
    case SIM_FAULT_TRUNCATE:
        r->delivery = SIM_SEND_HALF;
        break;
    case SIM_FAULT_STALL:
        r->delivery = SIM_SEND_STALL;
        break;
    case SIM_FAULT_SLOW:
        r->delivery = SIM_SEND_SLOW;
        break;
    default: /* the lists have seen to the others */
        break;
    }
}
