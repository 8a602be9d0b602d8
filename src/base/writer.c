/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of results: one row function for each face. */
#include "base/writer.h"

#include <errno.h>
#include <string.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

enum {
    MEASURED_ROWS = 1000,
    CELL_MAX = 4096, /* of the text face only: nobody reads a longer one there */
    WIDTH_MAX = 60,  /* a longer cell overflows its column rather than widening it for all */
    GAP = 2
};

struct mu_writer {
    FILE *to;
    const struct face *face;
    const char *const *columns;
    size_t count;
    size_t rows;
    int failed; /* errno of the first write that failed; 0: none */
    struct mu_buf line;
    struct mu_arena *arena; /* text face: held rows */
    const char **held;      /* their cells, NULL once written */
    size_t *widths;
};

struct face {
    void (*begin)(struct mu_writer *w);
    void (*row)(struct mu_writer *w, const char *const *values, const char *json);
    void (*end)(struct mu_writer *w);
};

/* Writes the line made so far. */
static void flush_line(struct mu_writer *w)
{
    if (w->failed == 0 && fwrite(w->line.data, 1, w->line.len, w->to) != w->line.len)
        w->failed = errno ? errno : EIO;
    mu_buf_reset(&w->line);
}

static size_t width_of(const char *s)
{
    size_t width = 0, len = strlen(s);
    for (size_t i = 0; i < len;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(len - i), &code);
        width += n > 0 ? (size_t)utf8proc_charwidth(code) : 1;
        i += n > 0 ? (size_t)n : 1;
    }
    return width;
}

static void text_line(struct mu_writer *w, const char *const *cells)
{
    for (size_t i = 0; i < w->count; i++) {
        mu_buf_adds(&w->line, cells[i]);
        if (i + 1 == w->count)
            break;
        size_t width = width_of(cells[i]);
        size_t pad = (width < w->widths[i] ? w->widths[i] - width : 0) + GAP;
        mu_buf_printf(&w->line, "%*s", (int)pad, "");
    }
    while (w->line.len > 0 && w->line.data[w->line.len - 1] == ' ')
        mu_buf_cut(&w->line, w->line.len - 1);
    mu_buf_addc(&w->line, '\n');
    flush_line(w);
}

static void text_cell(struct mu_writer *w, size_t column, const char *cell)
{
    w->held[w->rows * w->count + column] = cell;
    size_t width = width_of(cell);
    if (width > w->widths[column] && width <= WIDTH_MAX)
        w->widths[column] = width;
}

static const char *upper(struct mu_arena *arena, const char *s)
{
    char *copy = mu_strdup(arena, s);
    for (char *c = copy; *c; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - ('a' - 'A')) : *c;
    return copy;
}

/* The heading is row 0 of those that are held back and measured. */
static void text_begin(struct mu_writer *w)
{
    w->arena = mu_arena_new();
    w->held = mu_xcalloc((MEASURED_ROWS + 1) * w->count, sizeof(*w->held));
    w->widths = mu_xcalloc(w->count, sizeof(*w->widths));
    for (size_t i = 0; i < w->count; i++)
        text_cell(w, i, upper(w->arena, w->columns[i]));
    w->rows = 1;
}

static void text_release(struct mu_writer *w)
{
    if (!w->held)
        return;
    size_t held = w->rows <= MEASURED_ROWS ? w->rows : MEASURED_ROWS + 1;
    for (size_t i = 0; i < held; i++)
        text_line(w, w->held + i * w->count);
    free(w->held);
    w->held = NULL;
}

static const char *printable(struct mu_arena *arena, const char *value)
{
    return value ? mu_printable(arena, value, strlen(value), CELL_MAX) : "-";
}

