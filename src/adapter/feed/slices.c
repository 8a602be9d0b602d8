/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts JSON into records: lines, or the items of a list somewhere in a document. */
#include "adapter/feed/slices.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"

enum { NESTING_MAX = 1000 };

enum state { START, LINES, ITEMS, AFTER, OVER };

struct slices {
    feed_more *more;
    void *arg;
    const struct mu_ptr *list;
    const char *piece;
    size_t len, at; /* of piece */
    enum state state;
    int64_t line;
    int depth;          /* brackets open around the list */
    struct mu_buf text; /* the record */
    struct mu_err why;  /* what slice.bad points to */
};

struct slices *slices_new(const struct mu_ptr *list, feed_more *more, void *arg)
{
    struct slices *s = mu_xcalloc(1, sizeof(*s));
    *s = (struct slices){
        .more = more, .arg = arg, .list = list, .line = 1, .text = MU_BUF_INIT(FEED_ROW_MAX)};
    return s;
}

void slices_free(struct slices *s)
{
    if (!s)
        return;
    mu_buf_done(&s->text);
    free(s);
}

/* ---- bytes ---- */

/* The next byte, without taking it; -1: the end; -2: err. */
static int peek(struct slices *s, struct mu_err *err)
{
    if (s->at == s->len) {
        s->at = s->len = 0;
        int rc = s->more(s->arg, &s->piece, &s->len, err);
        if (rc <= 0)
            return rc - 1;
    }
    return (unsigned char)s->piece[s->at];
}

static void skip_byte(struct slices *s)
{
    s->line += s->piece[s->at] == '\n';
    s->at++;
}

/* As peek, at the next byte that isn't blank. */
static int peek_sign(struct slices *s, struct mu_err *err)
{
    int c;
    while ((c = peek(s, err)) >= 0 && strchr(" \t\r\n", c) && c)
        skip_byte(s);
    return c;
}

static int ends_early(const struct slices *s, struct mu_err *err)
{
    return mu_fail(err, MU_E_DATA, "line %" PRId64 ": the JSON ends early: the file is cut short",
                   s->line);
}

static int unexpected(const struct slices *s, const char *wanted, struct mu_err *err)
{
    return mu_fail(err, MU_E_DATA, "line %" PRId64 ": not JSON: expected %s", s->line, wanted);
}

/* -1 for what peek can say beside a byte. */
static int no_byte(const struct slices *s, int c, struct mu_err *err)
{
    return c == -1 ? ends_early(s, err) : -1;
}

static int expect(struct slices *s, char sign, const char *wanted, struct mu_err *err)
{
    int c = peek_sign(s, err);
    if (c < 0)
        return no_byte(s, c, err);
    if (c != sign)
        return unexpected(s, wanted, err);
    skip_byte(s);
    return 0;
}

/* ---- one value ---- */

static int too_long(int64_t line, struct mu_err *err)
{
    return mu_fail(err, MU_E_LIMIT, "line %" PRId64 ": a record longer than the limit of %d bytes",
                   line, (int)FEED_ROW_MAX);
}

/* Whether the byte behind a value's last one has been reached; brackets and quotes are followed. */
struct follow {
    int depth;
    bool quoted, escaped, begun;
};

static bool follow(struct follow *f, char c)
{
    if (f->quoted) {
        f->quoted = f->escaped || c != '"';
        f->escaped = !f->escaped && c == '\\';
        return false;
    }
    bool closes = c == ']' || c == '}';
    if (f->depth == 0 && f->begun && (closes || strchr(", \t\r\n:", c)))
        return true;
    f->begun = true;
    f->quoted = c == '"';
    f->depth += c == '[' || c == '{';
    f->depth -= closes;
    return false;
}

/* Walks over a value; keep: its bytes go into text. */
static int walk(struct slices *s, bool keep, struct mu_err *err)
{
    struct follow f = {.depth = 0};
    int64_t began = s->line;
    int c = peek_sign(s, err);
    mu_buf_reset(&s->text);
    for (; c >= 0 && !follow(&f, (char)c); c = peek(s, err)) {
        if (keep && mu_buf_addc(&s->text, (char)c) < 0)
            return too_long(began, err);
        skip_byte(s);
        if (f.depth < 0)
            return unexpected(s, "a value", err);
        if (f.depth > NESTING_MAX)
            return mu_fail(err, MU_E_LIMIT, "line %" PRId64 ": nested deeper than %d levels",
                           s->line, (int)NESTING_MAX);
    }
    return c < 0 ? no_byte(s, c, err) : 0;
}

/* ---- the way to the list ---- */

/* Whether a member's name comes next that is the one wanted; either way it is passed. */
static int is_member(struct slices *s, const char *name, bool *ret, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *key;
    int c = peek_sign(s, err);
    if (c >= 0 && c != '"')
        return unexpected(s, "a member's name", err);
    if (walk(s, true, err) < 0 || mu_doc_parse(arena, s->text.data, s->text.len, &key, err) < 0)
        return -1;
    *ret = mu_streq(mu_doc_text(key), name);
    return expect(s, ':', "a colon", err);
}

