/* SPDX-License-Identifier: Apache-2.0 */
/* The state machine that takes CSV apart: one byte decides, runs of plain bytes are copied at once.
 */
#include "adapter/feed/csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum state {
    FIELD, /* at the beginning of a field */
    PLAIN, /* in one without quotes */
    QUOTED,
    CLOSED, /* behind a quote: the end of the field, or half of a doubled quote */
    SKIP    /* to the end of a row that is lost */
};

struct csv {
    feed_more *more;
    void *arg;
    char delimiter; /* 0: still to be found */
    const char *piece;
    size_t len, at; /* of piece */
    enum state state;
    bool after_cr;       /* a LF now belongs to the line end before it */
    int64_t line, began; /* where we are, and where the row began */
    struct mu_buf text;  /* the row's fields, each with its NUL */
    size_t *ends;        /* of fields in text */
    struct csv_field *fields;
    size_t count, room;
    const char *bad;
    char why[160]; /* what bad points to */
};

struct csv *csv_new(char delimiter, feed_more *more, void *arg)
{
    struct csv *c = mu_xcalloc(1, sizeof(*c));
    *c = (struct csv){.more = more,
                      .arg = arg,
                      .delimiter = delimiter,
                      .line = 1,
                      .text = MU_BUF_INIT(FEED_ROW_MAX)};
    return c;
}

void csv_free(struct csv *c)
{
    if (!c)
        return;
    mu_buf_done(&c->text);
    free(c->ends);
    free(c->fields);
    free(c);
}

char csv_delimiter(const struct csv *c)
{
    return c->delimiter;
}

/* ---- the delimiter ---- */

/* The piece holds the first line, or as much of it as decides. None at all: a comma, which a file of
 * one column never needs. */
static char find_delimiter(const char *piece, size_t len)
{
    static const char candidates[] = ",;\t|";
    size_t seen[sizeof(candidates)] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < len && (quoted || !strchr("\r\n", piece[i])); i++) {
        const char *which = memchr(candidates, piece[i], sizeof(candidates) - 1);
        if (piece[i] == '"')
            quoted = !quoted;
        else if (which && !quoted)
            seen[which - candidates]++;
    }
    for (size_t i = 1; i < sizeof(candidates) - 1; i++)
        if (seen[i] > seen[best])
            best = i;
    return candidates[best];
}

/* ---- building a row ---- */

static void spoil(struct csv *c, const char *why)
{
    snprintf(c->why, sizeof(c->why), "field %zu: %s", c->count + 1, why);
    c->bad = c->why;
    c->state = SKIP;
}

static void end_field(struct csv *c)
{
    if (c->count == FEED_COLUMNS_MAX) {
        spoil(c, "more fields than the limit of 2000");
        return;
    }
    if (c->count == c->room) {
        c->room = c->room ? 2 * c->room : 64;
        c->ends = mu_xrealloc(c->ends, c->room * sizeof(*c->ends));
        c->fields = mu_xrealloc(c->fields, c->room * sizeof(*c->fields));
    }
    c->ends[c->count++] = c->text.len;
    mu_buf_addc(&c->text, '\0');
    c->state = FIELD;
}

static int too_long(const struct csv *c, struct mu_err *err)
{
    return mu_fail(err, MU_E_LIMIT,
                   "line %" PRId64 ": a row longer than the limit of %d bytes; is a quote missing?",
                   c->began, (int)FEED_ROW_MAX);
}

/* Bytes taken as they are, line ends in quotes included. */
static void take(struct csv *c, size_t len)
{
    mu_buf_add(&c->text, c->piece + c->at, len);
    c->at += len;
}

static void take_plain(struct csv *c)
{
    size_t n = 0;
    while (c->at + n < c->len) {
        char b = c->piece[c->at + n];
        if (b == c->delimiter || b == '\n' || b == '\r' || b == '"')
            break;
        n++;
    }
    take(c, n);
}

static void take_quoted(struct csv *c)
{
    size_t n = 0;
    for (; c->at + n < c->len && c->piece[c->at + n] != '"'; n++) {
        char b = c->piece[c->at + n];
        c->line += b == '\r' || (b == '\n' && !c->after_cr);
        c->after_cr = b == '\r';
    }
    take(c, n);
}

/* ---- one byte ---- */

