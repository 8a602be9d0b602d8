/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8, Unicode forms through utf8proc, and text made safe to show. ASCII takes a short way
 * everywhere. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

enum { FOLD_ON_STACK = 256 };

static const uint64_t high_bits = UINT64_C(0x8080808080808080);

/* Length of the leading run of bytes 0x01-0x7F (with nul: 0x00-0x7F). */
static size_t ascii_run(const char *s, size_t len, bool nul)
{
    size_t i = 0;
    for (; i + sizeof(uint64_t) <= len; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, s + i, sizeof(word));
        /* The subtraction sets a high bit where a byte is zero (and only there, while all high bits
         * are clear). */
        uint64_t zero = nul ? 0 : (word - UINT64_C(0x0101010101010101)) & ~word;
        if ((word | zero) & high_bits)
            break;
    }
    while (i < len && (unsigned char)s[i] < 0x80 && (nul || s[i]))
        i++;
    return i;
}

/* Code point at s, and its length in bytes; length 0: not UTF-8. */
static size_t decode(const char *s, size_t len, utf8proc_int32_t *ret)
{
    utf8proc_ssize_t room = len > 4 ? 4 : (utf8proc_ssize_t)len;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, room, ret);
    return n > 0 ? (size_t)n : 0;
}

bool mu_utf8_ok(const char *s, size_t len)
{
    for (size_t i = 0;;) {
        i += ascii_run(s + i, len - i, false);
        if (i == len)
            return true;
        utf8proc_int32_t code;
        size_t n = decode(s + i, len - i, &code);
        if (n == 0 || code == 0)
            return false;
        i += n;
    }
}

void mu_utf8_mend(char *s)
{
    size_t len = strlen(s);
    for (size_t i = ascii_run(s, len, false); i < len; i += ascii_run(s + i, len - i, false)) {
        utf8proc_int32_t code;
        size_t n = decode(s + i, len - i, &code);
        if (n == 0)
            s[i] = '?';
        i += n > 0 ? n : 1;
    }
}

/* Code points below U+0300 neither combine nor change under NFC. */
static bool surely_nfc(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0xCC)
            return false;
    return true;
}

int mu_nfc(struct mu_arena *arena, const char *s, const char **ret, struct mu_err *err)
{
    size_t len = strlen(s);
    bool ascii = ascii_run(s, len, false) == len;
    if (!ascii && !mu_utf8_ok(s, len))
        return mu_fail(err, MU_E_DATA, "text is not UTF-8");
    if (ascii || surely_nfc(s, len)) {
        *ret = s;
        return 0;
    }
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t made_len = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len,
                                             &made, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (made_len < 0)
        return mu_fail(err, MU_E_DATA, "text can't be normalised: %s", utf8proc_errmsg(made_len));
    bool same = (size_t)made_len == len && memcmp(made, s, len) == 0;
    *ret = same ? s : mu_strndup(arena, (const char *)made, (size_t)made_len);
    free(made);
    return 0;
}

static char lower(char c)
{
    return (unsigned char)(c - 'A') < 26 ? (char)(c + ('a' - 'A')) : c;
}

/* Case fold and NFC of UTF-8 text; false: not UTF-8, nothing added. */
static bool fold_unicode(struct mu_buf *to, const char *s, size_t len)
{
    const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s;
    utf8proc_int32_t on_stack[FOLD_ON_STACK];
    utf8proc_int32_t *codes = on_stack;
    /* One code point of room is kept: re-encoding in place ends in a NUL. */
    utf8proc_ssize_t room = FOLD_ON_STACK - 1;
    utf8proc_ssize_t n = utf8proc_decompose(bytes, (utf8proc_ssize_t)len, codes, room, how);
    if (n > room) {
        room = n;
        codes = mu_xcalloc((size_t)n + 1, sizeof(*codes));
        n = utf8proc_decompose(bytes, (utf8proc_ssize_t)len, codes, room, how);
    }
    if (n >= 0)
        n = utf8proc_reencode(codes, n, how);
    if (n >= 0)
        mu_buf_add(to, codes, (size_t)n);
    if (codes != on_stack)
        free(codes);
    return n >= 0;
}

void mu_fold_into(struct mu_buf *to, const char *s, size_t len)
{
    if (mu_buf_room(to, len) < 0)
        return;
    char *out = to->data + to->len;
    unsigned char seen = 0;
    for (size_t i = 0; i < len; i++) {
        seen |= (unsigned char)s[i];
        out[i] = lower(s[i]);
    }
    out[len] = '\0';
    if (seen >= 0x80) {
        out[0] = '\0';
        if (fold_unicode(to, s, len))
            return;
        for (size_t i = 0; i < len; i++)
            out[i] = lower(s[i]);
        out[len] = '\0';
    }
    to->len += len;
}

const char *mu_fold(struct mu_arena *arena, const char *s)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_fold_into(&to, s, strlen(s));
    return mu_strndup(arena, to.data, to.len);
}

/* Characters that act on the terminal or hide, reorder or break the text around them. */
static bool acts(utf8proc_int32_t code)
{
    enum { ZWNJ = 0x200C, ZWJ = 0x200D }; /* spelling in Persian and emoji need these two */
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CS:
        return true;
    case UTF8PROC_CATEGORY_CF:
        return code != ZWNJ && code != ZWJ;
    default:
        return false;
    }
}

/* How the character at s is shown; returns the bytes it takes in s. */
static size_t show(const char *s, size_t len, char piece[16], size_t *ret_piece)
{
    utf8proc_int32_t code;
    size_t n = decode(s, len, &code);
    if (n == 0 || (n == 1 && acts(code))) {
        *ret_piece = (size_t)snprintf(piece, 16, "\\x%02x", (unsigned)(unsigned char)*s);
        return 1;
    }
    if (acts(code)) {
        *ret_piece = (size_t)snprintf(piece, 16, "\\u{%04x}", (unsigned)code);
        return n;
    }
    memcpy(piece, s, n);
    *ret_piece = n;
    return n;
}

void mu_printable_into(struct mu_buf *to, const char *s, size_t len, size_t max)
{
    static const char dots[] = "...";
    const size_t dots_len = sizeof(dots) - 1;
    size_t start = to->len, fits = start; /* fits: the longest text that leaves room for the dots */
    for (size_t i = 0; i < len;) {
        char piece[16];
        size_t piece_len;
        size_t n = show(s + i, len - i, piece, &piece_len);
        if (to->len - start + piece_len > max) {
            mu_buf_cut(to, fits);
            size_t room = max - (fits - start);
            mu_buf_add(to, dots, room < dots_len ? room : dots_len);
            return;
        }
        if (mu_buf_add(to, piece, piece_len) < 0)
            return;
        if (to->len - start + dots_len <= max)
            fits = to->len;
        i += n;
    }
}

const char *mu_printable(struct mu_arena *arena, const char *s, size_t len, size_t max)
{
    MU_AUTO(buf) struct mu_buf to = MU_BUF_INIT(MU_BUF_MAX);
    mu_printable_into(&to, s, len, max);
    return mu_strndup(arena, to.data, to.len);
}
