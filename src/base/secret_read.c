/* SPDX-License-Identifier: Apache-2.0 */
/* Where secrets come from: environment, file, command. What is read lies in guarded memory from the
 * first byte on. */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "base/time.h"

enum { SECRET_MAX = 64 * 1024, COMMAND_S = 30, POLL_MS = 100, REAP_MS = 10 };

extern char **environ;

/* Room for one byte more than allowed, so that too long shows. */
struct pad {
    char *bytes;
    size_t len;
};

static void mu_auto_pad(struct pad *p)
{
    sodium_free(p->bytes);
}

static char *pad_new(void)
{
    mu_assert(sodium_init() >= 0);
    char *bytes = sodium_malloc(SECRET_MAX + 1);
    if (!bytes)
        mu_oom();
    return bytes;
}

/* Checks what was found and makes the secret of it. */
static int finish(const struct mu_y *at, const char *value, size_t len, struct mu_secret **ret,
                  struct mu_err *err)
{
    if (len > SECRET_MAX)
        return mu_y_fail(at, err, "the secret is longer than the limit of %d bytes", SECRET_MAX);
    if (len == 0)
        return mu_y_fail(at, err, "the secret is empty");
    if (memchr(value, '\0', len))
        return mu_y_fail(at, err, "the secret holds a NUL byte; is its file a binary one?");
    *ret = mu_secret_new(value, len);
    return 0;
}

static int finish_line(const struct mu_y *at, const struct pad *p, struct mu_secret **ret,
                       struct mu_err *err)
{
    const char *end = memchr(p->bytes, '\n', p->len);
    size_t len = end ? (size_t)(end - p->bytes) : p->len;
    if (len > 0 && p->bytes[len - 1] == '\r')
        len--;
    return finish(at, p->bytes, len, ret, err);
}

static int from_env(const struct mu_y *at, const char *name, struct mu_secret **ret,
                    struct mu_err *err)
{
    const char *value = getenv(name);
    if (!value) {
        return mu_y_fail(at, err, "environment variable %s is not set; export it, or use file:PATH",
                         name);
    }
    if (!*value)
        return mu_y_fail(at, err, "environment variable %s is empty", name);
    return finish(at, value, strlen(value), ret, err);
}

static char *file_path(const struct mu_y *at, const char *path)
{
    MU_AUTO(buf) struct mu_buf made = MU_BUF_INIT(MU_BUF_MAX);
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    const char *slash = strrchr(at->file, '/');
    if (*path != '/' && credentials && *credentials)
        mu_buf_printf(&made, "%s/", credentials);
    else if (*path != '/' && slash)
        mu_buf_add(&made, at->file, (size_t)(slash - at->file) + 1);
    mu_buf_adds(&made, path);
    return mu_buf_take(&made, NULL);
}

static int check_mode(const struct mu_y *at, const char *path, int fd, struct stat *ret,
                      struct mu_err *err)
{
    if (fstat(fd, ret) < 0)
        return mu_y_fail(at, err, "%s: %m", path);
    if (!S_ISREG(ret->st_mode) && !S_ISFIFO(ret->st_mode))
        return mu_y_fail(at, err, "%s: is not a file", path);
    if (ret->st_mode & S_IWOTH)
        return mu_y_fail(at, err, "%s: anybody may write this secret; chmod 600 it", path);
    return 0;
}

static int read_fd(int fd, struct pad *p)
{
    while (p->len <= SECRET_MAX && !memchr(p->bytes, '\n', p->len)) {
        ssize_t n = read(fd, p->bytes + p->len, SECRET_MAX + 1 - p->len);
        if (n < 0 && errno == EINTR && !mu_cancelled())
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        p->len += (size_t)n;
    }
    return 0;
}

static int from_open_file(const struct mu_y *at, const char *path, int fd, struct mu_secret **ret,
                          struct mu_err *err)
{
    struct stat st;
    if (check_mode(at, path, fd, &st, err) < 0)
        return -1;
    MU_AUTO(pad) struct pad p = {.bytes = pad_new()};
    if (read_fd(fd, &p) < 0)
        return mu_y_fail(at, err, "%s: %m", path);
    if (finish_line(at, &p, ret, err) < 0)
        return -1;
    if (st.st_mode & S_IROTH) {
        MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
        mu_buf_printf(&text, "%s: anybody on this machine may read this secret; chmod 600 it",
                      path);
        mu_secret_warn(*ret, text.data);
    }
    return 0;
}

