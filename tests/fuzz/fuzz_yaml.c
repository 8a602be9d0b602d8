/* SPDX-License-Identifier: Apache-2.0 */
/* YAML from a person: a tree, or an error that names the place. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_y *tree = NULL;

    if (mu_y_parse(arena, "fuzz.yaml", (const char *)data, size, &tree, &err) < 0) {
        mu_assert(strncmp(err.text, "fuzz.yaml", strlen("fuzz.yaml")) == 0);
        return 0;
    }
    MU_AUTO(json) struct json_object *doc MU_UNUSED = mu_y_json(tree);
    return 0;
}
