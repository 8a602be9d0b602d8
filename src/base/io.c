/* SPDX-License-Identifier: Apache-2.0 */
/* Files: bounded reads and atomic replacement. */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

enum { CHUNK = 64 * 1024 };

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static int too_large(const char *path, const struct mu_buf *to, struct mu_err *err)
{
    return mu_fail(err, MU_E_LIMIT, "%s: larger than the limit of %zu bytes", path, to->max);
}

static int unreadable(const char *path, struct mu_err *err)
{
    if (errno == EINTR && mu_cancelled())
        return mu_fail(err, MU_E_CANCELLED, "%s: cancelled while waiting for it", path);
    return mu_fail_errno(err, "%s", path);
}

static int read_all(int fd, const char *path, struct mu_buf *to, struct mu_err *err)
{
    for (;;) {
        size_t room = to->max - to->len < CHUNK ? to->max - to->len : CHUNK;
        char beyond;
        char *at = &beyond;
        if (room > 0) {
            if (mu_buf_room(to, room) < 0)
                return too_large(path, to, err);
            at = to->data + to->len;
        }
        ssize_t n = read(fd, at, room > 0 ? room : 1);
        if (n < 0 && errno == EINTR && !mu_cancelled())
            continue;
        if (n < 0)
            return unreadable(path, err);
        if (n > 0 && room == 0)
            return too_large(path, to, err);
        if (n == 0)
            return 0;
        to->len += (size_t)n;
        to->data[to->len] = '\0';
    }
}

/* Pipes are welcome (process substitution); what can be read forever or holds no text is not. */
static int check_kind(int fd, const char *path, const struct mu_buf *to, struct mu_err *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return mu_fail_errno(err, "%s", path);
    if (S_ISDIR(st.st_mode))
        return mu_fail(err, MU_E_IO, "%s: is a directory, not a file", path);
    if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
        return mu_fail(err, MU_E_IO, "%s: is a device, not a file", path);
    if (S_ISREG(st.st_mode) && (uintmax_t)st.st_size > to->max - to->len)
        return too_large(path, to, err);
    return 0;
}

int mu_read_file(const char *path, struct mu_buf *to, struct mu_err *err)
{
    size_t before = to->len;
    int status;
    if (mu_streq(path, "-")) {
        status = read_all(STDIN_FILENO, "standard input", to, err);
    } else {
        __attribute__((cleanup(close_fd))) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
            return unreadable(path, err);
        status = check_kind(fd, path, to, err);
        if (status == 0)
            status = read_all(fd, path, to, err);
    }
    if (status < 0)
        mu_buf_cut(to, before);
    return status;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* Makes the new name durable. File systems that can't sync a directory (EINVAL) need not. */
static int sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    char *folder = mu_xmalloc(len + 2);
    memcpy(folder, path, len);
    folder[len] = '\0';
    if (len == 0)
        snprintf(folder, 2, "%s", slash ? "/" : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return -1;
    int status = fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
    int saved = errno;
    close(fd);
    errno = saved;
    return status;
}

static int fill(int fd, const void *bytes, size_t len, unsigned mode)
{
    if (fchmod(fd, (mode_t)mode) < 0 || write_all(fd, bytes, len) < 0)
        return -1;
    return fsync(fd);
}

int mu_write_file(const char *path, const void *bytes, size_t len, unsigned mode,
                  struct mu_err *err)
{
    size_t size = strlen(path) + sizeof(".XXXXXX");
    MU_AUTO(free) char *temp = mu_xmalloc(size);
    snprintf(temp, size, "%s.XXXXXX", path);
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return mu_fail_errno(err, "%s", path);
    int status = fill(fd, bytes, len, mode);
    int saved = errno;
    if (close(fd) < 0 && status == 0) {
        status = -1;
        saved = errno;
    }
    errno = saved;
    if (status == 0)
        status = rename(temp, path);
    if (status < 0) {
        mu_fail_errno(err, "%s", path);
        unlink(temp);
        return -1;
    }
    return sync_folder(path) < 0 ? mu_fail_errno(err, "%s: folder", path) : 0;
}
