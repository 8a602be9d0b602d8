/* SPDX-License-Identifier: Apache-2.0 */
/* All entries of a snapshot in order of a field. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/time.h"
#include "serve/rest/cursor.h"
#include "serve/rest/index_private.h"

/* ---- keys ---- */

static const struct mu_doc *scalar(const struct mu_attr *attr, const struct mu_doc *value)
{
    if (mu_doc_is(value, MU_DOC_LIST))
        value = value->first;
    return mu_doc_is(value, MU_DOC_OBJECT) ? mu_doc_member(value, attr->parts[0]) : value;
}

void mu_order_key_of(const struct mu_attr *attr, const struct mu_doc *doc, struct mu_buf *to)
{
    const char *text = mu_doc_text(scalar(attr, mu_doc_member(doc, attr->name)));
    char canonical[MU_TIME_TEXT];
    int64_t when = 0;
    mu_buf_reset(to);
    mu_buf_addc(to, text ? '0' : '1');
    if (text && attr->shape == MU_SHAPE_TIME && mu_time_parse(text, canonical, &when))
        mu_buf_printf(to, "%020" PRId64, when + ((int64_t)1 << 60));
    else if (text)
        mu_fold_into(to, text, strlen(text));
    if (to->len > MU_CURSOR_KEY_MAX)
        mu_buf_cut(to, MU_CURSOR_KEY_MAX); /* those of one beginning follow each other by id */
}

int mu_order_cmp(const char *a_key, const char *a_id, const char *b_key, const char *b_id)
{
    int by_key = strcmp(a_key, b_key);
    return by_key ? by_key : strcmp(a_id, b_id);
}

/* ---- making ---- */

void index_add_key(struct mu_index *index, const struct mu_entry *entry, const struct mu_doc *doc,
                   struct mu_buf *key)
{
    mu_order_key_of(index->key.attr, doc, key);
    *index_spot_add(index) = (struct index_spot){index->keys.len, (uint32_t)index->ids.len};
    mu_buf_add(&index->ids, entry->id, strlen(entry->id) + 1);
    mu_buf_add(&index->keys, key->data, key->len + 1);
}

/* Ids stand in their order: where they stand tells as much as they do. */
static int by_key(const void *a, const void *b, void *keys)
{
    const struct index_spot *one = a, *other = b;
    int order = strcmp((const char *)keys + one->what, (const char *)keys + other->what);
    return order ? order : (one->id > other->id) - (one->id < other->id);
}

void index_sort_keys(struct mu_index *index)
{
    qsort_r(index->spots, index->count, sizeof(*index->spots), by_key, index->keys.data);
}

/* ---- finding ---- */

size_t mu_order_before(const struct mu_index *order, const char *key, const char *id, bool with)
{
    size_t low = 0, high = order->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int is = mu_order_cmp(mu_order_key(order, middle), mu_index_id(order, middle), key, id);
        if (is < 0 || (with && is == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *mu_order_key(const struct mu_index *order, size_t nth)
{
    return order->keys.data + order->spots[nth].what;
}

size_t mu_order_count(const struct mu_index *order)
{
    return order->count;
}

bool mu_order_has_any(const struct mu_index *order)
{
    return order->count > 0 && *mu_order_key(order, 0) == '0';
}
