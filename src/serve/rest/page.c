/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting a page, and its envelope. */
#include "serve/rest/page.h"

#include <string.h>

#include "base/map.h"
#include "base/str.h"

/* ---- collecting ---- */

static bool is_listed(const char *const *ids, const char *id)
{
    for (; *ids; ids++)
        if (strcmp(*ids, id) == 0)
            return true;
    return false;
}

static void found(void *arg, const char *text)
{
    (void)text;
    *(bool *)arg = true;
}

static bool has(const struct mu_doc *doc, const struct mu_ask_field *field)
{
    bool there = !field->part && mu_doc_member(doc, field->attr->name);
    if (field->part)
        mu_filter_texts(field->attr, field->part, doc, found, &there);
    return there;
}

int mu_page_note(struct mu_rest_page *page, const struct mu_entry *entry, struct mu_err *err)
{
    const struct mu_asked *ask = page->ask;
    /* all of them where there were too many to note */
    const char *const *names = ask->field_count < MU_ASK_FIELDS_MAX ? ask->names : NULL;
    mu_arena_reset(page->scratch);
    if (mu_entry_members(entry, names, page->scratch, &page->doc, err) < 0)
        return -1;
    for (size_t i = 0; i < ask->field_count; i++)
        page->seen[i] = page->seen[i] || has(page->doc, &ask->fields[i]);
    return 0;
}

bool mu_page_saw_all(const struct mu_rest_page *page)
{
    size_t i = 0;
    while (i < page->ask->field_count && page->seen[i])
        i++;
    return i == page->ask->field_count;
}

int mu_page_matches(struct mu_rest_page *page, const struct mu_entry *entry, struct mu_err *err)
{
    const struct mu_asked *ask = page->ask;
    page->looked++;
    if (page->only && !is_listed(page->only, entry->id))
        return 0;
    if (!ask->filter && !ask->sort)
        return 1;
    if (mu_page_note(page, entry, err) < 0)
        return -1;
    return mu_filter_match(ask->filter, page->doc);
}

int mu_page_add(struct mu_rest_page *page, const struct mu_entry *entry, const char *key,
                struct mu_err *err)
{
    struct mu_page_item *item = &page->items[page->count];
    item->id = mu_strdup(page->arena, entry->id);
    item->key = key;
    item->at = page->text.len;
    if (mu_shape_entry(page->ask, entry, page->scratch, &page->text, err) < 0)
        return -1;
    item->len = page->text.len - item->at;
    page->count++;
    return 0;
}

static int each(void *arg, const struct mu_entry *entry, struct mu_err *err)
{
    struct mu_rest_page *page = arg;
    int fits = mu_page_matches(page, entry, err);
    if (fits <= 0)
        return fits < 0 ? -1 : 1;
    if (page->count == (size_t)page->ask->limit) {
        page->more = true;
        return 0;
    }
    return mu_page_add(page, entry, "", err) < 0 ? -1 : 1;
}

int mu_page_walk(struct mu_rest_page *page, struct mu_err *err)
{
    const struct mu_asked *ask = page->ask;
    struct mu_walk walk = {.kind = ask->kind,
                           .from = page->from_somewhere ? page->cursor.id : NULL,
                           .backwards = page->cursor.backwards != ask->descending,
                           .raw = mu_ask_raw(ask)};
    return mu_page_look(page, &walk, each, page, err);
}

/* ---- the envelope ---- */

/* Walked towards the beginning: the last one walked to stands first. Sorted items are in order. */
static const struct mu_page_item *nth(const struct mu_rest_page *page, size_t i)
{
    bool turned = page->cursor.backwards && !page->ask->sort;
    return &page->items[turned ? page->count - 1 - i : i];
}

static const char *item_key(struct mu_rest_page *page, const struct mu_page_item *item)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc;
    struct mu_entry whole = {.body = page->text.data + item->at, .body_len = item->len};
    if (mu_streq(page->ask->key_by, "id"))
        return item->id;
    if (mu_doc_parse(page->scratch, whole.body, whole.body_len, &doc, &err) < 0)
        return NULL;
    return mu_doc_text(mu_doc_member(doc, page->ask->key_by));
}

static int put_key(struct mu_rest_page *page, struct mu_map *keys, const struct mu_page_item *item,
                   struct mu_buf *to, struct mu_err *err)
{
    const char *key = item_key(page, item);
    if (!key)
        return mu_fail(err, MU_E_USAGE,
                       "key_by: %s has no %s; choose a field that each entry has, such as id",
                       item->id, page->ask->key_by);
    const char *other = mu_map_put(keys, key, strlen(key), (void *)(uintptr_t)item->id);
    if (other)
        return mu_fail(err, MU_E_USAGE,
                       "key_by: %s and %s have the same %s; choose a field that tells them apart, "
                       "such as id",
                       other, item->id, page->ask->key_by);
    struct mu_jw w;
    mu_jw_init(&w, to, false);
    mu_jw_str(&w, key);
    mu_buf_addc(to, ':');
    return 0;
}

static int put_items(struct mu_rest_page *page, struct mu_map *keys, struct mu_buf *to,
                     struct mu_err *err)
{
    mu_buf_addc(to, keys ? '{' : '[');
    for (size_t i = 0; i < page->count; i++) {
        const struct mu_page_item *item = nth(page, i);
        if (i > 0)
            mu_buf_addc(to, ',');
        if (keys && put_key(page, keys, item, to, err) < 0)
            return -1;
        mu_buf_add(to, page->text.data + item->at, item->len);
    }
    mu_buf_addc(to, keys ? '}' : ']');
    return 0;
}

/* Backwards we came from what follows; forwards from what stands before, unless at the beginning. */
const char *mu_page_cursor(struct mu_rest_page *page, bool backwards)
{
    bool came_back = page->cursor.backwards;
    bool there =
        backwards ? (came_back ? page->more : page->from_somewhere) : (page->more || came_back);
    if (!there || page->count == 0)
        return NULL;
    const struct mu_page_item *at = nth(page, backwards ? 0 : page->count - 1);
    struct mu_cursor cursor = {page->view->at.snapshot, backwards, at->id, at->key};
    return mu_cursor_write(page->store, page->arena, page->ask->what, &cursor);
}

static void put_cursor(struct mu_rest_page *page, const char *name, bool backwards,
                       struct mu_buf *to)
{
    const char *cursor = mu_page_cursor(page, backwards);
    if (cursor)
        mu_buf_printf(to, ",\"%s\":\"%s\"", name, cursor);
    else
        mu_buf_printf(to, ",\"%s\":null", name);
}

static void put_rest(struct mu_rest_page *page, struct mu_buf *to)
{
    put_cursor(page, "next_cursor", false, to);
    put_cursor(page, "prev_cursor", true, to);
    mu_buf_printf(to, ",\"result_count\":%zu,\"is_partial_response\":%s}", page->count,
                  page->view->verdict == MU_COMPLETE ? "false" : "true");
}

int mu_page_write(struct mu_rest_page *page, struct mu_buf *to, struct mu_err *err)
{
    bool bare = page->ask->format == MU_REST_RAW;
    struct mu_map *keys = page->ask->key_by ? mu_map_new(page->count) : NULL;
    mu_buf_room(to, page->text.len + page->count + 512);
    if (!bare)
        mu_buf_adds(to, "{\"result\":");
    int rc = put_items(page, keys, to, err);
    if (rc == 0 && !bare)
        put_rest(page, to);
    mu_map_free(keys);
    return rc;
}
