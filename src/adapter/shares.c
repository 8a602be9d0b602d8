/* SPDX-License-Identifier: Apache-2.0 */
/* The shares of mappings in rows, written as JSON text and parsed again a page at a time: pages go to
 * another thread, and share nothing. */
#include "adapter/shares.h"

#include <inttypes.h>
#include <string.h>

#include "adapter/shares_private.h"
#include "base/doc.h"
#include "base/str.h"

enum {
    DISTINCT_MAX = 100000, /* of one mapping */
    PAGE_MAX = 64 * 1024 * 1024
};

/* One mapping's share: the page that gathers, as JSON text. */
struct share {
    const struct mu_resource *resource;
    const char *const *names; /* of members it looks for, beside what it goes over */
    bool whole;               /* gets rows as they are */
    struct mu_arena *arena;   /* of the page */
    struct mu_buf text;
    int64_t *lines;
    struct mu_bad_row *bad;
    size_t count, room, bad_count, bad_room; /* of lines and bad */
    int pages;
    struct mu_map *rows, *ids; /* distinct: what was there before */
};

struct mu_shares {
    const struct mu_row_shape *shape;
    struct mu_arena *arena, *row; /* row: reset for each */
    struct share *list;
    size_t count, at; /* at: the next page to hand out */
    int64_t *filled;
};

/* ---- opening and closing ---- */

static bool chosen(const char *const *only, const struct mu_resource *r)
{
    for (; only && *only; only++)
        if (mu_streq(*only, mu_map_info(r)->name))
            return true;
    return !only;
}

static const char *const *names_of(struct mu_shares *s, const struct mu_resource *r)
{
    struct mu_arena *arena = s->arena;
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

struct mu_shares *mu_shares_new(const struct mu_row_shape *shape, const char *const *only)
{
    struct mu_shares *s = mu_xcalloc(1, sizeof(*s));
    size_t count = 0;
    while (shape->resources[count])
        count++;
    s->shape = shape;
    s->arena = mu_arena_new();
    s->row = mu_arena_new();
    s->list = mu_alloc_array(s->arena, count + 1, sizeof(*s->list));
    s->filled = mu_alloc_array(s->arena, shape->ask_count + 1, sizeof(*s->filled));
    memset(s->filled, 0, shape->ask_count * sizeof(*s->filled));
    for (size_t i = 0; i < count; i++) {
        const struct mu_fetch *fetch = mu_map_info(shape->resources[i])->fetch;
        if (!fetch || !chosen(only, shape->resources[i]))
            continue;
        struct share *share = &s->list[s->count++];
        *share = (struct share){.resource = shape->resources[i],
                                .names = names_of(s, shape->resources[i]),
                                .text = MU_BUF_INIT(PAGE_MAX),
                                .whole = fetch->rows == MU_ROWS_ALL && fetch->over_count == 0};
        if (fetch->rows == MU_ROWS_DISTINCT) {
            share->rows = mu_map_new(64);
            share->ids = mu_map_new(64);
        }
    }
    s->at = s->count;
    return s;
}

void mu_shares_free(struct mu_shares *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        struct share *share = &s->list[i];
        mu_arena_free(share->arena);
        mu_buf_done(&share->text);
        free(share->lines);
        free(share->bad);
        mu_map_free(share->rows);
        mu_map_free(share->ids);
    }
    mu_arena_free(s->row);
    mu_arena_free(s->arena);
    free(s);
}

int64_t *mu_shares_filled(struct mu_shares *s)
{
    return s->filled;
}

/* ---- records ---- */

static struct mu_arena *arena_of(struct share *out)
{
    if (!out->arena)
        out->arena = mu_arena_new();
    return out->arena;
}

/* What was written behind `from` is a record. */
static void keep(struct share *out, int64_t line)
{
    if (out->count == out->room) {
        out->room = out->room ? 2 * out->room : 512;
        out->lines = mu_xrealloc(out->lines, out->room * sizeof(*out->lines));
    }
    out->lines[out->count++] = line;
}

static void begin_record(struct share *out, struct mu_jw *w)
{
    mu_buf_addc(&out->text, out->count > 0 ? ',' : '[');
    mu_jw_init(w, &out->text, false);
    mu_jw_object(w);
}

/* 1: seen before, by its text or by the id that the mapping makes of it; a record that it can't use
 * is seen by its text, and parked once. */
static int seen(struct mu_shares *s, struct share *out, const char *text, size_t len,
                struct mu_err *err)
{
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
    const char *key = mu_strndup(s->arena, text, len);
    mu_map_put(out->rows, key, len, out);
    if (mu_doc_parse(s->row, key, len, &doc, err) < 0)
        return -1;
    if (mu_map_entry(out->resource, doc, NULL, s->row, &body, &id, &ignored) < 0)
        return 0;
    id = mu_strdup(s->arena, id);
    return mu_map_put(out->ids, id, strlen(id), out) != NULL;
}

/* ---- rows ---- */

