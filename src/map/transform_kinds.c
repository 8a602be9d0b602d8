/* SPDX-License-Identifier: Apache-2.0 */
/* The closed set of transforms: pure functions from text to text. */
#include "map/transforms.h"

#include <string.h>
#include <utf8proc.h>

#include "base/str.h"

/* The next character and its length; a byte that isn't UTF-8 stands for itself, so that nothing is
 * lost. */
static utf8proc_int32_t next_char(const char *s, size_t left, size_t *ret_len)
{
    utf8proc_int32_t c;
    if ((unsigned char)*s < 0x80) {
        *ret_len = 1;
        return *s;
    }
    utf8proc_ssize_t len =
        utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)left, &c);
    *ret_len = len > 0 ? (size_t)len : 1;
    return len > 0 ? c : -1;
}

static void put_char(struct mu_buf *to, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4];
    mu_buf_add(to, bytes, (size_t)utf8proc_encode_char(c, bytes));
}

static bool is_blank(utf8proc_int32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r');
    utf8proc_category_t category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
}

static void run_case(const struct mu_text *from, struct mu_buf *to,
                     utf8proc_int32_t (*change)(utf8proc_int32_t))
{
    for (size_t at = 0, len = 0; at < from->len; at += len) {
        utf8proc_int32_t c = next_char(from->s + at, from->len - at, &len);
        if (c < 0)
            mu_buf_add(to, from->s + at, len);
        else
            put_char(to, change(c));
    }
}

/* Nearly all texts are ASCII, and a million of them pass here in a pull. */
static char byte_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char byte_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static void run_lower(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    (void)t;
    run_case(from, to, utf8proc_tolower);
}

static void run_upper(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    (void)t;
    run_case(from, to, utf8proc_toupper);
}

static void run_fold(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    (void)t;
    mu_fold_into(to, from->s, from->len);
}

static void run_utf8proc(const struct mu_text *from, struct mu_buf *to, utf8proc_option_t options)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t len =
        utf8proc_map((const utf8proc_uint8_t *)from->s, (utf8proc_ssize_t)from->len, &out, options);
    if (len >= 0)
        mu_buf_add(to, out, (size_t)len);
    else
        mu_buf_add(to, from->s, from->len);
    free(out);
}

