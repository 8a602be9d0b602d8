/* SPDX-License-Identifier: Apache-2.0 */
/* muster doctor: the file, its header, its first rows, and whether anybody is in it twice. */
#include <inttypes.h>
#include <string.h>

#include "adapter/feed/feed_private.h"
#include "base/str.h"
#include "base/time.h"

enum {
    MISSING_MAX = 400, /* bytes of a list that is shown */
    TOLD_MAX = 5,      /* of one kind of trouble */
    ROWS_MAX = 200000  /* looked at for ids that come twice */
};

struct probe {
    struct feed *feed;
    struct mu_arena *arena, *page;
    mu_probe_report *report;
    void *arg;
    struct mu_map *ids; /* id -> the line it stands in, as text */
    int64_t rows, bad, parked, twice;
};

static void tell(const struct probe *p, enum mu_probe_mark mark, const char *what, const char *fix)
{
    p->report(p->arg, mark, what, fix);
}

static const char *fix_of(const struct mu_err *failed)
{
    switch (failed->code) {
    case MU_E_MISSING:
        return "correct `path:`, or let the export write there";
    case MU_E_DENIED:
        return "let the user that runs muster read the file";
    case MU_E_REFUSED:
        return "have the export run again, whole";
    case MU_E_DATA:
        return "see muster.yaml(5) for delimiter, encoding and shape";
    default:
        return "see the message";
    }
}

static void probe_age(const struct probe *p)
{
    const struct feed *f = p->feed;
    int64_t written = feed_file_written(f->reading.file);
    char when[MU_TIME_TEXT];
    tell(p, MU_PROBE_OK,
         mu_printf(p->arena, "%s: %" PRId64 " bytes, written %s", f->file.path,
                   feed_file_size(f->reading.file), mu_time_text(written, when)),
         NULL);
    if (f->file.max_age == 0)
        tell(p, MU_PROBE_WARN, "the file may be of any age: an export that stopped isn't noticed",
             "add `max_age: 26h`, or what your export's rhythm allows");
    if (!f->file.checksum && !f->settings->trailer)
        tell(p, MU_PROBE_WARN, "nothing proves that the file is whole",
             "add `trailer:` or `checksum:` where the export can write one");
}

static bool is_repeated(const struct feed *f, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (mu_streq(f->shape.asks[i].names[0], f->shape.asks[at].names[0]))
            return true;
    return false;
}

/* A rule that finds no column gives no value, and breaks nothing. Where a column has nearly its
 * name, somebody meant it. */
static void probe_columns(const struct probe *p)
{
    const struct feed *f = p->feed;
    const char *const *columns = f->format->columns ? f->format->columns(f->reading.reader) : NULL;
    MU_AUTO(buf) struct mu_buf missing = MU_BUF_INIT(MISSING_MAX);
    size_t count = 0;
    while (columns && columns[count])
        count++;
    for (size_t i = 0; columns && i < f->shape.ask_count; i++) {
        const struct mu_ask *ask = &f->shape.asks[i];
        const char *near = mu_nearest(ask->names[0], columns, count);
        if (feed_has_column(f, ask) || is_repeated(f, i))
            continue;
        if (near)
            tell(p, MU_PROBE_WARN,
                 mu_printf(p->arena, "no column for %s; the nearest is %s", ask->field,
                           mu_printable(p->arena, near, strlen(near), 80)),
                 "rename the column, or map it in a file of your own");
        else
            mu_buf_printf(&missing, "%s%s", missing.len > 0 ? ", " : "; none for ", ask->names[0]);
    }
    if (columns)
        tell(p, MU_PROBE_OK, mu_printf(p->arena, "header: %zu columns%s", count, missing.data),
             NULL);
}

static void note(const struct probe *p, int64_t nth, int64_t line, const char *what)
{
    if (nth <= TOLD_MAX)
        tell(p, MU_PROBE_FAIL, mu_printf(p->arena, "line %" PRId64 ": %s", line, what),
             "correct the row where it comes from; until then it is parked, and nobody is removed");
}

