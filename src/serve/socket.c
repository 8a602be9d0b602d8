/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and the listening socket. */
#include "serve/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

enum { BACKLOG = 1024, HOST_MAX = 64 };

static int bad_address(const char *where, struct mu_err *err)
{
    return mu_fail(err, MU_E_CONFIG,
                   "listen: '%.80s' is not ADDRESS:PORT with a numeric address, such as "
                   "127.0.0.1:8470 or [::1]:8470",
                   where);
}

static int split(const char *where, char host[HOST_MAX], const char **ret_port, struct mu_err *err)
{
    const char *colon = strrchr(where, ':');
    long long port;
    if (!colon || !mu_parse_int(colon + 1, 0, 65535, &port))
        return bad_address(where, err);
    bool brackets = where[0] == '[' && colon > where && colon[-1] == ']';
    const char *from = where + brackets;
    size_t len = (size_t)(colon - from) - brackets;
    if (len == 0 || len >= HOST_MAX)
        return bad_address(where, err);
    snprintf(host, HOST_MAX, "%.*s", (int)len, from);
    *ret_port = colon + 1;
    return 0;
}

static int bind_to(const struct addrinfo *at, const char *where, struct mu_err *err)
{
    int on = 1;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return mu_fail_errno(err, "listen %.80s", where);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (at->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    if (errno == EADDRINUSE)
        mu_fail(err, MU_E_IO,
                "listen %.80s: the port is taken; choose another, or stop what has it", where);
    else
        mu_fail_errno(err, "listen %.80s", where);
    close(fd);
    return -1;
}

int mu_socket_listen(const char *where, int *ret_fd, struct mu_err *err)
{
    char host[HOST_MAX];
    const char *port = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *at = NULL;
    if (split(where, host, &port, err) < 0)
        return -1;
    if (getaddrinfo(host, port, &hints, &at) != 0)
        return bad_address(where, err);
    int fd = bind_to(at, where, err);
    freeaddrinfo(at);
    if (fd < 0)
        return -1;
    *ret_fd = fd;
    return 0;
}

static bool is_loopback(const struct sockaddr_storage *at)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    memcpy(&in, at, sizeof(in));
    memcpy(&in6, at, sizeof(in6));
    if (at->ss_family == AF_INET)
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    return at->ss_family == AF_UNIX ||
           (at->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr));
}

int mu_socket_name(int fd, char ret[MU_SOCKET_NAME], bool *ret_loopback, struct mu_err *err)
{
    struct sockaddr_storage at = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(at);
    char host[HOST_MAX], port[8];
    if (getsockname(fd, (struct sockaddr *)&at, &len) < 0)
        return mu_fail_errno(err, "listening socket");
    *ret_loopback = is_loopback(&at);
    if (getnameinfo((struct sockaddr *)&at, len, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return mu_fail(err, MU_E_IO, "listening socket: not one of IPv4 or IPv6");
    snprintf(ret, MU_SOCKET_NAME, at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
    return 0;
}
