/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing: json-c builds the document, after a scan of the text for what json-c lets pass or loses.
 *
 * json-c 0.16 in strict mode still takes NaN, Infinity, `1.`, `-01`, keys in single quotes and raw
 * control characters in strings; it cuts a key at \u0000, and an integer beyond 64 bits silently
 * becomes the largest one.
 */
#include "base/json.h"

#include <string.h>

#include "base/str.h"

enum { JSON_TEXT_MAX = 1 << 30, INT64_DIGITS = 18 };

/*
 * Put behind an integer that is too large, so that json-c makes a double of it and keeps its text;
 * taken off again when the document is built. Nobody writes it by himself, and if he did, the
 * number stays the same.
 */
static const char big_mark[] = "e-0000";

struct scan {
    const char *text;
    size_t len, at;
    int depth;
    struct mu_buf big; /* size_t positions, each right behind an integer beyond 64 bits */
};

/* Position behind the digits at i; i itself when there are none. */
static size_t skip_digits(const char *s, size_t len, size_t i)
{
    while (i < len && s[i] >= '0' && s[i] <= '9') {
        i++;
    }
    return i;
}

size_t mu_json_number_len(const char *s, size_t len, bool *ret_integer)
{
    size_t start = len > 0 && s[0] == '-';
    size_t i = skip_digits(s, len, start);
    if (i == start || (s[start] == '0' && i - start > 1)) {
        return 0;
    }
    *ret_integer = true;
    if (i < len && s[i] == '.') {
        *ret_integer = false;
        start = i + 1;
        i = skip_digits(s, len, start);
        if (i == start) {
            return 0;
        }
    }
    if (i < len && (s[i] == 'e' || s[i] == 'E')) {
        *ret_integer = false;
        start = i + 1;
        start += start < len && (s[start] == '+' || s[start] == '-');
        i = skip_digits(s, len, start);
        if (i == start) {
            return 0;
        }
    }
    return i;
}

/* Whether json-c would lose digits of this integer. */
static bool beyond_64_bits(const char *s, size_t len)
{
    bool negative = s[0] == '-';
    if (len - negative <= INT64_DIGITS) {
        return false;
    }
    const char *limit = negative ? "-9223372036854775808" : "18446744073709551615";
    size_t limit_len = strlen(limit);
    return len > limit_len || (len == limit_len && memcmp(s, limit, len) > 0);
}

static int bad(const struct scan *s, size_t at, struct mu_err *err, const char *what)
{
    if (at >= s->len) {
        return mu_fail(err, MU_E_DATA, "JSON ends early, at byte %zu", s->len);
    }
    return mu_fail(err, MU_E_DATA, "not JSON: %s at byte %zu", what, at);
}

static int scan_string(struct scan *s, struct mu_err *err)
{
    bool has_nul = false;
    size_t i = s->at + 1;
    while (i < s->len && s->text[i] != '"') {
        unsigned char c = (unsigned char)s->text[i];
        if (c < 0x20) {
            return bad(s, i, err, "control character in a string");
        }
        if (c == '\\') {
            has_nul |= s->len - i >= 6 && memcmp(s->text + i, "\\u0000", 6) == 0;
            i++;
        }
        i++;
    }
    if (i >= s->len) {
        return bad(s, s->len, err, "");
    }
    s->at = i + 1;
    if (has_nul) {
        size_t next = s->at;
        while (next < s->len && strchr(" \t\r\n", s->text[next])) {
            next++;
        }
        if (next < s->len && s->text[next] == ':') {
            return bad(s, i, err, "NUL in a member's name");
        }
    }
    return 0;
}

static int scan_number(struct scan *s, struct mu_err *err)
{
    bool integer;
    size_t n = mu_json_number_len(s->text + s->at, s->len - s->at, &integer);
    if (n == 0) {
        return bad(s, s->at, err, "malformed number");
    }
    size_t end = s->at + n;
    if (integer && beyond_64_bits(s->text + s->at, n)) {
        mu_buf_add(&s->big, &end, sizeof(end));
    }
    s->at = end;
    return 0;
}

static int scan_text(struct scan *s, struct mu_err *err)
{
    while (s->at < s->len) {
        char c = s->text[s->at];
        switch (c) {
        case '"':
            if (scan_string(s, err) < 0) {
                return -1;
            }
            continue;
        case '-':
        case '0' ... '9':
            if (scan_number(s, err) < 0) {
                return -1;
            }
            continue;
        case '[':
        case '{':
            if (++s->depth > MU_JSON_DEPTH_MAX) {
                return mu_fail(err, MU_E_LIMIT, "JSON is nested deeper than %d levels, at byte %zu",
                               MU_JSON_DEPTH_MAX, s->at);
            }
            break;
        case ']':
        case '}':
            s->depth--;
            break;
        case '\'':
        case 'N':
        case 'I':
            return bad(s, s->at, err, "unexpected character");
        default:
            break; /* json-c judges the rest */
        }
        s->at++;
    }
    return 0;
}

