/* SPDX-License-Identifier: Apache-2.0 */
/* What a list in a row names: pieces of a text, or the values of a JSON list. */
#include "adapter/shares_private.h"

#include <string.h>

/* Blanks around a piece are no part of it. The same one again is left out. */
static void add_item(struct share_items *to, struct share_item item)
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
    to->too_many |= to->count == SHARE_ITEMS_MAX && item.len > 0;
    if (item.len > 0 && !to->too_many)
        to->list[to->count++] = item;
}

static void add_value(struct share_items *to, const struct mu_doc *value)
{
    if (value->type == MU_DOC_TEXT)
        add_item(to, (struct share_item){.text = value->text, .len = value->len});
    else if (value->type != MU_DOC_NULL)
        add_item(to, (struct share_item){
                         .text = value->source, .len = value->source_len, .value = value});
}

static void split(struct share_items *to, const char *text, const char *by)
{
    for (const char *end; (end = strstr(text, by)); text = end + strlen(by))
        add_item(to, (struct share_item){.text = text, .len = (size_t)(end - text)});
    add_item(to, (struct share_item){.text = text, .len = strlen(text)});
}

struct share_items share_items(struct mu_arena *arena, const struct mu_fetch *fetch,
                               const struct mu_doc *record)
{
    struct share_items items = {.list =
                                    mu_alloc_array(arena, SHARE_ITEMS_MAX, sizeof(*items.list))};
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
