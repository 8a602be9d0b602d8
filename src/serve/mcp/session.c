/* SPDX-License-Identifier: Apache-2.0 */
/* Ids that are known again without being kept. */
#include "serve/mcp/session.h"

#include <sodium.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"

enum { RANDOM_HEX = 32, SEAL_HEX = 2 * MU_HASH_LEN };

static const char *with_seal(struct mu_arena *arena, const struct mu_store *store,
                             const struct mu_grant *grant, const char *random)
{
    uint8_t seal[MU_HASH_LEN];
    char hex[SEAL_HEX + 1];
    const char *text = mu_printf(arena, "mcp session\n%s\n%s\n%s", random, grant->name,
                                 grant->hash ? grant->hash : "");
    mu_store_seal(store, text, strlen(text), seal);
    sodium_bin2hex(hex, sizeof(hex), seal, sizeof(seal));
    return mu_printf(arena, "%s%s", random, hex);
}

const char *mcp_session_new(struct mu_arena *arena, const struct mu_store *store,
                            const struct mu_grant *grant)
{
    unsigned char bytes[RANDOM_HEX / 2];
    char random[RANDOM_HEX + 1];
    mu_random(bytes, sizeof(bytes));
    sodium_bin2hex(random, sizeof(random), bytes, sizeof(bytes));
    return with_seal(arena, store, grant, random);
}

bool mcp_session_ok(struct mu_arena *arena, const struct mu_store *store,
                    const struct mu_grant *grant, const char *id)
{
    if (strlen(id) != RANDOM_HEX + SEAL_HEX)
        return false;
    const char *ours = with_seal(arena, store, grant, mu_strndup(arena, id, RANDOM_HEX));
    return sodium_memcmp(ours, id, RANDOM_HEX + SEAL_HEX) == 0;
}