/* The members a mapping looks for, and the one item where it goes over a list. */
static int add_part(struct mu_shares *s, struct share *out, const struct mu_row *row,
                    const char *name, const struct share_item *item, struct mu_err *err)
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
        out->rows ? seen(s, out, out->text.data + before + 1, out->text.len - before - 1, err) : 0;
    if (rc == 0)
        keep(out, row->line);
    else
        mu_buf_cut(&out->text, before);
    return rc < 0 ? -1 : 0;
}

static int add_items(struct mu_shares *s, struct share *out, const struct mu_row *row,
                     struct mu_err *err)
{
    struct share_items items = share_items(s->row, mu_map_info(out->resource)->fetch, row->record);
    if (items.too_many)
        return mu_fail(err, MU_E_LIMIT, "line %" PRId64 ": %s: more items than the limit of %d",
                       row->line, items.name, (int)SHARE_ITEMS_MAX);
    for (size_t i = 0; i < items.count; i++)
        if (add_part(s, out, row, items.name, &items.list[i], err) < 0)
            return -1;
    return 0;
}

/* A row as it is, but for what no mapping looks for. */
static void add_whole(struct mu_shares *s, struct share *out, const struct mu_row *row)
{
    struct mu_jw w;
    begin_record(out, &w);
    for (const struct mu_doc *m = row->record->first; m; m = m->next) {
        if (m->type == MU_DOC_NULL || !mu_map_get(s->shape->wanted, m->name, m->name_len))
            continue;
        mu_jw_key(&w, m->name);
        mu_jw_doc(&w, m);
    }
    mu_jw_end(&w, '}');
    keep(out, row->line);
}

/* One mapping tells of a row that can't be used: the first, which gets whole rows. */
static void add_bad(struct share *out, const struct mu_row *row)
{
    if (out->bad_count == out->bad_room) {
        out->bad_room = out->bad_room ? 2 * out->bad_room : 16;
        out->bad = mu_xrealloc(out->bad, out->bad_room * sizeof(*out->bad));
    }
    struct mu_arena *arena = arena_of(out);
    out->bad[out->bad_count++] = (struct mu_bad_row){
        .id = row->id ? mu_strdup(arena, row->id) : mu_printf(arena, "line %" PRId64, row->line),
        .reason = mu_strdup(arena, row->bad)};
}

static bool is_filled(const struct mu_doc *record, const struct mu_ask *ask)
{
    for (const char *const *name = ask->names; *name; name++) {
        const struct mu_doc *value = mu_doc_member(record, *name);
        if (value && !(value->type == MU_DOC_TEXT && value->len == 0))
            return true;
    }
    return false;
}

/* One mapping's share of a row; what doesn't fit is taken back. */
static int add_to(struct mu_shares *s, struct share *out, const struct mu_row *row,
                  struct mu_err *err)
{
    size_t len = out->text.len, count = out->count;
    int rc = 0;
    if (out->whole)
        add_whole(s, out, row);
    else if (mu_map_info(out->resource)->fetch->over_count > 0)
        rc = add_items(s, out, row, err);
    else
        rc = add_part(s, out, row, NULL, NULL, err);
    if (rc < 0 || !out->text.full)
        return rc;
    mu_buf_cut(&out->text, len);
    out->count = count;
    out->text.full = false;
    return mu_fail(err, MU_E_LIMIT, "line %" PRId64 ": %s: over the limit of %d bytes", row->line,
                   mu_map_info(out->resource)->name, (int)PAGE_MAX);
}

int mu_shares_add(struct mu_shares *s, const struct mu_row *row, struct mu_err *err)
{
    const struct mu_row_shape *shape = s->shape;
    mu_arena_reset(s->row);
    if (row->bad && s->count > 0)
        add_bad(&s->list[0], row);
    for (size_t i = 0; !row->bad && i < shape->ask_count; i++)
        s->filled[i] += s->filled[i] >= 0 && is_filled(row->record, &shape->asks[i]);
    for (size_t i = 0; !row->bad && i < s->count; i++)
        if (add_to(s, &s->list[i], row, err) < 0)
            return -1;
    return 0;
}

/* ---- pages ---- */

size_t mu_shares_waiting(const struct mu_shares *s)
{
    size_t bytes = 0;
    for (size_t i = 0; i < s->count; i++)
        bytes += s->list[i].text.len;
    return bytes;
}

/* The text becomes records, in the page's arena. */
static int parse_page(struct share *out, const struct mu_doc **ret, struct mu_err *err)
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

static int take_page(struct share *out, int64_t total, struct mu_page *ret, struct mu_err *err)
{
    const struct mu_doc *records;
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
        .total = total};
    mu_buf_reset(&out->text);
    out->arena = NULL;
    out->count = out->bad_count = 0;
    return 1;
}

void mu_shares_turn(struct mu_shares *s)
{
    s->at = 0;
}

int mu_shares_page(struct mu_shares *s, int64_t total, struct mu_page *ret, struct mu_err *err)
{
    while (s->at < s->count) {
        struct share *out = &s->list[s->at++];
        int64_t told = out->whole ? total : -1;
        if (out->count > 0 || out->bad_count > 0 || out->pages == 0 || told >= 0)
            return take_page(out, told, ret, err);
    }
    return 0;
}
