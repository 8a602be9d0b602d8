/* SPDX-License-Identifier: Apache-2.0 */
/* What each mapping gets of a row: the row itself, a part of it for each item of a list in it, and
 * where they are to be distinct, each only once. */
#include <inttypes.h>
#include <string.h>

#include "adapter/feed/feed_private.h"
#include "base/doc.h"
#include "base/str.h"

enum {
    ITEMS_MAX = 2000,      /* of one row's list */
    DISTINCT_MAX = 100000, /* of one mapping */
    PAGE_MAX = 64 * 1024 * 1024
};

/* ---- opening and closing ---- */

static bool chosen(const char *const *only, const struct mu_resource *r)
{
    for (; only && *only; only++)
        if (mu_streq(*only, mu_map_info(r)->name))
            return true;
    return !only;
}

static const char *const *names_of(struct feed *f, const struct mu_resource *r)
{
    struct mu_arena *arena = f->reading.arena;
    const struct mu_fetch *fetch = mu_map_info(r)->fetch;
    size_t asks_count, count = 0, room = 1;
    const struct mu_ask *asks = mu_map_asks(r, arena, &asks_count);
    for (size_t i = 0; i < asks_count; i++)
        for (const char *const *name = asks[i].names; *name; name++)
            room++;
    const char **names = mu_alloc_array(arena, room, sizeof(*names));
    for (size_t i = 0; i < asks_count; i++) {
        for (const char *const *name = asks[i].names; *name; name++) {
            bool known = false;
            for (int o = 0; o < fetch->over_count; o++)
                known |= mu_streq(fetch->over[o], *name);
            for (size_t n = 0; n < count; n++)
                known |= mu_streq(names[n], *name);
            if (!known)
                names[count++] = *name;
        }
    }
    names[count] = NULL;
    return names;
}

void feed_outs_open(struct feed *f, const char *const *only)
{
    struct feed_reading *rd = &f->reading;
    size_t count = 0;
    while (f->resources[count])
        count++;
    rd->outs = mu_alloc_array(rd->arena, count + 1, sizeof(*rd->outs));
    for (size_t i = 0; i < count; i++) {
        const struct mu_fetch *fetch = mu_map_info(f->resources[i])->fetch;
        if (!fetch || !chosen(only, f->resources[i]))
            continue;
        struct feed_out *out = &rd->outs[rd->out_count++];
        *out = (struct feed_out){.resource = f->resources[i],
                                 .names = names_of(f, f->resources[i]),
                                 .text = MU_BUF_INIT(PAGE_MAX),
                                 .whole = fetch->rows == MU_ROWS_ALL && fetch->over_count == 0};
        if (fetch->rows == MU_ROWS_DISTINCT) {
            out->rows = mu_map_new(64);
            out->ids = mu_map_new(64);
        }
    }
}

void feed_outs_close(struct feed *f)
{
    struct feed_reading *rd = &f->reading;
    for (size_t i = 0; i < rd->out_count; i++) {
        struct feed_out *out = &rd->outs[i];
        mu_arena_free(out->arena);
        mu_buf_done(&out->text);
        free(out->lines);
        free(out->bad);
        mu_map_free(out->rows);
        mu_map_free(out->ids);
    }
}

/* ---- records ---- */

static struct mu_arena *arena_of(struct feed_out *out)
{
    if (!out->arena)
        out->arena = mu_arena_new();
    return out->arena;
}

/* What was written behind `from` is a record. */
static void keep(struct feed_out *out, int64_t line)
{
    if (out->count == out->room) {
        out->room = out->room ? 2 * out->room : 512;
        out->lines = mu_xrealloc(out->lines, out->room * sizeof(*out->lines));
    }
    out->lines[out->count++] = line;
}

static void begin_record(struct feed_out *out, struct mu_jw *w)
{
    mu_buf_addc(&out->text, out->count > 0 ? ',' : '[');
    mu_jw_init(w, &out->text, false);
    mu_jw_object(w);
}

/* 1: seen before, by its text or by the id that the mapping makes of it; a record that it can't use
 * is seen by its text, and parked once. */
