/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer of Sendoso holds: records, a total, a page size, in whatever shape it comes (see
 * mappings/sendoso). */
#include "adapter/sendoso/sendoso_private.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"

enum { PAGE_SIZE_MAX = 100000, SHOWN_MAX = 200 };

const char sendoso_me[] = "/api/v3/me";

/* A count as number or text; -1: none. */
static int64_t count_of(struct json_object *value)
{
    const char *text = value ? mu_json_text(value) : NULL;
    long long n;
    return text && mu_parse_int(text, 0, INT64_MAX, &n) ? n : -1;
}

/* The total is called total_users, total_groups, total_posts, total_count: any name of that kind is
 * believed. */
static int64_t total_of(const struct mu_fetch *f, struct json_object *doc)
{
    for (int i = 0; i < f->total_count; i++) {
        int64_t total = count_of(mu_ptr_get(&f->total[i], doc));
        if (total >= 0)
            return total;
    }
    if (!json_object_is_type(doc, json_type_object))
        return -1;
    struct json_object_iterator at = json_object_iter_begin(doc), end = json_object_iter_end(doc);
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
        int64_t total = count_of(json_object_iter_peek_value(&at));
        if (mu_starts(json_object_iter_peek_name(&at), "total") && total >= 0)
            return total;
    }
    return -1;
}

static struct json_object *find_records(const struct mu_fetch *f, struct json_object *doc)
{
    for (int i = 0; i < f->records_count; i++) {
        struct json_object *list = mu_ptr_get(&f->records[i], doc);
        if (json_object_is_type(list, json_type_array))
            return list;
    }
    return NULL;
}

/* An empty list may be left out (RFC 7644 section 3.4.2) or null; only where nothing was to be
 * expected. */
static struct json_object *empty_records(const struct sendoso_list *list, struct json_object *doc,
                                         int64_t total)
{
    if (!json_object_is_type(doc, json_type_object) || (total != 0 && !(total > 0 && list->begun)))
        return NULL;
    struct json_object *none = json_object_new_array();
    json_object_object_add(doc, "@none", none);
    return none;
}

static int no_records(struct json_object *doc, struct mu_err *err)
{
    static const char *const shapes[] = {
        [json_type_null] = "null",        [json_type_boolean] = "a boolean",
        [json_type_double] = "a number",  [json_type_int] = "a number",
        [json_type_object] = "an object", [json_type_array] = "a list",
        [json_type_string] = "a text"};
    const char *message =
        json_object_is_type(doc, json_type_object) ? mu_json_str(doc, "message") : NULL;
    struct mu_buf shown = MU_BUF_INIT(8 * SHOWN_MAX);
    if (message) {
        mu_buf_adds(&shown, ": ");
        mu_printable_into(&shown, message, strlen(message), SHOWN_MAX);
    }
    mu_fail(err, MU_E_REMOTE, "an answer without the list of records (it is %s%s)",
            shapes[json_object_get_type(doc)], shown.data);
    mu_buf_done(&shown);
    return -1;
}

/* First and last record stand for the page: enough to see that a server gives the same one again.
 * */
static uint64_t mark_of(struct json_object *records, size_t count)
{
    static const uint8_t key[MU_HASH_KEY_LEN];
    uint8_t hash[MU_HASH_LEN];
    uint64_t mark;
    if (count == 0)
        return 0;
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_jw w;
    mu_jw_init(&w, &text, false);
    mu_jw_array(&w);
    mu_jw_json(&w, json_object_array_get_idx(records, 0));
    mu_jw_json(&w, json_object_array_get_idx(records, count - 1));
    mu_jw_end(&w, ']');
    mu_hash(key, text.data, text.len, hash);
    mu_buf_done(&text);
    memcpy(&mark, hash, sizeof(mark));
    return mark ? mark : 1;
}

static int look_at_me(const struct sendoso_list *list, const struct mu_response *response)
{
    struct sendoso_reading *rd = &list->account->reading;
    struct mu_err why;
    /* Which scope /me needs is documented nowhere; a read does without it. */
    if (sendoso_identity(response, rd->arena, &rd->identity, &why) < 0)
        mu_log(list->account->log, MU_LOG_INFO, "%s: %s: %s", list->account->base.name, sendoso_me,
               why.text);
    return 0;
}

int sendoso_look(void *arg, const struct mu_response *response, void **ret_page,
                 struct mu_page_facts *ret, struct mu_err *err)
{
    struct sendoso_list *list = arg;
    struct json_object *doc;
    if (!list->resource)
        return look_at_me(list, response);
    const struct mu_fetch *f = mu_map_info(list->resource)->fetch;
    if (mu_http_json(response, &doc, err) < 0)
        return -1;
    int64_t total = total_of(f, doc), size = -1;
    struct json_object *records = find_records(f, doc);
    if (!records)
        records = empty_records(list, doc, total);
    if (!records) {
        no_records(doc, err);
        json_object_put(doc);
        return -1;
    }
    if (f->page_size && json_object_is_type(doc, json_type_object))
        size = count_of(json_object_object_get(doc, f->page_size));
    size_t rows = json_object_array_length(records);
    struct sendoso_page *page = mu_xmalloc(sizeof(*page));
    *page = (struct sendoso_page){.list = list, .doc = doc, .records = records};
    *ret = (struct mu_page_facts){.rows = (int)rows,
                                  .total = total,
                                  .size = size > 0 && size <= PAGE_SIZE_MAX ? (int)size : 0,
                                  .mark = mark_of(records, rows)};
    *ret_page = page;
    list->begun = true;
    return 0;
}

void sendoso_drop(void *arg, void *page)
{
    struct sendoso_page *p = page;
    (void)arg;
    if (!p)
        return;
    json_object_put(p->doc);
    free(p);
}

int sendoso_identity(const struct mu_response *response, struct mu_arena *arena, const char **ret,
                     struct mu_err *err)
{
    MU_AUTO(json) struct json_object *doc = NULL;
    if (mu_http_json(response, &doc, err) < 0)
        return -1;
    if (!json_object_is_type(doc, json_type_object))
        return no_records(doc, err);
    const char *email = mu_json_str(doc, "email"), *role = mu_json_str(doc, "role");
    struct json_object *id_value = mu_json_at(doc, "/id");
    const char *id = id_value ? mu_json_text(id_value) : NULL;
    const char *who = mu_printf(arena, "%s (%s), id %s", email ? email : "?",
                                role ? role : "role unknown", id ? id : "?");
    *ret = mu_printable(arena, who, strlen(who), SHOWN_MAX);
    return 0;
}
