/* SPDX-License-Identifier: Apache-2.0 */
/* Text helpers on any bytes: what they promise of their results holds. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const char *bytes = (const char *)data;
    const char *text = mu_strndup(arena, bytes, size);
    const char *composed = NULL;
    char stamp[MU_TIME_TEXT];
    char again[MU_TIME_TEXT];
    int64_t seconds = 0;

    const char *shown = mu_printable(arena, bytes, size, 200);
    mu_assert(mu_utf8_ok(shown, strlen(shown)));
    if (mu_nfc(arena, text, &composed, &err) == 0)
        mu_assert(mu_utf8_ok(composed, strlen(composed)));
    const char *folded = mu_fold(arena, text);
    mu_assert(mu_streq(folded, mu_fold(arena, folded)));
    if (mu_time_parse(text, stamp, &seconds))
        mu_assert(mu_time_parse(stamp, again, NULL) && strcmp(stamp, again) == 0);
    (void)mu_duration_parse(text, &seconds);

    size_t half = strlen(text) / 2;
    (void)mu_glob(mu_strndup(arena, text, half), text + half, true);
    return 0;
}
