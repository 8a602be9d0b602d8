/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets: opaque, wiped on release (sodium_malloc'ed), unprintable by construction. A
 * configuration names where a secret lies, never the secret:
 *     env:NAME       environment variable
 *     file:PATH      first line of a file (refused when others may write it; a warning when others may read it);
 *                    a relative PATH is looked up in $CREDENTIALS_DIRECTORY (systemd) when set, else beside the config
 *     command:CMD    first line of standard output of /bin/sh -c CMD, 30 s at most
 * Ceiling 64 KiB. An empty secret is an error.
 */
#ifndef MU_BASE_SECRET_H
#define MU_BASE_SECRET_H

#include "base/err.h"
#include "base/yaml.h"

struct mu_secret;

/* Resolves the reference at `at` (a scalar node). Errors name file, line and the reference's name,
 * never its value. */
int mu_secret_load(const struct mu_y *at, struct mu_secret **ret, struct mu_err *err);
/* copies; for tokens obtained at run time */
struct mu_secret *mu_secret_new(const char *value, size_t len);
void mu_secret_free(struct mu_secret *s); /* NULL is fine */

/* Something the operator should hear about where the secret lies, for the caller to log; NULL:
 * nothing. */
const char *mu_secret_warning(const struct mu_secret *s);
void mu_secret_warn(struct mu_secret *s, const char *text); /* for the readers of secrets */

/* Lent until the secret is freed: for the one call that needs it. NUL-terminated. */
const char *mu_secret_reveal(const struct mu_secret *s, size_t *ret_len);

#endif
