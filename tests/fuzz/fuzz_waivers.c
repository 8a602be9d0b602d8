/* SPDX-License-Identifier: Apache-2.0 */
/* A file of waivers from a person. */
#include "fuzz.h"

#include <string.h>

#include "audit/audit.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_waiver *waivers;
    size_t count;
    if (mu_waivers_parse(arena, "fuzz.yaml", (const char *)data, size, &waivers, &count, &err) <
        0) {
        mu_assert(mu_starts(err.text, "fuzz.yaml"));
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        mu_assert(strlen(waivers[i].finding) == MU_FINDING_ID);
        mu_assert(*waivers[i].owner && *waivers[i].reason && waivers[i].line > 0);
    }
    return 0;
}
