/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from a remote: what parses must print, and parse again to the same canonical text; so must what
 * is copied as it stands. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/doc.h"
#include "base/str.h"

static void check_same(const struct mu_buf *text, const struct mu_buf *canonical)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(json) struct json_object *again = NULL;
    MU_AUTO(buf) struct mu_buf second = MU_BUF_INIT(MU_BUF_MAX);
    mu_assert(mu_json_parse(text->data, text->len, &again, &err) == 0);
    mu_json_canonical(again, &second);
    mu_assert(canonical->len == second.len &&
              memcmp(canonical->data, second.data, second.len) == 0);
}

/* Whoever looks at one member of an object sees it where it stands. */
static void check_member(struct mu_arena *arena, const char *text, size_t len,
                         const struct mu_doc *doc)
{
    struct mu_err err = MU_ERR_INIT;
    const struct mu_doc *some = NULL;
    const char *const names[] = {doc->first ? doc->first->name : "a", NULL};
    mu_assert(mu_doc_parse_members(arena, text, len, names, &some, &err) == 0);
    for (const struct mu_doc *m = some->first; m; m = m->next) {
        mu_assert(mu_streq(m->name, names[0]));
        mu_assert(m->source > text && m->source + m->source_len < text + len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    MU_AUTO(json) struct json_object *first = NULL;
    MU_AUTO(buf) struct mu_buf canonical = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf copied = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_doc *doc;
    struct mu_jw w;

    static const char *const names[] = {"a", NULL};
    (void)mu_doc_parse_members(arena, (const char *)data, size, names, &doc, &err);
    if (mu_doc_parse(arena, (const char *)data, size, &doc, &err) < 0) {
        mu_assert(err.code != MU_OK && err.text[0] != '\0');
        return 0;
    }
    if (mu_doc_is(doc, MU_DOC_OBJECT))
        check_member(arena, (const char *)data, size, doc);
    first = mu_doc_json(doc);
    mu_json_canonical(first, &canonical);
    check_same(&canonical, &canonical);
    mu_jw_init(&w, &copied, false);
    mu_jw_doc(&w, doc);
    check_same(&copied, &canonical);
    return 0;
}
