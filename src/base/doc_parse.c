/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON text into a tree: one pass, strict, recursion bounded by MU_JSON_DEPTH_MAX. */
#include <string.h>
#include <utf8proc.h>

#include "base/doc.h"
#include "base/str.h"

enum { TEXT_MAX = 1 << 30, HEX_DIGITS = 4 };

struct reader {
    const char *text;
    size_t len, at;
    size_t blanks; /* passed so far */
    char *scalars; /* where the next decoded text goes */
    int depth;
    uint32_t values;
    struct mu_arena *arena;
    struct mu_err *err;
};

static int bad(const struct reader *r, size_t at, const char *what)
{
    if (at >= r->len)
        return mu_fail(r->err, MU_E_DATA, "JSON ends early, at byte %zu", r->len);
    return mu_fail(r->err, MU_E_DATA, "not JSON: %s at byte %zu", what, at);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
    size_t from = r->at;
    if (from < r->len && r->text[from] > ' ')
        return; /* mostly there are none */
    while (r->at < r->len && is_blank(r->text[r->at]))
        r->at++;
    r->blanks += r->at - from;
}

/* Whether this character comes next; it is passed then. */
static bool pass(struct reader *r, char c)
{
    if (r->at == r->len || r->text[r->at] != c)
        return false;
    r->at++;
    return true;
}

/* ---- scalars ---- */

/* The four digits behind \u; -1: there are none. */
static int32_t read_hex(const struct reader *r, size_t at)
{
    int32_t code = 0;
    if (r->len - at < HEX_DIGITS)
        return -1;
    for (size_t i = at; i < at + HEX_DIGITS; i++) {
        char c = r->text[i], letter = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            code = code * 16 + (c - '0');
        else if (letter >= 'a' && letter <= 'f')
            code = code * 16 + (letter - 'a' + 10);
        else
            return -1;
    }
    return code;
}

/* \uXXXX, or two of them; half of a pair stands for nothing and becomes U+FFFD. r->at: behind \u. */
static int read_unicode(struct reader *r, char **to)
{
    int32_t code = read_hex(r, r->at);
    if (code < 0)
        return bad(r, r->len - r->at < HEX_DIGITS ? r->len : r->at, "malformed \\u escape");
    r->at += HEX_DIGITS;
    if (code >= 0xD800 && code <= 0xDFFF) {
        bool pair = code < 0xDC00 && r->len - r->at >= 2 && r->text[r->at] == '\\' &&
                    r->text[r->at + 1] == 'u';
        int32_t low = pair ? read_hex(r, r->at + 2) : -1;
        pair = low >= 0xDC00 && low <= 0xDFFF;
        code = pair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
        r->at += pair ? 2 + HEX_DIGITS : 0;
    }
    *to += utf8proc_encode_char(code, (utf8proc_uint8_t *)*to);
    return 0;
}

/* r->at: on the backslash. */
static int read_escape(struct reader *r, char **to)
{
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    size_t at = r->at + 1;
    if (at >= r->len)
        return bad(r, at, "");
    r->at = at + 1;
    if (r->text[at] == 'u')
        return read_unicode(r, to);
    const char *letter = memchr(letters, r->text[at], sizeof(letters) - 1);
    if (!letter)
        return bad(r, at, "unknown escape");
    *(*to)++ = means[letter - letters];
    return 0;
}

/* r->at: on the quote. */
static int read_string(struct reader *r, const char **ret, uint32_t *ret_len)
{
    char *start = r->scalars, *to = start;
    for (r->at++;;) {
        size_t plain = mu_json_plain(r->text + r->at, r->len - r->at);
        memcpy(to, r->text + r->at, plain);
        to += plain;
        r->at += plain;
        if (pass(r, '"'))
            break;
        if (r->at == r->len || r->text[r->at] != '\\')
            return bad(r, r->at, "control character in a string");
        if (read_escape(r, &to) < 0)
            return -1;
    }
    *to = '\0';
    r->scalars = to + 1;
    *ret = start;
    *ret_len = (uint32_t)(to - start);
    return 0;
}

static int read_number(struct reader *r, struct mu_doc *doc)
{
    bool integer;
    size_t n = mu_json_number_len(r->text + r->at, r->len - r->at, &integer);
    if (n == 0)
        return bad(r, r->at, "malformed number");
    doc->type = integer ? MU_DOC_INT : MU_DOC_REAL;
    doc->text = memcpy(r->scalars, r->text + r->at, n);
    doc->len = (uint32_t)n;
    r->scalars[n] = '\0';
    r->scalars += n + 1;
    r->at += n;
    return 0;
}

