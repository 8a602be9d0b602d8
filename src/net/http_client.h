/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the HTTP client: its lists and what becomes of one try. Private to http.c, which has the
 * loop, and http_try.c. A flight is in exactly one of air, done and idle, or is lent; a call is in
 * queue or waiting, or on a flight.
 */
#ifndef MU_NET_HTTP_CLIENT_H
#define MU_NET_HTTP_CLIENT_H

#include "net/http_flight.h"

enum { SECOND_US = 1000000 };

struct mu_http {
    CURLM *multi;
    struct mu_log *log;
    struct mu_governor *governor, *own_governor;
    struct mu_flight_conf flight;
    char *name, *base_url, *host, *ca_file, *user_agent;
    int connections, tries, deadline_s;
    struct mu_call_list queue;   /* never tried, or to be tried at once */
    struct mu_call_list waiting; /* to be tried again, each not before its time */
    struct mu_flight_list air;   /* added to the multi handle */
    struct mu_flight_list done;  /* to be handed out */
    struct mu_flight_list idle;
    struct mu_flight *lent; /* whose body the caller is reading */
    int64_t wake_us;   /* when governor or backoff lets the next one go; 0: nothing is held back */
    int64_t held_us;   /* since when the governor has held back; 0: it doesn't */
    int64_t untold_us; /* how long it did, not told it yet */
    int64_t told_until_us; /* end of the block last written to the log */
    struct mu_http_stats stats;
    bool (*stop)(void *arg); /* of the request that is alone; NULL: none */
    void *stop_arg;
};

/* A flight for the next try; MU_E_NET when libcurl has none. */
int http_get_flight(struct mu_http *http, struct mu_flight **ret, struct mu_err *err);
void http_to_idle(struct mu_http *http, struct mu_flight *f);
/* The call ends here without an answer: it is handed out with f->failed. */
void http_give_up(struct mu_http *http, struct mu_flight *f, struct mu_call *call);
/* Sends the call. -1: not begun, and it stands in the queue again; what fails once it is begun is
 * its outcome. */
int http_launch(struct mu_http *http, struct mu_call *call, int64_t now_us, struct mu_err *err);
/* The try is over: the call is handed out, or goes to be tried again. */
void http_settle(struct mu_http *http, struct mu_flight *f, CURLcode rc);

#endif
