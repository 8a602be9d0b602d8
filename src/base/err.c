/* SPDX-License-Identifier: Apache-2.0 */
/* Failures as values: filling, wrapping and naming struct mu_err. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const struct {
    const char *name;
    int exit_status;
} codes[] = {
    [MU_OK] = {"ok", 0},
    [MU_E_USAGE] = {"usage", 64},
    [MU_E_CONFIG] = {"config", 78},
    [MU_E_REFUSED] = {"refused", 3},
    [MU_E_AUTH] = {"auth", 1},
    [MU_E_DENIED] = {"denied", 1},
    [MU_E_MISSING] = {"missing", 1},
    [MU_E_CONFLICT] = {"conflict", 1},
    [MU_E_NET] = {"net", 1},
    [MU_E_THROTTLED] = {"throttled", 1},
    [MU_E_REMOTE] = {"remote", 1},
    [MU_E_DATA] = {"data", 1},
    [MU_E_LIMIT] = {"limit", 1},
    [MU_E_UNSUPPORTED] = {"unsupported", 1},
    [MU_E_BUSY] = {"busy", 1},
    [MU_E_IO] = {"io", 1},
    [MU_E_CANCELLED] = {"cancelled", 1},
};

/* Marks text that did not fit: back to the start of a UTF-8 character, then "...". */
static void mark_cut(char *text, size_t size)
{
    size_t at = size - sizeof("...");
    while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    memcpy(text + at, "...", sizeof("..."));
}

static void start(struct mu_err *err, enum mu_code code)
{
    err->code = code;
    err->blast = MU_HITS_RUN;
    err->retry_after_s = 0;
    err->native = 0;
}

/*
 * Writes `before` (formatted), then `after`, into err->text. `before` may quote the old text, so it
 * is made aside.
 */
static void compose(struct mu_err *err, const char *after, const char *fmt, va_list args)
    MU_PRINTF(3, 0);

static void compose(struct mu_err *err, const char *after, const char *fmt, va_list args)
{
    char text[MU_ERR_TEXT_MAX];
    int made = vsnprintf(text, sizeof(text), fmt, args);
    size_t len = made < 0 ? 0 : (size_t)made;
    bool cut = len >= sizeof(text);
    if (cut)
        len = sizeof(text) - 1;
    text[len] = '\0';
    if (!cut && after) {
        size_t more = strlen(after);
        size_t room = sizeof(text) - 1 - len;
        cut = more > room;
        memcpy(text + len, after, cut ? room : more);
        len += cut ? room : more;
        text[len] = '\0';
    }
    if (cut)
        mark_cut(text, sizeof(text));
    mu_utf8_mend(text); /* what a precision cut in two, and what wasn't made to be shown */
    memcpy(err->text, text, len + 1);
}

int mu_fail(struct mu_err *err, enum mu_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    compose(err, NULL, fmt, args);
    va_end(args);
    start(err, code);
    return -1;
}

/* What the system's words leave open: what to do. */
static const char *fix_of(int number)
{
    static const struct {
        int number;
        const char *fix;
    } fixes[] = {
        {EACCES, "; the user that muster runs as must be allowed to"},
        {EROFS, "; choose a place that can be written"},
        {ENOSPC, "; free some space and run it again"},
        {EDQUOT, "; free some space and run it again"},
        {EFBIG, "; raise the limit on file sizes (ulimit -f) and run it again"},
        {EMFILE, "; raise the limit on open files (ulimit -n) and run it again"},
    };
    for (size_t i = 0; i < MU_LEN(fixes); i++)
        if (fixes[i].number == number)
            return fixes[i].fix;
    return "";
}

int mu_fail_errno(struct mu_err *err, const char *fmt, ...)
{
    int saved = errno;
    char room[128];
    char why[2 * sizeof(room)];
    snprintf(why, sizeof(why), ": %s%s", strerror_r(saved, room, sizeof(room)), fix_of(saved));
    va_list args;
    va_start(args, fmt);
    compose(err, why, fmt, args);
    va_end(args);
    start(err, MU_E_IO);
    err->native = saved;
    return -1;
}

int mu_wrap(struct mu_err *err, const char *fmt, ...)
{
    char old[MU_ERR_TEXT_MAX + 2];
    size_t len = strnlen(err->text, MU_ERR_TEXT_MAX - 1);
    memcpy(old, ": ", 2);
    memcpy(old + 2, err->text, len);
    old[len + 2] = '\0';
    va_list args;
    va_start(args, fmt);
    compose(err, old, fmt, args);
    va_end(args);
    return -1;
}

int mu_err_exit(enum mu_code code)
{
    return (size_t)code < MU_LEN(codes) ? codes[code].exit_status : 1;
}

const char *mu_code_name(enum mu_code code)
{
    return (size_t)code < MU_LEN(codes) ? codes[code].name : "unknown";
}

void mu_bug(const char *file, int line, const char *what)
{
    fprintf(stderr, "muster: bug at %s:%d: %s\n", file, line, what);
    abort();
}
