/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing accounts of any adapter, and letting go of pages. */
#include "adapter/adapter.h"

int mu_account_open(struct mu_arena *arena, const struct mu_adapter *adapter,
                    struct mu_account_conf *conf, struct mu_account **ret, struct mu_err *err)
{
    void *values = mu_alloc(arena, adapter->values_size);
    if (mu_opt_read(arena, adapter->opts, conf->settings, values, err) < 0)
        return -1;
    conf->values = values;
    return adapter->open(conf, ret, err);
}

void mu_account_close(struct mu_account *a)
{
    if (a)
        a->adapter->close(a);
}

void mu_page_drop(struct mu_page *page)
{
    mu_arena_free(page->arena);
    *page = (struct mu_page){.total = -1};
}
