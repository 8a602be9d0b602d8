/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a connection may take: to send a request, from its first byte to its last, and to read what
 * it is given. libmicrohttpd ends those that are silent (`idle`), and each byte begins that time anew;
 * who sends or reads a byte now and then would stay for ever. Private to the listener.
 *
 * A deadline is a connection's, from its begin to its end, and moved by its event loop alone. The
 * listener's ticker cuts those that have passed: the connection is shut down, and libmicrohttpd ends
 * it as one whose client has gone. Before that a client that is late with its request is told 408,
 * unless TLS stands between.
 */
#ifndef MU_SERVE_DEADLINE_H
#define MU_SERVE_DEADLINE_H

#include <microhttpd.h>

#include "engine/config_serve.h"

struct deadlines;
struct deadline;

/* conf is kept. */
struct deadlines *deadlines_new(const struct mu_serve_conf *conf);
void deadlines_cut(struct deadlines *d, int64_t now_us); /* those that have passed */
void deadlines_free(struct deadlines *d); /* when no connection is left; NULL is fine */

void deadline_connected(struct deadlines *d, struct MHD_Connection *conn, void **context);
void deadline_closed(void **context);
struct deadline *deadline_of(struct MHD_Connection *conn);

/* What the connection is about to do. False: it has been cut, nothing can be said to it any more. */
bool deadline_idles(struct deadline *d);        /* between requests: `idle`, and then `request` */
bool deadline_sends(struct deadline *d);        /* a request whose first line is here: `request` */
bool deadline_waits(struct deadline *d);        /* for us, as long as we like */
bool deadline_receives(struct deadline *d);     /* an answer, or the next piece of one: `answer` */
bool deadline_passed(const struct deadline *d); /* it has been cut */

#endif