static int from_file(const struct mu_y *at, const char *name, struct mu_secret **ret,
                     struct mu_err *err)
{
    MU_AUTO(free) char *path = file_path(at, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return mu_y_fail(at, err, "secret file %s: %m", path);
    int status = from_open_file(at, path, fd, ret, err);
    close(fd);
    return status;
}

/* /bin/sh -c command, standard input empty, standard output into out. Returns 0 or an errno. */
static int start(const char *command, int out, pid_t *ret)
{
    char sh[] = "sh", dash_c[] = "-c";
    MU_AUTO(free) char *text = mu_xstrdup(command);
    char *argv[] = {sh, dash_c, text, NULL};
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    int status = posix_spawn(ret, "/bin/sh", &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return status;
}

/* Reads to the end of the output, so that the command never meets a closed pipe. -1: too slow or
 * cancelled. */
static int read_output(int fd, int64_t deadline, struct pad *p)
{
    while (mu_mono_us() < deadline && !mu_cancelled()) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, POLL_MS) <= 0)
            continue;
        char beyond;
        bool room = p->len <= SECRET_MAX;
        ssize_t n =
            read(fd, room ? p->bytes + p->len : &beyond, room ? SECRET_MAX + 1 - p->len : 1);
        if (n == 0)
            return 0;
        if (n > 0 && room)
            p->len += (size_t)n;
    }
    return -1;
}

/* Exit status as waitpid tells it; -1: still running at the deadline, and killed. */
static int reap(pid_t pid, int64_t deadline)
{
    int status = -1;
    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid)
            return status;
        if ((got < 0 && errno != EINTR) || mu_cancelled() || mu_mono_us() >= deadline)
            break;
        nanosleep(&(struct timespec){.tv_nsec = REAP_MS * 1000000L}, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return -1;
}

static int fail_status(const struct mu_y *at, int status, struct mu_err *err)
{
    if (mu_cancelled()) {
        mu_y_fail(at, err, "cancelled while the secret's command ran");
        err->code = MU_E_CANCELLED;
        return -1;
    }
    if (status == -1)
        return mu_y_fail(at, err, "the secret's command did not end within %d s", COMMAND_S);
    if (WIFSIGNALED(status))
        return mu_y_fail(at, err, "the secret's command was ended by signal %d", WTERMSIG(status));
    return mu_y_fail(at, err, "the secret's command failed with status %d", WEXITSTATUS(status));
}

/* Whoever may write the file that names a command may run one as us. */
static int check_owner(const struct mu_y *at, struct mu_err *err)
{
    struct stat st;
    if (stat(at->file, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IWOTH)) {
        return mu_y_fail(at, err,
                         "this file names a command, and anybody may write it; chmod o-w it");
    }
    return 0;
}

static int from_command(const struct mu_y *at, const char *command, struct mu_secret **ret,
                        struct mu_err *err)
{
    int ends[2];
    if (check_owner(at, err) < 0)
        return -1;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return mu_y_fail(at, err, "the secret's command: %m");
    MU_AUTO(pad) struct pad p = {.bytes = pad_new()};
    int64_t deadline = mu_mono_us() + (int64_t)COMMAND_S * 1000000;
    pid_t pid;
    int failed = start(command, ends[1], &pid);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        return mu_y_fail(at, err, "the secret's command can't be started: /bin/sh: %s",
                         strerror(failed));
    }
    int output = read_output(ends[0], deadline, &p);
    close(ends[0]);
    int status = reap(pid, output < 0 ? 0 : deadline);
    if (status != 0)
        return fail_status(at, status, err);
    return finish_line(at, &p, ret, err);
}

static const struct {
    const char *prefix;
    int (*load)(const struct mu_y *at, const char *name, struct mu_secret **ret,
                struct mu_err *err);
} kinds[] = {{"env:", from_env}, {"file:", from_file}, {"command:", from_command}};

int mu_secret_load(const struct mu_y *at, struct mu_secret **ret, struct mu_err *err)
{
    const char *text = at->type == MU_Y_SCALAR ? at->text : "";
    for (size_t i = 0; i < MU_LEN(kinds); i++) {
        size_t len = strlen(kinds[i].prefix);
        if (mu_starts(text, kinds[i].prefix) && text[len])
            return kinds[i].load(at, text + len, ret, err);
    }
    return mu_y_fail(at, err, "write where the secret lies: env:NAME, file:PATH or command:CMD");
}
