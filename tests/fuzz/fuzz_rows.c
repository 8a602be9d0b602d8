/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file as rows. The first byte says how it is read: a delimiter (a: one to be found), or JSON (j:
 * lines or a list, p: the list under /data). How the bytes are cut into pieces changes nothing, and
 * rows of CSV written again, each field quoted, are the same rows.
 */
#include "fuzz.h"

#include <inttypes.h>
#include <string.h>

#include "adapter/feed/csv.h"
#include "adapter/feed/slices.h"
#include "base/str.h"

struct pieces {
    const char *text;
    size_t len, at, step;
};

static int more(void *arg, const char **ret, size_t *ret_len, struct mu_err *err)
{
    struct pieces *p = arg;
    (void)err;
    if (p->at == p->len)
        return 0;
    *ret = p->text + p->at;
    *ret_len = p->len - p->at < p->step ? p->len - p->at : p->step;
    p->at += *ret_len;
    return 1;
}

static void quote(struct mu_buf *to, const struct csv_field *field)
{
    mu_buf_addc(to, '"');
    for (size_t i = 0; i < field->len; i++) {
        if (field->text[i] == '"')
            mu_buf_addc(to, '"');
        mu_buf_addc(to, field->text[i]);
    }
    mu_buf_addc(to, '"');
}

/* Rows that are fine, quoted and with CRLF, into `rows`; everything that was told into `told`. */
static void read_csv(char delimiter, struct pieces pieces, struct mu_buf *rows, struct mu_buf *told)
{
    struct csv *c = csv_new(delimiter, more, &pieces);
    struct mu_err err = MU_ERR_INIT;
    struct csv_row row;
    int rc;
    while ((rc = csv_next(c, &row, &err)) == 1) {
        mu_buf_printf(told, "%" PRId64 " %zu %s\n", row.line, row.count, row.bad ? row.bad : "");
        for (size_t i = 0; !row.bad && i < row.count; i++) {
            mu_assert(mu_utf8_ok(row.fields[i].text, row.fields[i].len));
            if (i > 0)
                mu_buf_addc(rows, ',');
            quote(rows, &row.fields[i]);
        }
        if (!row.bad)
            mu_buf_adds(rows, "\r\n");
    }
    mu_assert(rc == 0 || err.text[0] != '\0');
    mu_buf_adds(told, err.text);
    csv_free(c);
}

static void read_json(const struct mu_ptr *list, struct pieces pieces, struct mu_buf *rows,
                      struct mu_buf *told)
{
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct slices *s = slices_new(list, more, &pieces);
    struct mu_err err = MU_ERR_INIT;
    struct slice slice;
    struct mu_jw w;
    int rc;
    while ((rc = slices_next(s, arena, &slice, &err)) == 1) {
        mu_buf_printf(told, "%" PRId64 " %s\n", slice.line, slice.bad ? slice.bad : "");
        mu_assert(!slice.doc == !!slice.bad);
        mu_jw_init(&w, rows, false);
        if (slice.doc)
            mu_jw_doc(&w, slice.doc);
    }
    mu_assert(rc == 0 || err.text[0] != '\0');
    mu_buf_adds(told, err.text);
    slices_free(s);
}

static void read_any(char how, struct pieces pieces, struct mu_buf *rows, struct mu_buf *told)
{
    static const char *tokens[] = {"data"};
    static const struct mu_ptr list = {.tokens = tokens, .count = 1};
    if (how == 'j' || how == 'p')
        read_json(how == 'p' ? &list : NULL, pieces, rows, told);
    else
        read_csv(how == 'a' ? '\0' : how, pieces, rows, told);
}

static bool equal(const struct mu_buf *a, const struct mu_buf *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MU_AUTO(buf) struct mu_buf rows = MU_BUF_INIT(MU_BUF_MAX), told = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf)
    struct mu_buf again = MU_BUF_INIT(MU_BUF_MAX),
                  told_again = MU_BUF_INIT(MU_BUF_MAX);
    if (size == 0 || !memchr(",;|\tajp", data[0], 7))
        return 0;
    char how = (char)data[0];
    struct pieces pieces = {.text = (const char *)data + 1, .len = size - 1, .step = size};
    read_any(how, pieces, &rows, &told);
    if (how == 'a')
        return 0; /* the first piece decides */
    pieces.step = 1;
    read_any(how, pieces, &again, &told_again);
    mu_assert(equal(&rows, &again) && equal(&told, &told_again));
    if (how == 'j' || how == 'p')
        return 0;
    mu_buf_reset(&again);
    read_csv(',', (struct pieces){.text = rows.data, .len = rows.len, .step = 7}, &again,
             &told_again);
    mu_assert(equal(&rows, &again));
    return 0;
}
