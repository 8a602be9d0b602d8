/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON: the streaming writer, and documents as compact or canonical text. */
#include "base/json.h"

#include <string.h>
#include <utf8proc.h>

#include "base/str.h"

enum { KEYS_ON_STACK = 64, INT_TEXT = 24, PRETTY_STEP = 2 };

static const uint64_t every_byte = UINT64_C(0x0101010101010101);

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* What a byte in a string needs: 0 nothing, 'u' \u00NN, 'x' a look whether it is UTF-8, else the
 * letter behind \. */
static const char escapes[256] = {
    [0x00 ... 0x07] = 'u', ['\b'] = 'b',  ['\t'] = 't',          ['\n'] = 'n',
    [0x0B] = 'u',          ['\f'] = 'f',  ['\r'] = 'r',          [0x0E ... 0x1F] = 'u',
    ['"'] = '"',           ['\\'] = '\\', [0x80 ... 0xFF] = 'x',
};

/* Bytes of the UTF-8 character at s, 0 when it is none. */
static size_t utf8_len(const char *s, size_t len)
{
    utf8proc_int32_t code;
    utf8proc_ssize_t room = len > 4 ? 4 : (utf8proc_ssize_t)len;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, room, &code);
    return n > 0 ? (size_t)n : 0;
}

static void add_escaped(struct mu_buf *to, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    if (escapes[c] == 'x') {
        mu_buf_adds(to, replacement);
    } else if (escapes[c] == 'u') {
        const char text[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        mu_buf_add(to, text, sizeof(text));
    } else {
        const char text[] = {'\\', escapes[c]};
        mu_buf_add(to, text, sizeof(text));
    }
}

/* The high bit of each byte that is smaller than `limit` (at most 0x80); other bits say nothing. */
static uint64_t smaller(uint64_t word, uint8_t limit)
{
    return (word - limit * every_byte) & ~word & 0x80 * every_byte;
}

/* Whether one of eight bytes may need an escape; with `also` the high bits that end it too. */
static bool ends_plain(const char *s, uint64_t also)
{
    uint64_t word;
    memcpy(&word, s, sizeof(word));
    return ((word & also) | smaller(word, ' ') | smaller(word ^ '"' * every_byte, 1) |
            smaller(word ^ '\\' * every_byte, 1)) != 0;
}

/* How far bytes that need no escape go; with `also` the high bits of words that end it too. The last
 * word overlaps the one before: most texts are not much longer than one. */
static size_t plain_run(const char *s, size_t len, uint64_t also)
{
    enum { WORD = sizeof(uint64_t) };
    size_t i = 0;
    while (i + WORD <= len && !ends_plain(s + i, also))
        i += WORD;
    if (i + WORD > len && len >= WORD && !ends_plain(s + len - WORD, also))
        return len;
    char beyond = also ? '\0' : 'x';
    while (i < len) {
        char kind = escapes[(unsigned char)s[i]];
        if (kind != '\0' && kind != beyond)
            break;
        i++;
    }
    return i;
}

size_t mu_json_plain(const char *s, size_t len)
{
    return plain_run(s, len, 0);
}

/* In text that isn't UTF-8 each character has to be looked at. 0: it can't stand as it is. */
static size_t plain_char(const char *s, size_t len)
{
    char kind = escapes[(unsigned char)s[0]];
    return kind == 'x' ? utf8_len(s, len) : !kind;
}

static void add_runs(struct mu_buf *to, const char *s, size_t len)
{
    bool utf8 = mu_utf8_ok(s, len);
    size_t i = 0;
    while (i < len) {
        size_t plain = utf8 ? mu_json_plain(s + i, len - i) : plain_char(s + i, len - i);
        mu_buf_add(to, s + i, plain);
        i += plain;
        if (plain == 0)
            add_escaped(to, (unsigned char)s[i++]);
    }
}

static void add_string(struct mu_buf *to, const char *s, size_t len)
{
    mu_buf_addc(to, '"');
    if (plain_run(s, len, 0x80 * every_byte) == len)
        mu_buf_add(to, s, len); /* as nearly all are */
    else
        add_runs(to, s, len);
    mu_buf_addc(to, '"');
}

static void add_value(struct mu_buf *to, struct json_object *value, bool sorted);

static void add_array(struct mu_buf *to, struct json_object *array, bool sorted)
{
    mu_buf_addc(to, '[');
    size_t count = json_object_array_length(array);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            mu_buf_addc(to, ',');
        add_value(to, json_object_array_get_idx(array, i), sorted);
    }
    mu_buf_addc(to, ']');
}

