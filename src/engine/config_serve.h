/* SPDX-License-Identifier: Apache-2.0 */
/* The `serve:` key of muster.yaml: where `muster serve` listens, whom it answers, and its limits. */
#ifndef MU_ENGINE_CONFIG_SERVE_H
#define MU_ENGINE_CONFIG_SERVE_H

#include <stdbool.h>
#include <stdint.h>

enum mu_proxy { MU_PROXY_NONE, MU_PROXY_TRUSTED };

struct mu_serve_conf {
    const char *listen;             /* ADDRESS:PORT; [ADDRESS]:PORT for IPv6 */
    const char *tls_cert, *tls_key; /* absolute paths of PEM files; both NULL: no TLS of our own */
    int proxy;                      /* enum mu_proxy: something in front of us does TLS */
    const char *const *hosts;       /* names besides the address we may be called by; NULL: none */
    const char *const *origins;     /* web pages that may read answers (CORS); NULL: none */
    int64_t workers;                /* threads with an event loop; 0: one a processor */
    int64_t blocking;               /* threads for what waits */
    int64_t connections;            /* at once */
    int64_t connections_per_ip;     /* 0: no limit */
    int64_t header_kib;             /* of a request's headers and its answer's */
    int64_t body_kib;               /* of a request's body, where its route says nothing */
    int64_t idle_s;                 /* a connection may be silent */
    int64_t request_s;              /* a request may take to come, headers and body */
    int64_t answer_s;               /* an answer, or a piece of a stream, may take to be read */
    double token_rate;              /* requests a second of one token; 0: no limit */
    int64_t wait_s;                 /* a request waits for the rate of an account at most */
    int64_t pull_wait_s;            /* a request waits for a pull at most */
    bool access_log;                /* a line of the log for each request */
};

#endif