/* At a delimiter or a line end; false: it was neither. *ret_done: the row is over. */
static bool at_end(struct csv *c, char b, bool *ret_done)
{
    if (b == c->delimiter) {
        end_field(c);
    } else if (b == '\n' || b == '\r') {
        c->after_cr = b == '\r';
        c->line++;
        bool empty = c->state == FIELD && c->count == 0;
        if (!empty)
            end_field(c);
        *ret_done = !empty;
        if (empty)
            c->began = c->line;
    } else {
        return false;
    }
    c->at++;
    return true;
}

static void step_skip(struct csv *c, bool *ret_done)
{
    char b = c->piece[c->at++];
    if (b != '\n' && b != '\r')
        return;
    c->after_cr = b == '\r';
    c->line++;
    *ret_done = true;
}

static void step(struct csv *c, bool *ret_done)
{
    char b = c->piece[c->at];
    if (c->state == SKIP) {
        step_skip(c, ret_done);
        return;
    }
    if (c->state == QUOTED) {
        c->after_cr = false;
        c->state = CLOSED;
        c->at++;
    } else if (at_end(c, b, ret_done)) {
        return;
    } else if (c->state == CLOSED && b == '"') {
        take(c, 1);
        c->state = QUOTED;
    } else if (c->state == CLOSED) {
        spoil(c, "text behind the closing quote; quotes inside a field are doubled");
    } else if (b == '"' && c->state == FIELD) {
        c->state = QUOTED;
        c->at++;
    } else if (b == '"') {
        spoil(c, "a quote in a field that isn't quoted; quote the field and double the quote");
    } else {
        c->state = PLAIN;
    }
}

/* ---- rows ---- */

/* 1: there are bytes; 0: the file is over. */
static int refill(struct csv *c, struct mu_err *err)
{
    if (c->at < c->len)
        return 1;
    c->at = c->len = 0;
    int rc = c->more(c->arg, &c->piece, &c->len, err);
    if (rc == 1 && !c->delimiter)
        c->delimiter = find_delimiter(c->piece, c->len);
    return rc;
}

static void begin_row(struct csv *c)
{
    mu_buf_reset(&c->text);
    c->count = 0;
    c->bad = NULL;
    c->state = FIELD;
    c->began = c->line;
}

static void end_row(struct csv *c, struct csv_row *ret)
{
    size_t from = 0;
    for (size_t i = 0; i < c->count; i++) {
        c->fields[i] = (struct csv_field){.text = c->text.data + from, .len = c->ends[i] - from};
        if (!c->bad && !mu_utf8_ok(c->fields[i].text, c->fields[i].len)) {
            c->count = i;
            spoil(c, memchr(c->fields[i].text, '\0', c->fields[i].len)
                         ? "a NUL byte"
                         : "not UTF-8; set encoding: windows-1252, or what the file is in");
        }
        from = c->ends[i] + 1;
    }
    *ret =
        (struct csv_row){.line = c->began, .fields = c->fields, .count = c->count, .bad = c->bad};
}

/* 1: a last row without a line end; 0: none. */
static int end_file(struct csv *c, struct csv_row *ret, struct mu_err *err)
{
    if (c->state == QUOTED)
        return mu_fail(err, MU_E_DATA,
                       "line %" PRId64
                       ": a quoted field is never closed: the file is cut short, or "
                       "a quote is missing",
                       c->began);
    if (c->state == FIELD && c->count == 0)
        return 0;
    if (c->state != SKIP)
        end_field(c);
    if (c->text.full)
        return too_long(c, err);
    end_row(c, ret);
    return 1;
}

int csv_next(struct csv *c, struct csv_row *ret, struct mu_err *err)
{
    bool done = false;
    begin_row(c);
    while (!done) {
        int rc = refill(c, err);
        if (rc <= 0)
            return rc < 0 ? rc : end_file(c, ret, err);
        if (c->after_cr && c->state != QUOTED && c->piece[c->at] == '\n') {
            c->after_cr = false;
            c->at++;
            continue;
        }
        if (c->state != QUOTED)
            c->after_cr = false;
        if (c->state == PLAIN)
            take_plain(c);
        else if (c->state == QUOTED)
            take_quoted(c);
        if (c->at < c->len)
            step(c, &done);
        if (c->text.full)
            return too_long(c, err);
    }
    end_row(c, ret);
    return 1;
}
