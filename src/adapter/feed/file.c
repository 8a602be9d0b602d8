/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the file of a feed, doubts it, and hands out its bytes as UTF-8. */
#include "adapter/feed/file.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/str.h"
#include "base/time.h"

enum { PIECE = 64 * 1024, CHECKSUM_MAX = 4096, SHA256_HEX = 64 };
static const int64_t FILE_LIMIT = (int64_t)8 << 30; /* bytes of a feed */

const char *const feed_encodings[] = {[FEED_UTF8] = "utf-8",
                                      [FEED_WINDOWS_1252] = "windows-1252",
                                      [FEED_ISO_8859_1] = "iso-8859-1",
                                      [FEED_UTF16] = "utf-16",
                                      NULL};

struct feed_file {
    const char *path, *encoding;
    int fd;
    struct stat before;
    iconv_t decoder; /* (iconv_t)-1: UTF-8, nothing to do */
    int64_t offset;  /* of in, in the file */
    size_t held;     /* bytes at the beginning of in that wait for the rest of their character */
    char in[PIECE];
    char out[3 * PIECE]; /* no encoding of ours grows more */
};

void feed_file_close(struct feed_file *f)
{
    if (!f)
        return;
    if (f->decoder != (iconv_t)-1)
        iconv_close(f->decoder);
    if (f->fd >= 0)
        close(f->fd);
    free(f);
}

int64_t feed_file_size(const struct feed_file *f)
{
    return f->before.st_size;
}

int64_t feed_file_written(const struct feed_file *f)
{
    return f->before.st_mtim.tv_sec;
}

/* ---- doubts ---- */

static int check_kind(const struct feed_file *f, struct mu_err *err)
{
    mode_t mode = f->before.st_mode;
    if (S_ISDIR(mode))
        return mu_fail(err, MU_E_IO, "%s: is a directory, not a file", f->path);
    if (!S_ISREG(mode))
        return mu_fail(err, MU_E_IO,
                       "%s: is %s; a feed is a plain file, so that it can be proved whole", f->path,
                       S_ISFIFO(mode) ? "a pipe" : "a device or socket");
    if (f->before.st_size == 0)
        return mu_fail(err, MU_E_REFUSED, "%s: is empty; did the export fail?", f->path);
    if (f->before.st_size > FILE_LIMIT)
        return mu_fail(err, MU_E_LIMIT, "%s: %" PRId64 " bytes, over the limit of %" PRId64,
                       f->path, (int64_t)f->before.st_size, FILE_LIMIT);
    return 0;
}

static int check_age(const struct feed_file *f, const struct feed_file_conf *conf,
                     struct mu_err *err)
{
    int64_t age = mu_now() - feed_file_written(f);
    char when[MU_TIME_TEXT];
    mu_time_text(feed_file_written(f), when);
    if (conf->max_age > 0 && age > conf->max_age)
        return mu_fail(err, MU_E_REFUSED,
                       "%s: written %s, %" PRId64 " hours ago, older than max_age allows; did the "
                       "export run?",
                       f->path, when, age / 3600);
    if (conf->settle > 0 && age < conf->settle)
        return mu_fail(err, MU_E_REFUSED,
                       "%s: written %s, less than settle ago: it may still be growing", f->path,
                       when);
    return 0;
}

/* `<64 hex digits>  name`, or the digits alone. */
static int read_checksum(const char *path, char ret[SHA256_HEX + 1], struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(CHECKSUM_MAX);
    if (mu_read_file(path, &text, err) < 0)
        return -1;
    size_t len = strspn(text.data, "0123456789abcdefABCDEF");
    if (len != SHA256_HEX || !strchr(" \t\r\n", text.data[len]))
        return mu_fail(err, MU_E_REFUSED,
                       "%s: holds no SHA-256 (64 hex digits, as sha256sum writes)", path);
    memcpy(ret, text.data, SHA256_HEX);
    ret[SHA256_HEX] = '\0';
    return 0;
}

static int check_sum(const struct feed_file *f, const char *beside, struct mu_err *err)
{
    char promised[SHA256_HEX + 1], found[MU_DIGEST_HEX];
    if (read_checksum(beside, promised, err) < 0)
        return -1;
    if (mu_sha256_fd(f->fd, found) < 0 || lseek(f->fd, 0, SEEK_SET) < 0)
        return mu_fail_errno(err, "%s", f->path);
    if (!mu_strieq(promised, found))
        return mu_fail(
            err, MU_E_REFUSED,
            "%s: isn't the file %s speaks of: its SHA-256 is %s; it was cut, changed, or "
            "not written whole yet",
            f->path, beside, found);
    return 0;
}

/* ---- opening ---- */

static int open_fd(struct feed_file *f, struct mu_err *err)
{
    /* Without O_NONBLOCK a pipe nobody writes to would stop us here. */
    f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (f->fd >= 0 && fstat(f->fd, &f->before) == 0)
        return check_kind(f, err);
    int why = errno;
    mu_fail_errno(err, "%s", f->path);
    if (why == ENOENT || why == ENOTDIR)
        err->code = MU_E_MISSING;
    else if (why == EACCES)
        err->code = MU_E_DENIED;
    return -1;
}

