/* SPDX-License-Identifier: Apache-2.0 */
/* Which checks there are in C. */
#include "audit/auditing.h"
#include "base/str.h"

const struct audit_builtin *const audit_builtins[] = {
    &audit_builtin_manages_elsewhere, &audit_builtin_same_address,
    &audit_builtin_same_name,         &audit_builtin_not_in_hris,
    &audit_builtin_only_in_hris,      &audit_builtin_left_in_hris,
    &audit_builtin_invitations,       &audit_builtin_dormant,
    &audit_builtin_role_policy,       &audit_builtin_drift,
    &audit_builtin_orphans,           NULL,
};

const struct audit_builtin *audit_builtin_find(const char *name)
{
    for (const struct audit_builtin *const *b = audit_builtins; *b; b++)
        if (mu_streq((*b)->name, name))
            return *b;
    return NULL;
}
