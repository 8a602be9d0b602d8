/* SPDX-License-Identifier: Apache-2.0 */
/* One operation of a plan file: what is accepted is written and read again to the same text. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "model/op.h"

static void print(const struct mu_op *op, struct mu_buf *to)
{
    struct mu_jw writer;
    mu_jw_init(&writer, to, false);
    mu_op_json(op, &writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    MU_AUTO(buf) struct mu_buf first = MU_BUF_INIT(MU_BUF_MAX);
    MU_AUTO(buf) struct mu_buf second = MU_BUF_INIT(MU_BUF_MAX);
    struct mu_op op = {0};
    struct mu_op again = {0};

    if (mu_op_read(arena, (const char *)data, size, &op, &err) < 0) {
        mu_assert(err.text[0] != '\0');
        return 0;
    }
    print(&op, &first);
    mu_assert(mu_op_read(arena, first.data, first.len, &again, &err) == 0);
    print(&again, &second);
    mu_assert(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    return 0;
}
