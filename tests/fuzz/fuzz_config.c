/* SPDX-License-Identifier: Apache-2.0 */
/* muster.yaml from a person: a configuration whose parts fit together, or an error that names its
 * place. Nothing is opened: a `command:` secret must not run from here. */
#include "fuzz.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "engine/config.h"

static const char name[] = "fuzz.yaml";

static void check_accounts(const struct mu_config *c)
{
    struct mu_err err = MU_ERR_INIT;

    mu_assert(c->account_count > 0);
    for (size_t i = 0; i < c->account_count; i++) {
        const struct mu_account_def *found = NULL;
        mu_assert(mu_config_account(c, c->accounts[i].name, &found, &err) == 0);
        mu_assert(found == &c->accounts[i] && found->adapter != NULL && found->settings != NULL);
        mu_assert(mu_config_layers(c, found).dirs[0] != NULL);
    }
}

static void check_syncs(const struct mu_config *c)
{
    struct mu_err err = MU_ERR_INIT;

    for (size_t i = 0; i < c->sync_count; i++) {
        const struct mu_sync *found = NULL;
        mu_assert(mu_config_sync(c, c->syncs[i].name, &found, &err) == 0);
        mu_assert(found == &c->syncs[i] && found->from != found->to);
        mu_assert(found->from->adapter->source != NULL && found->to->adapter->target != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mu_err err = MU_ERR_INIT;
    MU_AUTO(arena) struct mu_arena *arena = mu_arena_new();
    const struct mu_config *c = NULL;

    if (mu_config_parse(arena, name, (const char *)data, size, &c, &err) < 0) {
        mu_assert(err.code == MU_E_CONFIG && mu_starts(err.text, name));
        mu_assert(mu_utf8_ok(err.text, strlen(err.text)));
        return 0;
    }
    mu_assert(c->store != NULL && mu_streq(c->file, name));
    check_accounts(c);
    check_syncs(c);
    return 0;
}