static int open_decoder(struct feed_file *f, enum feed_encoding encoding, struct mu_err *err)
{
    f->encoding = feed_encodings[encoding];
    if (encoding == FEED_UTF8)
        return 0;
    f->decoder = iconv_open("UTF-8", f->encoding);
    return f->decoder != (iconv_t)-1 ? 0 : mu_fail_errno(err, "%s: %s", f->path, f->encoding);
}

int feed_file_open(const struct feed_file_conf *conf, struct feed_file **ret, struct mu_err *err)
{
    struct feed_file *f = mu_xmalloc(sizeof(*f));
    f->path = conf->path;
    f->fd = -1;
    f->decoder = (iconv_t)-1;
    f->offset = 0;
    f->held = 0;
    if (open_fd(f, err) < 0 || check_age(f, conf, err) < 0 ||
        open_decoder(f, conf->encoding, err) < 0 ||
        (conf->checksum && check_sum(f, conf->checksum, err) < 0)) {
        feed_file_close(f);
        return -1;
    }
    *ret = f;
    return 0;
}

/* ---- bytes ---- */

/* What begins like an encoding that wasn't declared. The BOM of UTF-8 is passed over. */
static int look_at_beginning(const struct feed_file *f, size_t len, size_t *ret_skip,
                             struct mu_err *err)
{
    *ret_skip = 0;
    if (f->offset > 0 || f->decoder != (iconv_t)-1)
        return 0;
    if (len >= 2 && (memcmp(f->in, "\xff\xfe", 2) == 0 || memcmp(f->in, "\xfe\xff", 2) == 0))
        return mu_fail(err, MU_E_DATA, "the file begins like UTF-16; set encoding: utf-16");
    if (len >= 4 && memcmp(f->in, "PK\x03\x04", 4) == 0)
        return mu_fail(err, MU_E_DATA,
                       "the file is a ZIP or a spreadsheet (.xlsx); save it as CSV first");
    if (len >= 3 && memcmp(f->in, "\xef\xbb\xbf", 3) == 0)
        *ret_skip = 3;
    return 0;
}

static int decode(struct feed_file *f, size_t len, bool last, const char **ret, size_t *ret_len,
                  struct mu_err *err)
{
    char *in = f->in, *out = f->out;
    size_t in_left = len, out_left = sizeof(f->out);
    size_t rc = iconv(f->decoder, &in, &in_left, &out, &out_left);
    int64_t at = f->offset + (in - f->in);
    if (rc == (size_t)-1 && errno != EINVAL)
        return mu_fail(err, MU_E_DATA, "byte 0x%02x at %" PRId64 " isn't %s; is encoding: right?",
                       (unsigned char)*in, at, f->encoding);
    if (in_left > 0 && last)
        return mu_fail(err, MU_E_DATA, "the file ends within a character: it is cut short");
    memmove(f->in, in, in_left);
    f->held = in_left;
    f->offset = at;
    *ret = f->out;
    *ret_len = (size_t)(out - f->out);
    return 1;
}

/* More than was there when it was opened isn't read: a file that grows is told by `unchanged`. */
static ssize_t read_piece(struct feed_file *f, struct mu_err *err)
{
    ssize_t n;
    do {
        if (mu_cancelled())
            return mu_fail(err, MU_E_CANCELLED, "interrupted");
        n = read(f->fd, f->in + f->held, sizeof(f->in) - f->held);
    } while (n < 0 && errno == EINTR);
    return n >= 0 ? n : mu_fail_errno(err, "read");
}

int feed_file_more(void *arg, const char **ret, size_t *ret_len, struct mu_err *err)
{
    struct feed_file *f = arg;
    size_t skip;
    for (;;) {
        ssize_t n = read_piece(f, err);
        if (n < 0)
            return -1;
        size_t len = f->held + (size_t)n;
        if (len == 0)
            return 0;
        if (look_at_beginning(f, len, &skip, err) < 0)
            return -1;
        if (f->decoder != (iconv_t)-1) {
            if (decode(f, len, n == 0, ret, ret_len, err) < 0)
                return -1;
        } else {
            f->offset += (int64_t)len;
            *ret = f->in + skip;
            *ret_len = len - skip;
        }
        if (*ret_len > 0)
            return 1;
    }
}

int feed_file_rewind(struct feed_file *f, struct mu_err *err)
{
    if (lseek(f->fd, 0, SEEK_SET) < 0)
        return mu_fail_errno(err, "seek");
    if (f->decoder != (iconv_t)-1)
        iconv(f->decoder, NULL, NULL, NULL, NULL); /* forgets the BOM */
    f->offset = 0;
    f->held = 0;
    return 0;
}

/* ---- afterwards ---- */

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int feed_file_unchanged(const struct feed_file *f, struct mu_err *err)
{
    struct stat open_one, named_one;
    if (fstat(f->fd, &open_one) < 0 || stat(f->path, &named_one) < 0)
        return mu_fail_errno(err, "was taken away while it was read");
    if (!same(&f->before, &open_one))
        return mu_fail(err, MU_E_CONFLICT,
                       "was written to while it was read; write beside it and rename");
    if (!same(&f->before, &named_one))
        return mu_fail(err, MU_E_CONFLICT,
                       "was replaced while it was read; the next pull reads the new one");
    return 0;
}
