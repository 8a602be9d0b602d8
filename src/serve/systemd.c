/* SPDX-License-Identifier: Apache-2.0 */
/* Socket activation, notification, watchdog. */
#include "serve/systemd.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"

enum { FIRST_FD = 3, STATE_MAX = 128 };

static long long env_number(const char *name)
{
    const char *text = getenv(name);
    long long n;
    return text && mu_parse_int(text, 0, INT64_MAX, &n) ? n : 0;
}

static bool listens(int fd)
{
    int type = 0, accepts = 0;
    socklen_t len = sizeof(type);
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM &&
           getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &len) == 0 && accepts;
}

int mu_systemd_socket(int *ret_fd, struct mu_err *err)
{
    long long count = env_number("LISTEN_FDS");
    if (count == 0 || env_number("LISTEN_PID") != getpid())
        return 0;
    /* not for commands that read secrets */
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDNAMES");
    if (count > 1)
        return mu_fail(err, MU_E_CONFIG,
                       "systemd passed %lld sockets; the .socket unit should have one ListenStream",
                       count);
    if (!listens(FIRST_FD) || fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) < 0 ||
        fcntl(FIRST_FD, F_SETFL, O_NONBLOCK) < 0)
        return mu_fail(err, MU_E_CONFIG,
                       "systemd passed something that is no listening stream socket; set "
                       "ListenStream and Accept=no in the .socket unit");
    *ret_fd = FIRST_FD;
    return 1;
}

static void send_state(const char *path, const char *state)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len < 2 || len >= sizeof(to.sun_path))
        return;
    memcpy(to.sun_path, path, len);
    if (path[0] == '@')
        to.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    ssize_t MU_UNUSED ignored =
        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to, size);
    close(fd);
}

void mu_systemd_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    char text[STATE_MAX];
    if (!path)
        return;
    if (mu_starts(state, "RELOADING"))
        snprintf(text, sizeof(text), "%s\nMONOTONIC_USEC=%" PRId64, state, mu_mono_us());
    else
        snprintf(text, sizeof(text), "%s", state);
    send_state(path, text);
}

int64_t mu_systemd_watchdog_us(void)
{
    long long pid = env_number("WATCHDOG_PID");
    return pid == 0 || pid == getpid() ? env_number("WATCHDOG_USEC") : 0;
}
