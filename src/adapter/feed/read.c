/* SPDX-License-Identifier: Apache-2.0 */
/* A feed as a source: rows gather until they fill a page of each mapping, and what is wrong with the
 * file is told behind them. */
#include <inttypes.h>
#include <string.h>

#include "adapter/feed/feed_private.h"
#include "base/json.h"
#include "base/str.h"

enum { PAGE_ROWS = 500, PAGE_BYTES = 4 * 1024 * 1024 };

static const char count_mark[] = "{count}";

/* ---- opening ---- */

bool feed_has_column(const struct feed *f, const struct mu_ask *ask)
{
    for (const char *const *name = ask->names; f->format->column && *name; name++)
        if (f->format->column(f->reading.reader, *name))
            return true;
    return !f->format->column;
}

int feed_check_columns(struct feed *f, struct mu_err *err)
{
    for (size_t i = 0; i < f->shape.ask_count; i++) {
        const struct mu_ask *ask = &f->shape.asks[i];
        if (!ask->required || feed_has_column(f, ask))
            continue;
        const char *const *columns = f->format->columns(f->reading.reader);
        size_t count = 0;
        while (columns[count])
            count++;
        const char *near = mu_nearest(ask->names[0], columns, count);
        return mu_fail(err, MU_E_DATA, "no column %s: %s%s%s", ask->names[0], ask->field,
                       near ? "; the nearest is " : "; is shape: right?",
                       near ? mu_printable(f->reading.arena, near, strlen(near), 80) : "");
    }
    return 0;
}

int feed_open(struct feed *f, struct mu_err *err)
{
    struct feed_reading *rd = &f->reading;
    *rd = (struct feed_reading){.arena = mu_arena_new(), .row = mu_arena_new(), .promised = -1};
    if (feed_file_open(&f->file, &rd->file, err) < 0)
        return -1;
    return f->format->open(f, &rd->reader, err) < 0 ? mu_wrap(err, "%s", f->file.path) : 0;
}

/* Back to the first row. */
static int start_over(struct feed *f, struct mu_err *err)
{
    struct feed_reading *rd = &f->reading;
    f->format->close(rd->reader);
    rd->reader = NULL;
    return feed_file_rewind(rd->file, err) < 0 ? -1 : f->format->open(f, &rd->reader, err);
}

void feed_close(struct feed *f)
{
    struct feed_reading *rd = &f->reading;
    f->format->close(rd->reader);
    feed_twice_free(rd->twice);
    feed_file_close(rd->file);
    mu_shares_free(rd->shares);
    mu_arena_free(rd->row);
    mu_arena_free(rd->arena);
    *rd = (struct feed_reading){.arena = NULL};
}

/* What has no column has nothing to count. */
static void begin_shares(struct feed *f, const char *const *only)
{
    f->reading.shares = mu_shares_new(&f->shape, only);
    int64_t *filled = mu_shares_filled(f->reading.shares);
    for (size_t i = 0; i < f->shape.ask_count; i++)
        filled[i] = feed_has_column(f, &f->shape.asks[i]) ? 0 : -1;
}

static int begin(struct mu_account *a, const char *const *only, struct mu_err *err)
{
    struct feed *f = feed_of(a);
    if (feed_open(f, err) < 0 ||
        (feed_check_columns(f, err) < 0 && mu_wrap(err, "%s", f->file.path) < 0)) {
        feed_close(f);
        return mu_wrap(err, "%s", a->name);
    }
    begin_shares(f, only);
    return 0;
}

/* ---- the trailer ---- */

/* `TOTAL {count}`: what stands before the number and behind it is as in the setting. */
bool feed_is_trailer(const struct feed *f, const struct feed_row *row, long long *ret)
{
    const char *pattern = f->settings->trailer,
               *hole = pattern ? strstr(pattern, count_mark) : NULL;
    if (!hole || !row->text)
        return false;
    size_t before = (size_t)(hole - pattern), after = strlen(hole) - strlen(count_mark);
    size_t len = strlen(row->text);
    while (len > 0 && strchr(" \t\r\n", row->text[len - 1]))
        len--;
    if (len <= before + after || memcmp(row->text, pattern, before) != 0 ||
        memcmp(row->text + len - after, hole + strlen(count_mark), after) != 0)
        return false;
    const char *digits = mu_strndup(f->reading.row, row->text + before, len - before - after);
    return mu_parse_int(digits, 0, INT64_MAX, ret);
}

