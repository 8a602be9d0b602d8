/* SPDX-License-Identifier: Apache-2.0 */
/* Where the server listens. */
#ifndef MU_SERVE_SOCKET_H
#define MU_SERVE_SOCKET_H

#include <stdbool.h>

#include "base/err.h"

enum { MU_SOCKET_NAME = 80 };

/* ADDRESS:PORT or [ADDRESS]:PORT, numbers only; port 0: any free one. MU_E_CONFIG, or MU_E_IO with
 * what to do. The caller closes. */
int mu_socket_listen(const char *where, int *ret_fd, struct mu_err *err);

/* The address a listening socket has, as it was bound: "127.0.0.1:8470"; and whether only this
 * machine can reach it. */
int mu_socket_name(int fd, char ret[MU_SOCKET_NAME], bool *ret_loopback, struct mu_err *err);

#endif
