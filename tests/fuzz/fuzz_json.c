/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from a remote: what parses must print, and parse again to the same canonical text; so must what
 * is copied as it stands. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/doc.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    MU_AUTO(json) struct json_object *first = NULL;
    MU_AUTO(buf) struct mu_buf canonical = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf copied = MU_BUF_INIT(MU_BUF_MAX);
    const struct mu_doc *doc;
    struct mu_jw w;

    if (mu_doc_parse(arena, (const char *)data, size, &doc, &err) < 0) {
        mu_assert(err.code != MU_OK && err.text[0] != '\0');
        return 0;
    }
    first = mu_doc_json(doc);
    mu_json_canonical(first, &canonical);
    check_same(&canonical, &canonical);
    mu_jw_init(&w, &copied, false);
    mu_jw_doc(&w, doc);
    check_same(&copied, &canonical);
    return 0;
}