/* 1: the row was the trailer; 0: an ordinary one. */
static int look_for_trailer(struct feed *f, const struct feed_row *row, struct mu_err *err)
{
    long long promised;
    if (f->reading.promised >= 0)
        return mu_fail(err, MU_E_DATA, "line %" PRId64 ": there are rows behind the trailer",
                       row->row.line);
    if (!feed_is_trailer(f, row, &promised))
        return 0;
    f->reading.promised = promised;
    return 1;
}

/* ---- rows ---- */

/* What must hold when the last row was read. */
static int check_end(struct feed *f, struct mu_err *err)
{
    if (f->settings->trailer && f->reading.promised < 0)
        return mu_fail(err, MU_E_DATA,
                       "doesn't end with its trailer (%s): it is cut short, or not written whole "
                       "yet",
                       f->settings->trailer);
    return feed_file_unchanged(f->reading.file, err);
}

/* 1: a row was read; 0: there is none. */
static int read_row(struct feed *f, struct mu_err *err)
{
    struct feed_reading *rd = &f->reading;
    struct feed_row row;
    mu_arena_reset(rd->row);
    int rc = f->format->next(rd->reader, rd->row, &row, err);
    if (rc <= 0)
        return rc < 0 ? rc : check_end(f, err);
    int trailer = look_for_trailer(f, &row, err);
    if (trailer != 0)
        return trailer;
    feed_twice_judge(f, &row.row);
    return mu_shares_add(rd->shares, &row.row, err) < 0 ? -1 : 1;
}

static int look_ahead(struct feed *f, struct mu_err *err)
{
    return f->reading.twice || (feed_twice_find(f, err) == 0 && start_over(f, err) == 0) ? 0 : -1;
}

static void fill_pages(struct feed *f)
{
    struct feed_reading *rd = &f->reading;
    rd->over = look_ahead(f, &rd->failed) < 0;
    for (int i = 0; i < PAGE_ROWS && !rd->over && mu_shares_waiting(rd->shares) < PAGE_BYTES; i++)
        rd->over = read_row(f, &rd->failed) <= 0;
    mu_shares_turn(rd->shares);
}

static int tell_failure(struct feed *f, struct mu_err *err)
{
    *err = f->reading.failed;
    f->reading.failed.code = MU_OK;
    mu_wrap(err, "%s", f->file.path);
    err->blast = err->code == MU_E_CANCELLED ? MU_HITS_RUN : MU_HITS_CONNECTION;
    return mu_wrap(err, "%s", f->base.name);
}

static int next(struct mu_account *a, struct mu_page *ret, struct mu_err *err)
{
    struct feed *f = feed_of(a);
    struct feed_reading *rd = &f->reading;
    for (;;) {
        int rc = mu_shares_page(rd->shares, rd->over ? rd->promised : -1, ret, err);
        if (rc != 0)
            return rc;
        if (rd->failed.code != MU_OK)
            return tell_failure(f, err);
        if (rd->over)
            return 0;
        fill_pages(f);
    }
}

/* ---- the end ---- */

static void end(struct mu_account *a, struct mu_arena *arena, struct mu_read_facts *ret)
{
    struct feed *f = feed_of(a);
    struct feed_reading *rd = &f->reading;
    const int64_t *counts = mu_shares_filled(rd->shares);
    struct mu_filled *filled = mu_alloc_array(arena, f->shape.ask_count + 1, sizeof(*filled));
    for (size_t i = 0; i < f->shape.ask_count; i++)
        filled[i] = (struct mu_filled){mu_strdup(arena, f->shape.asks[i].field), counts[i]};
    *ret = (struct mu_read_facts){
        .bytes = feed_file_size(rd->file), .filled = filled, .filled_count = f->shape.ask_count};
    feed_close(f);
}

static const struct mu_resource *const *resources(struct mu_account *a)
{
    return (const struct mu_resource *const *)feed_of(a)->shape.resources;
}

const struct mu_source_ops feed_source = {
    .begin = begin, .next = next, .end = end, .resources = resources};