static int seen(struct feed *f, struct feed_out *out, const char *text, size_t len,
                struct mu_err *err)
{
    struct feed_reading *rd = &f->reading;
    MU_AUTO(buf) struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_err ignored;
    const struct mu_doc *doc;
    const char *id;
    if (mu_map_get(out->rows, text, len))
        return 1;
    if (mu_map_count(out->rows) == DISTINCT_MAX)
        return mu_fail(err, MU_E_LIMIT,
                       "%s: more than the limit of %d different ones; does its mapping look at the "
                       "right column?",
                       mu_map_info(out->resource)->name, (int)DISTINCT_MAX);
    const char *key = mu_strndup(rd->arena, text, len);
    mu_map_put(out->rows, key, len, out);
    if (mu_doc_parse(rd->row, key, len, &doc, err) < 0)
        return -1;
    if (mu_map_entry(out->resource, doc, NULL, rd->row, &body, &id, &ignored) < 0)
        return 0;
    id = mu_strdup(rd->arena, id);
    return mu_map_put(out->ids, id, strlen(id), out) != NULL;
}

/* ---- items ---- */

/* One of the things a row's list names: a piece of a text, or a value of any kind. */
struct item {
    const char *text;
    size_t len;
    const struct mu_doc *value; /* NULL: it is the text */
};

struct items {
    const char *name; /* of the member they stand in */
    struct item *list;
    size_t count;
    bool too_many;
};

/* Blanks around a piece are no part of it. The same one again is left out. */
static void add_item(struct items *to, struct item item)
{
    while (item.len > 0 && !item.value && strchr(" \t\r\n", *item.text)) {
        item.text++;
        item.len--;
    }
    while (item.len > 0 && !item.value && strchr(" \t\r\n", item.text[item.len - 1]))
        item.len--;
    for (size_t i = 0; i < to->count; i++)
        if (to->list[i].len == item.len && memcmp(to->list[i].text, item.text, item.len) == 0)
            return;
    to->too_many |= to->count == ITEMS_MAX && item.len > 0;
    if (item.len > 0 && !to->too_many)
        to->list[to->count++] = item;
}

static void add_value(struct items *to, const struct mu_doc *value)
{
    if (value->type == MU_DOC_TEXT)
        add_item(to, (struct item){.text = value->text, .len = value->len});
    else if (value->type != MU_DOC_NULL)
        add_item(to,
                 (struct item){.text = value->source, .len = value->source_len, .value = value});
}

static void split(struct items *to, const char *text, const char *by)
{
    for (const char *end; (end = strstr(text, by)); text = end + strlen(by))
        add_item(to, (struct item){.text = text, .len = (size_t)(end - text)});
    add_item(to, (struct item){.text = text, .len = strlen(text)});
}

/* What a row holds under the first of the names that it has. */
static struct items items_of(struct feed *f, const struct mu_fetch *fetch,
                             const struct mu_doc *record)
{
    struct items items = {.list = mu_alloc_array(f->reading.row, ITEMS_MAX, sizeof(*items.list))};
    const struct mu_doc *value = NULL;
    for (int i = 0; i < fetch->over_count && !value; i++) {
        items.name = fetch->over[i];
        value = mu_doc_member(record, fetch->over[i]);
    }
    if (mu_doc_is(value, MU_DOC_TEXT) && fetch->split)
        split(&items, value->text, fetch->split);
    else if (mu_doc_is(value, MU_DOC_LIST))
        for (const struct mu_doc *item = value->first; item; item = item->next)
            add_value(&items, item);
    else if (value)
        add_value(&items, value);
    return items;
}

/* ---- rows ---- */

/* The members a mapping looks for, and the one item where it goes over a list. */
static int add_part(struct feed *f, struct feed_out *out, const struct feed_row *row,
                    const char *name, const struct item *item, struct mu_err *err)
{
    size_t before = out->text.len;
    struct mu_jw w;
    begin_record(out, &w);
    for (const char *const *n = out->names; *n; n++) {
        const struct mu_doc *value = mu_doc_member(row->record, *n);
        if (!value)
            continue;
        mu_jw_key(&w, *n);
        mu_jw_doc(&w, value);
    }
    if (item)
        mu_jw_key(&w, name);
    if (item && item->value)
        mu_jw_doc(&w, item->value);
    else if (item)
        mu_jw_strn(&w, item->text, item->len);
    mu_jw_end(&w, '}');
    int rc =
        out->rows ? seen(f, out, out->text.data + before + 1, out->text.len - before - 1, err) : 0;
    if (rc == 0)
        keep(out, row->line);
    else
        mu_buf_cut(&out->text, before);
    return rc < 0 ? -1 : 0;
}