static int read_word(struct reader *r, struct mu_doc *doc, enum mu_doc_type type, const char *word)
{
    size_t n = 0, len = strlen(word);
    while (n < len && r->at + n < r->len && r->text[r->at + n] == word[n])
        n++;
    if (n < len)
        return bad(r, r->at + n, mu_printf(r->arena, "%s expected", word));
    doc->type = type;
    if (type == MU_DOC_BOOL) {
        doc->text = word;
        doc->len = (uint32_t)len;
    }
    r->at += len;
    return 0;
}

/* ---- lists and objects ---- */

static int read_value(struct reader *r, struct mu_doc *doc);

static int read_name(struct reader *r, struct mu_doc *member)
{
    if (r->at == r->len || r->text[r->at] != '"')
        return bad(r, r->at, "a member's name in quotes expected");
    size_t at = r->at;
    if (read_string(r, &member->name, &member->name_len) < 0)
        return -1;
    if (memchr(member->name, '\0', member->name_len))
        return bad(r, at, "NUL in a member's name");
    skip_blanks(r);
    if (!pass(r, ':'))
        return bad(r, r->at, "a colon expected");
    skip_blanks(r);
    return 0;
}

/* r->at: behind the opening bracket. */
static int read_items(struct reader *r, struct mu_doc *doc, char close)
{
    const struct mu_doc **to = &doc->first;
    skip_blanks(r);
    if (pass(r, close))
        return 0;
    for (;;) {
        /* A value takes forty times the two bytes it may be written in. */
        if (++r->values > MU_DOC_VALUES_MAX) {
            return mu_fail(r->err, MU_E_LIMIT, "JSON holds more than %d values, at byte %zu",
                           MU_DOC_VALUES_MAX, r->at);
        }
        struct mu_doc *item = mu_alloc(r->arena, sizeof(*item));
        if ((doc->type == MU_DOC_OBJECT && read_name(r, item) < 0) || read_value(r, item) < 0)
            return -1;
        *to = item;
        to = &item->next;
        doc->len++;
        skip_blanks(r);
        if (pass(r, close))
            return 0;
        if (!pass(r, ','))
            return bad(r, r->at, "a comma or the end of the list or object expected");
        skip_blanks(r);
    }
}

static int read_nested(struct reader *r, struct mu_doc *doc, enum mu_doc_type type, char close)
{
    size_t blanks = r->blanks;
    if (++r->depth > MU_JSON_DEPTH_MAX) {
        return mu_fail(r->err, MU_E_LIMIT, "JSON is nested deeper than %d levels, at byte %zu",
                       MU_JSON_DEPTH_MAX, r->at);
    }
    r->at++;
    doc->type = type;
    if (read_items(r, doc, close) < 0)
        return -1;
    doc->blanks = r->blanks > blanks;
    r->depth--;
    return 0;
}

static int read_by_first(struct reader *r, struct mu_doc *doc)
{
    switch (r->at < r->len ? r->text[r->at] : '\0') {
    case '"':
        doc->type = MU_DOC_TEXT;
        return read_string(r, &doc->text, &doc->len);
    case '{':
        return read_nested(r, doc, MU_DOC_OBJECT, '}');
    case '[':
        return read_nested(r, doc, MU_DOC_LIST, ']');
    case '-':
    case '0' ... '9':
        return read_number(r, doc);
    case 't':
        return read_word(r, doc, MU_DOC_BOOL, "true");
    case 'f':
        return read_word(r, doc, MU_DOC_BOOL, "false");
    case 'n':
        return read_word(r, doc, MU_DOC_NULL, "null");
    default:
        return bad(r, r->at, "unexpected character");
    }
}

static int read_value(struct reader *r, struct mu_doc *doc)
{
    size_t from = r->at;
    if (read_by_first(r, doc) < 0)
        return -1;
    doc->source = r->text + from;
    doc->source_len = (uint32_t)(r->at - from);
    return 0;
}

static int check_text(const char *text, size_t len, struct mu_err *err)
{
    if (len > TEXT_MAX)
        return mu_fail(err, MU_E_LIMIT, "JSON is longer than %d bytes", TEXT_MAX);
    const char *nul = len > 0 ? memchr(text, '\0', len) : NULL;
    if (nul)
        return mu_fail(err, MU_E_DATA, "not JSON: NUL byte at byte %zu", (size_t)(nul - text));
    return mu_utf8_ok(text, len) ? 0 : mu_fail(err, MU_E_DATA, "not JSON: text is not UTF-8");
}

/* ---- some members ---- */

/* r->at: behind the opening quote; passes the closing one. False: there is none. */
static bool skip_string(struct reader *r)
{
    for (;;) {
        const char *from = r->text + r->at, *quote = memchr(from, '"', r->len - r->at);
        const char *escape = quote ? memchr(from, '\\', (size_t)(quote - from)) : NULL;
        if (!quote)
            return false;
        r->at = (size_t)((escape ? escape + 1 : quote) - r->text) + 1;
        if (!escape)
            return true;
    }
}

