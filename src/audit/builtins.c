/* SPDX-License-Identifier: Apache-2.0 */
/* Which checks there are in C. */
#include "audit/auditing.h"
#include "base/str.h"

const struct audit_builtin *const audit_builtins[] = {
    NULL,
};

const struct audit_builtin *audit_builtin_find(const char *name)
{
    for (const struct audit_builtin *const *b = audit_builtins; *b; b++)
        if (mu_streq((*b)->name, name))
            return *b;
    return NULL;
}
