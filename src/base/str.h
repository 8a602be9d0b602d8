/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text: slices, UTF-8, Unicode folding (through utf8proc), nearest names for error messages.
 * All functions take bytes as they come and never read beyond the given length.
 */
#ifndef MU_BASE_STR_H
#define MU_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

bool mu_streq(const char *a, const char *b);  /* NULL equals NULL only */
bool mu_strieq(const char *a, const char *b); /* ASCII case-insensitive */
bool mu_starts(const char *s, const char *prefix);
bool mu_ends(const char *s, const char *suffix);

bool mu_utf8_ok(const char *s, size_t len); /* well formed, no NUL, no surrogates (RFC 3629) */
void mu_utf8_mend(char *s);                 /* bytes that are no part of a character become '?' */

/* NFC of s; the same bytes when already NFC (ASCII costs nothing). MU_E_DATA when not UTF-8. */
int mu_nfc(struct mu_arena *arena, const char *s, const char **ret, struct mu_err *err);

/*
 * The key two texts share when people would call them the same: NFKC_Casefold-like (utf8proc NFC +
 * case fold), so that `Σοφία@X.test` equals `σοφία@x.test`. E-mail addresses match by this key;
 * they are stored as received. Not UTF-8: the bytes themselves, ASCII-lowered. Never NULL.
 */
const char *mu_fold(struct mu_arena *arena, const char *s);
void mu_fold_into(struct mu_buf *to, const char *s, size_t len); /* same, appended to a buffer */

/* Text safe to show on a terminal or in a log line: control characters, bidi overrides and bad
 * UTF-8 become \xNN or \u{NNNN}; cut at max bytes with "...". Result lives in the arena. */
const char *mu_printable(struct mu_arena *arena, const char *s, size_t len, size_t max);
void mu_printable_into(struct mu_buf *to, const char *s, size_t len, size_t max);

/* Overwrites a secret wherever it stands in a text. One of fewer than four characters is left: it
 * is no secret, and hides too much. */
void mu_mask(char *text, size_t len, const char *secret);

/* The known name nearest to a misspelt one (edit distance <= 3 and less than half of its length),
 * or NULL. */
const char *mu_nearest(const char *name, const char *const *known, size_t count);

/* Strict decimal integer, whole string, no sign but '-', in [min, max]. */
bool mu_parse_int(const char *s, long long min, long long max, long long *ret);

/* Glob with * and ?; UTF-8 characters count as one; folded text when fold is set. At most pattern x
 * text steps. */
bool mu_glob(const char *pattern, const char *s, bool fold);

#endif