/* From the brace of an object into the member of that name. */
static int enter_member(struct slices *s, const char *name, struct mu_err *err)
{
    if (expect(s, '{', "an object that holds the list", err) < 0)
        return -1;
    s->depth++;
    for (bool first = true;; first = false) {
        bool found = false;
        int c = peek_sign(s, err);
        if (c == '}')
            return mu_fail(err, MU_E_DATA,
                           "line %" PRId64 ": no member %s on the way to the list; check records:",
                           s->line, name);
        if (!first && expect(s, ',', "a comma", err) < 0)
            return -1;
        if (is_member(s, name, &found, err) < 0)
            return -1;
        if (found)
            return 0;
        if (walk(s, false, err) < 0)
            return -1;
    }
}

static int enter_list(struct slices *s, struct mu_err *err)
{
    for (int i = 0; s->list && i < s->list->count; i++)
        if (enter_member(s, s->list->tokens[i], err) < 0)
            return -1;
    if (expect(s, '[', "the list that records: points to", err) < 0)
        return -1;
    s->state = ITEMS;
    return 0;
}

/* Behind the list, whatever closes the document: nothing of it is used, but it must be there. */
static int finish(struct slices *s, struct mu_err *err)
{
    while (s->depth > 0) {
        int c = peek_sign(s, err);
        if (c < 0)
            return no_byte(s, c, err);
        if (c == '}') {
            s->depth--;
            skip_byte(s);
            continue;
        }
        if (expect(s, ',', "a comma", err) < 0 || walk(s, false, err) < 0 ||
            expect(s, ':', "a colon", err) < 0 || walk(s, false, err) < 0)
            return -1;
    }
    int c = peek_sign(s, err);
    if (c == -2)
        return -1;
    s->state = OVER;
    return c == -1 ? 0 : unexpected(s, "nothing behind the document's end", err);
}

/* ---- records ---- */

static int depth_of(const struct mu_doc *doc)
{
    int deepest = 0;
    if (doc->type != MU_DOC_LIST && doc->type != MU_DOC_OBJECT)
        return 0;
    for (const struct mu_doc *item = doc->first; item; item = item->next) {
        int depth = depth_of(item);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

/* What the text holds becomes the record, or the reason why there is none. Records become a list
 * again, which takes a level. */
static void parse(struct slices *s, struct mu_arena *arena, int64_t line, struct slice *ret)
{
    const struct mu_doc *doc;
    s->why = (struct mu_err)MU_ERR_INIT;
    *ret = (struct slice){.line = line, .text = s->text.data};
    if (mu_doc_parse(arena, s->text.data, s->text.len, &doc, &s->why) < 0)
        ret->bad = s->why.text;
    else if (!mu_doc_is(doc, MU_DOC_OBJECT))
        ret->bad = "not an object: a record has named fields";
    else if (depth_of(doc) >= MU_JSON_DEPTH_MAX)
        ret->bad = "nested too deep: a record may have 31 levels";
    else
        ret->doc = doc;
}

/* Lines without anything are passed over. */
static int next_line(struct slices *s, struct mu_arena *arena, struct slice *ret,
                     struct mu_err *err)
{
    int c = peek_sign(s, err);
    int64_t line = s->line;
    mu_buf_reset(&s->text);
    for (; c >= 0 && c != '\n'; c = peek(s, err)) {
        if (mu_buf_addc(&s->text, (char)c) < 0)
            return too_long(line, err);
        skip_byte(s);
    }
    if (c == -2)
        return -1;
    if (s->text.len == 0)
        return 0;
    parse(s, arena, line, ret);
    return 1;
}

static int next_item(struct slices *s, struct mu_arena *arena, struct slice *ret,
                     struct mu_err *err)
{
    int c = peek_sign(s, err);
    if (c == ']') {
        skip_byte(s);
        s->state = OVER;
        return finish(s, err);
    }
    if (s->state == AFTER && expect(s, ',', "a comma or the end of the list", err) < 0)
        return -1;
    c = peek_sign(s, err);
    int64_t line = s->line;
    if (c < 0 || walk(s, true, err) < 0)
        return c < 0 ? no_byte(s, c, err) : -1;
    s->state = AFTER;
    parse(s, arena, line, ret);
    return 1;
}

static int start(struct slices *s, struct mu_err *err)
{
    int c = peek_sign(s, err);
    if (c == -2)
        return -1;
    if (s->list || c == '[')
        return enter_list(s, err);
    s->state = LINES;
    return 0;
}

int slices_next(struct slices *s, struct mu_arena *arena, struct slice *ret, struct mu_err *err)
{
    if (s->state == START && start(s, err) < 0)
        return -1;
    switch (s->state) {
    case LINES:
        return next_line(s, arena, ret, err);
    case ITEMS:
    case AFTER:
        return next_item(s, arena, ret, err);
    default:
        return 0;
    }
}
