/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP server: libmicrohttpd with an event loop (epoll) a worker, all on one listening socket,
 * and a few threads for handlers that wait. Nagle is off, and an answer's headers and body leave in
 * one write. Limits are those of `serve:` in muster.yaml (engine/config_serve.h) and of serve/http.h.
 */
#ifndef MU_SERVE_LISTENER_H
#define MU_SERVE_LISTENER_H

#include "serve/serve.h"

struct mu_listener;

/* Takes the socket over, also on failure. From now on requests are answered, with mu_route_tables. */
int mu_listener_start(struct mu_serve *serve, int fd, struct mu_listener **ret, struct mu_err *err);
const char *mu_listener_url(const struct mu_listener *l); /* "http://127.0.0.1:8470" */

/* No new connections; what is being answered gets drain_s seconds to end, over a connection that is
 * closed then; streams without an end are cut. ending: nobody else listens on the socket, so that new
 * clients are refused, and what is still being done after that time is cut short (mu_cancel), else
 * waited for. NULL is fine. */
void mu_listener_stop(struct mu_listener *l, unsigned drain_s, bool ending);

#endif
