/* SPDX-License-Identifier: Apache-2.0 */
/* Locks between processes, and cancellation by signal. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/str.h"
#include "base/time.h"

enum { POLL_MS = 50, PID_TEXT = 24 };

struct mu_lock {
    int fd;
    bool shared;
};

/* The kernel doesn't tell who holds an open-file-description lock, so the holder writes its id into
 * the file. */
static int busy(const char *path, int fd, struct mu_err *err)
{
    char text[PID_TEXT];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    long long pid;
    if (mu_parse_int(text, 1, INT32_MAX, &pid))
        return mu_fail(err, MU_E_BUSY, "%s: held by another muster, process %lld", path, pid);
    return mu_fail(err, MU_E_BUSY, "%s: held by another muster", path);
}

static int acquire(const char *path, int fd, bool shared, int wait_s, struct mu_err *err)
{
    int64_t deadline = mu_mono_us() + (int64_t)wait_s * 1000000;
    struct flock whole = {.l_type = shared ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET};
    while (fcntl(fd, F_OFD_SETLK, &whole) < 0) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return mu_fail_errno(err, "%s: lock", path);
        if (mu_cancelled())
            return mu_fail(err, MU_E_CANCELLED, "%s: cancelled while waiting for the lock", path);
        if (mu_mono_us() >= deadline)
            return busy(path, fd, err);
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    return 0;
}

/* The id is a courtesy to whoever waits: a full disk must not keep us from working. */
static void sign(int fd)
{
    char text[PID_TEXT];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    ssize_t MU_UNUSED ignored = ftruncate(fd, 0) == 0 ? pwrite(fd, text, (size_t)len, 0) : -1;
}

static int lock(const char *path, bool shared, int wait_s, struct mu_lock **ret, struct mu_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0)
        return mu_fail_errno(err, "%s", path);
    if (acquire(path, fd, shared, wait_s, err) < 0) {
        close(fd);
        return -1;
    }
    if (!shared)
        sign(fd);
    *ret = mu_xcalloc(1, sizeof(**ret));
    **ret = (struct mu_lock){.fd = fd, .shared = shared};
    return 0;
}

int mu_lock(const char *path, int wait_s, struct mu_lock **ret, struct mu_err *err)
{
    return lock(path, false, wait_s, ret, err);
}

int mu_lock_share(const char *path, int wait_s, struct mu_lock **ret, struct mu_err *err)
{
    return lock(path, true, wait_s, ret, err);
}

void mu_unlock(struct mu_lock *lock)
{
    if (!lock)
        return;
    int MU_UNUSED ignored = lock->shared ? 0 : ftruncate(lock->fd, 0);
    close(lock->fd);
    free(lock);
}

/* The one flag that has to be reachable from a signal handler. */
static atomic_bool cancelled;

static void on_signal(int number)
{
    if (atomic_exchange(&cancelled, true)) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

void mu_cancel_install(void)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < MU_LEN(numbers); i++) {
        struct sigaction old;
        /* Who was started with the signal ignored (nohup, a shell's background job) stays so. */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
            continue;
        struct sigaction action = {.sa_handler =
                                       on_signal}; /* no SA_RESTART: long waits shall end */
        sigemptyset(&action.sa_mask);
        sigaction(numbers[i], &action, NULL);
    }
}

void mu_cancel(void)
{
    atomic_store(&cancelled, true);
}

bool mu_cancelled(void)
{
    return atomic_load_explicit(&cancelled, memory_order_relaxed);
}