static void look_at_id(struct probe *p, const char *id, int64_t line)
{
    const char *key = mu_strdup(p->arena, id);
    const char *before = mu_map_get(p->ids, key, strlen(key));
    if (before)
        note(p, ++p->twice, line,
             mu_printf(p->arena, "id %s stands in line %s already",
                       mu_printable(p->arena, id, strlen(id), 80), before));
    else
        mu_map_put(p->ids, key, strlen(key), mu_printf(p->arena, "%" PRId64, line));
}

static void look_at_row(struct probe *p, const struct mu_row *row)
{
    struct mu_err why = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    const char *id;
    p->rows++;
    if (row->bad)
        note(p, ++p->bad, row->line, row->bad);
    for (const struct mu_resource **r = p->feed->shape.resources; !row->bad && *r; r++) {
        const struct mu_fetch *fetch = mu_map_info(*r)->fetch;
        if (!fetch || fetch->over_count > 0)
            continue;
        mu_arena_reset(p->page);
        mu_buf_reset(&body);
        if (mu_map_entry(*r, row->record, NULL, p->page, &body, &id, &why) < 0)
            note(p, ++p->parked, row->line, mu_printf(p->arena, "%s", why.text));
        else if (fetch->rows == MU_ROWS_ALL)
            look_at_id(p, id, row->line);
    }
}

static int probe_rows(struct probe *p, struct mu_err *failed)
{
    struct feed *f = p->feed;
    struct feed_row row;
    long long promised;
    int rc = 0;
    while (p->rows < ROWS_MAX &&
           (rc = f->format->next(f->reading.reader, f->reading.row, &row, failed)) == 1) {
        if (!feed_is_trailer(f, &row, &promised))
            look_at_row(p, &row.row);
        mu_arena_reset(f->reading.row);
    }
    int64_t trouble = p->bad + p->parked + p->twice;
    if (rc >= 0 && trouble == 0)
        tell(p, MU_PROBE_OK,
             mu_printf(p->arena, "%" PRId64 " rows, each of use, no id twice", p->rows), NULL);
    else if (trouble > TOLD_MAX)
        tell(p, MU_PROBE_FAIL,
             mu_printf(p->arena,
                       "%" PRId64 " rows: %" PRId64 " not to be read, %" PRId64
                       " not to be mapped, %" PRId64 " with an id that was there",
                       p->rows, p->bad, p->parked, p->twice),
             "muster pull lists them");
    return rc < 0 ? mu_wrap(failed, "%s", f->file.path) : 0;
}

static int probe_all(struct probe *p, struct mu_err *failed)
{
    if (feed_open(p->feed, failed) < 0)
        return -1;
    probe_age(p);
    probe_columns(p);
    if (feed_check_columns(p->feed, failed) < 0)
        return mu_wrap(failed, "%s", p->feed->file.path);
    return probe_rows(p, failed);
}

int feed_probe(struct mu_account *a, mu_probe_report *report, void *arg, struct mu_err *err)
{
    struct probe p = {.feed = feed_of(a),
                      .arena = mu_arena_new(),
                      .page = mu_arena_new(),
                      .report = report,
                      .arg = arg,
                      .ids = mu_map_new(1024)};
    struct mu_err failed = MU_ERR_INIT;
    int rc = probe_all(&p, &failed);
    if (rc < 0 && failed.code != MU_E_CANCELLED)
        tell(&p, MU_PROBE_FAIL, failed.text, fix_of(&failed));
    feed_close(p.feed);
    mu_map_free(p.ids);
    mu_arena_free(p.page);
    mu_arena_free(p.arena);
    if (rc == 0 || failed.code != MU_E_CANCELLED)
        return 0;
    *err = failed;
    return -1;
}
