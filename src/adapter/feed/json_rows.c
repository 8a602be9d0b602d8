/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as a format of feeds: each record is an object as it stands. */
#include "adapter/feed/feed_private.h"
#include "adapter/feed/slices.h"
#include "base/str.h"

struct feed_reader {
    struct slices *slices;
};

static int check(struct feed *f, const struct mu_account_conf *conf, struct mu_err *err)
{
    struct mu_err why = MU_ERR_INIT;
    const struct feed_settings *s = f->settings;
    const struct mu_y *delimiter = mu_y_get(conf->settings, "delimiter");
    if (delimiter)
        return mu_y_fail(delimiter, err, "delimiter: only a csv account has one");
    if (!s->records)
        return 0;
    const struct mu_y *at = mu_y_get(conf->settings, "records");
    struct mu_ptr *list = mu_alloc(f->arena, sizeof(*list));
    if ((*s->records && *s->records != '/') || mu_ptr_compile(f->arena, s->records, list, &why) < 0)
        return mu_y_fail(at, err, "records: a JSON pointer such as /employees is expected");
    f->list = list;
    return !s->trailer ? 0
                       : mu_y_fail(mu_y_get(conf->settings, "trailer"), err,
                                   "trailer: only a file with one record a line has one; drop it, "
                                   "or records");
}

static void json_close(struct feed_reader *r)
{
    if (!r)
        return;
    slices_free(r->slices);
    free(r);
}

static int json_open(struct feed *f, struct feed_reader **ret, struct mu_err *err)
{
    (void)err; /* nothing is read before the first record is asked for */
    struct feed_reader *r = mu_xcalloc(1, sizeof(*r));
    r->slices = slices_new(f->list, feed_file_more, f->reading.file);
    *ret = r;
    return 0;
}

static int next(struct feed_reader *r, struct mu_arena *arena, struct feed_row *ret,
                struct mu_err *err)
{
    struct slice slice;
    int rc = slices_next(r->slices, arena, &slice, err);
    if (rc <= 0)
        return rc;
    *ret = (struct feed_row){.row = {.line = slice.line, .record = slice.doc, .bad = slice.bad},
                             .text = slice.text};
    return 1;
}

const struct feed_format feed_json = {
    .check = check, .open = json_open, .next = next, .close = json_close};