static int add_items(struct feed *f, struct feed_out *out, const struct feed_row *row,
                     struct mu_err *err)
{
    struct items items = items_of(f, mu_map_info(out->resource)->fetch, row->record);
    if (items.too_many)
        return mu_fail(err, MU_E_LIMIT, "line %" PRId64 ": %s: more items than the limit of %d",
                       row->line, items.name, (int)ITEMS_MAX);
    for (size_t i = 0; i < items.count; i++)
        if (add_part(f, out, row, items.name, &items.list[i], err) < 0)
            return -1;
    return 0;
}

/* A row as it is, but for what no mapping looks for. */
static void add_whole(struct feed *f, struct feed_out *out, const struct feed_row *row)
{
    struct mu_jw w;
    begin_record(out, &w);
    for (const struct mu_doc *m = row->record->first; m; m = m->next) {
        if (m->type == MU_DOC_NULL || !mu_map_get(f->wanted, m->name, m->name_len))
            continue;
        mu_jw_key(&w, m->name);
        mu_jw_doc(&w, m);
    }
    mu_jw_end(&w, '}');
    keep(out, row->line);
}

/* One mapping tells of a row that can't be used: the first, which gets whole rows. */
static void add_bad(struct feed_out *out, const struct feed_row *row)
{
    if (out->bad_count == out->bad_room) {
        out->bad_room = out->bad_room ? 2 * out->bad_room : 16;
        out->bad = mu_xrealloc(out->bad, out->bad_room * sizeof(*out->bad));
    }
    out->bad[out->bad_count++] = (struct mu_bad_row){row->line, mu_strdup(arena_of(out), row->bad)};
}

int feed_outs_add(struct feed *f, const struct feed_row *row, struct mu_err *err)
{
    struct feed_reading *rd = &f->reading;
    if (row->bad && rd->out_count > 0)
        add_bad(&rd->outs[0], row);
    for (size_t i = 0; !row->bad && i < rd->out_count; i++) {
        struct feed_out *out = &rd->outs[i];
        size_t len = out->text.len, count = out->count;
        int rc = 0;
        if (out->whole)
            add_whole(f, out, row);
        else if (mu_map_info(out->resource)->fetch->over_count > 0)
            rc = add_items(f, out, row, err);
        else
            rc = add_part(f, out, row, NULL, NULL, err);
        if (rc < 0)
            return -1;
        if (out->text.full) {
            mu_buf_cut(&out->text, len);
            out->count = count;
            out->text.full = false;
            return mu_fail(err, MU_E_LIMIT, "line %" PRId64 ": %s: over the limit of %d bytes",
                           row->line, mu_map_info(out->resource)->name, (int)PAGE_MAX);
        }
    }
    return 0;
}

/* ---- pages ---- */

size_t feed_outs_waiting(const struct feed *f)
{
    size_t bytes = 0;
    for (size_t i = 0; i < f->reading.out_count; i++)
        bytes += f->reading.outs[i].text.len;
    return bytes;
}

/* The text becomes records, in the page's arena. */
static int parse_page(struct feed_out *out, const struct mu_doc **ret, struct mu_err *err)
{
    mu_buf_adds(&out->text, out->count > 0 ? "]" : "[]");
    const char *text = mu_strndup(arena_of(out), out->text.data, out->text.len);
    return mu_doc_parse(out->arena, text, out->text.len, ret, err);
}

static void *copy_into(struct mu_arena *arena, const void *list, size_t count, size_t size)
{
    void *to = mu_alloc_array(arena, count + 1, size);
    return count > 0 ? memcpy(to, list, count * size) : to;
}

int feed_outs_page(struct feed *f, struct feed_out *out, struct mu_page *ret, struct mu_err *err)
{
    struct feed_reading *rd = &f->reading;
    bool total = rd->over && out->whole && rd->promised >= 0;
    const struct mu_doc *records;
    if (out->count == 0 && out->bad_count == 0 && out->pages > 0 && !total)
        return 0;
    if (parse_page(out, &records, err) < 0)
        return -1;
    *ret = (struct mu_page){
        .arena = out->arena,
        .resource = out->resource,
        .records = records,
        .lines = copy_into(out->arena, out->lines, out->count, sizeof(*out->lines)),
        .bad = copy_into(out->arena, out->bad, out->bad_count, sizeof(*out->bad)),
        .bad_count = out->bad_count,
        .number = ++out->pages,
        .rows = (int)out->count,
        .total = total ? rd->promised : -1};
    mu_buf_reset(&out->text);
    out->arena = NULL;
    out->count = out->bad_count = 0;
    return 1;
}
