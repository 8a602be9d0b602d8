/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers that two readers could read in two ways: a length and chunks, two lengths, two hosts, two
 * tokens, names that are none, bytes that end a line elsewhere. Something in front of us may have
 * read them in the other way (request smuggling), so they are refused and the connection is closed.
 */
#ifndef MU_SERVE_FRAMING_H
#define MU_SERVE_FRAMING_H

#include <microhttpd.h>

#include "base/err.h"

/* MU_E_USAGE says which. */
int framing_check(struct MHD_Connection *conn, struct mu_err *err);

#endif