/* r->at: on the opening bracket. */
static bool skip_nested(struct reader *r)
{
    size_t depth = 0;
    while (r->at < r->len) {
        char c = r->text[r->at++];
        if (c == '"' && !skip_string(r))
            return false;
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        if (depth == 0)
            return true;
    }
    return false;
}

static int skip_value(struct reader *r)
{
    char c = r->at < r->len ? r->text[r->at] : '\0';
    bool whole = true;
    if (pass(r, '"')) {
        whole = skip_string(r);
    } else if (c == '[' || c == '{') {
        whole = skip_nested(r);
    } else {
        while (r->at < r->len && r->text[r->at] != ',' && r->text[r->at] != '}')
            r->at++;
    }
    return whole ? 0 : bad(r, r->len, "");
}
/* Whether a name as it is written is one of them; those that we write need no escapes. */
static bool is_wanted(const char *const *names, const char *name, size_t len)
{
    for (; *names; names++)
        if (strlen(*names) == len && memcmp(*names, name, len) == 0)
            return true;
    return false;
}

/* r->at: on the name's quote. */
static int pass_member(struct reader *r, const char *const *names, bool *ret_wanted)
{
    size_t from = r->at + 1;
    if (!pass(r, '"'))
        return bad(r, r->at, "a member's name in quotes expected");
    if (!skip_string(r))
        return bad(r, r->len, "");
    *ret_wanted = is_wanted(names, r->text + from, r->at - 1 - from);
    if (*ret_wanted) {
        r->at = from - 1;
        return 0;
    }
    skip_blanks(r);
    if (!pass(r, ':'))
        return bad(r, r->at, "a colon expected");
    skip_blanks(r);
    return skip_value(r);
}

/* r->at: behind the opening brace. Until all of them were found, or the end. */
static int read_members(struct reader *r, const char *const *names, struct mu_doc *doc)
{
    const struct mu_doc **to = &doc->first;
    size_t count = 0;
    bool wanted = false;
    while (names[count])
        count++;
    skip_blanks(r);
    while (doc->len < count && !pass(r, '}')) {
        if (pass_member(r, names, &wanted) < 0)
            return -1;
        if (wanted) {
            struct mu_doc *member = mu_alloc(r->arena, sizeof(*member));
            if (read_name(r, member) < 0 || read_value(r, member) < 0)
                return -1;
            *to = member;
            to = &member->next;
            doc->len++;
        }
        skip_blanks(r);
        if (r->at == r->len || (r->text[r->at] != '}' && !pass(r, ',')))
            return bad(r, r->at, "a comma or the end of the object expected");
        skip_blanks(r);
    }
    return 0;
}

int mu_doc_parse_members(struct mu_arena *arena, const char *text, size_t len,
                         const char *const *names, const struct mu_doc **ret, struct mu_err *err)
{
    struct reader r = {.text = text, .len = len, .arena = arena, .err = err, .depth = 1};
    if (len > TEXT_MAX || !mu_utf8_ok(text, len))
        return check_text(text, len, err);
    skip_blanks(&r);
    if (!pass(&r, '{'))
        return bad(&r, r.at, "an object expected");
    r.scalars = mu_alloc(arena, len + 1);
    struct mu_doc *doc = mu_alloc(arena, sizeof(*doc));
    doc->type = MU_DOC_OBJECT;
    doc->source = text;
    doc->source_len = (uint32_t)len;
    if (read_members(&r, names, doc) < 0)
        return -1;
    *ret = doc;
    return 0;
}

/* ---- the document ---- */

int mu_doc_parse(struct mu_arena *arena, const char *text, size_t len, const struct mu_doc **ret,
                 struct mu_err *err)
{
    struct reader r = {.text = text, .len = len, .arena = arena, .err = err};
    if (check_text(text, len, err) < 0)
        return -1;
    skip_blanks(&r);
    if (r.at == len)
        return mu_fail(err, MU_E_DATA, "not JSON: nothing there");
    if (text[r.at] == '<')
        return mu_fail(err, MU_E_DATA, "not JSON but HTML or XML, at byte %zu", r.at);
    /* A decoded scalar with its NUL is never longer than its text with what must stand behind it. */
    r.scalars = mu_alloc(arena, len + 1);
    struct mu_doc *doc = mu_alloc(arena, sizeof(*doc));
    if (read_value(&r, doc) < 0)
        return -1;
    skip_blanks(&r);
    if (r.at < len)
        return bad(&r, r.at, "more text behind the end");
    *ret = doc;
    return 0;
}