static int build(const char *text, size_t len, struct json_object **ret, struct mu_err *err)
{
    struct json_tokener *tok = json_tokener_new_ex(MU_JSON_DEPTH_MAX + 2);
    if (!tok) {
        mu_oom();
    }
    json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
    struct json_object *doc = json_tokener_parse_ex(tok, text, (int)len);
    enum json_tokener_error why = json_tokener_get_error(tok);
    size_t at = json_tokener_get_parse_end(tok);
    if (why == json_tokener_continue) {
        /* A NUL ends a number that stands alone, or shows that the text is cut. */
        doc = json_tokener_parse_ex(tok, "", 1);
        why = json_tokener_get_error(tok);
        at = len;
    }
    json_tokener_free(tok);
    if (why != json_tokener_success) {
        const struct scan where = {.text = text, .len = len};
        return bad(&where, at, err, json_tokener_error_desc(why));
    }
    *ret = doc;
    return 0;
}

/* The text with big_mark behind each of the positions. */
static void mark_big(const struct scan *s, struct mu_buf *to)
{
    size_t from = 0;
    for (size_t i = 0; i < s->big.len; i += sizeof(size_t)) {
        size_t end;
        memcpy(&end, s->big.data + i, sizeof(end));
        mu_buf_add(to, s->text + from, end - from);
        mu_buf_adds(to, big_mark);
        from = end;
    }
    mu_buf_add(to, s->text + from, s->len - from);
}

static void set_number_text(struct json_object *number, const char *text, size_t len)
{
    char *copy = mu_xmalloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    json_object_set_serializer(number, json_object_userdata_to_json_string, copy,
                               json_object_free_userdata);
}

/* Takes big_mark off again. Recursion is bounded by MU_JSON_DEPTH_MAX. */
static void unmark(struct json_object *at)
{
    if (json_object_is_type(at, json_type_object)) {
        json_object_object_foreach(at, key, value)
        {
            (void)key;
            unmark(value);
        }
    } else if (json_object_is_type(at, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(at); i++) {
            unmark(json_object_array_get_idx(at, i));
        }
    } else if (json_object_is_type(at, json_type_double)) {
        const char *text = json_object_get_string(at);
        if (mu_ends(text, big_mark)) {
            set_number_text(at, text, strlen(text) - strlen(big_mark));
        }
    }
}

static int build_with_big(const struct scan *s, struct json_object **ret, struct mu_err *err)
{
    MU_AUTO(buf) struct mu_buf marked = MU_BUF_INIT(JSON_TEXT_MAX);
    mark_big(s, &marked);
    if (marked.full) {
        return mu_fail(err, MU_E_LIMIT, "JSON with its large numbers is longer than %d bytes",
                       JSON_TEXT_MAX);
    }
    if (build(marked.data, marked.len, ret, err) < 0) {
        return -1;
    }
    unmark(*ret);
    return 0;
}

static int refuse_bytes(const char *text, size_t len, struct mu_err *err)
{
    const char *nul = memchr(text, '\0', len);
    if (nul) {
        return mu_fail(err, MU_E_DATA, "not JSON: NUL byte at byte %zu", (size_t)(nul - text));
    }
    return mu_fail(err, MU_E_DATA, "not JSON: text is not UTF-8");
}

int mu_json_parse(const char *text, size_t len, struct json_object **ret, struct mu_err *err)
{
    if (len > JSON_TEXT_MAX) {
        return mu_fail(err, MU_E_LIMIT, "JSON is longer than %d bytes", JSON_TEXT_MAX);
    }
    if (!mu_utf8_ok(text, len)) {
        return refuse_bytes(text, len, err);
    }
    struct scan s = {.text = text, .len = len, .big = MU_BUF_INIT(JSON_TEXT_MAX)};
    size_t blank = 0;
    while (blank < len && strchr(" \t\r\n", text[blank])) {
        blank++;
    }
    if (blank == len) {
        return mu_fail(err, MU_E_DATA, "not JSON: nothing there");
    }
    if (text[blank] == '<') {
        return mu_fail(err, MU_E_DATA, "not JSON but HTML or XML, at byte %zu", blank);
    }
    int status = scan_text(&s, err);
    if (status == 0) {
        status = s.big.len > 0 ? build_with_big(&s, ret, err) : build(text, len, ret, err);
    }
    mu_buf_done(&s.big);
    return status;
}

struct json_object *mu_json_number(const char *text, size_t len)
{
    bool integer;
    if (len == 0 || mu_json_number_len(text, len, &integer) != len) {
        return NULL;
    }
    char *copy = mu_xmalloc(len + 1);
    memcpy(copy, text, len);
    copy[len] = '\0';
    long long value;
    struct json_object *number;
    if (integer && mu_parse_int(copy, INT64_MIN, INT64_MAX, &value)) {
        number = json_object_new_int64(value);
    } else {
        number = json_object_new_double_s(strtod(copy, NULL), copy);
    }
    free(copy);
    if (!number) {
        mu_oom();
    }
    return number;
}