static void text_row(struct mu_writer *w, const char *const *values, const char *json)
{
    (void)json;
    if (w->rows <= MEASURED_ROWS) {
        for (size_t i = 0; i < w->count; i++)
            text_cell(w, i, printable(w->arena, values[i]));
        w->rows++;
        return;
    }
    text_release(w);
    mu_arena_reset(w->arena);
    const char **cells = mu_alloc_array(w->arena, w->count, sizeof(*cells));
    for (size_t i = 0; i < w->count; i++)
        cells[i] = printable(w->arena, values[i]);
    text_line(w, cells);
}

static void json_begin(struct mu_writer *w)
{
    mu_buf_addc(&w->line, '[');
    flush_line(w);
}

static void json_row(struct mu_writer *w, const char *const *values, const char *json)
{
    mu_buf_adds(&w->line, w->rows > 0 ? ",\n  " : "\n  ");
    w->rows++;
    if (json) {
        mu_buf_adds(&w->line, json);
    } else {
        struct mu_jw jw;
        mu_jw_init(&jw, &w->line, false);
        mu_jw_object(&jw);
        for (size_t i = 0; i < w->count; i++) {
            mu_jw_key(&jw, w->columns[i]);
            mu_jw_str(&jw, values[i]);
        }
        mu_jw_end(&jw, '}');
    }
    flush_line(w);
}

static void json_end(struct mu_writer *w)
{
    mu_buf_adds(&w->line, w->rows > 0 ? "\n]\n" : "]\n");
    flush_line(w);
}

/* RFC 4180, 2, and a ' before what a spreadsheet would run as a formula. */
static void csv_cell(struct mu_buf *to, const char *value)
{
    bool formula = *value && strchr("=+-@\t\r", *value);
    bool quote = value[strcspn(value, "\",\r\n")] != '\0';
    mu_buf_adds(to, quote ? "\"" : "");
    mu_buf_adds(to, formula ? "'" : "");
    for (const char *s = value; *s;) {
        size_t len = strcspn(s, "\"");
        mu_buf_add(to, s, len);
        s += len;
        if (*s) {
            mu_buf_adds(to, "\"\"");
            s++;
        }
    }
    mu_buf_adds(to, quote ? "\"" : "");
}

static void csv_row(struct mu_writer *w, const char *const *values, const char *json)
{
    (void)json;
    for (size_t i = 0; i < w->count; i++) {
        mu_buf_adds(&w->line, i > 0 ? "," : "");
        csv_cell(&w->line, values[i] ? values[i] : "");
    }
    mu_buf_adds(&w->line, "\r\n");
    flush_line(w);
}

static void csv_begin(struct mu_writer *w)
{
    csv_row(w, w->columns, NULL);
}

static void csv_end(struct mu_writer *w)
{
    (void)w;
}

static const struct face faces[] = {
    [MU_FORMAT_TEXT] = {text_begin, text_row, text_release},
    [MU_FORMAT_JSON] = {json_begin, json_row, json_end},
    [MU_FORMAT_CSV] = {csv_begin, csv_row, csv_end},
};

struct mu_writer *mu_writer_new(FILE *to, enum mu_format format, const char *const *columns,
                                size_t count)
{
    struct mu_writer *w = mu_xcalloc(1, sizeof(*w));
    *w = (struct mu_writer){.to = to,
                            .face = &faces[format],
                            .columns = columns,
                            .count = count,
                            .line = MU_BUF_INIT(MU_BUF_MAX)};
    w->face->begin(w);
    return w;
}

void mu_writer_row(struct mu_writer *w, const char *const *values, const char *json)
{
    w->face->row(w, values, json);
}

int mu_writer_close(struct mu_writer *w, struct mu_err *err)
{
    w->face->end(w);
    if (fflush(w->to) != 0 && w->failed == 0)
        w->failed = errno ? errno : EIO;
    int failed = w->failed;
    mu_buf_done(&w->line);
    mu_arena_free(w->arena);
    free(w->held);
    free(w->widths);
    free(w);
    if (failed) {
        errno = failed;
        return mu_fail_errno(err, "writing the result");
    }
    return 0;
}