struct member {
    const char *name;
    struct json_object *value;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static void add_object(struct mu_buf *to, struct json_object *obj, bool sorted)
{
    struct member on_stack[KEYS_ON_STACK];
    struct member *members = on_stack;
    int count = json_object_object_length(obj);
    if (count > KEYS_ON_STACK)
        members = mu_xcalloc((size_t)count, sizeof(*members));
    size_t n = 0;
    json_object_object_foreach(obj, key, child)
    {
        members[n++] = (struct member){.name = key, .value = child};
    }
    if (sorted)
        qsort(members, n, sizeof(*members), by_name);
    mu_buf_addc(to, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            mu_buf_addc(to, ',');
        add_string(to, members[i].name, strlen(members[i].name));
        mu_buf_addc(to, ':');
        add_value(to, members[i].value, sorted);
    }
    mu_buf_addc(to, '}');
    if (members != on_stack)
        free(members);
}

/* Recursion is as deep as the document, which the parser has bounded. */
static void add_value(struct mu_buf *to, struct json_object *value, bool sorted)
{
    switch (json_object_get_type(value)) {
    case json_type_object:
        add_object(to, value, sorted);
        break;
    case json_type_array:
        add_array(to, value, sorted);
        break;
    case json_type_string:
        add_string(to, json_object_get_string(value), (size_t)json_object_get_string_len(value));
        break;
    case json_type_null:
        mu_buf_adds(to, "null");
        break;
    case json_type_boolean:
    case json_type_int:
    case json_type_double:
        mu_buf_adds(to, mu_json_text(value));
        break;
    }
}

void mu_json_canonical(struct json_object *doc, struct mu_buf *to)
{
    add_value(to, doc, true);
}

void mu_jw_init(struct mu_jw *w, struct mu_buf *to, bool pretty)
{
    *w = (struct mu_jw){.to = to, .pretty = pretty, .first[0] = true};
}

static void new_line(struct mu_jw *w)
{
    static const char blanks[PRETTY_STEP * MU_JSON_DEPTH_MAX + 1] =
        "                                "
        "                                ";
    if (w->pretty) {
        mu_buf_addc(w->to, '\n');
        mu_buf_add(w->to, blanks, (size_t)w->depth * PRETTY_STEP);
    }
}

/* What stands before a value or a key: nothing behind a key, else a comma where one is due. */
static void before(struct mu_jw *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    if (w->depth == 0)
        return;
    if (!w->first[w->depth])
        mu_buf_addc(w->to, ',');
    w->first[w->depth] = false;
    new_line(w);
}

static void begin(struct mu_jw *w, char bracket)
{
    mu_assert(w->depth < MU_JSON_DEPTH_MAX);
    before(w);
    mu_buf_addc(w->to, bracket);
    w->depth++;
    w->first[w->depth] = true;
}

void mu_jw_object(struct mu_jw *w)
{
    begin(w, '{');
}

void mu_jw_array(struct mu_jw *w)
{
    begin(w, '[');
}

void mu_jw_end(struct mu_jw *w, char bracket)
{
    mu_assert(w->depth > 0 && !w->after_key);
    bool empty = w->first[w->depth];
    w->depth--;
    if (!empty)
        new_line(w);
    mu_buf_addc(w->to, bracket);
}

void mu_jw_key(struct mu_jw *w, const char *key)
{
    before(w);
    add_string(w->to, key, strlen(key));
    mu_buf_add(w->to, ": ", w->pretty ? 2 : 1);
    w->after_key = true;
}

void mu_jw_strn(struct mu_jw *w, const char *s, size_t len)
{
    before(w);
    add_string(w->to, s, len);
}

void mu_jw_str(struct mu_jw *w, const char *s)
{
    if (s)
        mu_jw_strn(w, s, strlen(s));
    else
        mu_jw_null(w);
}

void mu_jw_int(struct mu_jw *w, int64_t v)
{
    char text[INT_TEXT];
    char *s = text + sizeof(text);
    uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do {
        *--s = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (v < 0)
        *--s = '-';
    mu_jw_raw(w, s, (size_t)(text + sizeof(text) - s));
}

void mu_jw_bool(struct mu_jw *w, bool v)
{
    const char *text = v ? "true" : "false";
    mu_jw_raw(w, text, strlen(text));
}

void mu_jw_null(struct mu_jw *w)
{
    mu_jw_raw(w, "null", strlen("null"));
}

void mu_jw_raw(struct mu_jw *w, const char *json, size_t len)
{
    before(w);
    mu_buf_add(w->to, json, len);
}

void mu_jw_json(struct mu_jw *w, struct json_object *doc)
{
    before(w);
    add_value(w->to, doc, false);
}

void mu_jw_put_str(struct mu_jw *w, const char *key, const char *s)
{
    mu_jw_key(w, key);
    mu_jw_str(w, s);
}

void mu_jw_put_some(struct mu_jw *w, const char *key, const char *s)
{
    if (s)
        mu_jw_put_str(w, key, s);
}

void mu_jw_put_int(struct mu_jw *w, const char *key, int64_t v)
{
    mu_jw_key(w, key);
    mu_jw_int(w, v);
}

void mu_jw_put_bool(struct mu_jw *w, const char *key, bool v)
{
    mu_jw_key(w, key);
    mu_jw_bool(w, v);
}
