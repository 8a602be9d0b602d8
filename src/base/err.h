/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One failure, described once, stored by the caller.
 *
 * Every function that can fail takes `struct mu_err *err` as its last argument and returns -1 with
 * *err filled in, or 0 (iterators: 1 item, 0 end). `err` is never NULL and is untouched on success;
 * outputs are untouched on failure.
 *
 *     if (mu_store_open(path, &store, err) < 0)
 *         return mu_wrap(err, "muster pull");
 *
 * The text is a lower-case fragment that names the thing, says what was wrong and, where there is
 * one, the fix: `sendoso: users page 3: token rejected (401); create a new one and set
 * SENDOSO_TOKEN`. Never a secret, never a whole body. Text beyond the buffer is cut at a character
 * boundary and ends in "...". Remote text goes in through mu_printable() only (str.h), so that no
 * control character reaches a terminal. No allocation, no release.
 */
#ifndef MU_BASE_ERR_H
#define MU_BASE_ERR_H

#include "base/macros.h"

enum mu_code {
    MU_OK,
    MU_E_USAGE,       /* command line; exit 64 */
    MU_E_CONFIG,      /* configuration or mapping file; exit 78 */
    MU_E_REFUSED,     /* guard, verdict, stale plan; exit 3 */
    MU_E_AUTH,        /* credential rejected */
    MU_E_DENIED,      /* authenticated, not allowed */
    MU_E_MISSING,     /* the thing asked for is not there */
    MU_E_CONFLICT,    /* the thing is there already, or is not what was expected */
    MU_E_NET,         /* no connection, cut, timed out: worth a retry */
    MU_E_THROTTLED,   /* told to slow down: worth a retry after retry_after_s */
    MU_E_REMOTE,      /* the remote failed or answered out of protocol */
    MU_E_DATA,        /* one piece of data can't be used */
    MU_E_LIMIT,       /* a named ceiling was reached */
    MU_E_UNSUPPORTED, /* the remote or this build can't do that */
    MU_E_BUSY,        /* another muster holds it */
    MU_E_IO,          /* file, disk, store */
    MU_E_CANCELLED    /* SIGINT or SIGTERM */
};

/* How much is hurt: one record is parked, a kind ends, the connection ends, the whole run ends. */
enum mu_blast { MU_HITS_RUN, MU_HITS_CONNECTION, MU_HITS_KIND, MU_HITS_RECORD };

enum { MU_ERR_TEXT_MAX = 640 };

struct mu_err {
    enum mu_code code;
    enum mu_blast blast;
    unsigned retry_after_s; /* 0: not told */
    long native;            /* HTTP status, LDAP result code, errno or SQLite code; 0: none */
    char text[MU_ERR_TEXT_MAX];
};

#define MU_ERR_INIT   \
    {                 \
        .code = MU_OK \
    }

/* Fills *err (blast MU_HITS_RUN, native 0). Always returns -1. */
int mu_fail(struct mu_err *err, enum mu_code code, const char *fmt, ...) MU_PRINTF(3, 4);

/* Same, with ": strerror(errno)" and, where there is one, the fix appended, and native = errno. Code
 * MU_E_IO. */
int mu_fail_errno(struct mu_err *err, const char *fmt, ...) MU_PRINTF(2, 3);

/* Puts "fmt: " in front of the text. Always returns -1. */
int mu_wrap(struct mu_err *err, const char *fmt, ...) MU_PRINTF(2, 3);

/* Exit status of the command-line contract for a code: 64, 78, 3 or 1. */
int mu_err_exit(enum mu_code code);

/* Lower-case word for a code ("auth", "limit"), for logs and JSON. */
const char *mu_code_name(enum mu_code code);

/* A programmer's mistake: says where, and aborts. Remote input must never be able to reach it. */
void mu_bug(const char *file, int line, const char *what) MU_NORETURN;
#define mu_assert(cond) ((cond) ? (void)0 : mu_bug(__FILE__, __LINE__, #cond))

#endif
