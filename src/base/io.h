/* SPDX-License-Identifier: Apache-2.0 */
/* Files: bounded reads, atomic replacement, locks, cancellation by signal. */
#ifndef MU_BASE_IO_H
#define MU_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/* Whole file into `to`, up to to->max; "-" is standard input. Directory, device and unreadable
 * files are errors. */
int mu_read_file(const char *path, struct mu_buf *to, struct mu_err *err);

/* The same, line by line, of up to `max` bytes: each is lent, without its line feed. -1 from `each`
 * ends it, with the path put before what it says. */
typedef int mu_line(void *arg, const char *line, size_t len, struct mu_err *err);
int mu_read_lines(const char *path, size_t max, mu_line *each, void *arg, struct mu_err *err);

/* Writes beside path, fsyncs, renames over it, fsyncs the directory. mode e.g. 0600. */
int mu_write_file(const char *path, const void *bytes, size_t len, unsigned mode,
                  struct mu_err *err);

/*
 * A lock between processes (fcntl open-file-description lock on path, which is created and stays).
 * wait_s 0: at once. MU_E_BUSY names the process that holds it. Released by mu_unlock or when the
 * process ends, however it ends.
 */
struct mu_lock;
int mu_lock(const char *path, int wait_s, struct mu_lock **ret, struct mu_err *err);
/* A share of it: many have one at a time, and nobody the whole meanwhile. */
int mu_lock_share(const char *path, int wait_s, struct mu_lock **ret, struct mu_err *err);
void mu_unlock(struct mu_lock *lock); /* NULL is fine */
static inline void mu_auto_lock(struct mu_lock **lock)
{
    mu_unlock(*lock);
}

/* SIGINT and SIGTERM set a flag that long work asks for; a second signal ends the process as usual.
 * */
void mu_cancel_install(void);
bool mu_cancelled(void);
void mu_cancel(void); /* sets it by hand, for who takes signals otherwise */

#endif
