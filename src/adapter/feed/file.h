/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of a feed: a regular one, of the right age, with the checksum that lies beside it, and
 * the same one before and after it was read. Its bytes come out as UTF-8 without a BOM; what was
 * declared as UTF-8 isn't checked here, since that is better told row by row.
 */
#ifndef MU_ADAPTER_FEED_FILE_H
#define MU_ADAPTER_FEED_FILE_H

#include "adapter/feed/bytes.h"
#include "base/arena.h"

struct feed_file;

enum feed_encoding { FEED_UTF8, FEED_WINDOWS_1252, FEED_ISO_8859_1, FEED_UTF16 };
extern const char *const feed_encodings[]; /* their names, NULL-terminated */

struct feed_file_conf {
    const char *path;
    const char *checksum; /* file with its SHA-256 (as sha256sum writes it), NULL: none */
    enum feed_encoding encoding;
    int64_t max_age; /* seconds since it was written; 0: any */
    int64_t settle;  /* seconds it must have been left alone; 0: none */
};

/* Opens and examines. MU_E_MISSING, MU_E_DENIED, MU_E_IO; MU_E_REFUSED when it isn't one to believe
 * (age, checksum). The error names the file; those of the functions below leave that to the caller. */
int feed_file_open(const struct feed_file_conf *conf, struct feed_file **ret, struct mu_err *err);
void feed_file_close(struct feed_file *f); /* NULL is fine */

/* A feed_more; arg is the file. */
int feed_file_more(void *arg, const char **ret, size_t *ret_len, struct mu_err *err);

/* Back to the first byte. */
int feed_file_rewind(struct feed_file *f, struct mu_err *err);

/* After the last byte: MU_E_CONFLICT when it was written to or replaced meanwhile. */
int feed_file_unchanged(const struct feed_file *f, struct mu_err *err);

int64_t feed_file_size(const struct feed_file *f);
int64_t feed_file_written(const struct feed_file *f); /* Unix seconds */

#endif
