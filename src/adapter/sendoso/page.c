/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer of Sendoso holds: records, a total, a page size, in whatever shape it comes (see
 * mappings/sendoso). */
#include "adapter/sendoso/sendoso_private.h"

#include <string.h>

#include "base/doc.h"
#include "base/hash.h"
#include "base/str.h"

enum { PAGE_SIZE_MAX = 100000, SHOWN_MAX = 200 };

const char sendoso_me[] = "/api/v3/me";

/* A count as number or text; -1: none. */
static int64_t count_of(const struct mu_doc *value)
{
    const char *text = mu_doc_text(value);
    long long n;
    return text && mu_parse_int(text, 0, INT64_MAX, &n) ? n : -1;
}

/* The total is called total_users, total_groups, total_posts, total_count: any name of that kind is
 * believed. */
static int64_t total_of(const struct mu_fetch *f, const struct mu_doc *doc)
{
    for (int i = 0; i < f->total_count; i++) {
        int64_t total = count_of(mu_doc_get(&f->total[i], doc));
        if (total >= 0)
            return total;
    }
    const struct mu_doc *member = mu_doc_is(doc, MU_DOC_OBJECT) ? doc->first : NULL;
    for (; member; member = member->next) {
        int64_t total = mu_starts(member->name, "total") ? count_of(member) : -1;
        if (total >= 0)
            return total;
    }
    return -1;
}

static const struct mu_doc *find_records(const struct mu_fetch *f, const struct mu_doc *doc)
{
    for (int i = 0; i < f->records_count; i++) {
        const struct mu_doc *list = mu_doc_get(&f->records[i], doc);
        if (mu_doc_is(list, MU_DOC_LIST))
            return list;
    }
    return NULL;
}

/* An empty list may be left out (RFC 7644 section 3.4.2) or null; only where nothing was to be
 * expected. */
static const struct mu_doc *empty_records(const struct sendoso_list *list, const struct mu_doc *doc,
                                          int64_t total)
{
    static const struct mu_doc none = {.type = MU_DOC_LIST};
    bool expected = total == 0 || (total > 0 && list->begun);
    return mu_doc_is(doc, MU_DOC_OBJECT) && expected ? &none : NULL;
}

static int no_records(const struct mu_doc *doc, struct mu_err *err)
{
    static const char *const shapes[] = {
        [MU_DOC_NULL] = "null",       [MU_DOC_BOOL] = "a boolean", [MU_DOC_INT] = "a number",
        [MU_DOC_REAL] = "a number",   [MU_DOC_TEXT] = "a text",    [MU_DOC_LIST] = "a list",
        [MU_DOC_OBJECT] = "an object"};
    const char *message = mu_doc_str(doc, "message");
    struct mu_buf shown = MU_BUF_INIT((size_t)8 * SHOWN_MAX);
    if (message) {
        mu_buf_adds(&shown, ": ");
        mu_printable_into(&shown, message, strlen(message), SHOWN_MAX);
    }
    mu_fail(err, MU_E_REMOTE, "an answer without the list of records (it is %s%s)",
            shapes[doc->type], shown.data);
    mu_buf_done(&shown);
    return -1;
}

/* First and last record stand for the page: enough to see that a server gives the same one again.
 * */
static uint64_t mark_of(const struct mu_doc *records)
{
    static const uint8_t key[MU_HASH_KEY_LEN];
    uint8_t hash[MU_HASH_LEN];
    uint64_t mark;
    const struct mu_doc *first = records->first, *last = first;
    if (!first)
        return 0;
    while (last->next)
        last = last->next;
    struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    mu_buf_add(&text, first->source, first->source_len);
    mu_buf_add(&text, last->source, last->source_len);
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
    if (sendoso_identity(response, rd->arena, &rd->who, &why) < 0)
        mu_log(list->account->log, MU_LOG_INFO, "%s: %s: %s", list->account->base.name, sendoso_me,
               why.text);
    return 0;
}

static const char *member_text(struct mu_arena *arena, const struct mu_doc *doc, const char *name)
{
    const char *text = mu_doc_text(mu_doc_member(doc, name));
    return text ? mu_printable(arena, text, strlen(text), SHOWN_MAX) : NULL;
}

/* /me doesn't say which organisation it is (team_id), but members' records do. */
static void note_organization(const struct sendoso_list *list, const struct mu_doc *records)
{
    struct sendoso_reading *rd = &list->account->reading;
    if (!rd->organization && rd->arena && mu_doc_is(records->first, MU_DOC_OBJECT))
        rd->organization = member_text(rd->arena, records->first, "team_id");
}

static int find_rows(const struct sendoso_list *list, const struct mu_response *response,
                     struct mu_arena *arena, const struct mu_doc **ret_records,
                     struct mu_page_facts *ret, struct mu_err *err)
{
    const struct mu_fetch *f = mu_map_info(list->resource)->fetch;
    const struct mu_doc *doc;
    if (mu_http_doc(response, arena, &doc, err) < 0)
        return -1;
    int64_t total = total_of(f, doc);
    int64_t size = f->page_size ? count_of(mu_doc_member(doc, f->page_size)) : -1;
    const struct mu_doc *records = find_records(f, doc);
    if (!records)
        records = empty_records(list, doc, total);
    if (!records)
        return no_records(doc, err);
    *ret_records = records;
    *ret = (struct mu_page_facts){.rows = (int)records->len,
                                  .total = total,
                                  .size = size > 0 && size <= PAGE_SIZE_MAX ? (int)size : 0,
                                  .mark = mark_of(records)};
    return 0;
}

int sendoso_look(void *arg, const struct mu_response *response, void **ret_page,
                 struct mu_page_facts *ret, struct mu_err *err)
{
    struct sendoso_list *list = arg;
    if (!list->resource)
        return look_at_me(list, response);
    struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *records = NULL;
    if (find_rows(list, response, arena, &records, ret, err) < 0) {
        mu_arena_free(arena);
        return -1;
    }
    struct sendoso_page *page = mu_xmalloc(sizeof(*page));
    *page = (struct sendoso_page){.list = list, .arena = arena, .records = records};
    *ret_page = page;
    list->begun = true;
    note_organization(list, records);
    return 0;
}

void sendoso_drop(void *arg, void *page)
{
    struct sendoso_page *p = page;
    (void)arg;
    if (!p)
        return;
    mu_arena_free(p->arena);
    free(p);
}

int sendoso_identity(const struct mu_response *response, struct mu_arena *arena,
                     struct sendoso_who *ret, struct mu_err *err)
{
    MU_AUTO(arena) struct mu_arena *answer = mu_arena_new();
    const struct mu_doc *doc;
    if (mu_http_doc(response, answer, &doc, err) < 0)
        return -1;
    if (doc->type != MU_DOC_OBJECT)
        return no_records(doc, err);
    *ret = (struct sendoso_who){.email = member_text(arena, doc, "email"),
                                .bound = {.id = member_text(arena, doc, "id"),
                                          .role = member_text(arena, doc, "role"),
                                          .organization = member_text(arena, doc, "team_id")}};
    return 0;
}

const char *sendoso_who_text(struct mu_arena *arena, const struct sendoso_who *who)
{
    const struct mu_bound *b = &who->bound;
    if (!who->email && !b->id)
        return NULL;
    return mu_printf(arena, "%s (%s), id %s%s%s", who->email ? who->email : "?",
                     b->role ? b->role : "role unknown", b->id ? b->id : "?",
                     b->organization ? ", organisation " : "",
                     b->organization ? b->organization : "");
}
