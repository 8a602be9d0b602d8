/* SPDX-License-Identifier: Apache-2.0 */
/* The adapters there are. A new one is a line here, beside its folder. */
#include "adapter/adapter.h"
#include "adapter/feed/feed.h"
#include "adapter/ldap/ldap.h"
#include "adapter/sendoso/sendoso.h"
#include "base/str.h"

static const struct mu_adapter *const adapters[] = {&mu_adapter_sendoso, &mu_adapter_ldap,
                                                    &mu_adapter_csv, &mu_adapter_jsonl, NULL};

const struct mu_adapter *const *mu_adapters(void)
{
    return adapters;
}

const struct mu_adapter *mu_adapter_find(const char *name)
{
    for (const struct mu_adapter *const *a = adapters; *a; a++) {
        if (mu_streq((*a)->name, name))
            return *a;
    }
    return NULL;
}
