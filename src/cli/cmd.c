/* SPDX-License-Identifier: Apache-2.0 */
/* Which commands and which common options there are, and finding them by name. */
#include "cli/cmd.h"

#include <string.h>

#include "base/macros.h"
#include "base/str.h"

const struct mu_cmd *const mu_cmds[] = {
    &mu_cmd_init,   &mu_cmd_doctor,  &mu_cmd_pull,   &mu_cmd_users,     &mu_cmd_groups,
    &mu_cmd_roles,  &mu_cmd_members, &mu_cmd_plan,   &mu_cmd_apply,     &mu_cmd_sync,
    &mu_cmd_undo,   &mu_cmd_adopt,   &mu_cmd_export, &mu_cmd_explain,   &mu_cmd_invitations,
    &mu_cmd_runs,   &mu_cmd_diff,    &mu_cmd_audit,  &mu_cmd_snapshots, &mu_cmd_map,
    &mu_cmd_policy, &mu_cmd_serve,   &mu_cmd_token,  &mu_cmd_mcp,       &mu_cmd_approve,
    NULL,
};

const struct mu_cmd_opt mu_cmd_everywhere[] = {
    {"config", 'c', "FILE", "configuration (default: ./muster.yaml, then /etc/muster/muster.yaml)"},
    {"format", 0, "text|json|csv", "form of results on standard output (default: text)"},
    {"quiet", 'q', NULL, "say nothing but results and errors"},
    {"verbose", 'v', NULL, "show each HTTP call as a curl command and each LDAP write as LDIF"},
    {"log-format", 0, "text|json", "form of messages on standard error (default: text)"},
    {"no-color", 0, NULL, "no colours (also: NO_COLOR in the environment, or not a terminal)"},
    {"version", 0, NULL, "print the version"},
    {"help", 'h', NULL, "print help, for one command or for all"},
    {.name = NULL},
};

const struct mu_cmd *mu_cmd_find(const char *name, const char **ret_nearest)
{
    const char *names[MU_LEN(mu_cmds)];
    size_t count = 0;
    for (; mu_cmds[count]; count++) {
        if (mu_streq(mu_cmds[count]->name, name))
            return mu_cmds[count];
        names[count] = mu_cmds[count]->name;
    }
    *ret_nearest = mu_nearest(name, names, count);
    return NULL;
}

static const struct mu_cmd_opt *find_in(const struct mu_cmd_opt *opts, const char *name,
                                        char letter)
{
    for (; opts && opts->name; opts++) {
        if (name ? mu_streq(opts->name, name) : opts->letter == letter)
            return opts;
    }
    return NULL;
}

const struct mu_cmd_opt *mu_cmd_option(const struct mu_cmd *cmd, const char *name, char letter)
{
    const struct mu_cmd_opt *own = cmd ? find_in(cmd->opts, name, letter) : NULL;
    return own ? own : find_in(mu_cmd_everywhere, name, letter);
}
