/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing accounts of any adapter, and letting go of pages. */
#include "adapter/adapter.h"

#include <string.h>

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

const char *mu_account_mappings(struct mu_arena *arena, const struct mu_adapter *adapter,
                                const struct mu_y *settings)
{
    if (!adapter->shape)
        return adapter->name;
    const struct mu_y *at =
        adapter->source_key ? mu_y_get(settings, adapter->source_key) : settings;
    const char *shape = mu_y_str(at, "shape");
    return mu_printf(arena, "feed-%s", shape ? shape : adapter->shape);
}

bool mu_account_reads(struct mu_arena *arena, const struct mu_adapter *adapter,
                      const struct mu_y *settings, const char **ret_why)
{
    const char *key = adapter->source_key;
    if (!adapter->source)
        *ret_why = mu_printf(arena, "its adapter %s is a target only", adapter->name);
    else if (key && !mu_y_get(settings, key))
        *ret_why = mu_printf(arena, "its adapter %s is a source only with %s:", adapter->name, key);
    else
        return true;
    return false;
}

void mu_page_drop(struct mu_page *page)
{
    mu_arena_free(page->arena);
    *page = (struct mu_page){.total = -1};
}

const char *mu_target_member_attr(struct mu_account *target)
{
    const struct mu_resource *groups = target->adapter->target->mapping(target, MU_GROUP);
    return groups ? mu_map_info(groups)->member_attr : NULL;
}

bool mu_target_same(struct mu_account *target, const char *attr, const struct mu_value *x,
                    const struct mu_value *y)
{
    MU_AUTO(buf) struct mu_buf a = MU_BUF_INIT(MU_BUF_MAX), b = MU_BUF_INIT(MU_BUF_MAX);
    if (x->len == y->len && memcmp(x->bytes, y->bytes, x->len) == 0)
        return true;
    target->adapter->target->fold(target, attr, x, &a);
    target->adapter->target->fold(target, attr, y, &b);
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}
