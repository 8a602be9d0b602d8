/* SPDX-License-Identifier: Apache-2.0 */
/* The few shapes an answer can have. */
#include <stdarg.h>
#include <stdio.h>

#include "http.h"

static const char *const content_types[] = {"application/json; charset=utf-8",
                                            "application/scim+json; charset=utf-8",
                                            "text/plain; charset=utf-8"};

void sim_json(struct sim_request *r, struct mu_jw *w)
{
    r->status = 200;
    r->content_type =
        r->server->logged ? content_types[r->sim->set.content_type] : content_types[0];
    mu_buf_reset(&r->out);
    mu_jw_init(w, &r->out, false);
}

void sim_reply_header(struct sim_request *r, const char *name, const char *fmt, ...)
{
    mu_assert(r->header_count < SIM_HEADERS_MAX);
    struct sim_header *header = &r->headers[r->header_count++];
    header->name = name;
    va_list args;
    va_start(args, fmt);
    vsnprintf(header->value, sizeof(header->value), fmt, args);
    va_end(args);
}

void sim_reply_empty(struct sim_request *r, int status)
{
    mu_buf_reset(&r->out);
    r->status = status;
    r->content_type = NULL;
}

void sim_reply_text(struct sim_request *r, int status, const char *content_type, const char *text)
{
    mu_buf_reset(&r->out);
    mu_buf_adds(&r->out, text);
    r->status = status;
    r->content_type = content_type;
}

void sim_reply_html(struct sim_request *r, int status)
{
    mu_buf_reset(&r->out);
    mu_buf_printf(&r->out,
                  "<!DOCTYPE html>\n<html><head><title>%d</title></head>\n"
                  "<body><h1>We're sorry, but something went wrong "
                  "(%d).</h1>\n<hr>edge-proxy</body></html>\n",
                  status, status);
    r->status = status;
    r->content_type = "text/html; charset=utf-8";
}

void sim_reply_e1(struct sim_request *r, int status, const char *message)
{
    struct mu_jw w;
    sim_json(r, &w);
    r->status = status;
    mu_jw_object(&w);
    mu_jw_key(&w, "success");
    mu_jw_bool(&w, false);
    mu_jw_key(&w, "message");
    mu_jw_str(&w, message);
    mu_jw_end(&w, '}');
}

void sim_reply_e3(struct sim_request *r, int status, const char *message)
{
    struct mu_jw w;
    sim_json(r, &w);
    r->status = status;
    mu_jw_object(&w);
    mu_jw_key(&w, "message");
    mu_jw_str(&w, message);
    mu_jw_end(&w, '}');
}
