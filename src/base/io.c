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

static void mu_auto_reading_fd(const int *fd)
{
    if (*fd > STDIN_FILENO)
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

/* A piece more, as far as there is room: its bytes; 0: the end. */
static ssize_t read_some(int fd, const char *path, struct mu_buf *to, struct mu_err *err)
{
    size_t room = to->max - to->len < CHUNK ? to->max - to->len : CHUNK;
    char beyond;
    char *at = &beyond;
    if (room > 0) {
        if (mu_buf_room(to, room) < 0)
            return too_large(path, to, err);
        at = to->data + to->len;
    }
    ssize_t n;
    do
        n = read(fd, at, room > 0 ? room : 1);
    while (n < 0 && errno == EINTR && !mu_cancelled());
    if (n < 0)
        return unreadable(path, err);
    if (n > 0 && room == 0)
        return too_large(path, to, err);
    to->len += (size_t)n;
    if (n > 0)
        to->data[to->len] = '\0';
    return n;
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

/* "-" is standard input, which is never closed. */
static int open_reading(const char *path, const struct mu_buf *to, struct mu_err *err)
{
    if (mu_streq(path, "-"))
        return STDIN_FILENO;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return unreadable(path, err);
    if (check_kind(fd, path, to, err) == 0)
        return fd;
    close(fd);
    return -1;
}

static const char *name_of(const char *path)
{
    return mu_streq(path, "-") ? "standard input" : path;
}

int mu_read_file(const char *path, struct mu_buf *to, struct mu_err *err)
{
    size_t before = to->len;
    MU_AUTO(reading_fd) int fd = open_reading(path, to, err);
    ssize_t n = fd < 0 ? -1 : 1;
    while (n > 0)
        n = read_some(fd, name_of(path), to, err);
    if (n < 0)
        mu_buf_cut(to, before);
    return n < 0 ? -1 : 0;
}

/* Each whole line from *at on; *at: where the rest begins. */
static int give_lines(const struct mu_buf *text, size_t *at, mu_line *each, void *arg,
                      struct mu_err *err)
{
    const char *end;
    while (*at < text->len && (end = memchr(text->data + *at, '\n', text->len - *at))) {
        const char *line = text->data + *at;
        *at += (size_t)(end - line) + 1;
        if (each(arg, line, (size_t)(end - line), err) < 0)
            return -1;
    }
    return 0;
}

int mu_read_lines(const char *path, size_t max, mu_line *each, void *arg, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(max);
    MU_AUTO(reading_fd) int fd = open_reading(path, &text, err);
    ssize_t n = fd < 0 ? -1 : 1;
    size_t total = 0;
    while (n > 0 && (n = read_some(fd, name_of(path), &text, err)) > 0) {
        size_t at = 0;
        total += (size_t)n;
        if (total > max)
            return too_large(name_of(path), &text, err);
        if (give_lines(&text, &at, each, arg, err) < 0)
            return mu_wrap(err, "%s", name_of(path));
        text.len -= at;
        memmove(text.data, text.data + at, text.len);
    }
    if (n == 0 && text.len > 0 && each(arg, text.data, text.len, err) < 0)
        return mu_wrap(err, "%s", name_of(path));
    return n < 0 ? -1 : 0;
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