static void run_nfc(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    (void)t;
    run_utf8proc(from, to, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

static void run_squeeze(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    (void)t;
    bool gap = false;
    for (size_t at = 0, len = 0; at < from->len; at += len) {
        if (is_blank(next_char(from->s + at, from->len - at, &len))) {
            gap = to->len > 0;
            continue;
        }
        if (gap) {
            mu_buf_addc(to, ' ');
            gap = false;
        }
        mu_buf_add(to, from->s + at, len);
    }
}

static struct mu_text cut_trim(const struct mu_transform *t, const struct mu_text *from)
{
    (void)t;
    size_t head = SIZE_MAX, end = 0; /* of the characters that aren't blank */
    for (size_t at = 0, len = 0; at < from->len; at += len) {
        if (!is_blank(next_char(from->s + at, from->len - at, &len))) {
            head = head == SIZE_MAX ? at : head;
            end = at + len;
        }
    }
    return head == SIZE_MAX ? (struct mu_text){"", 0}
                            : (struct mu_text){from->s + head, end - head};
}

/* Letters that do not decompose, as people write them without. */
static const struct {
    utf8proc_int32_t letter;
    const char *ascii;
} letters[] = {
    {0xc6, "AE"},  {0xe6, "ae"},  {0xd8, "O"},   {0xf8, "o"},   {0xdf, "ss"},   {0xd0, "D"},
    {0xf0, "d"},   {0xde, "Th"},  {0xfe, "th"},  {0x110, "D"},  {0x111, "d"},   {0x131, "i"},
    {0x141, "L"},  {0x142, "l"},  {0x152, "OE"}, {0x153, "oe"}, {0x1e9e, "SS"}, {0x2013, "-"},
    {0x2014, "-"}, {0x2018, "'"}, {0x2019, "'"},
};

static void put_ascii(struct mu_buf *to, utf8proc_int32_t c)
{
    if (c >= 0 && c < 0x80) {
        mu_buf_addc(to, (char)c);
        return;
    }
    for (size_t i = 0; i < MU_LEN(letters); i++)
        if (letters[i].letter == c)
            mu_buf_adds(to, letters[i].ascii);
}

static void run_ascii(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    (void)t;
    MU_AUTO(buf) struct mu_buf plain = MU_BUF_INIT(MU_BUF_MAX);
    run_utf8proc(from, &plain,
                 UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK);
    for (size_t at = 0, len = 0; at < plain.len; at += len)
        put_ascii(to, next_char(plain.data + at, plain.len - at, &len));
}

static void run_digits(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    (void)t;
    for (size_t i = 0; i < from->len; i++)
        if (from->s[i] >= '0' && from->s[i] <= '9')
            mu_buf_addc(to, from->s[i]);
}

/* All or nothing: half an address or telephone number is a wrong one. Only texts that aren't ASCII
 * get here. */
static void run_nothing(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    (void)t;
    (void)from;
    (void)to;
}

/* RFC 4517, 3.2: PrintableString. */
static struct mu_text cut_printable(const struct mu_transform *t, const struct mu_text *from)
{
    (void)t;
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?";
    return strspn(from->s, allowed) == from->len ? *from : (struct mu_text){"", 0};
}

static void run_initials(const struct mu_transform *t, const struct mu_text *from,
                         struct mu_buf *to)
{
    (void)t;
    bool start = true;
    for (size_t at = 0, len = 0; at < from->len; at += len) {
        utf8proc_int32_t c = next_char(from->s + at, from->len - at, &len);
        bool gap = is_blank(c) || c == '-';
        if (start && !gap && c >= 0)
            put_char(to, utf8proc_toupper(c));
        start = gap;
    }
}

static struct mu_text cut_domain(const struct mu_transform *t, const struct mu_text *from)
{
    (void)t;
    const char *at = memrchr(from->s, '@', from->len);
    return at != NULL ? (struct mu_text){at + 1, strlen(at + 1)} : (struct mu_text){"", 0};
}

static struct mu_text cut_localpart(const struct mu_transform *t, const struct mu_text *from)
{
    (void)t;
    const char *at = memrchr(from->s, '@', from->len);
    return (struct mu_text){from->s, at != NULL ? (size_t)(at - from->s) : from->len};
}

static void run_prefix(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    mu_buf_adds(to, t->a);
    mu_buf_add(to, from->s, from->len);
}

static void run_suffix(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    mu_buf_add(to, from->s, from->len);
    mu_buf_adds(to, t->a);
}

static void run_replace(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    const char *at = from->s;
    for (const char *hit = strstr(at, t->a); hit != NULL && !to->full; hit = strstr(at, t->a)) {
        mu_buf_add(to, at, (size_t)(hit - at));
        mu_buf_adds(to, t->b);
        at = hit + strlen(t->a);
    }
    mu_buf_adds(to, at);
}

static struct mu_text cut_truncate(const struct mu_transform *t, const struct mu_text *from)
{
    size_t at = 0, len = 0;
    for (long long n = 0; n < t->n && at < from->len; n++, at += len)
        next_char(from->s + at, from->len - at, &len);
    return (struct mu_text){from->s, at};
}

static long long pieces_in(const char *s, const char *by)
{
    long long count = 1;
    for (const char *hit = strstr(s, by); hit != NULL; hit = strstr(hit + strlen(by), by))
        count++;
    return count;
}

static struct mu_text cut_split(const struct mu_transform *t, const struct mu_text *from)
{
    long long wanted = t->n > 0 ? t->n : pieces_in(from->s, t->a) + 1 + t->n;
    const char *at = from->s;
    for (long long n = 1; wanted > 0; n++) {
        const char *hit = strstr(at, t->a);
        if (n == wanted)
            return (struct mu_text){at, hit != NULL ? (size_t)(hit - at) : strlen(at)};
        if (hit == NULL)
            break;
        at = hit + strlen(t->a);
    }
    return (struct mu_text){"", 0};
}

static void run_default(const struct mu_transform *t, const struct mu_text *from, struct mu_buf *to)
{
    mu_buf_adds(to, from->len > 0 ? from->s : t->a);
}

const struct mu_transform_kind mu_transform_kinds[] = {
    {"trim", NO_ARGUMENT, "trim", .cut = cut_trim},
    {"lower", NO_ARGUMENT, "lower", .run = run_lower, .byte = byte_lower},
    {"upper", NO_ARGUMENT, "upper", .run = run_upper, .byte = byte_upper},
    {"nfc", NO_ARGUMENT, "nfc", .run = run_nfc, .keeps_ascii = true},
    {"fold", NO_ARGUMENT, "fold", .run = run_fold, .byte = byte_lower},
    {"squeeze", NO_ARGUMENT, "squeeze", .run = run_squeeze},
    {"digits", NO_ARGUMENT, "digits", .run = run_digits},
    {"ascii", NO_ARGUMENT, "ascii", .run = run_ascii, .keeps_ascii = true},
    {"ia5", NO_ARGUMENT, "ia5", .run = run_nothing, .keeps_ascii = true},
    {"printable", NO_ARGUMENT, "printable", .cut = cut_printable},
    {"initials", NO_ARGUMENT, "initials", .run = run_initials},
    {"domain", NO_ARGUMENT, "domain", .cut = cut_domain},
    {"localpart", NO_ARGUMENT, "localpart", .cut = cut_localpart},
    {"default", TEXT, "default:TEXT", .run = run_default, .fills = true},
    {"prefix", TEXT, "prefix:TEXT", .run = run_prefix},
    {"suffix", TEXT, "suffix:TEXT", .run = run_suffix},
    {"replace", TWO_TEXTS, "replace:THIS:THAT", .run = run_replace},
    {"truncate", NUMBER, "truncate:CHARACTERS", .cut = cut_truncate},
    {"split", TEXT_NUMBER, "split:BY:N (1 is the first piece, -1 the last)", .cut = cut_split},
    {0},
};

_Static_assert(MU_LEN(mu_transform_kinds) <= MU_TRANSFORM_KINDS_MAX,
               "raise MU_TRANSFORM_KINDS_MAX");
