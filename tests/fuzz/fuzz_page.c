/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One answer of Sendoso, from the bytes to the entries. The first byte says which list it is of
 * (u g m s: users, groups, members, SCIM; e: who we are), a capital that it came as an error.
 * Whatever is taken gives valid entries, and the same ones again.
 */
#include "fuzz.h"

#include <string.h>

#include "adapter/sendoso/sendoso_private.h"
#include "base/buf.h"
#include "base/doc.h"
#include "base/str.h"
#include "model/entry.h"

enum { RESOURCES = 4 };

static const char letters[RESOURCES + 1] = "ugms";
static const char *const files[RESOURCES] = {"users", "groups", "members", "scim_users"};

struct mappings {
    struct mu_arena *arena;
    const struct mu_resource *source[RESOURCES];
    const struct mu_resource *person; /* of a user in a directory */
};

static const struct mu_resource *load(struct mu_arena *arena, const char *path)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_resource *r = NULL;
    mu_assert(mu_map_load_file(arena, path, &r, &err) == 0);
    return r;
}

/* Compiled once: a run of the fuzzer is millions of pages. */
static const struct mappings *mappings(void)
{
    static struct mappings m;
    if (m.arena)
        return &m;
    m.arena = mu_arena_new();
    for (int i = 0; i < RESOURCES; i++)
        m.source[i] = load(
            m.arena, mu_printf(m.arena, MU_TEST_DATA "/../mappings/sendoso/%s.yaml", files[i]));
    m.person = load(m.arena, MU_TEST_DATA "/../mappings/ldap/inetorgperson.yaml");
    return &m;
}

/* Supplementing an entry by itself changes nothing. */
static void check_merge(const struct mu_resource *r, const struct mu_doc *doc,
                        const struct mu_buf *body)
{
    MU_AUTO(buf) struct mu_buf merged = MU_BUF_INIT(MU_BUF_MAX);
    mu_map_merge(mu_map_info(r)->kind, doc, doc, &merged);
    mu_assert(merged.len == body->len && memcmp(merged.data, body->data, body->len) == 0);
}

static void check_want(const struct mu_resource *person, const struct mu_doc *doc,
                       struct mu_arena *arena)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_want *want = NULL;
    size_t count = 0;

    if (mu_map_want(person, doc, NULL, arena, &want, &count, &err) < 0) {
        mu_assert(err.code == MU_E_DATA || err.code == MU_E_LIMIT);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t v = 0; v < want[i].count; v++)
            mu_assert(want[i].values[v].len > 0);
    }
}

static void check_raw(const struct mu_resource *r, const struct mu_doc *record,
                      struct mu_arena *arena)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(buf) struct mu_buf raw = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_doc *doc = NULL;

    mu_map_raw(r, record, &raw);
    mu_assert(mu_doc_parse(arena, raw.data, raw.len, &doc, &err) == 0);
}

static void check_record(const struct mu_resource *r, const struct mu_doc *record,
                         const struct mu_doc *context, struct mu_arena *arena)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *doc = NULL;
    MU_AUTO(buf) struct mu_buf body = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf again = MU_BUF_INIT(MU_BUF_MAX);
    const char *id = NULL, *same = NULL;

    check_raw(r, record, arena);
    if (mu_map_entry(r, record, context, arena, &body, &id, &err) < 0) {
        mu_assert(err.code == MU_E_DATA || err.code == MU_E_LIMIT);
        mu_assert(body.len == 0 && mu_utf8_ok(err.text, strlen(err.text)));
        return;
    }
    mu_assert(id[0] != '\0' && strlen(id) <= MU_ID_MAX * 2 + 1);
    mu_assert(mu_map_entry(r, record, context, arena, &again, &same, &err) == 0);
    mu_assert(mu_streq(id, same) && body.len == again.len);
    mu_assert(memcmp(body.data, again.data, body.len) == 0);
    mu_assert(mu_doc_parse(arena, body.data, body.len, &doc, &err) == 0);
    check_merge(r, doc, &body);
    if (mu_map_info(r)->kind == MU_USER)
        check_want(mappings()->person, doc, arena);
    (void)mu_entry_label(arena, doc);
}

static void check_page(const struct sendoso_page *page, const struct mu_page_facts *facts,
                       struct mu_arena *arena)
{
    const struct mu_doc *context = mu_doc_single(arena, "group_id", "71");
    uint32_t rows = 0;

    for (const struct mu_doc *row = page->records->first; row; row = row->next) {
        check_record(page->list->resource, row, context, arena);
        rows++;
    }
    mu_assert((uint32_t)facts->rows == rows && facts->total >= -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    struct sendoso account = {.base = {.name = "acme"}, .reading = {.arena = arena}};
    const char *letter = strchr(letters, data[0] | 0x20);
    bool is_list = letter && *letter;
    struct sendoso_list list = {.account = &account,
                                .resource = is_list ? mappings()->source[letter - letters] : NULL};
    struct mu_response response = {.status = data[0] & 0x20 ? 200 : 422,
                                   .content_type = "application/json",
                                   .redirect = "",
                                   .method = "GET",
                                   .path = "/api/v3/fuzz",
                                   .body = mu_strndup(arena, (const char *)data + 1, size - 1),
                                   .len = size - 1};
    struct mu_page_facts facts = {0};
    void *page = NULL;

    if (sendoso_look(&list, &response, &page, &facts, &err) < 0)
        mu_assert(err.text[0] != '\0' && mu_utf8_ok(err.text, strlen(err.text)));
    else if (page)
        check_page(page, &facts, arena);
    sendoso_drop(&list, page);
    return 0;
}
