/* SPDX-License-Identifier: Apache-2.0 */
/* CSV as a format of feeds: a header, then rows as wide as it. */
#include <stdio.h>
#include <string.h>

#include "adapter/feed/csv.h"
#include "adapter/feed/feed_private.h"
#include "adapter/feed/header.h"
#include "base/str.h"

struct feed_reader {
    struct csv *csv;
    struct header header;
    bool with_text;
    struct mu_buf text, json;
    char why[80];
};

static int check(struct feed *f, const struct mu_account_conf *conf, struct mu_err *err)
{
    const char *said = f->settings->delimiter;
    if (f->settings->records)
        return mu_y_fail(mu_y_get(conf->settings, "records"), err,
                         "records: only a jsonl account has a list to point to");
    if (mu_streq(said, "auto"))
        return 0;
    f->delimiter = mu_streq(said, "tab") ? '\t' : said[0];
    bool one = mu_streq(said, "tab") || (said[0] && !said[1] && !strchr("\"\r\n", said[0]));
    return one && (unsigned char)f->delimiter < 0x80
               ? 0
               : mu_y_fail(mu_y_get(conf->settings, "delimiter"), err,
                           "delimiter: one character that is no quote, or tab, or auto");
}

static void csv_close(struct feed_reader *r)
{
    if (!r)
        return;
    csv_free(r->csv);
    mu_buf_done(&r->text);
    mu_buf_done(&r->json);
    free(r);
}

static int csv_open(struct feed *f, struct feed_reader **ret, struct mu_err *err)
{
    struct feed_reader *r = mu_xcalloc(1, sizeof(*r));
    struct csv_row row;
    r->csv = csv_new(f->delimiter, feed_file_more, f->reading.file);
    r->with_text = f->settings->trailer;
    r->text = (struct mu_buf)MU_BUF_INIT(MU_BUF_MAX); /* rows are bounded */
    r->json = (struct mu_buf)MU_BUF_INIT(MU_BUF_MAX);
    int rc = csv_next(r->csv, &row, err);
    if (rc == 0)
        mu_fail(err, MU_E_DATA, "holds no header, only empty lines");
    if (rc <= 0 || header_read(f->reading.arena, &row, f->shape.names, &r->header, err) < 0) {
        csv_close(r);
        return -1;
    }
    *ret = r;
    return 0;
}

/* Cells without text are left out: a mapping takes both for absent. */
static int record_of(struct feed_reader *r, const struct csv_row *row, struct mu_arena *arena,
                     const struct mu_doc **ret, struct mu_err *err)
{
    struct mu_jw w;
    mu_buf_reset(&r->json);
    mu_jw_init(&w, &r->json, false);
    mu_jw_object(&w);
    for (size_t i = 0; r->header.names[i]; i++) {
        int at = r->header.at[i];
        if (at < 0 || row->fields[at].len == 0)
            continue;
        mu_jw_key(&w, r->header.names[i]);
        mu_jw_strn(&w, row->fields[at].text, row->fields[at].len);
    }
    mu_jw_end(&w, '}');
    return mu_doc_parse(arena, r->json.data, r->json.len, ret, err);
}

static const char *text_of(struct feed_reader *r, const struct csv_row *row)
{
    mu_buf_reset(&r->text);
    for (size_t i = 0; i < row->count; i++) {
        if (i > 0)
            mu_buf_addc(&r->text, csv_delimiter(r->csv));
        mu_buf_add(&r->text, row->fields[i].text, row->fields[i].len);
    }
    return r->text.data;
}

static int next(struct feed_reader *r, struct mu_arena *arena, struct feed_row *ret,
                struct mu_err *err)
{
    struct csv_row row;
    int rc = csv_next(r->csv, &row, err);
    if (rc <= 0)
        return rc;
    *ret = (struct feed_row){.row = {.line = row.line, .bad = row.bad}};
    if (!row.bad && r->with_text)
        ret->text = text_of(r, &row);
    if (!row.bad && row.count != r->header.count) {
        snprintf(r->why, sizeof(r->why), "%zu fields, the header has %zu", row.count,
                 r->header.count);
        ret->row.bad = r->why;
    }
    if (!ret->row.bad && record_of(r, &row, arena, &ret->row.record, err) < 0)
        return -1;
    return 1;
}

static const char *column(const struct feed_reader *r, const char *name)
{
    for (size_t i = 0; r->header.names[i]; i++)
        if (mu_streq(r->header.names[i], name))
            return r->header.at[i] >= 0 ? r->header.columns[r->header.at[i]] : NULL;
    return NULL;
}

static const char *const *columns(const struct feed_reader *r)
{
    return r->header.columns;
}

const struct feed_format feed_csv = {.check = check,
                                     .open = csv_open,
                                     .next = next,
                                     .close = csv_close,
                                     .column = column,
                                     .columns = columns};
