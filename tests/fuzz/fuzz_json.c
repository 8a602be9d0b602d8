/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from a remote: what parses must print, and parse again to the same canonical text. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(json) struct json_object *first = NULL;
    MU_AUTO(json) struct json_object *again = NULL;
    MU_AUTO(buf) struct mu_buf text = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf second = MU_BUF_INIT(MU_BUF_MAX);

    if (mu_json_parse((const char *)data, size, &first, &err) < 0) {
        mu_assert(err.code != MU_OK && err.text[0] != '\0');
        return 0;
    }
    mu_json_canonical(first, &text);
    mu_assert(mu_json_parse(text.data, text.len, &again, &err) == 0);
    mu_json_canonical(again, &second);
    mu_assert(text.len == second.len && memcmp(text.data, second.data, text.len) == 0);
    return 0;
}
