/* SPDX-License-Identifier: Apache-2.0 */
/* A filter from the command line, matched against one entry of each kind. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "model/filter.h"

static const char entry[] = "{\"id\":\"7\",\"name\":\"Zo\\u00eb\",\"status\":\"active\",\"emails\":"
                            "[{\"email\":\"z@example.test\"}],"
                            "\"groups\":[{\"id\":\"71\"}],\"created_at\":\"2024-03-02T08:15:00-07:"
                            "00\",\"attributes\":{\"budget\":\"1.50\"}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_doc *doc = NULL;
    const char *text = mu_strndup(arena, (const char *)data, size);

    mu_assert(mu_doc_parse(arena, entry, sizeof(entry) - 1, &doc, &err) == 0);
    for (int kind = 0; kind < MU_KINDS; kind++) {
        const struct mu_filter *filter = NULL;
        if (mu_filter_parse(arena, (enum mu_kind)kind, text, &filter, &err) == 0)
            (void)mu_filter_match(filter, doc);
        else
            mu_assert(err.text[0] != '\0');
    }
    return 0;
}
